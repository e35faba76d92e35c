"""The scheduled service: a process that ticks, sends and serves the public pages, or one part of that.

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
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import FrameType

import structlog

from announcer.arrivals import TakingIn
from announcer.clock import system_clock
from announcer.engine import FILES, Engine
from announcer.errors import AnnouncerError, SettingsError
from announcer.housekeeping import Housekeeping
from announcer.office import holding
from announcer.settings import Settings
from announcer.store.wakeup import Wakeup
from announcer.timekeeping import Timekeeper, Worker, keep_watch
from announcer.upkeep import logs
from announcer.web.desk.desk import desk_app, first_link
from announcer.web.public import public_app
from announcer.web.server import WebServer

log = structlog.get_logger(__name__)

OLDEST_PYTHON = (3, 11)
#: How long the workers may take to end what they began.
STOP_SECONDS = 8.0


class Part(StrEnum):
    """What of the house a process does. Anything but all of it needs PostgreSQL."""

    ALL = "all"
    WEB = "web"  #: Pages, desk and files; it sends nothing.
    WORK = "work"  #: Ticks and sends; it answers nobody.


def settle_memory() -> None:
    """Take what is loaded by now out of the garbage collector's sight, for it lives as long as the process.

    A full collection over all of it would stop every thread for some 100 ms, and make a post that is due late.
    """
    gc.collect()
    gc.freeze()


def serve(settings: Settings, *, ready: threading.Event | None = None, part: Part = Part.ALL) -> int:
    """Run until SIGTERM or SIGINT; the exit code. Raises `AnnouncerError` if it can't start."""
    _check_python()
    if part is not Part.ALL and settings.database.url.startswith("sqlite:"):
        raise SettingsError(
            "config.toml: [database] url is a SQLite file, which one process has for itself: run 'announcer serve', "
            "which does everything, or set the url to PostgreSQL"
        )
    stop = threading.Event()
    with _one_service(settings), _signals(stop):
        logs.configure(settings.log)
        keeper = Housekeeping(settings, ticks=part is not Part.WEB)
        try:
            _run(keeper, settings, stop, ready, part)
        finally:
            keeper.close()
    log.info("stopped")
    return 0


def _run(
    keeper: Housekeeping, settings: Settings, stop: threading.Event, ready: threading.Event | None, part: Part
) -> None:
    engine, sends, answers = keeper.engine, part is not Part.WEB, part is not Part.WORK
    if sends:
        _settle_in(keeper)
    workers = [Worker(engine, name) for name in (engine.ways_out if sends else (FILES,))]
    clock = Timekeeper(engine, workers) if sends else None
    if clock is not None:
        for name, seconds, job in (*TakingIn(engine).jobs(), *keeper.jobs()):
            clock.every(seconds, job, name)
        clock.ticked, clock.failed = keeper.ticked, keeper.tick_failed
    else:
        workers[0].looked = keeper.alive
    webs = list(_open_webs(keeper, settings)) if answers else []
    settle_memory()
    for worker in workers:
        worker.start()
    wakeup = Wakeup(engine.database, workers[0].wake if clock is None else clock.woken)
    wakeup.start()
    if clock is not None:
        clock.start()
    keeper.start()
    said: dict[str, object] = {"pages": webs[0].address} if answers else {}
    log.info("ready", part=part.value, **said, channels=list(engine.ways_out) if sends else [])
    if ready is not None:
        ready.set()
    stop.wait()
    log.info("stopping")
    keeper.stopping()
    wakeup.stop()
    _stop(engine, clock, workers, webs)


def _settle_in(keeper: Housekeeping) -> None:
    """Before anything is sent: whether it may be, and what came of what was sent before."""
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


def _open_webs(keeper: Housekeeping, settings: Settings) -> Iterator[WebServer]:
    """The public pages and, if it is wanted and can be, the press desk."""
    engine = keeper.engine
    feeds = settings.path(settings.paths.feeds)
    withdrawals = holding.withdrawal_log(settings)
    app = public_app(engine.database, settings, engine.house.key, feeds, system_clock, withdrawals=withdrawals)
    keeper.mount(app)
    web = WebServer(app, settings.web.host, settings.web.port)
    web.start()
    yield web
    desk = _open_desk(engine, settings)
    if desk is not None:
        yield desk


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


def _stop(engine: Engine, clock: Timekeeper | None, workers: list[Worker], webs: list[WebServer]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    engine.stop.set()
    if clock is not None:
        clock.stop()
    pages = [threading.Thread(target=web.stop) for web in webs]
    for page in pages:
        page.start()
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
    for page in pages:
        page.join()
    if clock is None:
        return
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
