"""What waits for an approval, beside what was approved before: texts word by word, and why an approval ended.

Reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import NotAllowed
from announcer.model.campaign import Message
from announcer.model.content import Payload, part_of, parts_of
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import campaigns, previews, staff, worlds
from announcer.office.house import House
from announcer.office.previews import Look
from announcer.rendering.differing import Stretch, compare, plain
from announcer.store import campaign as store
from announcer.store import contents
from announcer.store.campaign import Campaign
from announcer.store.contents import Stored
from announcer.store.journal import Entry
from announcer.store.tables import audit, content

#: Why an approval can have ended, as keys of planning.why; what else stands there tells of the moment.
VOIDED = frozenset(
    {"text_changed", "own_text", "stale_text", "item_changed", "item_gone", "retimed_unapproved", "page"}
)
_ASK = (MessageState.DRAFT, MessageState.HELD)


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a message: as it is now, beside what was approved before."""

    look: Look
    before: str | None  #: The last text of this language that was approved; None: there was none.
    old: tuple[Stretch, ...] = ()
    new: tuple[Stretch, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than what was approved."""
        return any(one.changed for one in (*self.old, *self.new))


@dataclass(frozen=True, slots=True)
class Fresh:
    """A message that waits for an approval."""

    message: Message
    said: tuple[Said, ...]
    voided: tuple[str, ...]  #: Why an earlier approval ended, as keys of planning.why.
    barred: NotAllowed | None  #: Why the one who looks may not approve it.
    since_mine: bool  #: It is new since the last approval of the one who looks.

    @property
    def problem(self) -> str:
        """Why it can't be said at all."""
        return next((one.look.problem for one in self.said if one.look.problem), "")

    @property
    def sayable(self) -> bool:
        """Whether there is a text to approve."""
        return any(one.look.posts or one.look.mail or one.look.feed for one in self.said)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everything of a campaign that waits, for one person."""

    fresh: tuple[Fresh, ...]
    total: int  #: How many wait in all; `fresh` may be a part of them.
    lacking: tuple[Message, ...]  #: What can't be approved yet, because a fact or a text is missing.
    seen: str  #: Which versions of the facts the texts speak from; `campaigns.approve` wants it back.
    mine: datetime | None  #: When the one who looks approved something of this campaign last.
    since: tuple[Entry, ...]  #: What happened to it since then, the newest first.


def waiting(house: House, key: Campaign, actor: Actor, now: datetime, first: int = 0, number: int = 25) -> Waiting:
    """What waits for an approval, `number` messages from the `first` on."""
    with house.database.read() as connection:
        messages = store.messages(connection, key, states=(*_ASK, MessageState.WAITING))
        drafts = [m for m in messages if m.state in _ASK]
        chosen = drafts[first : first + number]
        mine = _last_approval(connection, key, actor)
        barred = staff.barred(connection, house, key, chosen, actor, now)
        approvals = _approvals(connection, [m.id for m in chosen])
        before = {m.id: _approved(connection, m.id, approvals.get(m.id)) for m in chosen}
        written = _written(connection, [m.id for m in chosen])
        seen = worlds.scene_version(connection, key)
        since = _since(connection, key, mine)
    looks = _looks(house, key, chosen, now)
    return Waiting(
        fresh=tuple(
            Fresh(
                message=m,
                said=tuple(_said(look, before[m.id]) for look in looks.get(m.id, ())),
                voided=tuple(reason for reason in m.planned.why if reason.partition(":")[0] in VOIDED),
                barred=barred.get(m.id),
                since_mine=mine is None or written.get(m.id, now) > mine,
            )
            for m in chosen
        ),
        total=len(drafts),
        lacking=tuple(m for m in messages if m.state is MessageState.WAITING),
        seen=seen,
        mine=mine,
        since=since,
    )


def readable(payload: Payload) -> str:
    """Everything a payload says, as one text to be compared."""
    if "subject" in payload:
        return "\n\n".join(str(payload.get(part) or "") for part in ("subject", "preheader", "text")).strip()
    if "title" in payload:
        return "\n\n".join([str(payload["title"]), str(payload["summary"]), plain(str(payload["html"]))]).strip()
    parts = [part_of(payload, number) for number in range(parts_of(payload))]
    return "\n\n".join("\n".join([str(one.get("spoiler_text") or ""), previews.text_of(one)]).strip() for one in parts)


def _looks(house: House, key: Campaign, chosen: Sequence[Message], now: datetime) -> dict[int, list[Look]]:
    found: dict[int, list[Look]] = {}
    for one in campaigns.preview(house, key, now, {m.id for m in chosen}) if chosen else ():
        found.setdefault(one.message.id, []).append(previews.look(house, one, now))
    return found


def _said(look: Look, before: Mapping[tuple[str, bool], Stored]) -> Said:
    old = before.get((look.language, look.late))
    if old is None or not look.payload:
        return Said(look, None)
    text = readable(old.payload)
    return Said(look, text, *compare(text, readable(look.payload)))


def _approvals(connection: sa.Connection, ids: Collection[int]) -> dict[int, datetime]:
    """When each of these messages was approved last."""
    subjects = {f"message {id_}": id_ for id_ in ids}
    query = (
        sa.select(audit.c.subject, sa.func.max(audit.c.at).label("at"))
        .where(audit.c.verb == "approve", audit.c.subject.in_(list(subjects)))
        .group_by(audit.c.subject)
    )
    return {subjects[row.subject]: row.at for row in connection.execute(query)}


def _approved(connection: sa.Connection, message_id: int, at: datetime | None) -> dict[tuple[str, bool], Stored]:
    """The texts that this approval covered: the newest of each language that were written by then."""
    if at is None:
        return {}
    query = (
        sa.select(content.c.id)
        .where(content.c.message_id == message_id, content.c.created_at <= at, content.c.stands_for.is_(None))
        .order_by(content.c.id)
    )
    known = contents.by_id(connection, list(connection.scalars(query)))
    return {(one.language, bool(one.variant)): one for _, one in sorted(known.items())}


def _written(connection: sa.Connection, ids: Collection[int]) -> dict[int, datetime]:
    """When the present text of each message was stored; what is worded anew each time it is looked at has none."""
    query = (
        sa.select(content.c.message_id, sa.func.max(content.c.created_at).label("at"))
        .where(content.c.message_id.in_(list(ids)), content.c.current)
        .group_by(content.c.message_id)
    )
    return {row.message_id: row.at for row in connection.execute(query)}


def _last_approval(connection: sa.Connection, key: Campaign, actor: Actor) -> datetime | None:
    query = sa.select(sa.func.max(audit.c.at)).where(
        audit.c.verb == "approve", audit.c.actor == actor.name, audit.c.after == str(key)
    )
    found: datetime | None = connection.scalar(query)
    return found


def _since(connection: sa.Connection, key: Campaign, mine: datetime | None) -> tuple[Entry, ...]:
    """The changes of this campaign since then: of its facts, its words, its moments."""
    if mine is None:
        return ()
    about = sa.or_(
        audit.c.subject == str(key), audit.c.subject.startswith(f"{key} ", autoescape=True), audit.c.after == str(key)
    )
    query = (
        sa.select(audit)
        .where(about, audit.c.at > mine, audit.c.verb.notin_(("approve", "plan")))
        .order_by(audit.c.id.desc())
        .limit(20)
    )
    return tuple(Entry(r.at, r.actor, r.verb, r.subject, r.before, r.after, r.why) for r in connection.execute(query))
