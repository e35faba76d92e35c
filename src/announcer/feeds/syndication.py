"""RSS 2.0 and Atom 1.0 by feedgen, its faults mended here and nowhere else.

feedgen 1.0.0                                    mended by
Atom entry links lose all but href (its #135)    `_EntryMend.extend_atom` writes them
the channel's link is the last link added        the site's link is added last
`content(type="CDATA")` is invalid in Atom       `type="html"`
`add_entry` puts the newest at the end           `order="append"`
`updated` and `lastBuildDate` are the clock's    always set from the data
dates switch the process's locale                `rfc2822`, put in the place of feedgen's
control characters, naive datetimes              `Entry` and `FeedInfo` are valid once made
no dc:creator without its whole extension        `_EntryMend.extend_rss`
no hub and archive links in RSS                  `_FeedMend.extend_rss`
its own name and version in every file           `generator`, without a version

Sources: https://www.rssboard.org/rss-specification, .../rss-profile, RFC 4287.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.util import xml_elem

from announcer.feeds.entries import Entry, FeedInfo
from announcer.feeds.text import looks_like_html

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_ARCHIVE = f"{{{_HISTORY}}}archive"  # marks a document whose entries are over (RFC 5005 §4)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RSS_TYPE = "application/rss+xml"
_ATOM_TYPE = "application/atom+xml"


def rfc2822(instant: datetime) -> str:
    """`instant` in UTC as RSS writes it, in English whatever the locale: "Wed, 01 Jul 2026 08:00:00 +0000"."""
    return format_datetime(instant.astimezone(UTC))


# feedgen's own function calls locale.setlocale twice per date, for the whole process and all its threads.
feedgen.feed.formatRFC2822 = rfc2822
feedgen.entry.formatRFC2822 = rfc2822


def rss(info: FeedInfo, entries: Iterable[Entry]) -> bytes:
    """The feed as RSS 2.0, in the order of `entries`."""
    generator = _generator(info, _RSS_TYPE)
    for entry in entries:
        item = _add(generator, info, entry)
        # A description is HTML to every reader, so plain text is escaped once more than XML asks.
        # isSummary, for else feedgen takes it as the content.
        item.description(escape(entry.summary, quote=False), isSummary=True)
    result: bytes = generator.rss_str()
    return result


def atom(info: FeedInfo, entries: Iterable[Entry]) -> bytes:
    """The feed as Atom 1.0, in the order of `entries`."""
    generator = _generator(info, _ATOM_TYPE)
    for entry in entries:
        item = _add(generator, info, entry)
        item.id(entry.iri)
        item.updated(entry.told_apart)
        if entry.summary and looks_like_html(entry.summary):
            item.summary(escape(entry.summary, quote=False), type="html")
        elif entry.summary:
            item.summary(entry.summary)
    result: bytes = generator.atom_str()
    return result


def _generator(info: FeedInfo, media_type: str) -> Any:
    generator = feedgen.feed.FeedGenerator()
    generator.id(info.self_url)
    generator.title(info.title)
    generator.subtitle(info.description)
    generator.description(info.description)
    generator.language(info.language)
    generator.author({"name": info.author, "uri": info.site_url})
    generator.generator("announcer")
    generator.updated(info.updated)
    generator.link(href=info.self_url, rel="self", type=media_type)
    # Last, because feedgen makes the last link the channel's.
    generator.link(href=info.site_url, rel="alternate", type="text/html", hreflang=info.language)
    generator.register_extension("mend", _FeedMend, _EntryMend)
    generator.mend.info = info
    return generator


def _add(generator: Any, info: FeedInfo, entry: Entry) -> Any:
    item = generator.add_entry(order="append")
    item.mend.info, item.mend.entry = info, entry
    generator.mend.media = generator.mend.media or bool(entry.media)
    item.guid(entry.guid, permalink=False)
    item.title(entry.title)
    item.link(href=entry.link, rel="alternate")
    item.published(entry.published)
    item.updated(entry.updated)
    item.author({"name": entry.author or info.author})
    item.category([{"term": category} for category in entry.categories])
    if entry.html:
        item.content(entry.html, type="html")
    return item


class _FeedMend:
    """What feedgen leaves out of a feed. Not a subclass of its base: that has nothing but the same three names."""

    info: FeedInfo
    media = False  #: Whether some entry shows a picture or file.

    def extend_ns(self) -> dict[str, str]:
        """The prefixes declared on the root, so that no element declares its own."""
        media = {"media": _MEDIA} if self.media else {}
        history = {"fh": _HISTORY} if self.info.current else {}
        return {"dc": _DC, **media, **history}

    def extend_rss(self, root: Any) -> None:
        """WebSub's discovery link (https://www.w3.org/TR/websub/#discovery) and those of RFC 5005."""
        for relation, address in self.info.links:
            xml_elem(f"{{{_ATOM}}}link", root[0], href=address, rel=relation)
        if self.info.current:
            xml_elem(_ARCHIVE, root[0])

    def extend_atom(self, root: Any) -> None:
        """The same in Atom, whose elements feedgen makes without a namespace."""
        for relation, address in self.info.links:
            xml_elem("link", root, href=address, rel=relation)
        if self.info.current:
            xml_elem(_ARCHIVE, root)


class _EntryMend:
    """What feedgen leaves out of an entry, or breaks."""

    info: FeedInfo
    entry: Entry

    def extend_ns(self) -> dict[str, str]:
        """feedgen asks for it; the feed's own extension declares the prefixes."""
        return {}

    def extend_rss(self, item: Any) -> None:
        """The author, and the language where it is not the feed's."""
        xml_elem(f"{{{_DC}}}creator", item).text = self.entry.author or self.info.author
        if self.entry.language != self.info.language:
            xml_elem(f"{{{_DC}}}language", item).text = self.entry.language
        for one in self.entry.media[:1]:  # readers take one enclosure (https://www.rssboard.org/rss-profile)
            xml_elem("enclosure", item, url=one.url, length=str(one.size), type=one.media_type)
        self._show_media(item)

    def extend_atom(self, element: Any) -> None:
        """The link with all its attributes, and the language where it is not the feed's."""
        link = element.find("link")
        attributes = {"rel": "alternate", "type": "text/html", "hreflang": self.entry.language}
        for name, value in attributes.items():
            link.set(name, value)
        if self.entry.language != self.info.language:
            element.set(_XML_LANG, self.entry.language)
        for one in self.entry.media:
            told = {"title": title} if (title := one.title or one.alt) else {}
            xml_elem("link", element, rel="enclosure", href=one.url, type=one.media_type, length=str(one.size), **told)
        self._show_media(element)

    def _show_media(self, element: Any) -> None:
        """Every picture and file with what is said of it; what stands in a group would be read as one in many forms."""
        for one in self.entry.media:
            size = {"width": str(one.width), "height": str(one.height)} if one.width else {}
            shape = {"type": one.media_type, "fileSize": str(one.size), "medium": one.medium, **size}
            shown = xml_elem(f"{{{_MEDIA}}}content", element, url=one.url, **shape)
            for name, text in (("title", one.title), ("description", one.alt), ("credit", one.credit)):
                if text:
                    xml_elem(f"{{{_MEDIA}}}{name}", shown).text = text
