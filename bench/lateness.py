"""How late posts leave: the service's own clock, workers and ledger, with 100,000 planned messages in the store.

Lateness is the first byte at a Mastodon stand-in in another process minus
`due_at`. The baseline: a bare loop that sleeps until the same moments and posts
with httpx to the same stand-in, in a process of its own at the same time, so
that a neighbour's load falls on both. Bar: 100 ms for 99 of 100, at distinct
moments, also while a newsletter is written to the ledger and sent. A burst at
one instant goes over one account one by one, so it has no bar but that nothing
is early; it is measured alone and beside a newsletter.
"""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import httpx
import sqlalchemy as sa
import structlog

from announcer.clock import system_clock
from announcer.engine import MAIL, Engine
from announcer.model.content import Payload
from announcer.rehearsal.stage import scratch_settings
from announcer.service import Timekeeper, Worker, settle_memory
from announcer.settings import Relay, Settings
from announcer.store.tables import delivery
from bench import house
from bench.figures import Bar, Options, percentile
from bench.sink import sink
from bench.standin import StandIn, stand_in

PLANNED = 100_000
POSTS = 300
SECONDS = 30
BURST = 1_000
READERS = 100_000
#: Until the first moment, so that everything is planned by then.
HEAD_START = timedelta(seconds=10)

LATE_BAR = Bar("lateness of 99 of 100", 100, "ms")
EARLY_BAR = Bar("the earliest, after its moment", 0, "ms", at_least=True)


def main(options: Options) -> bool:
    """Print lateness beside the bare loop's; whether the bars hold."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder, stand_in() as server, sink() as port:
        bench = _Bench(_engine(Path(folder), server.url, port), server)
        house.plan_for_later(bench.engine.database, PLANNED)
        print(f"  {PLANNED:,} messages planned; {POSTS} posts within {SECONDS} s, {BURST} at one instant")
        with _service(bench.engine):
            alone = bench.posts("alone", _moments())
            burst = bench.posts("burst", _instant())
            beside = bench.beside_newsletter("beside", _moments, timedelta(seconds=1))
            crowded = bench.beside_newsletter("crowded", _instant, timedelta(seconds=-4))
    alone.show("service")
    burst.show("service, burst")
    beside.show("service, beside a newsletter")
    crowded.show("service, burst beside a newsletter")
    return all([alone.held(), beside.held(), EARLY_BAR.holds(min([*burst.service, *crowded.service]))])


@dataclass(frozen=True, slots=True)
class _Late:
    """Lateness in milliseconds: the service's and the bare loop's, measured at the same time."""

    service: list[float]
    bare: list[float]

    def show(self, name: str) -> None:
        """Print both."""
        for side, late in {name: self.service, "    bare loop meanwhile": self.bare}.items():
            figures = (
                f"median {median(late):.1f} ms, 99 of 100 {percentile(late, 0.99):.1f} ms, latest {max(late):.1f} ms"
            )
            print(f"  {side}: {figures}", flush=True)
        ratio = percentile(self.service, 0.99) / percentile(self.bare, 0.99)
        print(f"    99 of 100: {ratio:.2f} × the bare loop", flush=True)

    def held(self) -> bool:
        """Whether the bars hold."""
        return all([EARLY_BAR.holds(min(self.service)), LATE_BAR.holds(percentile(self.service, 0.99))])


def _moments() -> list[datetime]:
    """Distinct moments, at no regular distance, so that none of them meets a tick by design."""
    begin = system_clock() + HEAD_START
    return [begin + timedelta(seconds=SECONDS * (number * 0.6180339887 % 1)) for number in range(POSTS)]


def _instant() -> list[datetime]:
    return [system_clock() + HEAD_START] * BURST


def _lateness(stand_in: StandIn, name: str, moments: Sequence[datetime]) -> list[float]:
    """Milliseconds from its moment to its arrival, for each post."""
    found = stand_in.arrivals(name, len(moments))
    due = {_status(name, number): moment for number, moment in enumerate(moments)}
    return [(found[text] - moment) / timedelta(milliseconds=1) for text, moment in due.items()]


def _status(name: str, number: int) -> str:
    return f"{name} {number}: Hinweis der Pressestelle"


def _payload(name: str, number: int) -> Payload:
    return {"status": _status(name, number), "language": "de", "visibility": "public", "spoiler_text": ""}


@contextmanager
def _bare_loop(url: str, name: str, moments: Sequence[datetime]) -> Iterator[None]:
    """Beside the block, in a process of its own, the least that can be done."""
    process = multiprocessing.get_context("spawn").Process(target=_post_all, args=(url, name, moments))
    process.start()
    yield
    process.join()


def _post_all(url: str, name: str, moments: Sequence[datetime]) -> None:
    with httpx.Client(headers={"Authorization": "Bearer token"}) as client:
        for moment, number in sorted((moment, number) for number, moment in enumerate(moments)):
            time.sleep(max(0.0, (moment - system_clock()).total_seconds()))
            client.post(f"{url}/api/v1/statuses", json=_payload(name, number)).raise_for_status()


def _engine(folder: Path, url: str, smtp_port: int) -> Engine:
    scratch = scratch_settings(Settings(), folder, smtp_port=smtp_port, mastodon_url=url)
    relay = Relay(port=smtp_port, security="none")
    return Engine(scratch.model_copy(update={"mail": scratch.mail.model_copy(update={"relay": relay})}), system_clock)


@contextmanager
def _service(engine: Engine) -> Iterator[None]:
    """What `announcer serve` runs, without its pages."""
    workers = [Worker(engine, name) for name in engine.ways_out]
    clock = Timekeeper(engine, workers)
    settle_memory()
    for worker in workers:
        worker.start()
    clock.start()
    try:
        yield
    finally:
        engine.stop.set()
        clock.stop()
        for worker in workers:
            worker.join()
        engine.close()


@dataclass(frozen=True, slots=True)
class _Bench:
    engine: Engine
    stand_in: StandIn

    def posts(self, name: str, moments: Sequence[datetime]) -> _Late:
        """Plan and approve a post for each moment; how late each was."""
        payloads = [_payload(name, number) for number in range(len(moments))]
        with _bare_loop(self.stand_in.url, f"bare-{name}", moments):
            house.approve(self.engine.database, name, "mastodon", moments, payloads)
            service = _lateness(self.stand_in, name, moments)
        return _Late(service, _lateness(self.stand_in, f"bare-{name}", moments))

    def beside_newsletter(self, name: str, wanted: Callable[[], list[datetime]], after: timedelta) -> _Late:
        """The same while a newsletter is written to the ledger and sent, begun so long after the first moment."""
        if not self._mailed():
            house.add_readers(self.engine.database, READERS)
        before, moments = self._mailed(), wanted()
        begin = (HEAD_START + after).total_seconds()
        letter = threading.Timer(begin, self._newsletter, [f"letter-{name}"])
        letter.start()
        late = self.posts(name, moments)
        letter.join()
        print(f"  beside it {self._mailed() - before:,} mails were sent", flush=True)
        return late

    def _newsletter(self, name: str) -> None:
        house.approve(self.engine.database, name, MAIL, [system_clock()], [house.real_mail()])

    def _mailed(self) -> int:
        query = sa.select(sa.func.count()).where(delivery.c.channel == MAIL, delivery.c.state == "sent")
        with self.engine.database.read() as connection:
            return connection.scalar(query) or 0
