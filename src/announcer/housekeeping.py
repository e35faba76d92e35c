"""What runs beside the sending: health and figures, the heartbeat, the nightly copy, and what is forgotten in time.

Built by the service first, for it opens the engine; started last, ended last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog
from fastapi import FastAPI

from announcer import keyring
from announcer.channels.http import open_client
from announcer.clock import SteadyClock, system_clock
from announcer.engine import Engine, Watch
from announcer.settings import Settings
from announcer.tick import Ticked
from announcer.upkeep.census import Census
from announcer.upkeep.figures import Figures
from announcer.upkeep.health import Health
from announcer.upkeep.heartbeat import TIMEOUT_SECONDS, Heartbeat
from announcer.upkeep.nightly import Nightly
from announcer.upkeep.systemd import Notifier
from announcer.upkeep.watching import Attempts
from announcer.web.monitor import add_readiness, monitor_app
from announcer.web.server import WebServer

log = structlog.get_logger(__name__)

_MEGABYTE = 2**20
#: How often it is looked whether tonight's work is done.
NIGHTLY_SECONDS = 600


class Housekeeping:
    """One for each process that serves or works."""

    def __init__(self, settings: Settings, *, ticks: bool = True) -> None:
        """Open the engine this process works with, watched; `ticks` says whether it has a clock."""
        self._settings = settings
        self.figures = Figures()
        attempts = Attempts(settings, self.figures, system_clock)
        watch = Watch(attempts.sent, attempts.mailed)
        self.engine = Engine(settings, SteadyClock(), watch, without_secrets=not ticks)  # who only shows needs none
        attempts.database = self.engine.database
        folder = settings.path(settings.paths.var)
        least = settings.monitoring.disk_free_mb * _MEGABYTE
        self.health = Health(self.engine.database, folder, disk_free=least, ticks=ticks)
        self.figures.registry.register(Census(self.engine.database, system_clock, self.health.disk_free))
        self._systemd = Notifier()
        self._client = open_client(settings, TIMEOUT_SECONDS)
        self._web: WebServer | None = None

    def mount(self, app: FastAPI) -> None:
        """Add `/readyz` to the public pages."""
        add_readiness(app, self.health)

    def start(self) -> None:
        """Open the listener for whoever watches, and tell systemd that the start is over."""
        said = self._settings.monitoring
        if said.port is not None:
            app = monitor_app(self.health, self.figures.registry)
            self._web = WebServer(app, said.host, said.port, section="monitoring")
            log.info("figures", address=f"http://{said.host}:{self._web.start()}/metrics")
        self._systemd.ready("sending")

    def jobs(self) -> Iterator[tuple[str, int, Callable[[], object]]]:
        """Name, seconds between two runs, and the work."""
        said = self._settings.monitoring
        if said.heartbeat_env or said.heartbeat_file:
            url = keyring.secret(
                self._settings, "monitoring", env=said.heartbeat_env, file=said.heartbeat_file, what="heartbeat"
            )
            beat = Heartbeat(url, self._client, self.health, self.figures)
            yield "heartbeat", said.heartbeat_seconds, beat.beat

        yield "nightly", NIGHTLY_SECONDS, Nightly(self.engine.house, self.figures).look

    def ticked(self, done: Ticked) -> None:
        """A tick came to its end."""
        self.health.ticked()
        self.figures.ticks.labels("done").inc()
        self.figures.reaped.inc(done.reaped)
        self.alive()

    def tick_failed(self) -> None:
        """A tick could not do its work: the clock lives all the same, and a restart would mend nothing."""
        self.figures.ticks.labels("failed").inc()
        self.alive()

    def alive(self) -> None:
        """Tell systemd that the process still does its work."""
        self._systemd.alive()

    def stopping(self) -> None:
        """The end has begun."""
        self._systemd.stopping()

    def close(self) -> None:
        """Answer nobody any more; close the engine."""
        if self._web is not None:
            self._web.stop()
        self.health.close()
        self._client.close()
        self.engine.close()
