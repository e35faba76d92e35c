"""The turns of late messages, kept between ticks and over restarts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Message, Planned
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


def count_down(connection: sa.Connection, message_id: int, leaves_at: datetime) -> None:
    """The office has this mail from now on; everybody else gets it at `leaves_at`."""
    journal.remember(connection, f"countdown:{message_id}", leaves_at.isoformat())


def counting_down(connection: sa.Connection, message_id: int) -> datetime | None:
    """When a mail that the office has already leaves to everybody else."""
    found = journal.recall(connection, f"countdown:{message_id}")
    return None if found is None else datetime.fromisoformat(found)


def counted_down(connection: sa.Connection, due: Message, turn_at: datetime | None) -> datetime | None:
    """The turn of a mail whose countdown is over now or soon; its own moment or turn if that is later."""
    leaves_at = counting_down(connection, due.id)
    if leaves_at is None:
        return turn_at
    moment = turn_at or due.planned.due_at
    return leaves_at if moment is None or leaves_at > moment else turn_at


def _name(heard: Ear) -> str:
    return f"turn:{heard[0]}:{heard[1]}"
