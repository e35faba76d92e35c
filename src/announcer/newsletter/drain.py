"""One drain of the ledger: claim a round, send it, record it along with the next claim.

The thread that calls drives all connections; what has to wait (the ledger,
opening a connection) is done by a few threads beside it. Rounds that end while
the ledger is busy are recorded together, and the next letters of all of them
claimed, in one transaction: fifty connections cost it little more than one. The first connection
begins alone, and another joins only when a claim came back full, so a handful
of mails costs one. Whatever the relay does, every claimed letter goes back to
the ledger with exactly one outcome.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import NamedTuple

from announcer import failpoints
from announcer.errors import Credentials, Transient
from announcer.model.ledger import Deferred, Sent
from announcer.newsletter import pace
from announcer.newsletter.connection import Connection, Lost
from announcer.newsletter.lanes import Done, Lane, Lanes
from announcer.newsletter.pool import Pool
from announcer.newsletter.rounds import Ledger, Letter
from announcer.newsletter.smtp import SOON, Mail, Round
from announcer.settings import Relay

#: After `stop`, seconds until lanes are cut that leave nothing in doubt, and until all are.
_GRACE = 0.75
_GRACE_IN_DOUBT = 5.0
#: So many letters, and none that got through: then the relay is in trouble, not they.
_SUSPICIOUS = 5
#: Letters to try a relay with that was in trouble.
_PROBE = 5
#: How often lanes are looked at that do not move, in seconds.
_LOOK = 0.1
#: How often it is asked whether somebody paused what is under way, in seconds.
_ASK = 0.5


class Ended(NamedTuple):
    """A round that has ended and is to be recorded, and its connection, which is ready for `limit` more."""

    done: Done
    connection: Connection | None
    limit: int


#: What a thread beside it brings: a lane that can begin, nothing, or what went wrong.
Turn = Lane | BaseException | None


@dataclass(frozen=True, slots=True)
class Outlet:
    """What drains of one mailer share: the relay, its connections and its limits."""

    name: str  #: The relay's section of config.toml.
    relay: Relay
    sender: bytes  #: The envelope's sender.
    pool: Pool
    breaker: pace.Breaker
    bucket: pace.Bucket
    write: Callable[[Ledger, Sequence[Letter], Done], Iterator[Mail]]  #: Letters written out; what can't be is done.
    alone: bool = True  #: No other relay could take over.


class Drain:
    """The connections of one call of `Mailer.drain`, and what they share."""

    def __init__(
        self, outlet: Outlet, ledger: Ledger, stop: threading.Event, paused: Callable[[], bool] = lambda: False
    ) -> None:
        """`paused` tells whether somebody stopped what is under way: then no further mail begins, as after `stop`."""
        relay = outlet.relay
        self._paused = paused
        self._outlet = outlet
        self._ledger = ledger
        self._stop = stop
        self._ending = False
        self._limit = pace.round_limit(relay.round, relay.connections, relay.per_second)
        self._probing = outlet.breaker.tripped
        self._most = 1 if self._probing else relay.connections
        self._permit = pace.Permit(self._over, outlet.bucket, stop.wait)
        self._executor = ThreadPoolExecutor(relay.connections, thread_name_prefix="newsletter")
        self._turns: SimpleQueue[Turn] = SimpleQueue()  #: Those that are done waiting.
        self._ended: list[Ended] = []  #: Rounds that wait for the ledger.
        self._booking = False  #: A thread records.
        self._books = threading.Lock()
        self._working = 0  #: Lanes, and turns from which one may come.
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._error: BaseException | None = None

    def run(self) -> Counter[str]:
        """Send until nothing is due; see `Mailer.drain`."""
        letters: Sequence[Letter] = ()
        if self._over() or not (self._probing or (letters := self._next_round([], self._limit))):
            return self._counts
        self._lanes = Lanes()
        with self._executor, closing(self._lanes):
            try:
                self._working += 1
                self._submit(self._knock if self._probing else lambda: self._begin(letters, None, self._limit))
                self._drive()
            finally:
                self._ending = True
        if self._error:
            raise self._error
        return self._counts

    def _next_round(self, done: Done, limit: int) -> Sequence[Letter]:
        return self._ledger.next_round(done, limit, self._outlet.name)

    def _over(self) -> bool:
        return self._ending or self._stop.is_set()

    # -- the calling thread: drives the lanes --

    def _drive(self) -> None:
        looked_at = asked_at = time.monotonic()
        stopped_at: float | None = None
        while self._working:
            for lane in self._lanes.ready(_LOOK):
                self._advance(lane)
            self._take_turns()
            if (now := time.monotonic()) - looked_at < _LOOK:
                continue
            looked_at = now
            if now - asked_at >= _ASK and not self._over():
                self._ending, asked_at = self._paused(), now
            if self._over():
                stopped_at = now if stopped_at is None else stopped_at
                self._cut(now - stopped_at)
            self._end_silent(now)

    def _advance(self, lane: Lane, error: Lost | None = None) -> None:
        """Let a lane go on as far as it can."""
        try:
            settled = lane.steps.throw(error) if error else next(lane.steps)
            while settled is not None:
                lane.done.append(settled)
                settled = next(lane.steps)
        except StopIteration:
            failpoints.hit("after-send")
        except Credentials as refusal:
            self._refuse(refusal)
        else:
            self._lanes.watch(lane, time.monotonic())
            return
        self._end(lane)

    def _end(self, lane: Lane) -> None:
        self._lanes.remove(lane)
        self._judge(lane.done, lane.connection)
        done = self._complete(lane.letters, lane.done, "the relay wants another sign-on")
        limit = pace.next_limit(self._limit, len(lane.letters), time.monotonic() - lane.began)
        self._hand_in(Ended(done, lane.connection, limit))

    def _take_turns(self) -> None:
        while True:
            try:
                turn = self._turns.get_nowait()
            except Empty:
                return
            if isinstance(turn, BaseException):
                self._error = self._error or turn
                self._ending = True
            if isinstance(turn, Lane):
                lane = turn
                self._lanes.add(lane)
                if len(lane.letters) >= lane.limit and self._working < self._most and not self._over():
                    self._working += 1
                    self._hand_in(Ended([], None, self._limit))
                failpoints.hit("before-send")
                self._advance(lane)
            else:
                self._working -= 1

    def _cut(self, waited: float) -> None:
        """After `stop`, hang up on whom it is no use to wait for."""
        if waited < _GRACE:
            return
        self._outlet.pool.abort_opening()
        for lane in self._lanes:
            if waited >= _GRACE_IN_DOUBT or not lane.connection.owes_answer:
                self._advance(lane, Lost("the service stops"))

    def _end_silent(self, now: float) -> None:
        for lane in self._lanes:
            if now - lane.since > self._outlet.relay.timeout_seconds:
                self._advance(lane, Lost("it does not answer in time"))

    # -- threads beside it: what has to wait --

    def _submit(self, turn: Callable[[], Lane | None]) -> None:
        self._executor.submit(self._run, turn)

    def _run(self, turn: Callable[[], Lane | None]) -> None:
        try:
            self._bring(turn())
        except BaseException as error:  # noqa: BLE001 - the calling thread raises it
            self._bring(error)

    def _bring(self, turn: Turn) -> None:
        self._turns.put(turn)
        self._lanes.wake()

    def _hand_in(self, ended: Ended) -> None:
        """Let it be recorded: by the thread that is at it, or by one that begins now."""
        with self._books:
            self._ended.append(ended)
            if self._booking:
                return
            self._booking = True
        self._executor.submit(self._keep_books)

    def _keep_books(self) -> None:
        """Record and claim for all that ended meanwhile, until nothing did."""
        while True:
            with self._books:
                batch, self._ended = self._ended, []
                if not batch:
                    self._booking = False
                    return
            self._book(batch)

    def _book(self, batch: Sequence[Ended]) -> None:
        """Record these rounds and claim the next of all of them in one transaction."""
        going = 0 if self._resting() else len(batch) - max(0, self._working - self._most)
        limits = [ended.limit if place < going else 0 for place, ended in enumerate(batch)]
        try:
            letters = self._next_round([outcome for ended in batch for outcome in ended.done], sum(limits))
        except BaseException as error:  # noqa: BLE001 - the calling thread raises it
            for ended in batch:
                self._give(ended.connection)
                self._bring(error)
            return
        start = 0
        for ended, limit in zip(batch, limits, strict=True):
            self._start(letters[start : start + limit], ended)
            start += limit

    def _start(self, letters: Sequence[Letter], ended: Ended) -> None:
        """The next round on a connection; where one has to be opened first, a thread of its own waits for it."""
        connection = ended.connection
        if letters and not (connection and connection.usable):
            self._submit(lambda: self._begin(letters, connection, ended.limit))
        else:
            self._run(lambda: self._begin(letters, connection, ended.limit))

    def _knock(self) -> Lane | None:
        """At a relay that was in trouble, before anything is claimed."""
        try:
            connection = self._outlet.pool.take()
        except (Transient, Credentials) as error:
            self._cannot_reach(error)
            return None
        limit = min(self._limit, _PROBE)
        try:
            letters = self._next_round([], 0 if self._resting() else limit)
        except BaseException:
            self._give(connection)
            raise
        return self._begin(letters, connection, limit)

    def _begin(self, letters: Sequence[Letter], connection: Connection | None, limit: int) -> Lane | None:
        if not letters or (connection and not connection.usable):
            self._give(connection)
            connection = None
        if not letters:
            return None
        done: Done = []
        try:
            mails = self._outlet.write(self._ledger, letters, done)
            connection = connection or self._outlet.pool.take()
        except (Transient, Credentials) as error:
            self._cannot_reach(error)
            self._next_round(self._complete(letters, done, str(error)), 0)
            return None
        except BaseException:
            self._give(connection)
            raise
        steps = Round(connection, self._outlet.sender).send(mails, self._permit)
        return Lane(connection, tuple(letters), steps, done, limit)

    def _give(self, connection: Connection | None) -> None:
        if connection:
            self._outlet.pool.give(connection)

    def _resting(self) -> bool:
        return self._over() or self._outlet.breaker.seconds_left() > 0

    # -- what follows from outcomes --

    def _complete(self, letters: Sequence[Letter], done: Done, said: str) -> Done:
        """`done` with an outcome for every letter: those that have none go back as they were."""
        if len(done) < len(letters):
            settled = {letter.id for letter, _ in done}
            away = self._outlet.breaker.seconds_left() if self._outlet.alone else 0.0
            back = Deferred(said, max(SOON, away), counted=False)
            done += [(letter, back) for letter in letters if letter.id not in settled]
        with self._counting:
            self._counts.update([type(outcome).__name__.lower() for _, outcome in done])
        return done

    def _judge(self, done: Done, connection: Connection) -> None:
        # A relay may end a connection that did its work (many do, after so many mails): that is no trouble.
        cut = not connection.usable and not connection.proved
        if any(isinstance(outcome, Sent) for _, outcome in done):
            connection.proved = True
            self._outlet.breaker.mend()
            if self._probing:
                self._probing, self._most = False, self._outlet.relay.connections
        elif not self._over() and (cut or self._probing or _tried(done) >= _SUSPICIOUS):
            self._outlet.breaker.trip()

    def _cannot_reach(self, error: Transient | Credentials) -> None:
        if isinstance(error, Credentials):
            self._refuse(error)
        elif self._working > 1:
            self._most = self._working - 1  # The others are connected: it only takes no more of us.
        elif not self._over():
            self._outlet.breaker.trip()

    def _refuse(self, error: Credentials) -> None:
        self._error = self._error or error
        self._ending = True
        self._outlet.breaker.trip(fully=True)


def _tried(done: Done) -> int:
    return sum(not isinstance(outcome, Deferred) or outcome.counted for _, outcome in done)
