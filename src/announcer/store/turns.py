"""The turns of late messages, kept between ticks and over restarts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Planned
from announcer.planning.manners import Ear, Manners, Turns, ear
from announcer.store import journal


def take(connection: sa.Connection, planned: Planned, now: datetime, manners: Manners) -> datetime | None:
    """The turn of a late message, noted so that the next one keeps its distance; None if it waits for nobody."""
    if not manners.waits_its_turn(planned, now):
        return None
    heard = ear(planned)
    turns = Turns(manners, known(connection, [heard]))
    turn = turns.take(planned, now)
    if turn is not None:
        journal.remember(connection, _name(heard), turns.last[heard].isoformat())
    return turn


def known(connection: sa.Connection, ears: list[Ear]) -> dict[Ear, datetime]:
    """The last turns of these."""
    found = {heard: journal.recall(connection, _name(heard)) for heard in ears}
    return {heard: datetime.fromisoformat(text) for heard, text in found.items() if text is not None}


def _name(heard: Ear) -> str:
    return f"turn:{heard[0]}:{heard[1]}"
