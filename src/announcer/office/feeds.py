"""Writes the feed files from the ledger: they are its projection and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from announcer.feeds import websub
from announcer.feeds.files import FeedFolder
from announcer.feeds.projection import FeedRow, FeedSite, Projection
from announcer.office.feed_sources import CHANNEL, FeedSources
from announcer.office.house import House
from announcer.store import adopted, feed_rows, outbox
from announcer.store.writelock import Lane

#: Written together, and held in memory for it.
_FILES_AT_ONCE = 60


class FeedWriter:
    """Keeps the feeds folder equal to the ledger. Not safe for use by two threads at once."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self._folder = FeedFolder(folder)
        self._projection: Projection | None = None
        self._behind = True
        self._mark: tuple[int, object, int] | None = None
        self._next_end = datetime.max.replace(tzinfo=UTC)  #: When the next event's feed ends.
        self._sources = FeedSources(house)

    def entries_sent(self) -> None:
        """The ledger has new entries: the next `write` looks."""
        self._behind = True

    def write(self) -> tuple[str, ...]:
        """Write the files that changed, and name them. Raises `AnnouncerError` when the disk says no."""
        with self._house.database.read() as connection:
            # Also what others did: a worker elsewhere that sent, a verb of the command line that took in.
            mark = (*feed_rows.progress(connection, CHANNEL), adopted.number(connection))
            if not self._behind and mark == self._mark and self._house.clock() < self._next_end:
                return ()
            rows = self._sources.rows(connection)
            site, next_end = self._sources.site(connection)
        before = self._resumed(site)
        written, known = self._write_all(before, rows)
        # Kept only now: had writing failed, the same files would come again.
        self._projection, self._behind, self._mark = Projection(site, known), False, mark
        self._next_end = next_end
        return written

    def _write_all(self, before: Projection, rows: Sequence[FeedRow]) -> tuple[tuple[str, ...], dict[str, bytes]]:
        known: dict[str, bytes] = {}
        written: list[str] = []
        waiting: dict[str, bytes] = {}
        for one in before.changes(rows, self._sources.filled):
            known[one.stem] = one.fingerprint
            waiting |= one.files
            if len(waiting) >= _FILES_AT_ONCE:
                written += self._put(waiting)
                waiting = {}
        written += self._put(waiting)
        self._sources.forget_texts()
        return tuple(written), known

    def _put(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        self._announce(self._folder.differing(files))
        return self._folder.write(files)

    def _announce(self, changed: Sequence[str]) -> None:
        """Put down what the hub has to be told, before the files: a crash in between must not keep it from it."""
        site = self._house.settings.site
        addresses = websub.topics(f"{site.url}/feeds", changed)
        if not site.websub_hub or not addresses:
            return
        now = self._house.clock()
        with self._house.database.write(Lane.TICK) as connection:
            outbox.put(
                connection,
                [f"websub:{address}:{now.isoformat()}" for address in addresses],
                way=websub.WAY,
                recipient="@hub",
                kind=websub.WAY,
                payload=websub.payload(addresses),
                now=now,
                not_after=now + websub.WORTH,
                ready_at=now + websub.HEAD_START,
            )

    def _resumed(self, site: FeedSite) -> Projection:
        if self._projection is None:
            self._folder.prepare()
            return Projection.resumed(site, self._folder.names())
        return Projection(site, self._projection.known)
