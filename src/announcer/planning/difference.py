"""What a new plan changes about the messages there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from announcer.model.campaign import Message, Planned
from announcer.model.ledger import MessageState

#: It left, or has begun to: what the plan says now comes too late, a correction has to follow it.
_OUT = frozenset({MessageState.SENDING, MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED})
#: Stopped by an earlier plan.
_STOPPED = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED})
#: Struck out by a person: no plan brings it back.
_LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Replanned:
    """A message and what the new plan says of it."""

    message: Message
    planned: Planned


@dataclass(frozen=True, slots=True)
class Dropped:
    """An unsent message that the new plan no longer contains, or contains as dropped with its reasons."""

    message: Message
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A new plan against the messages there are, matched by occurrence and channel."""

    moved: tuple[
        Replanned, ...
    ] = ()  #: Unsent, and the moment, its end, audience, template, merger or what it waits for changed.
    dropped: tuple[Dropped, ...] = ()
    appeared: tuple[Planned, ...] = ()
    unchanged: tuple[Message, ...] = ()
    sent: tuple[Message, ...] = ()  #: Already out, at least in part.
    stopped: tuple[Replanned, ...] = ()  #: Cancelled or superseded, wanted again: back as a draft.


def difference(before: Sequence[Message], after: Sequence[Planned]) -> Difference:
    """Compare; every message is in exactly one list, in the order given."""
    wanted = {(planned.occurrence, planned.channel): planned for planned in after}
    had = {(message.planned.occurrence, message.planned.channel) for message in before}
    found = [(message, wanted.get((message.planned.occurrence, message.planned.channel))) for message in before]
    sorted_out = [(_verdict(message, planned), message, planned) for message, planned in found]
    return Difference(
        moved=tuple(Replanned(m, p) for verdict, m, p in sorted_out if verdict == "moved" and p is not None),
        dropped=tuple(Dropped(m, p.why if p else ()) for verdict, m, p in sorted_out if verdict == "dropped"),
        appeared=tuple(p for key, p in wanted.items() if key not in had and not p.drop),
        unchanged=tuple(m for verdict, m, _ in sorted_out if verdict == "unchanged"),
        sent=tuple(m for verdict, m, _ in sorted_out if verdict == "sent"),
        stopped=tuple(Replanned(m, p) for verdict, m, p in sorted_out if verdict == "stopped" and p is not None),
    )


def _verdict(message: Message, planned: Planned | None) -> str:
    if message.state in _OUT:
        return "sent"
    if message.state is MessageState.MISSED and not message.was_dropped:
        return "unchanged"
    wanted = planned is not None and not planned.drop
    if _LET_GO in message.planned.why:
        return "unchanged"
    if message.state in _STOPPED or message.was_dropped:
        return "stopped" if wanted else "unchanged"
    if planned is None or planned.drop:
        return "dropped"
    return "unchanged" if _essence(message.planned) == _essence(planned) else "moved"


def _essence(planned: Planned) -> tuple[object, ...]:
    """What a recipient or an approver would notice; the reasons alone are no change."""
    return (
        planned.kind, planned.due_at, planned.not_after, planned.audience, planned.late,
        planned.urgency, planned.waits_for, planned.merged, planned.template,
        planned.speaks_for,
    )  # fmt: skip
