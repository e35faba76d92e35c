"""Digests, their issues and what each issue tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.store import campaign, queueing
from announcer.store.digest_tables import digest, digest_issue, digest_item
from announcer.store.tables import announcement, delivery, event, message

#: An issue in one of these has told its items, or is about to: no other issue tells them.
_TOLD = (
    *campaign.OPEN,
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.PARTLY_SENT,
)


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A digest as it is kept; `definition` is the JSON that planning reads."""

    id: str
    list_id: str
    definition: str
    version: int
    set_by: str
    active: bool
    since: datetime  #: What was public before is not told any more.
    considered: datetime  #: Turns up to here have had their issue, or none.
    gathered: datetime  #: When the last issue was put together.


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue and the announcements it tells, in their order."""

    message: Message
    digest_id: str
    number: int
    items: tuple[str, ...]
    worded: tuple[str, ...]  #: Of each item the versions its words were made from, as `versions` gives them.


def rows(connection: sa.Connection, *, active: bool = True) -> list[DigestRow]:
    """The digests, by name; with `active=False` also those that were removed."""
    query = sa.select(digest).order_by(digest.c.id)
    if active:
        query = query.where(digest.c.active)
    return [DigestRow(*row) for row in connection.execute(query)]


def row(connection: sa.Connection, digest_id: str) -> DigestRow:
    """One digest, also if it was removed; raises `NotFound`."""
    for one in rows(connection, active=False):
        if one.id == digest_id:
            return one
    known = ", ".join(one.id for one in rows(connection)) or "none"
    raise NotFound(f"there is no digest {digest_id!r}; known: {known}")


def lock(connection: sa.Connection, digest_id: str) -> DigestRow:
    """The digest, and no other worker touches it or its issues until this transaction ends; raises `NotFound`.

    SQLite has one writer anyway.
    """
    connection.execute(sa.select(digest.c.id).where(digest.c.id == digest_id).with_for_update())
    return row(connection, digest_id)


def save(connection: sa.Connection, value: DigestRow) -> None:
    """Store a digest, new or changed."""
    values = {column: getattr(value, column) for column in DigestRow.__slots__}
    changed = connection.execute(digest.update().where(digest.c.id == value.id).values(**values))
    if changed.rowcount == 0:
        connection.execute(digest.insert().values(**values))


def advance(connection: sa.Connection, digest_id: str, considered: datetime, gathered: datetime) -> None:
    """A turn has had its issue, or none."""
    connection.execute(digest.update().where(digest.c.id == digest_id).values(considered=considered, gathered=gathered))


# -- Issues --


def add_issue(connection: sa.Connection, message_id: int, digest_id: str, items: Sequence[str]) -> None:
    """Say what a message tells; its number follows those of the issues that left or still may."""
    living = sa.select(sa.func.count()).select_from(
        digest_issue.join(message, message.c.id == digest_issue.c.message_id)
    )
    living = living.where(
        digest_issue.c.digest_id == digest_id, message.c.state.in_(_TOLD), digest_issue.c.message_id != message_id
    )
    number = (connection.scalar(living) or 0) + 1
    connection.execute(digest_item.delete().where(digest_item.c.message_id == message_id))
    connection.execute(digest_issue.delete().where(digest_issue.c.message_id == message_id))
    connection.execute(digest_issue.insert().values(message_id=message_id, digest_id=digest_id, number=number))
    connection.execute(
        digest_item.insert(),
        [{"message_id": message_id, "announcement_id": id_, "position": n} for n, id_ in enumerate(items)],
    )


def take_out(connection: sa.Connection, message_id: int, announcement_ids: Collection[str]) -> None:
    """An issue no longer tells these."""
    mine = sa.and_(digest_item.c.message_id == message_id, digest_item.c.announcement_id.in_(list(announcement_ids)))
    connection.execute(digest_item.delete().where(mine))


def mark_worded(connection: sa.Connection, message_id: int, found: Mapping[str, str]) -> None:
    """Which versions the words of an issue were made from, by announcement."""
    for announcement_id, version in found.items():
        one = sa.and_(digest_item.c.message_id == message_id, digest_item.c.announcement_id == announcement_id)
        connection.execute(digest_item.update().where(one).values(worded=version))


def issues(
    connection: sa.Connection,
    digest_id: str | None = None,
    *,
    states: Iterable[MessageState] | None = None,
    telling: str | None = None,
) -> list[Issue]:
    """The issues of one digest or of all, in the order of their moments; `telling` this announcement."""
    query = sa.select(digest_issue).join(message, message.c.id == digest_issue.c.message_id)
    query = query.order_by(message.c.due_at, message.c.id)
    if digest_id is not None:
        query = query.where(digest_issue.c.digest_id == digest_id)
    if states is not None:
        query = query.where(message.c.state.in_([state.value for state in states]))
    if telling is not None:
        tells = sa.select(digest_item.c.message_id).where(digest_item.c.announcement_id == telling)
        query = query.where(digest_issue.c.message_id.in_(tells))
    return [_issue(connection, one.message_id, one.digest_id, one.number) for one in connection.execute(query).all()]


def issue_of(connection: sa.Connection, message_id: int) -> Issue | None:
    """The issue that a message is; None if it is none."""
    one = connection.execute(sa.select(digest_issue).where(digest_issue.c.message_id == message_id)).one_or_none()
    return None if one is None else _issue(connection, message_id, one.digest_id, one.number)


def _issue(connection: sa.Connection, message_id: int, digest_id: str, number: int) -> Issue:
    query = sa.select(digest_item).where(digest_item.c.message_id == message_id).order_by(digest_item.c.position)
    items = connection.execute(query).all()
    return Issue(
        campaign.message_by_id(connection, message_id),
        digest_id,
        number,
        tuple(one.announcement_id for one in items),
        tuple(one.worded for one in items),
    )


def told(connection: sa.Connection, digest_id: str) -> tuple[set[str], set[str]]:
    """What a digest has told or is about to, and what only issues were to tell that never left."""
    mine = (
        sa.select(digest_item.c.announcement_id)
        .join(digest_issue, digest_issue.c.message_id == digest_item.c.message_id)
        .join(message, message.c.id == digest_issue.c.message_id)
        .where(digest_issue.c.digest_id == digest_id)
    )
    arrived = sa.exists().where(delivery.c.message_id == message.c.id, queueing.arrived())
    done = set(connection.scalars(mine.where(sa.or_(message.c.state.in_(_TOLD), arrived))))
    return done, set(connection.scalars(mine)) - done


def versions(connection: sa.Connection, announcement_ids: Collection[str]) -> dict[str, str]:
    """Which versions of these announcements and their events there are now, as `announcement:event`."""
    query = (
        sa.select(announcement.c.id, announcement.c.version, event.c.version.label("event_version"))
        .select_from(announcement.outerjoin(event, event.c.id == announcement.c.event_id))
        .where(announcement.c.id.in_(list(announcement_ids)))
    )
    return {one.id: f"{one.version}:{one.event_version or 0}" for one in connection.execute(query)}
