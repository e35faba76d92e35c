"""What the feeds are made of, read from the store: once, and then only what is new.

An entry's text is read when its feed is written; to see whether it must be,
the hash of the text is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from announcer.feeds.guids import feed_guid
from announcer.feeds.projection import EventFeed, FeedRow, FeedSite
from announcer.model.content import Payload
from announcer.office.house import House
from announcer.store import adopted, facts, feed_rows

CHANNEL = "feed"
#: How long after its end an event's feed counts as living: documentation may still follow.
ALIVE_AFTER_END = timedelta(days=60)
#: So many texts are kept between the feeds of one look; the newest stand in most of them.
_TEXTS_KEPT = 1_000


class FeedSources:
    """Not safe for use by two threads at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._topics: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._events: dict[str, tuple[int, str, datetime | None]] = {}
        self._rows: dict[tuple[int, str], FeedRow] = {}
        self._texts: dict[int, Payload] = {}

    def rows(self, connection: sa.Connection) -> list[FeedRow]:
        """Every entry of the ledger, then those that moved in."""
        topics = self._topics_now(connection)
        own: dict[tuple[int, str], FeedRow] = {}
        for entry in feed_rows.published(connection, CHANNEL):
            key = (entry.message_id, entry.language)
            about = topics.get(entry.announcement_id or "", ())
            kept = self._rows.get(key)
            own[key] = kept if kept is not None and _same(kept, entry, about) else _row(entry, about)
        self._rows = own
        return [*own.values(), *(_adopted(entry) for entry in adopted.entries(connection))]

    def filled(self, rows: Sequence[FeedRow]) -> list[FeedRow]:
        """The rows with what they say."""
        missing = [row.content_id for row in rows if not row.payload and row.content_id not in self._texts]
        if missing:
            if len(self._texts) + len(missing) > _TEXTS_KEPT:
                self._texts = {}
                missing = [row.content_id for row in rows if not row.payload]
            with self._house.database.read() as connection:
                self._texts |= feed_rows.payloads(connection, missing)
        return [replace(row, payload=self._texts[row.content_id]) if not row.payload else row for row in rows]

    def forget_texts(self) -> None:
        """After a look: they are many, and the next one may be hours away."""
        self._texts = {}

    def site(self, connection: sa.Connection) -> tuple[FeedSite, datetime]:
        """Who publishes, with all events; and when the next of their feeds ends."""
        site, now = self._house.settings.site, self._house.clock()
        events: dict[str, EventFeed] = {}
        next_end = datetime.max.replace(tzinfo=UTC)
        for event_id, name, over in self._events_now(connection):
            expired = over is not None and now > over
            events[event_id] = EventFeed(name=name, page=f"{site.url}/e/{event_id}", expired=expired)
            if over is not None and not expired:
                next_end = min(next_end, over + timedelta(microseconds=1))
        made = FeedSite(
            name=site.name,
            url=site.url,
            feeds_url=f"{site.url}/feeds",
            language=site.language,
            languages=site.languages,
            hub=site.websub_hub or "",
            author=site.publisher.partition(",")[0] or site.name,
            events=events,
        )
        return made, next_end

    def _topics_now(self, connection: sa.Connection) -> dict[str, tuple[str, ...]]:
        versions = facts.announcement_versions(connection)
        missing = [id_ for id_, version in versions.items() if self._topics.get(id_, (0,))[0] != version]
        if len(missing) > 50:
            self._topics = {said.id: (said.version, said.topics) for said, _ in facts.all_announcements(connection)}
        else:
            for id_ in missing:
                said = facts.announcement_facts(connection, id_)
                self._topics[id_] = (said.version, said.topics)
        return {id_: topics for id_, (_, topics) in self._topics.items()}

    def _events_now(self, connection: sa.Connection) -> list[tuple[str, str, datetime | None]]:
        """Id, name, and when its feed ends; a version of an event is read once."""
        for id_, version in facts.event_versions(connection).items():
            if self._events.get(id_, (0,))[0] != version:
                event = facts.event_facts(connection, id_)
                over = None if event.end is None else event.end + ALIVE_AFTER_END
                self._events[id_] = (version, event.name, over)
        return [(id_, name, over) for id_, (_, name, over) in self._events.items()]


def _same(row: FeedRow, entry: feed_rows.Published, topics: tuple[str, ...]) -> bool:
    return (row.content_id, row.mark, row.published, row.updated, row.withdrawn, row.topics) == (
        entry.content_id, entry.hash, entry.published, entry.updated, entry.withdrawn, topics,
    )  # fmt: skip


def _row(entry: feed_rows.Published, topics: tuple[str, ...]) -> FeedRow:
    return FeedRow(
        guid=feed_guid(entry.occurrence, entry.language),
        payload={},
        language=entry.language,
        published=entry.published,
        updated=entry.updated,
        event_id=entry.event_id,
        announcement_id=entry.announcement_id,
        topics=topics,
        withdrawn=entry.withdrawn,
        mark=entry.hash,
        content_id=entry.content_id,
    )


def _adopted(entry: adopted.Adopted) -> FeedRow:
    return FeedRow(
        guid=entry.guid,
        payload=entry.payload,
        language=entry.language,
        published=entry.published,
        updated=entry.updated,
        adopted=True,
    )
