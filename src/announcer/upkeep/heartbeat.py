"""A sign of life to a watchman elsewhere: if it stops, somebody there raises the alarm.

It is only given while the house is ready, so that silence means trouble,
whether the process, the machine or the line is gone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import structlog

from announcer.upkeep.figures import Figures
from announcer.upkeep.health import Health

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0


class Heartbeat:
    """Beats when told; the address is a secret of its own and stands in no log."""

    def __init__(self, url: str, client: httpx.Client, health: Health, figures: Figures) -> None:
        self._url, self._client, self._health, self._figures = url, client, health, figures
        self._quiet = False

    def beat(self) -> bool:
        """Give the sign if all is well; whether it arrived. Raises nothing."""
        if not (found := self._health.look()).ready:
            self._say("not_ready", "; ".join(point.said for point in found.points if not point.ok))
            return False
        try:
            answer = self._client.get(self._url, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            self._say("unreachable", type(error).__name__)
            return False
        if not answer.is_success:
            self._say("refused", str(answer.status_code))
            return False
        self._figures.beats.labels("taken").inc()
        self._quiet = False
        return True

    def _say(self, outcome: str, why: str) -> None:
        """Count it, and log the first of several."""
        self._figures.beats.labels(outcome).inc()
        if not self._quiet:
            log.warning("no heartbeat", host=urlsplit(self._url).hostname, outcome=outcome, why=why)
        self._quiet = True
