"""Making the messages of a campaign what a plan says, beside what has already left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.model.campaign import Message, Occurrence, Planned
from announcer.model.ledger import MessageState
from announcer.store.campaign import (
    LET_GO,
    NOT_PLANNED,
    OPEN,
    STALE_TEXT,
    UNSENT,
    Campaign,
    cancel,
    end_if_it_comes_back,
    messages,
    set_whys,
    spoken_row,
    transition,
)
from announcer.store.tables import delivery, message, occurrence

#: An earlier plan stopped it; a later one may bring it back.
_STOPPED = (MessageState.CANCELLED, MessageState.SUPERSEDED)


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
        elif old.state in (*OPEN, MessageState.SENDING, *_STOPPED) or old.was_dropped:
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
        "speaks_for": json.dumps([spoken_row(each) for each in planned.speaks_for], ensure_ascii=False),
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
        if old.state not in (*_STOPPED, MessageState.MISSED):
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
    if old.state in _STOPPED:
        _forget_cancelled(connection, old.id)
    if old.state is MessageState.SENDING and planned.due_at is not None:
        _follow(connection, old, planned, planned.due_at)


def _state_after_update(state: MessageState, planned: Planned) -> MessageState:
    if state is MessageState.SENDING:
        return state
    if planned.waits_for:
        return MessageState.WAITING
    # What came back, or got its missing fact, has to be looked at again.
    back = (MessageState.WAITING, MessageState.MISSED, *_STOPPED)
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
        unsent = (delivery.c.message_id == old.id) & delivery.c.state.in_(UNSENT) & sa.not_(delivery.c.maybe_double)
        connection.execute(delivery.update().where(unsent).values(not_after=planned.not_after))


def _retime_unsent(connection: sa.Connection, message_id: int, due_at: datetime, not_after: datetime | None) -> None:
    mine = delivery.c.message_id == message_id
    connection.execute(
        delivery.update()
        .where(mine, delivery.c.state.in_(UNSENT), sa.not_(delivery.c.maybe_double), delivery.c.revision == 0)
        .values(ready_at=due_at, not_after=not_after)
    )
    end_if_it_comes_back(connection, mine & delivery.c.maybe_double)
