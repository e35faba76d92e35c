"""The clock of a process that sends, and its threads: one for each way out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.errors import AnnouncerError
from announcer.office import holding
from announcer.store import ledger
from announcer.tick import Ticked

log = structlog.get_logger(__name__)

#: A worker looks at least this often, woken or not.
HEARTBEAT_SECONDS = 1.0
#: How often the ways out that are needed soon are looked at.
PREFLIGHT_MINUTES = 5
#: After an error that is not a delivery's (disk full, database away), this long passes before the next try.
TROUBLE_SECONDS = 2.0


def keep_watch(engine: Engine, now: datetime, *, starting: bool = False) -> bool:
    """Look after epoch and clock; whether all sending is held."""
    held = holding.keep_watch(engine.house, now, starting=starting)
    if held is not None:
        log.warning("all sending is held; 'announcer status' says why", why=str(held))
    return held is not None


class Worker(threading.Thread):
    """Drains one way out whenever it is woken, and once a second."""

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(name=f"out:{name}", daemon=True)
        self._engine = engine
        self._way = name
        self._bell = threading.Event()
        self.looked: Callable[[], None] = lambda: None  #: Called after each look that came to its end.
        self.jumped: Callable[[], None] = lambda: None  #: Called when it finds that the clock was set.

    def wake(self) -> None:
        """Something may be due."""
        self._bell.set()

    def run(self) -> None:
        """Until the engine stops."""
        while not self._engine.stop.is_set():
            self._bell.wait(HEARTBEAT_SECONDS)
            self._bell.clear()
            try:
                if self._engine.watch_clock():
                    self.jumped()
                self._engine.drain(self._way)
                self.looked()
            except AnnouncerError as error:
                log.error("sending stopped for now", channel=self._way, why=str(error))
                self._engine.stop.wait(TROUBLE_SECONDS)
            except Exception:  # one channel's fault must not end its worker for good
                log.exception("sending stopped for now", channel=self._way)
                self._engine.stop.wait(TROUBLE_SECONDS)


class Timekeeper:
    """APScheduler as the clock: a tick each second, and a bell at the exact next due moment."""

    def __init__(self, engine: Engine, workers: list[Worker]) -> None:
        self._engine = engine
        self._workers = workers
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._next: datetime | None = None
        self._lock = threading.Lock()  # Between setting the bell and stopping.
        self._stopped = False
        self._watched: datetime | None = None
        self.ticked: Callable[[Ticked], None] = lambda done: None  #: Told of every tick that did its work,
        self.failed: Callable[[], None] = lambda: None  #: and of every other.
        self._ticking = threading.Lock()
        for worker in workers:
            worker.jumped = self.tick_now

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.add_job(self.tick, "interval", seconds=1, id="tick", next_run_time=system_clock())
        # In a thread of its own: it waits for networks, and the tick must not.
        self._scheduler.add_job(
            self.preflight, "interval", minutes=PREFLIGHT_MINUTES, id="preflight", next_run_time=system_clock()
        )
        self._scheduler.start()

    def every(self, seconds: int, job: Callable[[], object], name: str) -> None:
        """Work of the office that comes back; it never runs twice at once."""
        self._scheduler.add_job(job, "interval", seconds=seconds, id=name, next_run_time=system_clock())

    def tick_now(self) -> None:
        """After the clock was set back the scheduler would wait for its old time to come again."""
        with self._lock, contextlib.suppress(JobLookupError):
            if not self._stopped:
                self._next = None
                self._scheduler.modify_job("tick", next_run_time=system_clock())

    def woken(self) -> None:
        """Another process wrote something: look now and not within a second."""
        if not self._stopped:
            self.tick()
            self._ring()

    def stop(self) -> None:
        """End the tick that runs, begin no other; wake the workers, so that they see the end."""
        with self._lock:
            # The scheduler waits for the tick while it holds what a tick that adds a job would wait for.
            self._stopped = True
        self._scheduler.shutdown(wait=True)
        self._ring()

    def tick(self) -> None:
        """The timed work of this moment; errors are logged and the next tick tries again."""
        with self._ticking:
            self._tick()

    def _tick(self) -> None:
        try:
            self._engine.watch_clock()
            self._keep_watch()
            done = self._engine.tick()
            if done.queued or done.missed or done.held:
                log.info("tick", queued=len(done.queued), missed=len(done.missed), held=len(done.held))
            if done.queued:
                self._ring()
            self._set_bell()
            self.ticked(done)
        except AnnouncerError as error:
            log.error("the tick failed; tried again in a second", why=str(error))
            self.failed()
        except Exception:  # the clock must not stop for one bad row
            log.exception("the tick failed; tried again in a second")
            self.failed()

    def preflight(self) -> None:
        """Try what is needed soon; errors are logged and the next look tries again."""
        try:
            self._engine.preflight()
        except AnnouncerError as error:
            log.error("the look ahead failed", why=str(error))
        except Exception:
            log.exception("the look ahead failed")

    def _keep_watch(self) -> None:
        """Before the tick: a machine that slept for hours must not send what it slept through."""
        now = self._engine.house.clock()
        if self._watched is None or not timedelta(0) <= now - self._watched < holding.EVERY:
            if not keep_watch(self._engine, now):
                self._engine.after_outage(self._watched)  # a machine that slept is one that was down
            self._watched = now

    def _set_bell(self) -> None:
        now = system_clock()
        with self._engine.database.read() as connection:
            due = ledger.next_moment(connection, self._engine.ways_out, now)
        if due is None or due - now >= timedelta(seconds=2) or due == self._next:
            return
        with self._lock:
            if not self._stopped:
                self._next = due
                # Several instances: the next moment may come before this toll has ended, and must not be skipped.
                self._scheduler.add_job(
                    self._toll, "date", run_date=due, id="bell", replace_existing=True, max_instances=8
                )

    def _toll(self) -> None:
        self._ring()
        with contextlib.suppress(AnnouncerError):  # the next tick says so
            self._set_bell()  # a second moment before the next tick is as exact as the first

    def _ring(self) -> None:
        for worker in self._workers:
            worker.wake()
