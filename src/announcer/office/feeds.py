"""Writes the feed files from the ledger: they are its projection and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from announcer.feeds import websub
from announcer.feeds.files import FeedFolder
from announcer.feeds.guids import feed_guid
from announcer.feeds.projection import EventFeed, FeedRow, FeedSite, Projection
from announcer.model.facts import Event
from announcer.office.house import House
from announcer.store import adopted, facts, feed_rows, outbox
from announcer.store.writelock import Lane

CHANNEL = "feed"
#: How long after its end an event's feed counts as living: documentation may still follow.
ALIVE_AFTER_END = timedelta(days=60)


class FeedWriter:
    """Keeps the feeds folder equal to the ledger. Not safe for use by two threads at once."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self._folder = FeedFolder(folder)
        self._projection: Projection | None = None
        self._behind = True
        self._taken_in = 0

    def entries_sent(self) -> None:
        """The ledger has new entries: the next `write` looks."""
        self._behind = True

    def write(self) -> tuple[str, ...]:
        """Write the files that changed, and name them. Raises `AnnouncerError` when the disk says no."""
        with self._house.database.read() as connection:
            taken_in = adopted.number(connection)  # by another process: a verb of the command line
            if not self._behind and taken_in == self._taken_in:
                return ()
            rows = _rows(connection)
            site = _site(connection, self._house)
        files, projection = self._resumed(site).changed(rows)
        self._announce(self._folder.differing(files))
        written = self._folder.write(files)
        # Kept only now: had writing failed, the same files would come again.
        self._projection, self._behind, self._taken_in = projection, False, taken_in
        return written

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


def _rows(connection: sa.Connection) -> list[FeedRow]:
    topics = {id_: facts.announcement_facts(connection, id_).topics for id_ in facts.announcement_ids(connection)}
    own = [
        FeedRow(
            guid=feed_guid(entry.occurrence, entry.language),
            payload=entry.payload,
            language=entry.language,
            published=entry.published,
            updated=entry.updated,
            event_id=entry.event_id,
            announcement_id=entry.announcement_id,
            topics=topics.get(entry.announcement_id or "", ()),
            withdrawn=entry.withdrawn,
        )
        for entry in feed_rows.published(connection, CHANNEL)
    ]
    return own + [
        FeedRow(
            guid=entry.guid,
            payload=entry.payload,
            language=entry.language,
            published=entry.published,
            updated=entry.updated,
            adopted=True,
        )
        for entry in adopted.entries(connection)
    ]


def _site(connection: sa.Connection, house: House) -> FeedSite:
    site = house.settings.site
    events = [facts.event_facts(connection, id_) for id_ in facts.event_ids(connection)]
    return FeedSite(
        name=site.name,
        url=site.url,
        feeds_url=f"{site.url}/feeds",
        language=site.language,
        languages=site.languages,
        hub=site.websub_hub or "",
        author=site.publisher.partition(",")[0] or site.name,
        events={event.id: _event_feed(event, house) for event in events},
    )


def _event_feed(event: Event, house: House) -> EventFeed:
    over = event.end is not None and house.clock() > event.end + ALIVE_AFTER_END
    return EventFeed(
        name=event.name,
        page=f"{house.settings.site.url}/e/{event.id}",
        expired=over,
    )
