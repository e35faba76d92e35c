"""Older months of a long feed: nobody who comes late misses an entry, and an old month does not change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from announcer.feeds.projection import ENTRY_LIMIT, FeedRow, FeedSite, Projection, project

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
SITE = FeedSite("Stadt Beispiel", "https://city.example", "https://city.example/feeds")


def rows(number: int, every: timedelta = timedelta(hours=12)) -> list[FeedRow]:
    return [
        FeedRow(
            guid=f"urn:uuid:00000000-0000-5000-8000-{n:012d}",
            payload={"title": f"Nr. {n}", "summary": "", "html": "<p>x</p>", "link": f"https://city.example/{n}"},
            language="de",
            published=AT + n * every,
            updated=AT + n * every,
            topics=("Kultur",),
        )
        for n in range(number)
    ]


def walk(files: Mapping[str, bytes], name: str) -> list[str]:
    """The guids a reader finds who follows prev-archive to the end, as RFC 5005 §4 describes."""
    seen: dict[str, None] = {}
    while name:
        parsed: Any = feedparser.parse(files[name])
        seen |= dict.fromkeys(entry.id for entry in parsed.entries)
        links = {link.rel: link.href for link in parsed.feed.links}
        if "current" in links:
            assert links["current"] == f"{SITE.feeds_url}/feed.de.{name.partition('.')[2].split('.', 2)[2]}"
        name = links.get("prev-archive", "").removeprefix(f"{SITE.feeds_url}/")
    return list(seen)


@pytest.mark.parametrize("ending", ["atom.xml", "rss.xml"])
def test_following_the_links_gives_every_entry_once(ending: str) -> None:
    made = rows(400)
    files = project(SITE, made)
    assert sorted(walk(files, f"feed.de.{ending}")) == [row.guid for row in made]
    assert sorted(walk(files, f"feed.{ending}")) == [row.guid for row in made]
    assert files[f"feed.de.2026-01.{ending}"].count(b"http://purl.org/syndication/history/1.0") == 1


def test_json_feeds_go_on_at_their_next_url() -> None:
    files = project(SITE, rows(400))
    found, name = 0, "feed.de.json"
    while name:
        feed = json.loads(files[name])
        found += len(feed["items"])
        name = feed.get("next_url", "").removeprefix(f"{SITE.feeds_url}/")
    assert found >= 400


def test_a_short_feed_has_no_archive() -> None:
    files = project(SITE, rows(ENTRY_LIMIT))
    assert not [name for name in files if "2026" in name]
    assert b"prev-archive" not in files["feed.de.atom.xml"]


def test_a_new_entry_leaves_the_old_months_alone() -> None:
    made = rows(400)
    _, projection = Projection(SITE).changed(made[:-1])
    files, projection = projection.changed(made)
    assert {name.removesuffix(".atom.xml") for name in files if name.endswith(".atom.xml")} == {
        "feed",
        "feed.de",
        "topics/kultur.de",
    }
    corrected = [*made[1:], made[0]]
    assert projection.changed(corrected)[0] == {}


def test_at_a_new_start_an_archive_is_known_as_what_it_is() -> None:
    made = rows(400)
    names = project(SITE, made)
    resumed = Projection.resumed(SITE, names)
    files, _ = resumed.changed(made)
    assert files == names
    emptied, _ = Projection.resumed(SITE, names).changed([])
    assert json.loads(emptied["feed.de.2026-01.json"])["items"] == []
    assert json.loads(emptied["feed.de.2026-01.json"])["language"] == "de"
