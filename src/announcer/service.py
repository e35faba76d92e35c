"""The scheduled service: one process that ticks, sends and serves the public pages.

Started and stopped in a written order:

1. the lock (a second service on the same SQLite file is refused), the database and its migrations
2. a look whether the database is the one that last worked here, else all sending is held (`office.holding`);
   what a dead predecessor held is taken back, the feed files are brought up to the ledger
3. a worker thread per way out, then the clock, then the public pages and the press desk

and back: the clock first, so that nothing new begins; then the workers, each
of which ends its delivery or its round, while the pages end what they answer;
then the relay, the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from announcer.arrivals import TakingIn
from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.errors import AnnouncerError, SettingsError
from announcer.housekeeping import Housekeeping
from announcer.office import holding
from announcer.settings import Settings
from announcer.store import ledger
from announcer.tick import Ticked
from announcer.upkeep import logs
from announcer.web.desk.desk import desk_app, first_link
from announcer.web.public import public_app
from announcer.web.server import WebServer

log = structlog.get_logger(__name__)

OLDEST_PYTHON = (3, 11)
#: A worker looks at least this often, woken or not.
HEARTBEAT_SECONDS = 1.0
#: How often the ways out that are needed soon are looked at.
PREFLIGHT_MINUTES = 5
#: How long the workers may take to end what they began.
STOP_SECONDS = 8.0
#: After an error that is not a delivery's (disk full, database away), this long passes before the next try.
TROUBLE_SECONDS = 2.0


class Worker(threading.Thread):
    """Drains one way out whenever it is woken, and once a second."""

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(name=f"out:{name}", daemon=True)
        self._engine = engine
        self._way = name
        self._bell = threading.Event()
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

    def stop(self) -> None:
        """End the tick that runs, begin no other; wake the workers, so that they see the end."""
        with self._lock:
            # The scheduler waits for the tick while it holds what a tick that adds a job would wait for.
            self._stopped = True
        self._scheduler.shutdown(wait=True)
        self._ring()

    def tick(self) -> None:
        """The timed work of this moment; errors are logged and the next tick tries again."""
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


def settle_memory() -> None:
    """Take what is loaded by now out of the garbage collector's sight, for it lives as long as the process.

    A full collection over all of it would stop every thread for some 100 ms, and make a post that is due late.
    """
    gc.collect()
    gc.freeze()


def keep_watch(engine: Engine, now: datetime, *, starting: bool = False) -> bool:
    """Look after epoch and clock; whether all sending is held."""
    held = holding.keep_watch(engine.house, now, starting=starting)
    if held is not None:
        log.warning("all sending is held; 'announcer status' says why", why=str(held))
    return held is not None


def serve(settings: Settings, *, ready: threading.Event | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit code. Raises `AnnouncerError` if it can't start."""
    _check_python()
    stop = threading.Event()
    with _one_service(settings), _signals(stop):
        logs.configure(settings.log)
        keeper = Housekeeping(settings)
        try:
            _run(keeper, settings, stop, ready)
        finally:
            keeper.close()
    log.info("stopped")
    return 0


def _run(keeper: Housekeeping, settings: Settings, stop: threading.Event, ready: threading.Event | None) -> None:
    engine = keeper.engine
    last = holding.last_tick(engine.house)
    held = keep_watch(engine, system_clock(), starting=True)
    if engine.database.sqlite:  # on PostgreSQL other workers may be alive: their leases run out by themselves
        taken_back = engine.recover()
        if taken_back:
            log.warning("taken back what an unclean end left", deliveries=taken_back)
            keeper.figures.reaped.inc(taken_back)
    if not held:  # an older ledger would take entries out of the feeds
        engine.write_feeds()
        engine.after_outage(last)
    workers = [Worker(engine, name) for name in engine.ways_out]
    clock = Timekeeper(engine, workers)
    taking_in = TakingIn(engine)
    for name, seconds, job in (*taking_in.jobs(), *keeper.jobs()):
        clock.every(seconds, job, name)
    clock.ticked, clock.failed = keeper.ticked, keeper.tick_failed
    feeds = settings.path(settings.paths.feeds)
    withdrawals = holding.withdrawal_log(settings)
    app = public_app(engine.database, settings, engine.house.key, feeds, system_clock, withdrawals=withdrawals)
    keeper.mount(app)
    web = WebServer(app, settings.web.host, settings.web.port)
    port = web.start()
    desk = _open_desk(engine, settings)
    settle_memory()
    for worker in workers:
        worker.start()
    clock.start()
    keeper.start()
    log.info("ready", pages=f"http://{settings.web.host}:{port}", channels=list(engine.ways_out))
    if ready is not None:
        ready.set()
    stop.wait()
    log.info("stopping")
    keeper.stopping()
    _stop(engine, clock, workers, [web, *([desk] if desk is not None else [])])


def _open_desk(engine: Engine, settings: Settings) -> WebServer | None:
    """The press desk, if it is wanted. What is planned leaves also where its port is taken: that is only logged."""
    if not settings.desk.enabled:
        return None
    server = WebServer(desk_app(engine.house), settings.desk.host, settings.desk.port, section="desk")
    try:
        port = server.start()
    except SettingsError as error:
        log.error("the press desk can't be opened; everything else runs", why=str(error))
        return None
    address = settings.desk.url or f"http://{settings.desk.host}:{port}"
    log.info("the press desk is open", address=address)
    if (path := first_link(engine.house)) is not None:
        log.warning(
            "nobody can sign in yet; this link makes the first account, once, within a day", link=address + path
        )
    return server


def _stop(engine: Engine, clock: Timekeeper, workers: list[Worker], webs: list[WebServer]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    engine.stop.set()
    clock.stop()
    pages = [threading.Thread(target=web.stop) for web in webs]
    for page in pages:
        page.start()
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
    for page in pages:
        page.join()
    try:
        keep_watch(engine, system_clock())  # so that a copy made before this end is older than the file
    except AnnouncerError as error:
        log.error("the epoch could not be moved on", why=str(error))


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SettingsError(f"announcer needs Python {'.'.join(map(str, OLDEST_PYTHON))} or newer; install one")


@contextlib.contextmanager
def _one_service(settings: Settings) -> Iterator[None]:
    """Hold the lock beside the SQLite file; raises `SettingsError` if another service does."""
    url = settings.database_url()
    if not url.startswith("sqlite:///"):
        yield
        return
    path = Path(url.removeprefix("sqlite:///") + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise SettingsError(
                f"another announcer (process {holder}) already serves {path.with_suffix('')}; stop it first"
            ) from error
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly end. Does nothing outside the main thread, where a test may run it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(signum: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
