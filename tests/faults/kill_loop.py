"""Send to many people and post through the day, and end the service again and again meanwhile.

The receivers live in a process of their own (`tests.faults.sink`), so what
they saw is the truth that the ledger is held against.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from announcer.clock import system_clock
from announcer.engine import MAIL
from announcer.failpoints import NAMES
from announcer.model.ledger import DeliveryState, MessageState
from announcer.newsletter.pace import MAX_IN_FLIGHT
from tests.faults.house import FEED, SOCIAL, Office, address, announce
from tests.faults.process import Service, wait_until
from tests.faults.sink import Sink, receiving

#: Mails a second that the relay takes: slow enough that every end falls into the send.
RATE = 1_500
CONNECTIONS = 4
#: Seconds a life takes about, with its start: the posts are spread over all lives.
LIFE = 2.2
#: Seconds after which another worker takes what a killed one held, where leases count (PostgreSQL).
LEASE, USUAL_LEASE = 2, 120
#: One end in so many falls into the start of the service.
EARLY = 5
#: Every connection and post counts alone towards these, and mail only when it begins: few are enough.
_RARE = ("before-claim", "after-claim")


@dataclass(frozen=True, slots=True)
class Life:
    """One life of the service, and how it ended."""

    how: str  #: A failpoint, or the name of the signal.
    came: int  #: What `Sink.size` grew by: 0 if nothing left the house.
    ready: float  #: Seconds until it was ready; 0 if it never was.
    code: int
    seconds_to_end: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. A mail or post is lost if nobody ever saw it, double if somebody saw it twice."""

    store: str
    mails: int
    posts: int
    lives: tuple[Life, ...]
    lost: int
    doubles: int
    doubles_allowed: int
    strangers: int  #: Mails to people who were not meant, or under a second Message-ID.
    posts_lost: int
    posts_double: int
    left_sending: int
    unsettled: int  #: Messages that did not end as `sent`.
    latest_post: float  #: Seconds from due to recorded.
    seconds: float
    seed: int

    @property
    def ends(self) -> Counter[str]:
        """How often it ended how."""
        return Counter(life.how for life in self.lives)

    @property
    def during_send(self) -> int:
        """How many lives ended after something had left in them."""
        return sum(life.came > 0 for life in self.lives)

    @property
    def slowest_end(self) -> float:
        """Seconds from the signal to the end."""
        return max((life.seconds_to_end for life in self.lives), default=0.0)

    @property
    def slowest_start(self) -> float:
        """Seconds until ready."""
        return max((life.ready for life in self.lives), default=0.0)

    def __str__(self) -> str:
        ends = ", ".join(f"{how} {number} ×" for how, number in self.ends.items())
        return (
            f"{self.store}: {self.mails} mails and {self.posts} posts in {self.seconds:.0f} s (seed {self.seed})\n"
            f"  ended {len(self.lives)} times, {self.during_send} of them in the midst of sending: {ends}\n"
            f"  mails: {self.lost} lost, {self.doubles} double (at most {self.doubles_allowed}), "
            f"{self.strangers} to the wrong one\n"
            f"  posts: {self.posts_lost} lost, {self.posts_double} double, the latest {self.latest_post:.1f} s late\n"
            f"  ledger: {self.left_sending} still in sending, {self.unsettled} messages not sent\n"
            f"  slowest start {self.slowest_start:.2f} s, slowest end {self.slowest_end:.2f} s"
        )


@dataclass(slots=True)
class Loop:
    office: Office
    sink: Sink
    chance: random.Random
    reach: int  #: A failpoint strikes at the latest when it is passed this often.
    span: float  #: Seconds from the first mail of a life to its end by a signal, at most.
    lease: int  #: Seconds, see `LEASE`.
    lives: list[Life] = field(default_factory=list)

    @contextmanager
    def alive(self, **environment: str) -> Iterator[Service]:
        """A service that is gone at the end of the block."""
        running = Service(self.office.config, ANNOUNCER_LEASE_SECONDS=str(self.lease), **environment)
        try:
            yield running
        finally:
            running.kill()

    def by_failpoint(self, name: str) -> None:
        """A life that a failpoint ends."""
        count = self.chance.randint(1, 4 if name in _RARE else self.reach)
        before = self.sink.size()
        with self.alive(ANNOUNCER_FAILPOINT=f"{name}:{count}") as running:
            code = running.wait()
        self.keep(name, before, running, code)

    def by_signal(self, number: signal.Signals) -> None:
        """A life that a signal ends at a random moment."""
        before = self.sink.size()
        with self.alive() as running:
            if self.chance.randrange(EARLY):
                running.ready()
                wait_until(lambda: self.sink.size() > before or self._nothing_left(), "the next arrival")
            time.sleep(self.chance.uniform(0, self.span))
            began = time.monotonic()
            running.send(number)
            code = running.wait()
        self.keep(number.name, before, running, code, time.monotonic() - began)

    def to_the_end(self) -> None:
        """The last life: until everything is over, then an orderly end."""
        before = self.sink.size()
        with self.alive() as running:
            running.ready()
            with self.office.ledger() as ledger:
                wait_until(ledger.over, "everything to be sent", 180)
            code, seconds = running.stop()
        self.keep("end", before, running, code, seconds)

    def _nothing_left(self) -> bool:
        with self.office.ledger() as ledger:
            return ledger.over()

    def frozen(self, running: Service) -> None:
        """A pause in the midst of sending, until others must take this service for dead."""
        before = self.sink.size()
        wait_until(lambda: self.sink.size() > before or self._nothing_left(), "the next arrival")
        time.sleep(self.chance.uniform(0, self.span))
        running.send(signal.SIGSTOP)
        time.sleep(self.lease + 2)
        running.send(signal.SIGCONT)
        self.keep("SIGSTOP", before, running, 0)

    def keep(self, how: str, before: int, running: Service, code: int, seconds: float = 0.0) -> None:
        """Write down how a life ended, or was interrupted."""
        self.lives.append(Life(how, self.sink.size() - before, running.seconds_to_ready, code, seconds))


def kill_loop(
    store_url: str,
    folder: Path,
    *,
    mails: int,
    kills: int,
    posts: int = 40,
    number: signal.Signals = signal.SIGKILL,
    failpoints: Sequence[str] = NAMES,
    round: int = 50,
    seed: int | None = None,
) -> Report:
    """Send `mails` mails of one message and `posts` posts, and what came of them.

    Beside mails each post is an entry in the feed too, and they are due over
    all lives. Without mails there are posts only, some for each life, so that
    every failpoint strikes within one.

    The service is ended `kills` times by signal `number` and once at each of
    `failpoints`, in random order, then left alone until everything is over.
    The failpoints come early on, while there is plenty to pass them.
    """
    ends = kills + len(failpoints)
    seed = random.randrange(1_000_000) if seed is None else seed
    began = time.monotonic()
    with receiving(folder / "sink", CONNECTIONS / RATE) as sink:
        office = Office(folder / "office", store_url, sink.smtp_port, sink.url, sink.token, round)
        furnish(office, mails, posts if mails else 0, ends * LIFE)
        loop = Loop(
            office,
            sink,
            random.Random(seed),
            reach=max(3, mails // round // (2 * ends)),
            span=1.6 * mails / RATE / ends if mails else 0.3,
            lease=LEASE if number is signal.SIGKILL else USUAL_LEASE,
        )
        early: list[str | signal.Signals] = [*failpoints, *[number] * min(kills, len(failpoints))]
        loop.chance.shuffle(early)
        for position, end in enumerate([*early, *[number] * (ends - len(early))]):
            if not mails:
                post(office, range(position * posts // ends, (position + 1) * posts // ends))
            loop.by_signal(end) if isinstance(end, signal.Signals) else loop.by_failpoint(end)
        loop.to_the_end()
        return report(loop, store_url.partition(":")[0], mails, posts, time.monotonic() - began, seed)


def freeze(store_url: str, folder: Path, *, mails: int, times: int) -> Report:
    """Two services on one store, one of them stopped (SIGSTOP) beyond its lease and woken again, `times` over."""
    began = time.monotonic()
    seed = random.randrange(1_000_000)
    with receiving(folder / "sink", CONNECTIONS / RATE) as sink:
        office = Office(folder / "office", store_url, sink.smtp_port, sink.url, sink.token)
        furnish(office, mails, 0, 0)
        loop = Loop(office, sink, random.Random(seed), reach=0, span=0.5, lease=LEASE)
        with loop.alive() as first, loop.alive() as second:
            first.ready(), second.ready()
            for _ in range(times):
                loop.frozen(first)
            with office.ledger() as ledger:
                wait_until(ledger.over, "everything to be sent", 180)
            for running in (first, second):
                loop.keep("end", 0, running, running.stop()[0])
        return report(loop, store_url.partition(":")[0], mails, 0, time.monotonic() - began, seed)


def furnish(office: Office, mails: int, posts: int, seconds: float) -> None:
    office.furnish()
    if mails:
        office.invite(mails)
    now = system_clock()
    with office.open() as engine:
        if mails:
            announce(engine, "rundbrief", (MAIL,), now, None)
        for number in range(posts):
            due = now + timedelta(seconds=seconds) * number / posts
            announce(engine, f"meldung-{number}", (FEED, SOCIAL), due, None)


def post(office: Office, numbers: range) -> None:
    """Approve posts that are due at once."""
    with office.open() as engine:
        for number in numbers:
            announce(engine, f"meldung-{number}", (SOCIAL,), system_clock(), None)


def report(loop: Loop, store: str, mails: int, posts: int, seconds: float, seed: int) -> Report:
    came = loop.sink.mails()
    wanted = {address(number) for number in range(1, mails + 1)}
    reached = Counter(recipient for _, recipient in came)
    published = Counter(loop.sink.posts())
    with loop.office.ledger() as ledger:
        states, messages = ledger.deliveries(), ledger.messages()
        latest = max(ledger.lateness(SOCIAL), default=0.0)
    ended = tuple(life for life in loop.lives if life.how != "end")
    violent = sum(life.how != "SIGTERM" for life in ended)
    return Report(
        store=store,
        mails=mails,
        posts=posts,
        lives=ended,
        lost=len(wanted - set(reached)),
        doubles=len(came) - len(reached),
        doubles_allowed=violent * min(MAX_IN_FLIGHT, CONNECTIONS * loop.office.round),
        strangers=len(set(reached) - wanted) + len(set(came)) - len(reached),
        posts_lost=posts - len(published),
        posts_double=published.total() - len(published),
        left_sending=states.get(DeliveryState.SENDING, 0),
        unsettled=sum(state is not MessageState.SENT for state in messages.values()),
        latest_post=latest,
        seconds=seconds,
        seed=seed,
    )
