"""A feed that moves in: its old entries keep their guids, so that no reader shows them again as new.

After that the web server sends readers from the old address to the new one
(docs/operating.md). Entries are taken as they were; nothing is announced.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import feedparser

from announcer.errors import ComposeError, IntakeError
from announcer.feeds.entries import Entry
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import adopted, journal
from announcer.store.adopted import Adopted


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a feed would bring."""

    title: str
    entries: tuple[Adopted, ...]
    refused: tuple[tuple[str, str], ...]  #: Its guid or title, and why it can't be taken.


def read_feed(body: bytes, name: str, language: str) -> Adoption:
    """Read an RSS, Atom or RDF feed; `language` is of entries that name none. Raises `IntakeError` for what is none."""
    parsed: Any = feedparser.parse(body, sanitize_html=True, resolve_relative_uris=True)
    if not parsed.get("version") or not parsed.entries:
        raise IntakeError(f"{name} is no RSS or Atom feed with entries; give the address or the file of the old feed")
    spoken = str(parsed.feed.get("language") or language)
    taken: list[Adopted] = []
    refused: list[tuple[str, str]] = []
    for entry in parsed.entries:
        try:
            taken.append(_entry(entry, spoken))
        except ComposeError as error:
            refused.append((str(entry.get("id") or entry.get("title") or "?"), str(error)))
    return Adoption(str(parsed.feed.get("title", name)), tuple(taken), tuple(refused))


def _entry(entry: Any, language: str) -> Adopted:
    guid = str(entry.get("id") or entry.get("link") or "").strip()
    published = _instant(entry, "published_parsed") or _instant(entry, "updated_parsed")
    if published is None:
        raise ComposeError("it has no date; an entry without one would stand on top for ever")
    summary, link = str(entry.get("summary", "")), str(entry.get("link", ""))
    bodies = [str(content.value) for content in entry.get("content", ()) if "html" in content.get("type", "")]
    made = Entry(  # raises for what no feed could carry, here and not when the file is written
        guid=guid,
        title=str(entry.get("title", "")),
        summary=_plain(summary),
        html=bodies[0] if bodies else summary,
        link=link,
        published=published,
        updated=max(_instant(entry, "updated_parsed") or published, published),
        categories=tuple(_categories(entry)),
        language=_primary(entry.get("title_detail", {}).get("language") or language),
        adopted=True,
    )
    payload = {"title": made.title, "summary": made.summary, "html": made.html, "link": made.link}
    return Adopted(
        guid=guid,
        language=made.language,
        payload={**payload, "categories": list(made.categories)},
        published=made.published,
        updated=made.updated,
    )


def _primary(language: str) -> str:
    """Without region: feeds are kept by language, and "de-DE" is read with "de"."""
    return language.partition("-")[0].lower()


def _categories(entry: Any) -> Iterator[str]:
    for tag in entry.get("tags", ()):
        if term := tag.get("label") or tag.get("term"):
            yield str(term)


def _plain(text: str) -> str:
    """A description without its markup; a feed says what it summarises in plain text."""
    reader = _Text()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.parts).split())


class _Text(HTMLParser):
    """Keeps what can be read."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _instant(entry: Any, name: str) -> datetime | None:
    value = dict.get(entry, name)  # its own `get` takes one date for another
    return datetime.fromtimestamp(timegm(value), UTC) if value else None


def adopt(house: House, adoption: Adoption, name: str, actor: Actor, now: datetime) -> int:
    """Keep the entries; how many were new. Doing it again adds what has come since."""
    with house.database.write() as connection:
        number = adopted.add(connection, adoption.entries)
        journal.note(connection, actor, now, "adopt", "feed", after=f"{number} entries", why=name)
        return number
