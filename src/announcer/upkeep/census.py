"""The figures that stand in the ledger and not in a process, counted when somebody asks for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from announcer.clock import Clock
from announcer.errors import AnnouncerError
from announcer.store import journal
from announcer.store.database import Database
from announcer.store.tables import delivery, message

#: A ledger of a million rows is counted in a moment, but not for every scrape.
FRESH_SECONDS = 15.0
#: Spelt as in the partial index.
_CLAIMABLE = sa.text("state IN ('pending', 'deferred')")


@dataclass(frozen=True, slots=True)
class Counted:
    """What one look at the ledger found."""

    deliveries: dict[tuple[str, str], int]  #: By channel and state.
    messages: dict[str, int]  #: By state.
    oldest_due: dict[str, float]  #: By channel, seconds since its moment; 0 where nothing is late.
    held: bool


def count(connection: sa.Connection, now: datetime) -> Counted:
    """Count rows by state, and what has waited longest."""
    rows = sa.select(delivery.c.channel, delivery.c.state, sa.func.count()).group_by(
        delivery.c.channel, delivery.c.state
    )
    deliveries = {(channel, state): number for channel, state, number in connection.execute(rows)}
    states = sa.select(message.c.state, sa.func.count().label("n")).group_by(message.c.state)
    messages = {row.state: row.n for row in connection.execute(states)}
    first = (
        sa.select(delivery.c.channel, sa.func.min(delivery.c.ready_at)).where(_CLAIMABLE).group_by(delivery.c.channel)
    )
    oldest = {channel: max(0.0, (now - at).total_seconds()) for channel, at in connection.execute(first)}
    return Counted(deliveries, messages, oldest, journal.recall(connection, journal.HOLD) is not None)


class Census(Collector):
    """Asked by Prometheus; a ledger that can't be read gives `announcer_database_up 0` and nothing else."""

    def __init__(
        self, database: Database, clock: Clock, disk_free: Callable[[], int], fresh_seconds: float = FRESH_SECONDS
    ) -> None:
        self._database, self._clock, self._disk_free = database, clock, disk_free
        self._fresh = fresh_seconds
        self._lock = threading.Lock()
        self._last: tuple[float, Counted | None] | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing is read when it is registered."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        counted = self._counted()
        yield GaugeMetricFamily("announcer_database_up", "1 while the ledger can be read", value=counted is not None)
        yield GaugeMetricFamily(
            "announcer_disk_free_bytes", "Room left where the program keeps its files", value=self._disk_free()
        )
        if counted is None:
            return
        yield GaugeMetricFamily("announcer_held", "1 while all sending is held", value=counted.held)
        rows = GaugeMetricFamily(
            "announcer_deliveries", "Rows of the ledger by channel and state", labels=["channel", "state"]
        )
        for (channel, state), number in sorted(counted.deliveries.items()):
            rows.add_metric([channel, state], number)
        yield rows
        messages = GaugeMetricFamily("announcer_messages", "Messages by state", labels=["state"])
        for state, number in sorted(counted.messages.items()):
            messages.add_metric([state], number)
        yield messages
        oldest = GaugeMetricFamily(
            "announcer_oldest_due_seconds",
            "How long the delivery that has waited longest is past its moment",
            labels=["channel"],
        )
        for channel, seconds in sorted(counted.oldest_due.items()):
            oldest.add_metric([channel], seconds)
        yield oldest

    def _counted(self) -> Counted | None:
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > self._fresh:
                self._last = time.monotonic(), self._look()
            return self._last[1]

    def _look(self) -> Counted | None:
        try:
            with self._database.read() as connection:
                return count(connection, self._clock())
        except AnnouncerError:
            return None
