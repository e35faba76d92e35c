"""RSS, Atom and JSON Feed, written and read back."""

from __future__ import annotations

import calendar
import json
import locale
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from importlib import import_module
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.feeds.entries import Entry, FeedInfo
from announcer.feeds.json_feed import json_feed
from announcer.feeds.media import Media
from announcer.feeds.syndication import atom, rfc2822, rss

etree: Any = import_module("lxml.etree")  # lxml has no types

INFO = FeedInfo(
    title="Stadt Beispiel: alle Mitteilungen",
    self_url="https://city.example/feeds/feed.de.xml",
    site_url="https://city.example/presse",
    language="de",
    author="Pressestelle der Stadt Beispiel",
    description="Alle Mitteilungen & mehr",
    updated=datetime(2026, 7, 2, 9, 30, tzinfo=UTC),
    hub="https://hub.example/",
)
NEWER = Entry(
    guid="urn:uuid:11111111-1111-5111-8111-111111111111",
    title="Grüße & „Küsse“ 😀: 3 < 5",
    summary="Straßenfest & Führung ]]> um <18 Uhr>",
    html='<p>Ärger &amp; Öl ]]&gt; <a href="https://city.example/x?a=1&amp;b=2">hier</a> 😀</p>',
    link="https://city.example/mitteilungen/größe?a=1&b=2",
    published=datetime(2026, 7, 1, 8, tzinfo=UTC),
    updated=datetime(2026, 7, 2, 9, 30, tzinfo=UTC),
    categories=("Kultur & Sport", "Verkehr"),
)
OLDER = Entry(
    guid="urn:uuid:22222222-2222-5222-8222-222222222222",
    title="Save the date",
    summary="",
    html="",
    link="https://city.example/announcements/2",
    published=datetime(2026, 6, 1, 8, tzinfo=UTC),
    updated=datetime(2026, 6, 1, 8, tzinfo=UTC),
    language="en",
    author="Erika Muster",
)
WRITERS: tuple[Callable[[FeedInfo, list[Entry]], bytes], ...] = (rss, atom, json_feed)


def utc(parsed: Any) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def read_back(document: bytes) -> list[dict[str, Any]]:
    """What feedparser makes of every entry."""
    parsed = feedparser.parse(document)
    assert parsed.bozo is False
    return [
        {
            "id": entry.id,
            "title": entry.title,
            "link": entry.link,
            "summary": entry.get("summary", ""),
            "content": [(part.type, part.value) for part in entry.get("content", [])],
            "published": utc(entry.published_parsed),
            "tags": [tag.term for tag in entry.get("tags", [])],
            "author": entry.author,
        }
        for entry in parsed.entries
    ]


def expected(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.guid,
        "title": entry.title,
        "link": entry.link,
        "summary": entry.summary,
        "content": [("text/html", entry.html)] if entry.html else [],
        "published": entry.published,
        "tags": list(entry.categories),
        "author": entry.author or INFO.author,
    }


def test_rss_reads_back_whole() -> None:
    entries = read_back(rss(INFO, [NEWER, OLDER]))
    for entry in entries:
        entry["summary"] = unescape(entry["summary"])  # a description is HTML
    assert entries == [expected(NEWER), expected(OLDER)]


def test_atom_reads_back_whole() -> None:
    document = atom(INFO, [NEWER, OLDER])
    assert read_back(document) == [expected(NEWER), expected(OLDER)]
    assert [utc(entry.updated_parsed) for entry in feedparser.parse(document).entries] == [NEWER.updated, OLDER.updated]


def test_the_channel_reads_back_whole() -> None:
    feed = feedparser.parse(rss(INFO, [NEWER])).feed
    assert (feed.title, feed.link, feed.language, unescape(feed.subtitle)) == (
        INFO.title, INFO.site_url, "de", INFO.description,
    )  # fmt: skip
    assert utc(feed.updated_parsed) == INFO.updated
    feed = feedparser.parse(atom(INFO, [NEWER])).feed
    assert (feed.title, feed.link, feed.language, feed.subtitle, feed.author, feed.id) == (
        INFO.title, INFO.site_url, "de", INFO.description, INFO.author, INFO.self_url,
    )  # fmt: skip
    assert utc(feed.updated_parsed) == INFO.updated


def test_atom_links_keep_all_their_attributes() -> None:
    """feedgen 1.0.0 writes nothing but href on an entry's link."""
    parsed = feedparser.parse(atom(INFO, [NEWER, OLDER]))
    assert [entry.links for entry in parsed.entries] == [
        [{"href": NEWER.link, "rel": "alternate", "type": "text/html", "hreflang": "de"}],
        [{"href": OLDER.link, "rel": "alternate", "type": "text/html", "hreflang": "en"}],
    ]
    links = etree.fromstring(atom(INFO, [])).findall("{http://www.w3.org/2005/Atom}link")
    assert [dict(link.attrib) for link in links] == [
        {"href": INFO.self_url, "rel": "self", "type": "application/atom+xml"},
        {"href": INFO.site_url, "rel": "alternate", "type": "text/html", "hreflang": "de"},
        {"href": INFO.hub, "rel": "hub"},
    ]


def test_rss_whole() -> None:
    short = replace(NEWER, title="Titel & <mehr>", summary="a & b", html="<p>]]></p>", categories=("K",))
    assert rss(replace(INFO, description="D", hub=""), [short]).decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>'
        "<title>Stadt Beispiel: alle Mitteilungen</title><link>https://city.example/presse</link>"
        "<description>D</description>"
        '<atom:link href="https://city.example/feeds/feed.de.xml" rel="self" type="application/rss+xml"/>'
        "<docs>http://www.rssboard.org/rss-specification</docs><generator>announcer</generator>"
        "<language>de</language><lastBuildDate>Thu, 02 Jul 2026 09:30:00 +0000</lastBuildDate><item>"
        "<title>Titel &amp; ‹mehr›</title>"
        "<link>https://city.example/mitteilungen/gr%C3%B6%C3%9Fe?a=1&amp;b=2</link>"
        "<description>a &amp;amp; b</description><content:encoded>&lt;p&gt;]]&gt;&lt;/p&gt;</content:encoded>"
        '<guid isPermaLink="false">urn:uuid:11111111-1111-5111-8111-111111111111</guid><category>K</category>'
        "<pubDate>Wed, 01 Jul 2026 08:00:00 +0000</pubDate>"
        "<dc:creator>Pressestelle der Stadt Beispiel</dc:creator></item></channel></rss>"
    )


def test_an_entry_in_another_language_says_so() -> None:
    item = etree.fromstring(rss(INFO, [OLDER])).find("channel/item")
    assert item.findtext("{http://purl.org/dc/elements/1.1/}language") == "en"
    entry = etree.fromstring(atom(INFO, [OLDER])).find("{http://www.w3.org/2005/Atom}entry")
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_json_whole() -> None:
    assert json.loads(json_feed(replace(INFO, expired=True), [NEWER, OLDER])) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": INFO.title,
        "home_page_url": "https://city.example/presse",
        "feed_url": "https://city.example/feeds/feed.de.xml",
        "description": "Alle Mitteilungen & mehr",
        "language": "de",
        "authors": [{"name": INFO.author, "url": "https://city.example/presse"}],
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "expired": True,
        "items": [
            {
                "id": NEWER.guid,
                "url": NEWER.link,
                "title": NEWER.title,
                "content_html": NEWER.html,
                "summary": NEWER.summary,
                "date_published": "2026-07-01T08:00:00Z",
                "date_modified": "2026-07-02T09:30:00Z",
                "tags": ["Kultur & Sport", "Verkehr"],
            },
            {
                "id": OLDER.guid,
                "url": OLDER.link,
                "title": "Save the date",
                "content_text": "Save the date",
                "date_published": "2026-06-01T08:00:00Z",
                "date_modified": "2026-06-01T08:00:00Z",
                "authors": [{"name": "Erika Muster"}],
                "language": "en",
            },
        ],
    }


def test_json_says_neither_hub_nor_expired_when_there_is_none() -> None:
    feed = json.loads(json_feed(replace(INFO, hub=""), []))
    assert feed["items"] == []
    assert not {"hubs", "expired"} & set(feed)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("entries", [[], [NEWER], [NEWER, OLDER]])
def test_two_renders_are_the_same_bytes(write: Callable[[FeedInfo, list[Entry]], bytes], entries: list[Entry]) -> None:
    assert write(INFO, entries) == write(INFO, entries)


@pytest.mark.parametrize("write", [rss, atom])
def test_rendering_leaves_the_locale_alone(
    write: Callable[[FeedInfo, list[Entry]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """feedgen switches the locale of the whole process twice per date."""
    asked: list[Any] = []
    monkeypatch.setattr(locale, "setlocale", lambda *given_to: asked.append(given_to))
    write(INFO, [NEWER, OLDER])
    assert asked == []


def test_threads_render_the_same_bytes() -> None:
    once = [write(INFO, [NEWER, OLDER]) for write in WRITERS]
    with ThreadPoolExecutor(8) as pool:
        rounds = list(pool.map(lambda _: [write(INFO, [NEWER, OLDER]) for write in WRITERS], range(40)))
    assert rounds == [once] * 40


def test_rfc2822_is_english_and_in_utc() -> None:
    assert rfc2822(datetime.fromisoformat("2026-03-01T00:30:00+02:00")) == "Sat, 28 Feb 2026 22:30:00 +0000"


@given(
    title=st.text(st.characters(codec=None, exclude_categories=())),
    summary=st.text(st.characters(codec=None, exclude_categories=())),
    html=st.text(st.characters(codec=None, exclude_categories=())),
    category=st.text(st.characters(codec=None, exclude_categories=())),
)
def test_any_text_comes_back_from_every_format(title: str, summary: str, html: str, category: str) -> None:
    entry = replace(NEWER, title=f"T {title}", summary=summary, html=html, categories=(category,))
    item = etree.fromstring(rss(INFO, [entry])).find("channel/item")
    described, encoded = (
        item.findtext("description"),
        item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded"),
    )
    if encoded is None and described is not None and not entry.summary:
        described, encoded = "", described  # without a summary the full text is the description
    assert (item.findtext("title"), unescape_xml(described or ""), encoded or "") == (
        entry.title, entry.summary, entry.html,
    )  # fmt: skip
    assert tuple(element.text for element in item.findall("category")) == entry.categories
    assert atom_texts(atom(INFO, [entry])) == (entry.title, entry.summary, entry.html)
    said = json.loads(json_feed(INFO, [entry]))["items"][0]
    assert (said["title"], said.get("summary", ""), said.get("content_html", "")) == (
        entry.title, entry.summary, entry.html,
    )  # fmt: skip


def unescape_xml(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_ATOM_TEXTS = ("title", "summary", "content")


def atom_texts(document: bytes) -> tuple[str, ...]:
    entry = etree.fromstring(document).find("{http://www.w3.org/2005/Atom}entry")
    title, summary, content = (entry.find(f"{{http://www.w3.org/2005/Atom}}{name}") for name in _ATOM_TEXTS)
    said = "" if summary is None else summary.text or ""
    is_html = summary is not None and summary.get("type") == "html"  # only where the text could be taken for it
    return title.text, unescape_xml(said) if is_html else said, "" if content is None else content.text or ""


SHOWN = replace(
    NEWER,
    media=(
        Media(
            "https://city.example/a/x/bild/1-1600.jpg",
            "image/jpeg",
            70_000,
            1600,
            900,
            alt="Ein <Platz> & „Bäume“",
            credit="Foto: Alex Muster",
        ),
        Media("https://city.example/a/x/datei/2/plan.pdf", "application/pdf", 1234, title="Der Plan"),
    ),
)
_MRSS = "{http://search.yahoo.com/mrss/}"


def test_rss_shows_pictures_and_files() -> None:
    (read,) = feedparser.parse(rss(INFO, [SHOWN])).entries
    assert [dict(one) for one in read.enclosures] == [
        {
            "href": "https://city.example/a/x/bild/1-1600.jpg",
            "length": "70000",
            "type": "image/jpeg",
        }
    ]
    assert [dict(one) for one in read.media_content] == [
        {
            "url": "https://city.example/a/x/bild/1-1600.jpg",
            "type": "image/jpeg",
            "filesize": "70000",
            "medium": "image",
            "width": "1600",
            "height": "900",
        },
        {
            "url": "https://city.example/a/x/datei/2/plan.pdf",
            "type": "application/pdf",
            "filesize": "1234",
            "medium": "document",
        },
    ]
    shown = etree.fromstring(rss(INFO, [SHOWN])).find(f".//{_MRSS}content")
    assert [(one.tag.removeprefix(_MRSS), one.text) for one in shown] == [
        ("description", "Ein ‹Platz› & „Bäume“"),
        ("credit", "Foto: Alex Muster"),
    ]


def test_atom_links_pictures_and_files() -> None:
    (read,) = feedparser.parse(atom(INFO, [SHOWN])).entries
    assert [(one.href, one.type, one.length) for one in read.enclosures] == [
        ("https://city.example/a/x/bild/1-1600.jpg", "image/jpeg", "70000"),
        ("https://city.example/a/x/datei/2/plan.pdf", "application/pdf", "1234"),
    ]
    assert read.link == "https://city.example/mitteilungen/gr%C3%B6%C3%9Fe?a=1&b=2"


def test_json_attaches_pictures_and_files() -> None:
    (item,) = json.loads(json_feed(INFO, [SHOWN]))["items"]
    assert item["image"] == "https://city.example/a/x/bild/1-1600.jpg"
    assert item["attachments"] == [
        {
            "url": "https://city.example/a/x/bild/1-1600.jpg",
            "mime_type": "image/jpeg",
            "size_in_bytes": 70_000,
            "title": "Ein ‹Platz› & „Bäume“",
        },
        {
            "url": "https://city.example/a/x/datei/2/plan.pdf",
            "mime_type": "application/pdf",
            "size_in_bytes": 1234,
            "title": "Der Plan",
        },
    ]


def test_only_a_feed_with_pictures_speaks_of_them() -> None:
    assert b"mrss" not in rss(INFO, [NEWER, OLDER])
    assert b"mrss" in rss(INFO, [NEWER, SHOWN])


def test_media_needs_an_absolute_address() -> None:
    with pytest.raises(ComposeError, match="bild/1"):
        Media("/bild/1.jpg", "image/jpeg", 1)
