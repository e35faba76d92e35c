"""The main rules of the W3C feed validator, over every file of a projection.

`violations` is our own: the validator itself is not on PyPI, and runs where a
copy of it can be had (tests/servers/test_feed_validator.py). It is checked in turn
with planted faults.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.feeds.projection import EventFeed, FeedRow, FeedSite, project

etree: Any = import_module("lxml.etree")  # lxml has no types

A, C, D, H, M = (
    "{http://www.w3.org/2005/Atom}",
    "{http://purl.org/rss/1.0/modules/content/}",
    "{http://purl.org/dc/elements/1.1/}",
    "{http://purl.org/syndication/history/1.0}",
    "{http://search.yahoo.com/mrss/}",
)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} [\d:]{8} \+0000"
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|\+00:00)")
#: What the validator takes for HTML in a plain text: the end of a tag, or a named character.
HTML = re.compile(r"</\w+>|&(?:amp|lt|gt|quot|apos|nbsp|auml|#\w+)")
#: How often an element may stand in its parent (RSS 2.0, RSS profile, RFC 4287 §4.1.1, §4.1.2).
CHANNEL = {"title": (1, 1), "link": (1, 1), "description": (1, 1), "language": (1, 1), "lastBuildDate": (1, 1),
           "docs": (0, 1), "generator": (0, 1), "item": (0, 999), A + "link": (1, 5),
           H + "archive": (0, 1)}  # fmt: skip
ITEM = {"title": (1, 1), "link": (1, 1), "description": (0, 1), C + "encoded": (0, 1), "guid": (1, 1),
        "pubDate": (1, 1), D + "creator": (1, 1), D + "language": (0, 1), "category": (0, 99),
        "enclosure": (0, 1), M + "content": (0, 99)}  # fmt: skip
FEED = {A + "id": (1, 1), A + "title": (1, 1), A + "updated": (1, 1), A + "author": (1, 9), A + "link": (2, 6),
        A + "subtitle": (0, 1), A + "generator": (0, 1), A + "entry": (0, 999), H + "archive": (0, 1)}  # fmt: skip
ENTRY = {A + "id": (1, 1), A + "title": (1, 1), A + "updated": (1, 1), A + "published": (1, 1), A + "author": (1, 9),
         A + "link": (1, 99), A + "content": (0, 1), A + "summary": (0, 1), A + "category": (0, 99),
         M + "content": (0, 99)}  # fmt: skip
MEDIA = {M + "title": (0, 1), M + "description": (0, 1), M + "credit": (0, 1)}


def violations(name: str, body: bytes, address: str) -> list[str]:
    """Every rule that the file breaks, read from `address`."""
    if name.endswith(".json"):
        return list(_json(json.loads(body), address))
    root = etree.fromstring(body)
    return list(_rss(root, address) if root.tag == "rss" else _atom(root, address))


def _counted(element: Any, allowed: dict[str, tuple[int, int]]) -> Iterator[str]:
    count = Counter(child.tag for child in element)
    yield from (f"{tag} in {element.tag} is unknown" for tag in count if tag not in allowed)
    for tag, (least, most) in allowed.items():
        if not least <= count[tag] <= most:
            yield f"{element.tag} has {count[tag]} {tag}"


def _rss(root: Any, address: str) -> Iterator[str]:
    channel = root.find("channel")
    if root.get("version") != "2.0" or list(root) != [channel]:
        yield "not RSS 2.0"
    yield from _counted(channel, CHANNEL)
    yield from _titled(channel, "title", "description")
    if [link.get("href") for link in channel.findall(A + "link") if link.get("rel") == "self"] != [address]:
        yield "atom:link rel=self is not the feed's address"
    if not LANGUAGE.fullmatch(channel.findtext("language") or ""):
        yield "language is no code"
    yield from _urls([channel.findtext("link"), *(link.get("href") for link in channel.findall(A + "link"))])
    yield from _dates([channel.findtext("lastBuildDate")], RFC822)
    items = channel.findall("item")
    yield from _unique([item.findtext("guid") for item in items])
    for item in items:
        yield from _counted(item, ITEM)
        yield from _titled(item, "title", D + "creator")
        yield from _plain(item.findtext("title"))
        yield from _urls([item.findtext("link")])
        yield from _dates([item.findtext("pubDate")], RFC822)
        yield from _files(item, item.findall("enclosure"), "url")
        if item.find("guid") is not None and item.find("guid").get("isPermaLink") != "false":
            yield "guid is taken for an address"


def _atom(root: Any, address: str) -> Iterator[str]:
    yield from _counted(root, FEED)
    yield from _titled(root, A + "title", A + "id")
    links = {link.get("rel"): link for link in root.findall(A + "link")}
    if links["self"].get("href") != address or links["self"].get("type") != "application/atom+xml":
        yield "link rel=self is not the feed's address"
    if not LANGUAGE.fullmatch(root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""):
        yield "xml:lang is no code"
    yield from _urls([link.get("href") for link in links.values()])
    yield from _dates([root.findtext(A + "updated")], RFC3339)
    entries = root.findall(A + "entry")
    yield from _unique([entry.findtext(A + "id") for entry in entries])
    moments = Counter(entry.findtext(A + "updated") for entry in entries)
    yield from (f"{moment} is the date of {count} entries" for moment, count in moments.items() if count > 1)
    for entry in entries:
        yield from _counted(entry, ENTRY)
        yield from _titled(entry, A + "title", f"{A}author/{A}name")
        texts = [text for text in entry.iter(A + "title", A + "summary") if text.get("type", "text") == "text"]
        yield from (fault for text in texts for fault in _plain(text.text))
        yield from _urls([link.get("href") for link in entry.findall(A + "link")])
        yield from _dates([entry.findtext(A + "updated"), entry.findtext(A + "published")], RFC3339)
        enclosures = [link for link in entry.findall(A + "link") if link.get("rel") == "enclosure"]
        if len(entry.findall(A + "link")) - len(enclosures) != 1:
            yield "an entry has not one link to its page"
        yield from _files(entry, enclosures, "href")
        if any(content.get("type") != "html" for content in entry.findall(A + "content")):
            yield "content is not html"


def _json(feed: dict[str, Any], address: str) -> Iterator[str]:
    if feed["version"] != "https://jsonfeed.org/version/1.1" or feed["feed_url"] != address:
        yield "not JSON Feed 1.1, or not at its address"
    if not feed["title"].strip() or not LANGUAGE.fullmatch(feed["language"]):
        yield "no title or language"
    yield from _urls([feed["home_page_url"], *(hub["url"] for hub in feed.get("hubs", []))])
    yield from _unique([item["id"] for item in feed["items"]])
    for item in feed["items"]:
        yield from _urls([item["url"]])
        yield from _dates([item["date_published"], item["date_modified"]], RFC3339)
        if not item["title"].strip() or ("content_html" in item) == ("content_text" in item):
            yield "an item without title, or not with one content"


def _titled(element: Any, *paths: str) -> Iterator[str]:
    yield from (f"{path} is empty" for path in paths if not (element.findtext(path) or "").strip())


def _files(item: Any, enclosures: list[Any], address: str) -> Iterator[str]:
    """What an enclosure and media:content must say (RSS 2.0, RFC 4287 §4.2.7, Media RSS 1.5)."""
    shown = item.findall(M + "content")
    yield from _urls([one.get(address) for one in enclosures] + [one.get("url") for one in shown])
    for one, size in [(one, "length") for one in enclosures] + [(one, "fileSize") for one in shown]:
        if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", one.get("type") or "") or not (one.get(size) or "").isdigit():
            yield f"{one.get(address)} has no type or no size"
    for one in shown:
        yield from _counted(one, MEDIA)


def _plain(text: str | None) -> Iterator[str]:
    if found := HTML.search(text or ""):
        yield f"{found[0]} in a plain text"


def _urls(urls: list[str | None]) -> Iterator[str]:
    yield from (f"{url} is no absolute URI" for url in urls if not re.fullmatch(r"https?://[!-~]+", url or ""))


def _dates(texts: list[str | None], form: re.Pattern[str]) -> Iterator[str]:
    for text in texts:
        if not form.fullmatch(text or ""):
            yield f"{text} is no date"
        elif form is RFC822 and parsedate_to_datetime(str(text)).strftime("%a") != str(text)[:3]:
            yield f"{text} has the wrong weekday"


def _unique(ids: list[str | None]) -> Iterator[str]:
    yield from (f"{guid} stands {count} times" for guid, count in Counter(ids).items() if count > 1)
    yield from (f"{guid} is no URI" for guid in ids if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", guid or ""))


# -- The projection keeps them all. --

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SITE = FeedSite(
    name="Stadt Beispiel & Umland",
    url="https://city.example",
    feeds_url="https://city.example/feeds",
    languages=("de", "en"),
    hub="https://hub.example/",
    events={"fest": EventFeed("Straßenfest <2026>", "https://city.example/fest", expired=True)},
)
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
ROWS = st.builds(
    FeedRow,
    guid=st.uuids(version=5).map(lambda value: value.urn),
    payload=st.fixed_dictionaries(
        {
            "title": ANY.map(lambda text: f"T {text}"),
            "summary": ANY,
            "html": ANY.map(lambda text: f"<p>{text}</p>"),
            "link": st.sampled_from(["https://city.example/1", "https://city.example/ä?b=ü&c=d", "http://[::1]:80/"]),
            "categories": st.lists(ANY, max_size=2),
        }
    ),
    language=st.sampled_from(["de", "en", "de-AT"]),
    published=st.integers(-9, 9).map(lambda hours: NOON + timedelta(hours=hours)),
    updated=st.integers(10, 19).map(lambda hours: NOON + timedelta(hours=hours)),
    event_id=st.sampled_from([None, "fest", "../x"]),
    topics=st.lists(ANY, max_size=2).map(tuple),
    withdrawn=st.booleans(),
)


def all_violations(rows: list[FeedRow]) -> dict[str, list[str]]:
    files = project(SITE, rows)
    found = {name: violations(name, body, f"{SITE.feeds_url}/{name}") for name, body in files.items()}
    return {name: broken for name, broken in found.items() if broken}


@settings(max_examples=25)
@given(st.lists(ROWS, max_size=5))
def test_every_file_keeps_every_rule(rows: list[FeedRow]) -> None:
    assert all_violations(rows) == {}


def test_a_full_feed_keeps_every_rule() -> None:
    rows = [
        FeedRow(
            guid=f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
            payload={"title": f"Nr. {number}", "summary": "", "html": "", "link": "https://city.example/x"},
            language="de",
            published=NOON + timedelta(minutes=number),
            updated=NOON + timedelta(minutes=number),
        )
        for number in range(130)
    ]
    assert all_violations(rows) == {}


SOUND = project(
    SITE,
    [
        FeedRow(
            "urn:uuid:00000000-0000-5000-8000-000000000001",
            {"title": "Titel", "summary": "s", "html": "<p>h</p>", "link": "https://city.example/x"},
            "de", NOON, NOON,
        )
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("feed.de.rss.xml", b"<title>Titel</title>", b"<title> </title>", "title is empty"),
        ("feed.de.rss.xml", b"<title>Titel", b"<title>T &lt;/b&gt;", "</b> in a plain text"),
        ("feed.de.atom.xml", b"<summary>s", b"<summary>&amp;auml;", "&auml in a plain text"),
        ("feed.de.rss.xml", b'isPermaLink="false"', b"", "guid is taken for an address"),
        ("feed.de.rss.xml", b"<pubDate>Wed", b"<pubDate>Thu", "Thu, 01 Jul 2026 12:00:00 +0000 has the wrong weekday"),
        ("feed.de.rss.xml", b"<pubDate>Wed", b"<pubDate>Mi", "Mi, 01 Jul 2026 12:00:00 +0000 is no date"),
        ("feed.de.rss.xml", b'rel="self"', b'rel="via"', "atom:link rel=self is not the feed's address"),
        ("feed.de.rss.xml", b"<language>de", b"<language>deutsch", "language is no code"),
        ("feed.de.rss.xml", b"<link>https://city.example/x", b"<link>/x", "/x is no absolute URI"),
        ("feed.de.rss.xml", b"<docs>", b"<ttl>9</ttl><docs>", "ttl in channel is unknown"),
        ("feed.de.rss.xml", b"<docs>", b"<link>https://x.example</link><docs>", "channel has 2 link"),
        ("feed.de.atom.xml", b'type="html"', b'type="CDATA"', "content is not html"),
        ("feed.de.atom.xml", b"</published>", b"x</published>", "2026-07-01T12:00:00+00:00x is no date"),
        ("feed.de.json", b'"content_html"', b'"other"', "an item without title, or not with one content"),
    ],
)
def test_the_rules_find_a_planted_fault(name: str, old: bytes, new: bytes, said: str) -> None:
    assert old in SOUND[name]
    assert said in violations(name, SOUND[name].replace(old, new, 1), f"{SITE.feeds_url}/{name}")


def test_the_rules_find_an_entry_that_stands_twice() -> None:
    body = SOUND["feed.de.rss.xml"]
    item = body[body.index(b"<item>") : body.index(b"</channel>")]
    twice = body.replace(item, item + item)
    guid = "urn:uuid:00000000-0000-5000-8000-000000000001"
    assert violations("x.rss.xml", twice, f"{SITE.feeds_url}/feed.de.rss.xml") == [f"{guid} stands 2 times"]
