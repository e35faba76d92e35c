"""The feed files as a projection of the ledger: rows in, names and bytes out. Pure.

File names, below the feeds folder. They never change, because a reader knows
a feed by its address and takes a moved one for a new one:

    feed.de.rss.xml       feed.de.atom.xml       feed.de.json        everything in one language
    feed.rss.xml          feed.atom.xml          feed.json           the same in the site's main language
    events/ID.de.rss.xml  events/ID.de.atom.xml  events/ID.de.json   one event (`event_stem`)
    topics/SLUG.de.…                                                 one topic (`topic_stem`)
    feed.de.2026-03.atom.xml …                                       an older month of a long feed (`archive`)

Everything-feeds exist from the first day, also empty. An event's or a topic's
feed comes with its first entry, for its name alone could break an embargo. It
never goes: when its last entry moved to another topic, it is written empty.

Entries stand newest first by `published`, then by guid; the newest
`ENTRY_LIMIT` stay. An entry is dated when it was first sent, never at the
event: a date in the future would pin it to the top of every reader.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from announcer.feeds import archive
from announcer.feeds.archive import Place
from announcer.feeds.entries import Entry, FeedInfo
from announcer.feeds.json_feed import json_feed
from announcer.feeds.media import media_of
from announcer.feeds.names import event_stem, topic_stem
from announcer.feeds.syndication import atom, rss
from announcer.feeds.wording import Wording, wording
from announcer.model.content import Payload, canonical

#: Entries per file. Readers ask every quarter of an hour for all of it; 100 of 3 kB are 80 kB compressed.
ENTRY_LIMIT = 100

#: An empty feed needs a date too (RFC 4287 §4.2.15), and only a clock could give a true one; the W3C validator calls
#: those before 1990 implausible.
NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)

#: A format's ending → what writes it.
FORMATS: Mapping[str, Callable[[FeedInfo, Iterable[Entry]], bytes]] = {
    "rss.xml": rss,
    "atom.xml": atom,
    "json": json_feed,
}

_STEM = re.compile(
    r"(?:feed|(?:events|topics)/[a-z0-9_-]+)\.(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)(?:\.\d{4}-\d\d)?"
)


@dataclass(frozen=True)
class FeedRow:
    """One entry as the ledger knows it: an occurrence in one language, with what was sent last."""

    guid: str
    #: title, summary, html, link, categories; perhaps pictures, attachments. Empty with a `mark`, until it is needed.
    payload: Payload
    language: str
    published: datetime  #: First sent.
    updated: datetime  #: Last material correction, or the withdrawal.
    event_id: str | None = None
    announcement_id: str | None = None
    topics: tuple[str, ...] = ()
    withdrawn: bool = False
    adopted: bool = False  #: From a feed that moved in.
    mark: str = ""  #: Stands for the payload: another one, another mark. Empty: it is hashed.
    content_id: int = 0  #: Where the payload is kept.

    @cached_property
    def digest(self) -> bytes:
        """A hash over all the row says."""
        facts = [self.guid, self.language, self.published.isoformat(), self.updated.isoformat(), self.topics]
        spelled = repr([*facts, self.withdrawn]) + (self.mark or canonical(self.payload))
        return hashlib.blake2b(spelled.encode("utf-8", "backslashreplace"), digest_size=16).digest()


#: Gives the rows of a feed that is written their payloads.
Fill = Callable[[Sequence[FeedRow]], Sequence[FeedRow]]


def _as_they_are(rows: Sequence[FeedRow]) -> Sequence[FeedRow]:
    return rows


@dataclass(frozen=True, slots=True)
class EventFeed:
    """What the feeds of one event say about it."""

    name: str
    page: str  #: Absolute address of its page.
    expired: bool = False  #: It is over and nothing will follow.


@dataclass(frozen=True, slots=True)
class FeedSite:
    """Who publishes the feeds, and where they are read."""

    name: str
    url: str
    feeds_url: str  #: Where the feeds folder is served, without a slash at its end.
    language: str = "de"  #: The main language.
    languages: tuple[str, ...] = ("de",)
    author: str = ""  #: Empty: `name`.
    hub: str = ""  #: WebSub hub.
    events: Mapping[str, EventFeed] = field(default_factory=dict)  #: By event id.


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed before it is written in its formats."""

    stem: str  #: Its file name without the format's ending.
    title: str
    description: str
    page: str
    language: str
    rows: tuple[FeedRow, ...]  #: In the order of the file, already cut.
    expired: bool = False
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One feed after it was looked at."""

    stem: str
    fingerprint: bytes
    files: Mapping[str, bytes]  #: Its formats by file name; none where nothing changed.


@dataclass(frozen=True, slots=True)
class Projection:
    """Which feeds are already written, by a fingerprint of all they were made of."""

    site: FeedSite
    known: Mapping[str, bytes] = field(default_factory=dict)  #: Stem → fingerprint.

    @classmethod
    def resumed(cls, site: FeedSite, names: Iterable[str]) -> Projection:
        """The projection at start, where these files lie in the folder already.

        Every feed comes once more, and those nothing speaks in any longer come empty.
        """
        stems = (name.removesuffix(".rss.xml") for name in names if name.endswith(".rss.xml"))
        return cls(site, {stem: b"" for stem in stems if _STEM.fullmatch(stem)})

    def changed(self, rows: Iterable[FeedRow]) -> tuple[Mapping[str, bytes], Projection]:
        """The files to write now, and the projection to go on with once they are written.

        Keep the old projection if writing failed: then the same files come again.
        """
        found = list(self.changes(rows))
        files = {name: body for one in found for name, body in one.files.items()}
        return files, replace(self, known={one.stem: one.fingerprint for one in found})

    def changes(self, rows: Iterable[FeedRow], fill: Fill = _as_they_are) -> Iterator[Rendered]:
        """The same feed by feed, those without a change too: the files of thousands need not be held at once."""
        for feed in self._feeds(rows):
            made = _fingerprint(self.site, feed)
            is_known = made == self.known.get(feed.stem)
            yield Rendered(feed.stem, made, {} if is_known else dict(_files(self.site, feed, fill)))

    def _feeds(self, rows: Iterable[FeedRow]) -> Iterator[Feed]:
        seen: set[str] = set()
        for feed in feeds(self.site, rows):
            seen.add(feed.stem)
            yield feed
        # Left as it is, the file would show for ever what was withdrawn since.
        yield from (_emptied(self.site, stem) for stem in sorted(self.known.keys() - seen))


def project(site: FeedSite, rows: Iterable[FeedRow]) -> Mapping[str, bytes]:
    """Every feed file of `rows`: name → bytes."""
    return Projection(site).changed(rows)[0]


def feeds(site: FeedSite, rows: Iterable[FeedRow]) -> Iterator[Feed]:
    """Every feed of `rows`. Two rows of one guid are one entry: the one updated last."""
    ordered = _ordered(rows)
    for language in sorted({site.language, *site.languages, *(row.language for row in ordered)}):
        spoken = [row for row in ordered if row.language == language]
        yield from _everything(site, language, spoken)
        yield from _by_event(site, language, spoken)
        yield from _by_topic(site, language, spoken)


def _ordered(rows: Iterable[FeedRow]) -> list[FeedRow]:
    latest = {row.guid: row for row in sorted(rows, key=lambda row: (row.updated, row.withdrawn))}
    by_guid = sorted(latest.values(), key=lambda row: row.guid)
    return sorted(by_guid, key=lambda row: row.published, reverse=True)


def _everything(site: FeedSite, language: str, rows: list[FeedRow]) -> Iterator[Feed]:
    words = wording(language)
    feed = Feed(f"feed.{language}", f"{site.name}: {words.all}", words.about_all, site.url, language, tuple(rows))
    newest, *older = _with_archive(feed)
    yield newest
    if language == site.language:
        yield replace(newest, stem="feed")
    yield from older


def _with_archive(whole: Feed) -> Iterator[Feed]:
    """The feed with its newest entries, then the documents that hold the older ones."""
    months = archive.months(whole.rows, ENTRY_LIMIT)
    placed = list(archive.places(whole.stem, [name for name, _ in months]))
    yield replace(whole, rows=whole.rows[:ENTRY_LIMIT], place=Place(previous=placed[0][0] if placed else ""))
    for (stem, place), (name, rows) in zip(placed, months, strict=True):
        yield replace(whole, stem=stem, title=f"{whole.title} ({name})", rows=rows, place=place)


def _emptied(site: FeedSite, stem: str) -> Feed:
    found = _STEM.fullmatch(stem)
    language = found["language"] if found else site.language
    return Feed(stem, site.name, wording(language).about_nothing, site.url, language, ())


def _by_event(site: FeedSite, language: str, rows: list[FeedRow]) -> Iterator[Feed]:
    words = wording(language)
    for event_id, group in sorted(_grouped(rows, lambda row: () if row.event_id is None else (row.event_id,)).items()):
        event = site.events.get(event_id, EventFeed(event_id, site.url))
        yield from _with_archive(
            Feed(
                f"events/{event_stem(event_id)}.{language}",
                f"{event.name} – {site.name}",
                words.about_event.format(event.name),
                event.page,
                language,
                tuple(group),
                event.expired,
            )
        )


def _by_topic(site: FeedSite, language: str, rows: list[FeedRow]) -> Iterator[Feed]:
    words = wording(language)
    for stem, group in sorted(_grouped(rows, lambda row: {topic_stem(topic) for topic in row.topics}).items()):
        topic = next(topic for topic in group[0].topics if topic_stem(topic) == stem)
        yield from _with_archive(
            Feed(
                f"topics/{stem}.{language}",
                f"{topic} – {site.name}",
                words.about_topic.format(topic),
                site.url,
                language,
                tuple(group),
            )
        )


def _grouped(rows: Iterable[FeedRow], keys: Callable[[FeedRow], Iterable[str]]) -> dict[str, list[FeedRow]]:
    groups: dict[str, list[FeedRow]] = {}
    for row in rows:
        for key in keys(row):
            groups.setdefault(key, []).append(row)
    return groups


def _fingerprint(site: FeedSite, feed: Feed) -> bytes:
    """A hash over everything the feed's files are made of."""
    head = [site.name, site.feeds_url, site.author, site.hub, site.url]
    head += [feed.stem, feed.title, feed.description, feed.page, str(feed.expired), repr(feed.place)]
    total = hashlib.blake2b(repr(head).encode("utf-8", "backslashreplace"), digest_size=16)
    for row in feed.rows:
        total.update(row.digest)
    return total.digest()


def _files(site: FeedSite, feed: Feed, fill: Fill) -> Iterator[tuple[str, bytes]]:
    entries = [entry_of(row) for row in fill(feed.rows)]
    for ending, write in FORMATS.items():
        name = f"{feed.stem}.{ending}"
        yield name, write(_info(site, feed, ending, entries), entries)


def _info(site: FeedSite, feed: Feed, ending: str, entries: Iterable[Entry]) -> FeedInfo:
    def address(stem: str) -> str:
        return f"{site.feeds_url}/{stem}.{ending}" if stem else ""

    return FeedInfo(
        title=feed.title,
        self_url=address(feed.stem),
        site_url=feed.page,
        language=feed.language,
        author=site.author or site.name,
        description=feed.description,
        updated=max((entry.updated for entry in entries), default=NOTHING_YET),
        hub=site.hub,
        expired=feed.expired,
        previous=address(feed.place.previous),
        following=address(feed.place.following),
        current=address(feed.place.current),
    )


def entry_of(row: FeedRow) -> Entry:
    """The entry that shows `row`. Raises `ComposeError` where its payload has no title or no link."""
    said = row.payload
    entry = Entry(
        guid=row.guid,
        title=said.get("title", ""),
        summary=said.get("summary", ""),
        html=said.get("html", ""),
        link=said.get("link", ""),
        published=row.published,
        updated=max(row.updated, row.published),
        categories=(*said.get("categories", ()), *row.topics),
        language=row.language,
        adopted=row.adopted,
        media=media_of(said),
    )
    return _withdrawn(entry, wording(row.language)) if row.withdrawn else entry


def _withdrawn(entry: Entry, words: Wording) -> Entry:
    """Nobody implements tombstones (RFC 6721): what was said goes, guid, link and headline stay.

    A payload whose title says so already is the approved notice, and stays.
    """
    if entry.title.startswith(words.withdrawn):
        return replace(entry, media=())
    title = f"{words.withdrawn} {entry.title}"
    return replace(entry, title=title, summary=words.notice, html=f"<p>{words.notice}</p>", media=())
