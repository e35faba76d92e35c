"""Claim → send → record: the one way anything leaves the house.

The attempt is in the ledger before the network is touched and its outcome
right after; whatever happens between the two is settled openly.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from announcer import failpoints
from announcer.channels import Channel
from announcer.channels.own_pages import RETRY_SECONDS, Gate
from announcer.clock import Clock
from announcer.errors import AnnouncerError, ByHand, Credentials, Permanent, SendError, Transient, UnknownOutcome
from announcer.model.content import Abilities, Payload, part_of, parts_of
from announcer.model.ledger import (
    Action,
    Deferred,
    Delivery,
    DeliveryState,
    Failed,
    Outcome,
    Receipt,
    Sent,
    Unknown,
)
from announcer.model.people import Actor
from announcer.newsletter.rounds import Letter
from announcer.store import contents, intervention, journal, ledger
from announcer.store.database import Database
from announcer.store.ledger import Settlement
from announcer.store.writelock import Lane

log = structlog.get_logger(__name__)

#: About two days of tries at the intervals below.
MOST_ATTEMPTS = 56
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(hours=1)
#: Posts claimed at once in a burst, and for how many seconds they may be sent until the rest goes back.
_MOST_AT_ONCE, _BATCH_SECONDS = 8, 0.5
#: After an attempt that never began: the network or the relay was not there.
UNCOUNTED_RETRY = timedelta(seconds=15)


def retry_at(now: datetime, attempts: int, outcome: Deferred, jitter: float) -> datetime | None:
    """When to try again, None if it is given up. `jitter` from 0 to 1 spreads the crowd by a fifth."""
    if outcome.retry_after is not None:
        return now + timedelta(seconds=outcome.retry_after) * (1 + jitter / 5)
    if not outcome.counted:
        return now + UNCOUNTED_RETRY * (1 + jitter / 5)
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    return now + pause * (1 + jitter / 5)


@dataclass(frozen=True, slots=True)
class Attempted:
    """A delivery and what came of it, for whoever watches."""

    delivery: Delivery
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Work:
    delivery: Delivery
    payload: Payload  #: As the delivery was queued: what may be out already says this.
    previous: Receipt | None
    fresh: Payload | None = None  #: What it says now, if the facts changed while a worker held it.
    fresh_id: int | None = None  #: The content that is.


class Dispatcher:
    """Drains the ledger of one channel at a time; any number of threads may, one per channel."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        clock: Clock,
        owner: str,
        watch: Callable[[Attempted], None] = lambda attempted: None,
        gate: Gate | None = None,
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._owner = owner
        self._watch = watch
        self._gate = gate

    def drain(self, name: str, stop: threading.Event) -> int:
        """Send what is due on channel `name`, until nothing is or `stop` is set; how many were tried."""
        channel = self._channels[name]
        done: list[Settlement] = []
        tried, most = 0, 1
        while True:
            batch = self._next(name, done, 0 if stop.is_set() else most)
            if not batch:
                return tried
            failpoints.hit("after-claim")
            done = self._send(channel, batch, stop)
            tried += len(batch)
            most = _next_most(channel, most, len(batch))

    def _send(self, channel: Channel, batch: Sequence[_Work], stop: threading.Event) -> list[Settlement]:
        """One after the other. What can't begin soon goes back: a pause or something urgent must not wait for it."""
        begun = time.monotonic()
        done: list[Settlement] = []
        for number, work in enumerate(batch):
            if number and (stop.is_set() or time.monotonic() - begun > _BATCH_SECONDS):
                return done + [_given_back(rest.delivery, self._clock()) for rest in batch[number:]]
            outcome = self._attempt(channel, work)
            if isinstance(outcome, _SentAnew):
                with self._database.write(Lane.TICK) as connection:
                    intervention.said_anew(connection, work.delivery.id, work.delivery.fence, outcome.content_id)
            done.append(settle(work.delivery, outcome, self._clock(), channel.can))
            self._pause_if_refused(channel.name, outcome)
            self._watch(Attempted(work.delivery, outcome))
            if isinstance(outcome, _Refused):
                begun -= _BATCH_SECONDS
        return done

    def _next(self, name: str, done: Sequence[Settlement], most: int) -> list[_Work]:
        """Record the last batch and claim the next in one transaction."""
        failpoints.hit("before-mark" if done else "before-claim")
        with self._database.write(Lane.TICK) as connection:
            ledger.record(connection, done)
            claimed = ledger.claim(connection, name, self._clock(), self._owner, most) if most else []
            work = _works(connection, claimed)
        if done:
            failpoints.hit("after-mark")
        return work

    def _attempt(self, channel: Channel, work: _Work) -> Outcome:
        try:
            if work.delivery.maybe_double:
                found = _look_first(channel, work)
                if found is not None:
                    return found
                if work.delivery.not_after is not None and work.delivery.not_after < self._clock():
                    return Deferred("it is not there, and its moment has passed")
            corrects = work.delivery.action is not Action.PUBLISH or work.delivery.corrects_id is not None
            if corrects and work.previous is None:
                return Failed("what it corrects never arrived, or its receipt is not known")
            if (waits := self._waits(channel, work.delivery)) is not None:
                return waits
            failpoints.hit("before-send")
            receipt = channel.send(work.delivery, work.fresh or work.payload, work.previous)
            failpoints.hit("after-send")
        except SendError as error:
            return _as_outcome(error)
        except AnnouncerError as error:
            return Failed(str(error))
        except Exception as error:  # a channel's bug must not stop the others
            log.exception("channel failed", channel=channel.name, delivery=work.delivery.id)
            return Unknown(f"{type(error).__name__} in channel {channel.name}; see the log")
        return Sent(receipt) if work.fresh is None or work.fresh_id is None else _SentAnew(receipt, work.fresh_id)

    def _waits(self, channel: Channel, delivery: Delivery) -> Deferred | None:
        """A post waits until the page it links to answers; an item of a feed is a page itself."""
        if self._gate is None or channel.kind == "feed" or delivery.action is not Action.PUBLISH:
            return None
        said = self._gate.bar(delivery.content_id)
        return None if said is None else Deferred(said, RETRY_SECONDS, counted=False)

    def _pause_if_refused(self, name: str, outcome: Outcome) -> None:
        if isinstance(outcome, _Refused):
            with self._database.write(Lane.OFFICE) as connection:
                now = self._clock()
                journal.remember(connection, journal.pause_name(f"channel:{name}"), outcome.said)
                journal.remember(connection, journal.since_name(f"channel:{name}"), now.isoformat())
                journal.note(connection, Actor.clock(), now, "pause", f"channel {name}", why=outcome.said)


@dataclass(frozen=True, slots=True)
class _ForAPerson(Failed):
    """Only a person can do it; `said` is what to do."""


@dataclass(frozen=True, slots=True)
class _SentAnew(Sent):
    """It left in words newer than those it was queued with."""

    content_id: int = 0


@dataclass(frozen=True, slots=True)
class _Refused(Deferred):
    """The account is no longer accepted: tried again once somebody resumed the channel."""


def _works(connection: sa.Connection, claimed: Sequence[Delivery]) -> list[_Work]:
    """Claimed deliveries with what they say: as they were queued and, if the facts changed meanwhile, now."""
    if not claimed:
        return []
    newer = contents.outdated(connection, {one.content_id for one in claimed if one.action is Action.PUBLISH})
    texts = contents.by_id(connection, {*(one.content_id for one in claimed), *newer.values()})
    works = []
    for one in claimed:
        fresh: Payload | None = None
        if one.action is Action.PUBLISH and one.content_id in newer:
            now = texts[newer[one.content_id]].payload
            fresh = part_of(now, one.part) if one.part < parts_of(now) else None
        previous = ledger.previous_of(connection, one)
        now_id = newer.get(one.content_id) if fresh is not None else None
        works.append(_Work(one, part_of(texts[one.content_id].payload, one.part), previous, fresh, now_id))
    return works


def _next_most(channel: Channel, most: int, claimed: int) -> int:
    """How many to claim next: in a burst several, which saves a commit for each.

    Only where a doubt settles itself, for after a crash all that was claimed is in doubt.
    """
    if not (channel.can.key or channel.can.find):
        return 1
    return min(2 * most, _MOST_AT_ONCE) if claimed == most else 1


def _given_back(delivery: Delivery, now: datetime) -> Settlement:
    return Settlement(delivery.id, delivery.fence, DeliveryState.PENDING, now, counted=False)


def _look_first(channel: Channel, work: _Work) -> Outcome | None:
    """Settle a doubt before repeating; None means it is safe to send."""
    if channel.can.find:
        found = channel.find(work.delivery, work.payload, work.previous)
        return Sent(found) if found is not None else None
    return None if channel.can.key else Unknown("an earlier try was cut off, and this network can't be asked")


def _as_outcome(error: SendError) -> Outcome:
    match error:
        case ByHand():
            return _ForAPerson(str(error))
        case Transient():
            return Deferred(str(error), error.retry_after)
        case Credentials():
            return _Refused(str(error), counted=False)
        case UnknownOutcome():
            return Unknown(str(error))
        case Permanent() | SendError():
            return Failed(str(error))


def settle(delivery: Delivery, outcome: Outcome, now: datetime, can: Abilities) -> Settlement:
    """The ledger row after an attempt. A doubt that can be settled by key or look-up is tried again."""
    row = _Row(delivery.id, delivery.fence, delivery.attempts, delivery.not_after)
    match outcome:
        case Unknown(said=said) if can.find or can.key:
            again = row.deferred(Deferred(said), now, doubt=True)
            return again if again.state is DeliveryState.DEFERRED else row.ended(DeliveryState.UNKNOWN, now, said)
        case Unknown(said=said):
            return row.ended(DeliveryState.UNKNOWN, now, said)
        case _:
            return row.settled(outcome, now)


def settle_mail(letter: Letter, outcome: Outcome, now: datetime) -> Settlement:
    """The ledger row after a mail was tried: a lost answer is tried again under the same Message-ID."""
    if isinstance(outcome, Sent):
        return Settlement(letter.id, letter.fence, DeliveryState.SENT, now, receipt=outcome.receipt)
    row = _Row(letter.id, letter.fence, letter.attempts)
    if isinstance(outcome, Unknown):
        return row.deferred(Deferred(outcome.said), now, doubt=True)
    return row.settled(outcome, now)


@dataclass(frozen=True, slots=True)
class _Row:
    """A claimed row, as far as settling it matters."""

    id: int
    fence: int
    attempts: int
    not_after: datetime | None = None

    def settled(self, outcome: Sent | Failed | Deferred, now: datetime) -> Settlement:
        match outcome:
            case Sent(receipt=receipt):
                return Settlement(self.id, self.fence, DeliveryState.SENT, now, receipt=receipt)
            case _ForAPerson(said=said):
                return self.ended(DeliveryState.MANUAL, now, said)
            case Failed(said=said):
                return self.ended(DeliveryState.FAILED, now, said)
            case Deferred():
                return self.deferred(outcome, now)

    def ended(self, state: DeliveryState, now: datetime, said: str) -> Settlement:
        return Settlement(self.id, self.fence, state, now, said=said, maybe_double=state is DeliveryState.UNKNOWN)

    def deferred(self, outcome: Deferred, now: datetime, *, doubt: bool = False) -> Settlement:
        again = retry_at(now, self.attempts, outcome, random.random())
        if again is None:
            return self.ended(DeliveryState.FAILED, now, f"given up after {self.attempts} tries: {outcome.said}")
        if self.not_after is not None and again > self.not_after and not doubt:
            return self.ended(DeliveryState.MISSED, now, outcome.said)
        state, said = DeliveryState.DEFERRED, outcome.said
        return Settlement(
            self.id, self.fence, state, now, again, said=said, maybe_double=doubt, counted=outcome.counted
        )
