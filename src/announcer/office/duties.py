"""What the office has to do for each other: who may approve, which changes wait, which mail of its own is stuck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.office import staff
from announcer.office.house import House
from announcer.store import outbox, requests
from announcer.store.campaign import Campaign
from announcer.store.outbox import Entry
from announcer.store.requests import Request


@dataclass(frozen=True, slots=True)
class Duties:
    """Changes that wait with the names of those who may confirm them, and office mail in trouble."""

    requests: tuple[tuple[Request, tuple[str, ...]], ...] = ()
    unsent: tuple[Entry, ...] = ()


def read(connection: sa.Connection, house: House, now: datetime, only: Campaign | None = None) -> Duties:
    """How things stand; requests of one campaign or of all."""
    people, day = staff.read(connection, house), staff.today(house, now)
    waiting = requests.listed(connection, only)
    return Duties(
        tuple((one, tuple(person.name for person in people.able([one.actor], day))) for one in waiting),
        tuple(outbox.in_trouble(connection, now)),
    )


def who_can(
    connection: sa.Connection, house: House, now: datetime, messages: Iterable[tuple[Campaign, Message]]
) -> Mapping[int, tuple[str, ...]]:
    """The names of those who may approve each of these messages today; empty without people in config.toml."""
    people, day = staff.read(connection, house), staff.today(house, now)
    if not people.people:
        return {}
    found = {}
    for key, message in messages:
        wrote = staff.authors(connection, key, message) if people.four_eyes else frozenset[str]()
        found[message.id] = tuple(person.name for person in people.able(wrote, day))
    return found
