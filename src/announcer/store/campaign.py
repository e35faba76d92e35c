"""Occurrences and messages: what planning wants, kept beside what has already happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.campaign import Audience, Kind, Late, Message, Occurrence, Planned, Spoken, Subject, Urgency
from announcer.model.ledger import MESSAGE_TRANSITIONS, MessageState
from announcer.store.driver import Statement
from announcer.store.tables import delivery, message, occurrence, to_micros

#: A message in one of these has not begun to leave the house.
OPEN = (MessageState.DRAFT, MessageState.WAITING, MessageState.SCHEDULED, MessageState.HELD, MessageState.PAUSED)
#: Deliveries in one of these have not begun to leave.
UNSENT = ("pending", "paused", "deferred", "held", "manual")
#: The `not_after` of what must not be sent any more.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
#: The reason of a message that a person struck out; planning anew does not bring it back.
LET_GO = "let_go"
#: The reason of a message that is held because its text still says an old value; a key of planning.why.
STALE_TEXT = "stale_text"
#: The reason of a message that no rule asks for any more.
NOT_PLANNED = "not_planned"
Place = tuple[Occurrence, str]


@dataclass(frozen=True, slots=True)
class Campaign:
    """Whose messages: those of an event, of an announcement without one, or a digest's issues."""

    event_id: str | None = None
    announcement_id: str | None = None
    digest_id: str | None = None

    @property
    def name(self) -> str:
        """What verbs find it by: the id of an event or an announcement, `digest:NAME`."""
        return f"digest:{self.digest_id}" if self.digest_id else self.event_id or self.announcement_id or ""

    def __str__(self) -> str:
        if self.digest_id:
            return f"digest {self.digest_id}"
        return f"event {self.event_id}" if self.event_id else f"announcement {self.announcement_id}"


# -- Messages --

_JOINED = message.join(occurrence, occurrence.c.id == message.c.occurrence_id)


def _where(campaign: Campaign) -> sa.ColumnElement[bool]:
    if campaign.digest_id is not None:
        return sa.and_(occurrence.c.subject == Subject.LIST, occurrence.c.rule_id == campaign.digest_id)
    if campaign.event_id is not None:
        return message.c.event_id == campaign.event_id
    return sa.and_(message.c.event_id.is_(None), message.c.announcement_id == campaign.announcement_id)


def campaign_of(one: Message) -> Campaign:
    """Whose message it is."""
    if one.planned.occurrence.subject is Subject.LIST:
        return Campaign(digest_id=one.planned.occurrence.rule_id)
    return Campaign(one.event_id) if one.event_id else Campaign(None, one.announcement_id)


def messages(
    connection: sa.Connection,
    campaign: Campaign | None = None,
    states: Iterable[MessageState] | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> list[Message]:
    """The messages of a campaign, or of all, in the order of their moments (those without one last).

    `only` is one more condition on the table `message`.
    """
    query = sa.select(message, occurrence.c.subject, occurrence.c.subject_id, occurrence.c.rule_id, occurrence.c.anchor)
    query = query.select_from(_JOINED).order_by(message.c.due_at.is_(None), message.c.due_at, message.c.id)
    if campaign is not None:
        query = query.where(_where(campaign))
    if states is not None:
        query = query.where(message.c.state.in_([state.value for state in states]))
    if only is not None:
        query = query.where(only)
    return [_message(row) for row in connection.execute(query)]


def standing_by(connection: sa.Connection, now: datetime) -> list[Message]:
    """Messages that have begun to leave, that are due, or whose end has passed: not the thousands planned for later."""
    over = [state.value for state in OPEN]
    begun = message.c.state == MessageState.SENDING
    due = message.c.state.in_(over) & ((message.c.due_at <= now) | (message.c.not_after < now))
    return by_ids(connection, connection.scalars(sa.select(message.c.id).where(begun | due)).all())


def by_ids(connection: sa.Connection, ids: Sequence[int]) -> list[Message]:
    """These messages, in the order of `ids`."""
    query = sa.select(message, occurrence.c.subject, occurrence.c.subject_id, occurrence.c.rule_id, occurrence.c.anchor)
    rows = connection.execute(query.select_from(_JOINED).where(message.c.id.in_(ids)))
    found = {row.id: _message(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def message_by_id(connection: sa.Connection, id_: int) -> Message:
    """One message; raises `NotFound`."""
    query = sa.select(message, occurrence.c.subject, occurrence.c.subject_id, occurrence.c.rule_id, occurrence.c.anchor)
    row = connection.execute(query.select_from(_JOINED).where(message.c.id == id_)).one_or_none()
    if row is None:
        raise NotFound(f"there is no message {id_}; 'announcer plan EVENT' shows their numbers")
    return _message(row)


def _message(row: Any) -> Message:
    planned = Planned(
        occurrence=Occurrence(Subject(row.subject), row.subject_id, row.rule_id, row.anchor),
        channel=row.channel,
        kind=Kind(row.kind),
        due_at=row.due_at,
        not_after=row.not_after,
        audience=Audience(row.audience),
        late=Late(row.late),
        urgency=Urgency(row.urgency),
        waits_for=tuple(json.loads(row.waits_for)),
        why=tuple(json.loads(row.why)),
        merged=tuple(json.loads(row.merged)),
        template=row.template,
        speaks_for=tuple(_spoken(each) for each in json.loads(row.speaks_for)),
    )
    return Message(
        id=row.id,
        occurrence_id=row.occurrence_id,
        event_id=row.event_id,
        announcement_id=row.announcement_id,
        state=MessageState(row.state),
        planned=planned,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        approved_hash=row.approved_hash,
        change_id=row.change_id,
        variant=row.variant,
    )


def spoken_row(value: Spoken) -> list[str]:
    one = value.occurrence
    return [one.subject.value, one.subject_id, one.rule_id, one.anchor, value.kind.value, value.template]


def _spoken(row: Sequence[str]) -> Spoken:
    subject, subject_id, rule_id, anchor, kind, template = row
    return Spoken(Occurrence(Subject(subject), subject_id, rule_id, anchor), Kind(kind), template)


def place_of(planned: Planned) -> Place:
    """Which message this is: what is said, and by which channel."""
    return planned.occurrence, planned.channel


def departures(connection: sa.Connection, campaign: Campaign) -> dict[Place, tuple[int, datetime]]:
    """What has begun to leave and was not stopped: the number of each message, and since when."""
    gone = [s.value for s in (MessageState.SENDING, MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED)]
    query = sa.select(
        occurrence.c.subject, occurrence.c.subject_id, occurrence.c.rule_id, occurrence.c.anchor,
        message.c.channel, message.c.id, message.c.sending_since,
    ).select_from(_JOINED)  # fmt: skip
    query = query.where(_where(campaign), message.c.state.in_(gone), message.c.sending_since.isnot(None))
    return {
        (Occurrence(Subject(r.subject), r.subject_id, r.rule_id, r.anchor), r.channel): (r.id, r.sending_since)
        for r in connection.execute(query)
    }


def end_if_it_comes_back(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """What a worker holds, or what may have arrived, is looked at once more and then not sent again."""
    connection.execute(
        delivery.update()
        .where(which, delivery.c.state.in_((*UNSENT, "sending")), delivery.c.action == "publish")
        .values(not_after=LONG_AGO)
    )


def cancel(connection: sa.Connection, old: Message, why: str, to: MessageState = MessageState.CANCELLED) -> None:
    """End a message that has not left, with all its unsent deliveries, in the caller's transaction.

    A delivery that a worker already claimed is sent whole or not at all; the
    message then stays `sending` until it is settled. What puts right a post
    that stands, or may, goes on.
    """
    state = to.value  # a delivery ends as its message does
    puts_right = delivery.c.corrects_id.isnot(None) & delivery.c.subscriber_id.is_(None)
    mine = (delivery.c.message_id == old.id) & sa.not_(puts_right)
    unsent = delivery.c.state.in_(UNSENT)
    # A post that may be there already is looked for before it ends: it would have to be corrected.
    doubtful_post = delivery.c.maybe_double & delivery.c.subscriber_id.is_(None)
    connection.execute(delivery.update().where(mine, unsent, sa.not_(doubtful_post)).values(state=state, said=why))
    end_if_it_comes_back(connection, mine & ((delivery.c.state == "sending") | doubtful_post))
    left = delivery.c.state.in_(("sending", "sent", "unknown")) | (unsent & doubtful_post)
    begun = connection.scalar(sa.select(delivery.c.id).where(mine, left).limit(1))
    # The rest of its audience is not written to the ledger any more.
    connection.execute(message.update().where(message.c.id == old.id).values(frozen_to=None))
    if begun is None:
        transition(connection, old.id, to)
        set_why(connection, old, why)


def set_whys(connection: sa.Connection, old: Message, reasons: Sequence[str]) -> None:
    """Replace a message's list of reasons; each stands in it once."""
    text = json.dumps(list(dict.fromkeys(reasons)), ensure_ascii=False)
    connection.execute(message.update().where(message.c.id == old.id).values(why=text))


def set_why(connection: sa.Connection, old: Message, why: str) -> None:
    """Add a reason to a message's list."""
    reasons = [*old.planned.why, why]
    connection.execute(
        message.update().where(message.c.id == old.id).values(why=json.dumps(reasons, ensure_ascii=False))
    )


def sources(to: MessageState) -> list[str]:
    """The states from which `to` is allowed."""
    return [state.value for state, targets in MESSAGE_TRANSITIONS.items() if to in targets]


_BEGIN = Statement(
    "UPDATE message SET state = 'sending', sending_since = :now, variant = :variant, turn_at = :turn_at,"
    " frozen_to = :frozen_to WHERE id = :id AND state IN ("
    + ", ".join(f"'{state}'" for state, targets in MESSAGE_TRANSITIONS.items() if MessageState.SENDING in targets)
    + ")"
)


def begin_sending(
    connection: sa.Connection, message_id: int, now: datetime, variant: str, turn_at: datetime | None, *, audience: bool
) -> None:
    """The message is `sending` from here on; with `audience`, its recipients are still to be written to the ledger.

    What a burst does a thousand times, so past SQLAlchemy. Raises `Conflict` as `transition` does.
    """
    values = {
        "id": message_id,
        "now": to_micros(now),
        "variant": variant,
        "turn_at": None if turn_at is None else to_micros(turn_at),
        "frozen_to": 0 if audience else None,
    }
    if _BEGIN.change(connection, values) != 1:
        transition(connection, message_id, MessageState.SENDING)  # says what is the matter


def transition(connection: sa.Connection, message_id: int, to: MessageState, **values: Any) -> None:
    """Move a message to another state; raises `Conflict` if the table of transitions forbids it."""
    changed = connection.execute(
        message.update().where(message.c.id == message_id, message.c.state.in_(sources(to))).values(state=to, **values)
    )
    if changed.rowcount != 1:
        found = connection.scalar(sa.select(message.c.state).where(message.c.id == message_id))
        raise Conflict(f"message {message_id} is {found} and can't become {to}; look at it with 'announcer status'")
