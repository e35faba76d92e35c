"""Announcements and events in their versions. A version is written once and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.facts import Announcement, Event
from announcer.model.people import Actor
from announcer.store import codec
from announcer.store.tables import announcement, announcement_version, event, event_version, session


def save_event(connection: sa.Connection, value: Event, actor: Actor, now: datetime) -> None:
    """Store the next version of an event.

    Raises `Conflict` unless `value.version` is one more than the stored one:
    somebody else was faster, nothing is overwritten.
    """
    _advance(connection, event, value.id, value.version, {"created_at": now})
    connection.execute(
        event_version.insert().values(
            event_id=value.id, version=value.version, facts=codec.dump(value), actor=actor.name, at=now
        )
    )
    known = set(connection.scalars(sa.select(session.c.id).where(session.c.event_id == value.id)))
    if fresh := [{"event_id": value.id, "id": s.id} for s in value.sessions if s.id not in known]:
        connection.execute(session.insert(), fresh)


def save_announcement(
    connection: sa.Connection, value: Announcement, actor: Actor, now: datetime, raw: str = ""
) -> None:
    """Store the next version of an announcement; `raw` is the input it came from. Raises `Conflict` as above."""
    _advance(connection, announcement, value.id, value.version, {"created_at": now, "event_id": value.event_id})
    connection.execute(
        announcement_version.insert().values(
            announcement_id=value.id, version=value.version, facts=codec.dump(value), raw=raw, actor=actor.name, at=now
        )
    )


def _advance(connection: sa.Connection, table: sa.Table, id_: str, version: int, first: dict[str, object]) -> None:
    if version == 1:
        if connection.scalar(sa.select(table.c.version).where(table.c.id == id_)) is not None:
            raise Conflict(f"there already is {_named(table)} {id_!r}; choose another id or correct the existing one")
        connection.execute(table.insert().values(id=id_, version=1, **first))
        return
    found = connection.execute(
        table.update().where(table.c.id == id_, table.c.version == version - 1).values(version=version)
    )
    if found.rowcount != 1:
        raise Conflict(f"{_named(table)} {id_!r} was changed by someone else meanwhile; look at it and try again")


def _named(table: sa.Table) -> str:
    return f"an {table.name}"


def event_facts(connection: sa.Connection, event_id: str, version: int | None = None) -> Event:
    """An event in its latest or a given version; raises `NotFound`."""
    text = connection.scalar(_facts(event, event_version, "event_id", event_id, version))
    if text is None:
        raise NotFound(f"there is no event {event_id!r}; 'announcer event list' shows all")
    return codec.load(Event, text)


def event_zone(connection: sa.Connection, event_id: str) -> ZoneInfo | None:
    """The zone of an event's venue, without reading the whole of it; None if there is no such event."""
    text = connection.scalar(_facts(event, event_version, "event_id", event_id, None))
    return None if text is None else ZoneInfo(json.loads(text)["timezone"])


def event_history(connection: sa.Connection, event_id: str, *, after: int = 0) -> list[tuple[Event, datetime]]:
    """The versions of an event later than `after`, the oldest first, and when each was stored."""
    query = (
        sa.select(event_version.c.facts, event_version.c.at)
        .where(event_version.c.event_id == event_id, event_version.c.version > after)
        .order_by(event_version.c.version)
    )
    return [(codec.load(Event, row.facts), row.at) for row in connection.execute(query)]


def announcement_facts(connection: sa.Connection, announcement_id: str, version: int | None = None) -> Announcement:
    """An announcement in its latest or a given version; raises `NotFound`."""
    text = connection.scalar(_facts(announcement, announcement_version, "announcement_id", announcement_id, version))
    if text is None:
        raise NotFound(f"there is no announcement {announcement_id!r}; 'announcer status' shows all")
    return codec.load(Announcement, text)


def _facts(table: sa.Table, versions: sa.Table, key: str, id_: str, version: int | None) -> sa.Select[str]:
    wanted = table.c.version if version is None else sa.literal(version)
    return (
        sa.select(versions.c.facts)
        .select_from(table.join(versions, versions.c[key] == table.c.id))
        .where(table.c.id == id_, versions.c.version == wanted)
    )


def latest_actors(connection: sa.Connection, event_id: str | None, announcement_id: str | None) -> list[str]:
    """Who wrote the newest version of an event and of an announcement, as far as there are any."""
    wanted = (
        (event, event_version, "event_id", event_id),
        (announcement, announcement_version, "announcement_id", announcement_id),
    )
    found: list[str] = []
    for table, versions, key, id_ in wanted:
        if id_ is not None:
            joined = table.join(versions, (versions.c[key] == table.c.id) & (versions.c.version == table.c.version))
            found += connection.scalars(sa.select(versions.c.actor).select_from(joined).where(table.c.id == id_)).all()
    return found


def announcement_history(connection: sa.Connection, announcement_id: str) -> list[tuple[Announcement, datetime]]:
    """Every version of an announcement, the oldest first, and when each was stored."""
    query = (
        sa.select(announcement_version.c.facts, announcement_version.c.at)
        .where(announcement_version.c.announcement_id == announcement_id)
        .order_by(announcement_version.c.version)
    )
    return [(codec.load(Announcement, row.facts), row.at) for row in connection.execute(query)]


def event_ids(connection: sa.Connection) -> list[str]:
    """Every event, the newest first."""
    return list(connection.scalars(sa.select(event.c.id).order_by(event.c.created_at.desc(), event.c.id)))


def announcement_ids(connection: sa.Connection, event_id: str | None = None) -> list[str]:
    """Every announcement, or those of one event, the oldest first."""
    query = sa.select(announcement.c.id).order_by(announcement.c.created_at, announcement.c.id)
    if event_id is not None:
        query = query.where(announcement.c.event_id == event_id)
    return list(connection.scalars(query))


def announcements_stamp(connection: sa.Connection) -> tuple[int, int]:
    """Changes with every new announcement and every new version: how many there are of each."""
    row = connection.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(announcement.c.version), 0))).one()
    return int(row[0]), int(row[1])


def announcement_versions(connection: sa.Connection) -> dict[str, int]:
    """The latest version of every announcement."""
    query = sa.select(announcement.c.id, announcement.c.version)
    return {row.id: row.version for row in connection.execute(query)}


def event_versions(connection: sa.Connection) -> dict[str, int]:
    """The latest version of every event."""
    return {row.id: row.version for row in connection.execute(sa.select(event.c.id, event.c.version))}


def all_announcements(connection: sa.Connection) -> Iterator[tuple[Announcement, datetime]]:
    """Every announcement in its latest version, and when that was stored."""
    joined = announcement.join(
        announcement_version,
        (announcement_version.c.announcement_id == announcement.c.id)
        & (announcement_version.c.version == announcement.c.version),
    )
    query = sa.select(announcement_version.c.facts, announcement_version.c.at).select_from(joined)
    for row in connection.execute(query):
        yield codec.load(Announcement, row.facts), row.at


def announced_event_ids(connection: sa.Connection) -> set[str]:
    """The events that have announcements."""
    query = sa.select(announcement.c.event_id).where(announcement.c.event_id.isnot(None)).distinct()
    return {id_ for id_ in connection.scalars(query) if id_ is not None}


def choose_playbook(connection: sa.Connection, event_id: str, playbook_id: str) -> None:
    """The playbook an event follows from now on."""
    connection.execute(event.update().where(event.c.id == event_id).values(playbook_id=playbook_id))


def chosen_playbook(connection: sa.Connection, event_id: str) -> str:
    """The playbook an event follows; empty if none was chosen."""
    return connection.scalar(sa.select(event.c.playbook_id).where(event.c.id == event_id)) or ""
