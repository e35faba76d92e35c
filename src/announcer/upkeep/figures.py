"""What the process counts, for Prometheus. Every figure there is stands in this file (docs/metrics.md).

A registry of its own for each process: nothing is global, so that a test or a
rehearsal counts for itself.
"""

from __future__ import annotations

import threading
from collections import Counter as Tally
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Up to a tenth of a second everything is on time; beyond an hour it does not matter by how much.
LATENESS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0, 3600.0)
#: A mail domain gets a line of its own after so many mails: a private one would name a person.
OWN_LINE: Final = 20
#: So many domains at most: what scrapes must not be flooded.
MOST_DOMAINS: Final = 200
OTHERS: Final = "other"


class Figures:
    """Counters of what happened since the start; any thread may add to them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.lateness = Histogram(
            "announcer_lateness_seconds",
            "From the moment a delivery was meant to leave to the moment it had left, first tries only",
            ["kind"],
            buckets=LATENESS,
            registry=self.registry,
        )
        self.sends = Counter(
            "announcer_sends",
            "Attempts by channel, by the domain they went to, and by the code it answered",
            ["channel", "domain", "code"],
            registry=self.registry,
        )
        self.reaped = Counter(
            "announcer_leases_reaped", "Deliveries taken back from workers that were gone", registry=self.registry
        )
        self.ticks = Counter("announcer_ticks", "Ticks by how they ended", ["outcome"], registry=self.registry)
        self.beats = Counter(
            "announcer_heartbeats", "Outbound heartbeats by how they ended", ["outcome"], registry=self.registry
        )
        self.backups = Counter(
            "announcer_backups", "Nightly backups by how they ended", ["outcome"], registry=self.registry
        )
        self.last_backup = Gauge(
            "announcer_last_backup_timestamp_seconds",
            "When the last backup of this process was made and read back",
            registry=self.registry,
        )
        self._domains = Domains()

    def sent(self, channel: str, domain: str, code: str, *, mail: bool) -> None:
        """One attempt came to its end."""
        shown = self._domains.shown(domain) if mail else domain
        self.sends.labels(channel, shown, code).inc()


class Domains:
    """Which mail domains have a line of their own."""

    def __init__(self, own_line: int = OWN_LINE, most: int = MOST_DOMAINS) -> None:
        self._own_line, self._most = own_line, most
        self._seen: Tally[str] = Tally()
        self._shown: set[str] = set()
        self._lock = threading.Lock()

    def shown(self, domain: str) -> str:
        """The domain, or `OTHERS` while it had few mails or there are too many domains."""
        domain = domain.lower()
        if domain in self._shown:
            return domain
        with self._lock:
            if len(self._shown) >= self._most:
                return OTHERS
            if domain not in self._seen and len(self._seen) >= 100 * self._most:
                self._seen.clear()  # a million domains with one reader each must not fill the memory
            self._seen[domain] += 1
            if self._seen[domain] <= self._own_line:
                return OTHERS
            self._shown.add(domain)
        return domain
