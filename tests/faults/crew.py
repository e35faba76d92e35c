"""Three workers on one PostgreSQL, ended again and again while they send, each replaced at once."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from announcer.failpoints import MAIL_NAMES, NAMES
from tests.faults.house import Office
from tests.faults.kill_loop import CONNECTIONS, LEASE, Life, Loop, Report, furnish, report
from tests.faults.process import WORKER, Service, wait_until
from tests.faults.sink import receiving

#: Seconds that the end of one worker and the start of the next take about.
TURN = 2.6


class Crew:
    """Workers that are there until the block ends."""

    def __init__(self, office: Office, workers: int, **environment: str) -> None:
        self._office = office
        self._environment = environment
        self._stack = ExitStack()
        self.workers = [self._hire() for _ in range(workers)]

    def __enter__(self) -> Crew:
        for one in self.workers:
            one.ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _hire(self, **environment: str) -> Service:
        one = Service(self._office.config, verb=WORKER, **self._environment, **environment)
        self._stack.callback(one.kill)
        return one

    def replace(self, place: int, **environment: str) -> Service:
        """Another worker in the place of one that is gone, or is about to be."""
        self.workers[place] = self._hire(**environment)
        return self.workers[place]


def crew_loop(
    store_url: str,
    folder: Path,
    *,
    mails: int,
    kills: int,
    posts: int,
    workers: int = 3,
    failpoints: Sequence[str] = (*NAMES, *MAIL_NAMES),
) -> Report:
    """Send `mails` mails and `posts` posts while workers are killed: `kills` at random, one at each failpoint."""
    seed = random.randrange(1_000_000)
    began = time.monotonic()
    seconds = (kills + len(failpoints)) * TURN
    # So slow that all of it lasts as long as the killing; each mail waits at the relay.
    with receiving(folder / "sink", workers * CONNECTIONS * seconds / mails) as sink:
        office = Office(folder / "office", store_url, sink.smtp_port, sink.url, sink.token)
        furnish(office, mails, posts, seconds)
        loop = Loop(office, sink, random.Random(seed), reach=3, span=0.5, lease=LEASE)
        with Crew(office, workers, ANNOUNCER_LEASE_SECONDS=str(LEASE)) as crew:
            for how in loop.chance.sample([*failpoints, *[""] * kills], kills + len(failpoints)):
                _strike(loop, crew, how)
            with office.ledger() as ledger:
                wait_until(ledger.over, "everything to be sent", 300)
            for one in crew.workers:
                loop.lives.append(Life("end", 0, one.seconds_to_ready, *one.stop()))
        return report(loop, store_url.partition(":")[0], mails, posts, time.monotonic() - began, seed)


def _strike(loop: Loop, crew: Crew, how: str) -> None:
    place = loop.chance.randrange(len(crew.workers))
    before = loop.sink.size()
    one = crew.workers[place]
    if how:  # the one who is there makes room for one that is armed
        one.kill()
        one = crew.replace(place, ANNOUNCER_FAILPOINT=f"{how}:{loop.chance.randint(1, 3)}")
        wait_until(lambda: one.ended, f"the end at {how}")
        code = one.wait()
        crew.replace(place).ready()
    else:
        time.sleep(loop.chance.uniform(0, loop.span))
        one.send(signal.SIGKILL)
        code = one.wait()
        crew.replace(place).ready()
    loop.keep(how or "SIGKILL", before, one, code)
