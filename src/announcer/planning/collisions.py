"""Messages that would leave one channel for one audience within minutes of each other.

The more urgent one keeps its moment: cancellation, change, deadline,
reminder, recap. The other is delayed to the end of the window. If that would
be too late, the two are merged: the more urgent one says the other's fact as
well, and the other is superseded. Where it can't be said along either (the
more urgent one has left, or waits for somebody's words), it stays where it
is; nothing is lost for being close. Notices of changes never wait for
anything. Session messages are no campaign messages; they have a cap of their
own (`sessions`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from announcer.model.campaign import Planned, Spoken
from announcer.planning.why import why

#: Whether a message may leave at this other, later moment.
Allowed = Callable[[Planned, datetime], bool]
#: Whether the first message may say the second along.
Carries = Callable[[Planned, Planned], bool]


def part(
    messages: Iterable[Planned], window: timedelta, allowed: Allowed, zone: ZoneInfo, carries: Carries
) -> list[Planned]:
    """Keep the messages of each channel and audience at least `window` apart; reasons are local to `zone`."""
    parted: list[Planned] = []
    crowds: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for message in messages:
        if message.due_at is None or message.drop:
            parted.append(message)
        else:
            crowds[message.channel, message.audience].append(message)
    for crowd in crowds.values():
        parted += _Crowd(window, allowed, zone, carries).parted(sorted(crowd, key=_rank))
    return parted


def is_notice(message: Planned) -> bool:
    """Whether the message tells of a confirmed change."""
    return message.occurrence.anchor.startswith("change:")


def _rank(message: Planned) -> tuple[bool, int, datetime | None, str, str]:
    occurrence = message.occurrence
    return not is_notice(message), message.urgency, message.due_at, occurrence.rule_id, occurrence.anchor


class _Crowd:
    """The messages of one channel and audience, placed one after the other, the most urgent first."""

    def __init__(self, window: timedelta, allowed: Allowed, zone: ZoneInfo, carries: Carries) -> None:
        self._window = window
        self._allowed = allowed
        self._zone = zone
        self._carries = carries
        self._placed: list[Planned] = []

    def parted(self, ranked: Sequence[Planned]) -> list[Planned]:
        superseded: list[Planned] = []
        for message in ranked:
            settled = message if is_notice(message) else self._settled(message)
            (superseded if settled.drop else self._placed).append(settled)
        return self._placed + superseded

    def _settled(self, message: Planned) -> Planned:
        assert message.due_at is not None  # part() leaves those out
        due, last = message.due_at, None
        while other := self._conflict(due):
            assert other.due_at is not None
            due, last = other.due_at + self._window, other
        if last is None:
            return message
        if self._allowed(message, due):
            reason = why("collision", last.occurrence.rule_id, message.due_at.astimezone(self._zone))
            return replace(message, due_at=due, why=(*message.why, reason))
        return self._merged(message)

    def _conflict(self, due: datetime) -> Planned | None:
        """The latest message that is too near, so that each step of the search goes forward."""
        return max(self._near(due), key=lambda other: (other.due_at, other.occurrence.rule_id), default=None)

    def _near(self, due: datetime) -> list[Planned]:
        return [other for other in self._placed if other.due_at is not None and abs(other.due_at - due) < self._window]

    def _merged(self, message: Planned) -> Planned:
        """The message as another one says it along; unmoved if none of those near can."""
        assert message.due_at is not None
        near = self._near(message.due_at)
        leaders = [other for other in near if not message.waits_for and self._carries(other, message)]
        if not leaders:
            return replace(message, why=(*message.why, why("collision_kept", near[0].occurrence.rule_id)))
        leader = leaders[0]  # in the order of rank: the most urgent one
        spoken = Spoken(message.occurrence, message.kind, message.template)
        rule_id = message.occurrence.rule_id
        told = replace(leader, speaks_for=(*leader.speaks_for, spoken), why=(*leader.why, why("also_says", rule_id)))
        self._placed[self._placed.index(leader)] = told
        return superseded_by(message, leader.occurrence.rule_id)


def superseded_by(message: Planned, rule_id: str) -> Planned:
    """A message that need not leave, because the one of `rule_id` says it."""
    return replace(message, drop=True, why=(*message.why, why("superseded", rule_id)))
