"""Messages that would leave one channel for one audience within minutes of each other.

The more urgent one keeps its moment: cancellation, change, deadline,
reminder, recap. The other is delayed to the end of the window, and if that
would be too late, the more urgent one takes its place. Notices of changes
never wait for anything. Session messages are no campaign messages; they have
a cap of their own (`sessions`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from announcer.model.campaign import Planned
from announcer.planning.why import why

#: Whether a message may leave at this other, later moment.
Allowed = Callable[[Planned, datetime], bool]


def part(messages: Iterable[Planned], window: timedelta, allowed: Allowed, zone: ZoneInfo) -> list[Planned]:
    """Keep the messages of each channel and audience at least `window` apart; reasons are local to `zone`."""
    parted: list[Planned] = []
    crowds: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for message in messages:
        if message.due_at is None or message.drop:
            parted.append(message)
        else:
            crowds[message.channel, message.audience].append(message)
    for crowd in crowds.values():
        parted += _parted(sorted(crowd, key=_rank), window, allowed, zone)
    return parted


def is_notice(message: Planned) -> bool:
    """Whether the message tells of a confirmed change."""
    return message.occurrence.anchor.startswith("change:")


def _rank(message: Planned) -> tuple[bool, int, datetime | None, str, str]:
    occurrence = message.occurrence
    return not is_notice(message), message.urgency, message.due_at, occurrence.rule_id, occurrence.anchor


def _parted(ranked: Sequence[Planned], window: timedelta, allowed: Allowed, zone: ZoneInfo) -> list[Planned]:
    placed: list[Planned] = []
    dropped: list[Planned] = []
    for message in ranked:
        settled = message if is_notice(message) else _settled(message, placed, window, allowed, zone)
        (dropped if settled.drop else placed).append(settled)
    return placed + dropped


def _settled(
    message: Planned, placed: Sequence[Planned], window: timedelta, allowed: Allowed, zone: ZoneInfo
) -> Planned:
    assert message.due_at is not None  # part() leaves those out
    due, last = message.due_at, None
    while other := _conflict(due, placed, window):
        assert other.due_at is not None
        due, last = other.due_at + window, other
    if last is None:
        return message
    rule_id = last.occurrence.rule_id
    if allowed(message, due):
        reason = why("collision", rule_id, message.due_at.astimezone(zone))
        return replace(message, due_at=due, why=(*message.why, reason))
    return replace(message, drop=True, why=(*message.why, why("superseded", rule_id)))


def _conflict(due: datetime, placed: Sequence[Planned], window: timedelta) -> Planned | None:
    """The latest message that is too near, so that each step of the search goes forward."""
    near = [other for other in placed if other.due_at is not None and abs(other.due_at - due) < window]
    return max(near, key=lambda other: (other.due_at, other.occurrence.rule_id), default=None)
