"""Drives `tick(now)` from one moment of a campaign to the next, through the real code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from announcer.engine import Engine
from announcer.errors import AnnouncerError
from announcer.model.ledger import DeliveryState, MessageState
from announcer.model.people import Actor
from announcer.office import campaigns, change
from announcer.rehearsal.story import Happening, Words
from announcer.store import campaign as store
from announcer.store import ledger
from announcer.store.campaign import Campaign
from announcer.store.tables import delivery

OFFICE = Actor("Redaktion")
CHIEF = Actor("Chefredaktion")
#: A moment at which nothing more can be late.
TAIL = timedelta(days=14)
_STEP = timedelta(microseconds=1)
_STUCK = 10_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A message that did not leave, and why, as keys of planning.why or words."""

    rule: str
    channel: str
    state: MessageState
    due_at: datetime | None
    why: tuple[str, ...]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a course of events ended."""

    sent: dict[str, dict[str, int]]  #: Channel → action → number.
    skipped: tuple[Skipped, ...]
    problems: tuple[str, ...]  #: What should not have happened: failed, unknown, unfinished.


@dataclass(slots=True)
class DrivenClock:
    """The clock of a rehearsal: it shows what it was set to."""

    now: datetime

    def __call__(self) -> datetime:
        """The simulated moment, UTC."""
        return self.now


@dataclass(slots=True)
class Drive:
    """One course of events on one engine."""

    engine: Engine
    key: Campaign
    clock: DrivenClock
    happens: Sequence[Happening]
    moved: Callable[[datetime], None] = lambda now: None  #: Before the work of each moment.
    happened: Callable[[Happening], None] = lambda happening: None
    drained: Callable[[], None] = lambda: None  #: After the work of each moment.
    problems: list[str] = field(default_factory=list)

    def run(self, until: datetime, stops: Sequence[datetime] = (), at_stop: Callable[[datetime], None] = print) -> None:
        """Go from moment to moment up to `until`; `at_stop` is called before anything of a stop's moment happens."""
        pending = sorted(self.happens, key=lambda happening: happening.at)
        waiting = sorted(stops)
        for _ in range(_STUCK):
            now = self._next(pending, waiting, until)
            if now is None:
                return
            self._move(now)
            while waiting and waiting[0] <= now:
                at_stop(waiting.pop(0))
            while pending and pending[0].at <= now:
                self._happen(pending.pop(0))
            self._work()
        self.problems.append(f"still not done after {_STUCK} moments")

    def _next(self, pending: Sequence[Happening], waiting: Sequence[datetime], until: datetime) -> datetime | None:
        with self.engine.database.read() as connection:
            moments = [ledger.next_ready(connection), _next_expiry(connection)]
        moments += [pending[0].at if pending else None, waiting[0] if waiting else None]
        found = min((moment for moment in moments if moment is not None), default=None)
        if found is None or found > until:
            return None
        return max(found, self.clock.now + _STEP)

    def _move(self, now: datetime) -> None:
        self.clock.now = now
        self.moved(now)

    def _happen(self, happening: Happening) -> None:
        self.happened(happening)
        house, now = self.engine.house, self.clock.now
        try:
            if isinstance(happening.what, Words):
                campaigns.give_words(house, self.key, happening.what.rule, happening.what.text, OFFICE, now)
            else:
                proposal = change.propose(house, self.key, happening.what, now)
                change.confirm(house, proposal, CHIEF, happening.reason, now)
        except AnnouncerError as error:
            self.problems.append(f"{happening.reason or type(happening.what).__name__}: {error}")
        self.approve()

    def approve(self) -> None:
        """The office approves what is new."""
        done = campaigns.approve(self.engine.house, self.key, CHIEF, self.clock.now)
        self.problems += [f"message {id_}: {said}" for id_, said in done.problems]

    def _work(self) -> None:
        self.engine.tick()
        for name in self.engine.ways_out:
            self.engine.drain(name)
        self.engine.tick()
        self.drained()


def _next_expiry(connection: sa.Connection) -> datetime | None:
    ends = [m.planned.not_after for m in store.messages(connection, states=store.OPEN)]
    return min((end + _STEP for end in ends if end is not None), default=None)


def tally(engine: Engine, key: Campaign, problems: Sequence[str]) -> Tally:
    """Count what went where, and list what did not and why."""
    with engine.database.read() as connection:
        rows = connection.execute(
            sa.select(delivery.c.channel, delivery.c.action, delivery.c.state, sa.func.count()).group_by(
                delivery.c.channel, delivery.c.action, delivery.c.state
            )
        ).all()
        messages = store.messages(connection, key)
    sent: dict[str, dict[str, int]] = {}
    found = list(problems)
    for channel, action, state, number in rows:
        if state == DeliveryState.SENT:
            sent.setdefault(channel, {})[action] = number
        elif state not in (DeliveryState.CANCELLED, DeliveryState.SUPPRESSED):
            found.append(f"{number} deliveries on {channel} ended {state}")
    done = (MessageState.SENT, MessageState.PARTLY_SENT)
    skipped = [
        Skipped(
            m.planned.occurrence.rule_id,
            m.planned.channel,
            m.state,
            m.planned.due_at,
            m.planned.why,
            m.planned.waits_for,
        )
        for m in messages
        if m.state not in done
    ]
    return Tally(sent, tuple(skipped), tuple(found))


def beginning(engine: Engine, key: Campaign) -> datetime:
    """A day before the first moment of a campaign, in UTC."""
    with engine.database.read() as connection:
        dues = [m.planned.due_at for m in store.messages(connection, key) if m.planned.due_at is not None]
    return min(dues, default=datetime.now(UTC)) - timedelta(days=1)
