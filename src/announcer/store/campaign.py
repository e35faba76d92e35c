"""Occurrences and messages: what planning wants, kept beside what has already happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
_UNSENT = ("pending", "paused", "deferred", "held", "manual")
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


def _spoken_row(value: Spoken) -> list[str]:
    one = value.occurrence
    return [one.subject.value, one.subject_id, one.rule_id, one.anchor, value.kind.value, value.template]


def _spoken(row: Sequence[str]) -> Spoken:
    subject, subject_id, rule_id, anchor, kind, template = row
    return Spoken(Occurrence(Subject(subject), subject_id, rule_id, anchor), Kind(kind), template)


def place_of(planned: Planned) -> Place:
    """Which message this is: what is said, and by which channel."""
    return planned.occurrence, planned.channel


def departures(connection: sa.Connection, campaign: Campaign) -> dict[tuple[Occurrence, str], datetime]:
    """What has begun to leave and was not stopped, by occurrence and channel, and since when."""
    gone = [s.value for s in (MessageState.SENDING, MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED)]
    query = sa.select(
        occurrence.c.subject, occurrence.c.subject_id, occurrence.c.rule_id, occurrence.c.anchor,
        message.c.channel, message.c.sending_since,
    ).select_from(_JOINED)  # fmt: skip
    query = query.where(_where(campaign), message.c.state.in_(gone), message.c.sending_since.isnot(None))
    return {
        (Occurrence(Subject(r.subject), r.subject_id, r.rule_id, r.anchor), r.channel): r.sending_since
        for r in connection.execute(query)
    }


def apply_plan(
    connection: sa.Connection,
    campaign: Campaign,
    announcement_id: str | None,
    plan: Sequence[Planned],
    changes: Mapping[str, int],
    gone: str = NOT_PLANNED,
) -> None:
    """Make the open messages of a campaign what `plan` says; what has left stays as it is.

    Messages the plan no longer knows are cancelled for the reason `gone` (a
    key of planning.why). `changes` maps an anchor like `change:17` to the
    change's id.
    """
    known = {(m.planned.occurrence, m.planned.channel): m for m in messages(connection, campaign)}
    for planned in plan:
        old = known.pop((planned.occurrence, planned.channel), None)
        if old is None:
            _insert(connection, campaign, announcement_id, planned, changes.get(planned.occurrence.anchor))
        elif old.state in (*OPEN, MessageState.SENDING, MessageState.CANCELLED, MessageState.SUPERSEDED):
            _update(connection, old, planned)
    for left in known.values():
        if left.state in OPEN or left.state is MessageState.SENDING:
            cancel(connection, left, gone)


def place(connection: sa.Connection, campaign: Campaign, planned: Planned) -> Message | None:
    """Put one more message beside those there are; None if its occurrence had its message already.

    One that was cancelled because the plan changed comes back as a draft.
    """
    same = [m for m in messages(connection, campaign) if m.planned.occurrence == planned.occurrence]
    old = next((m for m in same if m.planned.channel == planned.channel), None)
    if old is None:
        _insert(connection, campaign, None, planned, None)
    elif old.state is MessageState.CANCELLED and LET_GO not in old.planned.why:
        _update(connection, old, planned)
    else:
        return None
    return next(m for m in messages(connection, campaign) if m.planned.occurrence == planned.occurrence)


def _insert(
    connection: sa.Connection,
    campaign: Campaign,
    announcement_id: str | None,
    planned: Planned,
    change_id: int | None,
) -> None:
    connection.execute(
        message.insert().values(
            occurrence_id=_occurrence_id(connection, planned.occurrence),
            channel=planned.channel,
            event_id=campaign.event_id,
            announcement_id=announcement_id,
            change_id=change_id,
            state=_first_state(planned),
            **_wanted(planned),
        )
    )


def _first_state(planned: Planned) -> MessageState:
    if planned.drop:
        return MessageState.SUPERSEDED if _is_superseded(planned) else MessageState.MISSED
    return MessageState.WAITING if planned.waits_for else MessageState.DRAFT


def _is_superseded(planned: Planned) -> bool:
    """Whether another message says it along (`planning.collisions`)."""
    return planned.drop and bool(planned.why) and planned.why[-1].startswith("superseded:")


def _wanted(planned: Planned) -> dict[str, Any]:
    return {
        **_timing(planned),
        "kind": planned.kind,
        "audience": planned.audience,
        "late": planned.late,
        "urgency": int(planned.urgency),
        "waits_for": json.dumps(planned.waits_for, ensure_ascii=False),
        "merged": json.dumps(planned.merged, ensure_ascii=False),
        "template": planned.template,
        "speaks_for": json.dumps([_spoken_row(each) for each in planned.speaks_for], ensure_ascii=False),
    }


def _timing(planned: Planned) -> dict[str, Any]:
    return {
        "due_at": planned.due_at,
        "not_after": planned.not_after,
        "why": json.dumps(planned.why, ensure_ascii=False),
    }


def _occurrence_id(connection: sa.Connection, value: Occurrence) -> int:
    key = {
        "subject": value.subject.value,
        "subject_id": value.subject_id,
        "rule_id": value.rule_id,
        "anchor": value.anchor,
    }
    found = connection.scalar(sa.select(occurrence.c.id).filter_by(**key))
    if found is not None:
        return int(found)
    inserted = connection.scalar(occurrence.insert().values(**key).returning(occurrence.c.id))
    assert inserted is not None
    return int(inserted)


def _update(connection: sa.Connection, old: Message, planned: Planned) -> None:
    if LET_GO in old.planned.why:  # a person's word counts more than the plan's
        return
    unsendable = planned.drop or (old.state is MessageState.SENDING and planned.due_at is None)
    if unsendable:
        if old.state not in (MessageState.CANCELLED, MessageState.SUPERSEDED):
            said = _is_superseded(planned) and old.state is not MessageState.SENDING
            to = MessageState.SUPERSEDED if said else MessageState.CANCELLED
            cancel(connection, old, planned.why[-1] if planned.why else "late", to)
        return
    # Of what is leaving already only the moment can change: what it says, and to whom, is approved and in the ledger.
    values = _timing(planned) if old.state is MessageState.SENDING else _wanted(planned)
    connection.execute(message.update().where(message.c.id == old.id).values(**values))
    if old.state is MessageState.HELD and (kept := [one for one in old.planned.why if one.startswith(STALE_TEXT)]):
        set_whys(connection, old, [*planned.why, *kept])  # planning knows nothing of what a text says
    state = _state_after_update(old.state, planned)
    if state is not old.state:
        transition(connection, old.id, state)
    if old.state in (MessageState.CANCELLED, MessageState.SUPERSEDED):
        _forget_cancelled(connection, old.id)
    if old.state is MessageState.SENDING and planned.due_at is not None:
        _follow(connection, old, planned, planned.due_at)


def _state_after_update(state: MessageState, planned: Planned) -> MessageState:
    if state is MessageState.SENDING:
        return state
    if planned.waits_for:
        return MessageState.WAITING
    # What came back, or got its missing fact, has to be looked at again.
    back = (MessageState.WAITING, MessageState.CANCELLED, MessageState.SUPERSEDED)
    return MessageState.DRAFT if state in back else state


def _forget_cancelled(connection: sa.Connection, message_id: int) -> None:
    """A message that comes back is queued anew; what surely never arrived must not bar its place in the ledger."""
    # Who was new to a reminder on its first day may be no newcomer on its next.
    newcomer = (delivery.c.state == "suppressed") & (delivery.c.said == "newcomer")
    gone = (delivery.c.state == "cancelled") | newcomer
    connection.execute(
        delivery.delete().where(delivery.c.message_id == message_id, gone, sa.not_(delivery.c.maybe_double))
    )


def _follow(connection: sa.Connection, old: Message, planned: Planned, due_at: datetime) -> None:
    """What is in the ledger and unsent follows its message. Planning again without a change of times moves nothing."""
    if due_at != old.planned.due_at:
        connection.execute(message.update().where(message.c.id == old.id).values(turn_at=None))
        _retime_unsent(connection, old.id, due_at, planned.not_after)
    elif planned.not_after != old.planned.not_after:
        unsent = (delivery.c.message_id == old.id) & delivery.c.state.in_(_UNSENT) & sa.not_(delivery.c.maybe_double)
        connection.execute(delivery.update().where(unsent).values(not_after=planned.not_after))


def _retime_unsent(connection: sa.Connection, message_id: int, due_at: datetime, not_after: datetime | None) -> None:
    mine = delivery.c.message_id == message_id
    connection.execute(
        delivery.update()
        .where(mine, delivery.c.state.in_(_UNSENT), sa.not_(delivery.c.maybe_double), delivery.c.revision == 0)
        .values(ready_at=due_at, not_after=not_after)
    )
    _end_if_it_comes_back(connection, mine & delivery.c.maybe_double)


def _end_if_it_comes_back(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """What a worker holds, or what may have arrived, is looked at once more and then not sent again."""
    connection.execute(
        delivery.update()
        .where(which, delivery.c.state.in_((*_UNSENT, "sending")), delivery.c.action == "publish")
        .values(not_after=LONG_AGO)
    )


def cancel(connection: sa.Connection, old: Message, why: str, to: MessageState = MessageState.CANCELLED) -> None:
    """End a message that has not left, with all its unsent deliveries, in the caller's transaction.

    A delivery that a worker already claimed is sent whole or not at all; the
    message then stays `sending` until it is settled.
    """
    state = to.value  # a delivery ends as its message does
    mine, unsent = delivery.c.message_id == old.id, delivery.c.state.in_(_UNSENT)
    # A post that may be there already is looked for before it ends: it would have to be corrected.
    doubtful_post = delivery.c.maybe_double & delivery.c.subscriber_id.is_(None)
    connection.execute(delivery.update().where(mine, unsent, sa.not_(doubtful_post)).values(state=state, said=why))
    _end_if_it_comes_back(connection, mine & ((delivery.c.state == "sending") | doubtful_post))
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
