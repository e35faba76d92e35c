"""Rows of the ledger become named files; only what changed is rendered again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.feeds.projection import ENTRY_LIMIT, EventFeed, FeedRow, FeedSite, Projection, entry_of, project

AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
SITE = FeedSite(
    name="Stadt Beispiel",
    url="https://city.example",
    feeds_url="https://city.example/feeds",
    languages=("de", "en"),
    events={"fest": EventFeed("Straßenfest", "https://city.example/fest")},
)
EVERYTHING = {f"feed.{part}{ending}" for part in ("", "de.", "en.") for ending in ("rss.xml", "atom.xml", "json")}


def row(number: int, **changes: Any) -> FeedRow:
    made = FeedRow(
        guid=f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
        payload={
            "title": f"Mitteilung {number}",
            "summary": "Kurz",
            "html": "<p>Lang</p>",
            "link": f"https://city.example/{number}",
            "categories": ["Fest"],
        },
        language="de",
        published=AT + timedelta(hours=number),
        updated=AT + timedelta(hours=number),
    )
    return replace(made, **changes)


def titles(files: Mapping[str, bytes], name: str) -> list[str]:
    return [item["title"] for item in json.loads(files[name])["items"]]


def test_without_entries_there_are_the_feeds_of_everything() -> None:
    files = project(SITE, [])
    assert set(files) == EVERYTHING
    assert json.loads(files["feed.de.json"])["title"] == "Stadt Beispiel: alle Mitteilungen"
    assert json.loads(files["feed.en.json"])["title"] == "Stadt Beispiel: all announcements"
    assert feedparser.parse(files["feed.rss.xml"]).feed.updated == "Sat, 01 Jan 2000 00:00:00 +0000"


def test_the_main_language_stands_under_its_own_address_too() -> None:
    files = project(SITE, [row(1), row(2, language="en")])
    assert titles(files, "feed.json") == titles(files, "feed.de.json") == ["Mitteilung 1"]
    assert titles(files, "feed.en.json") == ["Mitteilung 2"]
    assert json.loads(files["feed.json"])["feed_url"] == "https://city.example/feeds/feed.json"


def test_a_language_dropped_from_the_settings_keeps_its_feed() -> None:
    assert "feed.en.atom.xml" in project(replace(SITE, languages=("de",)), [row(1, language="en")])


def test_events_and_topics_have_feeds_of_their_own() -> None:
    rows = [
        row(1, event_id="fest", topics=("Kultur",)),
        row(2, event_id="fest", topics=("Verkehr", "kultur")),
        row(3, event_id="Sonst Was", language="en"),
        row(4),
    ]
    files = project(SITE, rows)
    assert {name for name in files if name.endswith(".json")} - EVERYTHING == {
        "events/fest.de.json",
        "events/sonst-was-4966d822fc.en.json",
        "topics/kultur.de.json",
        "topics/verkehr.de.json",
    }
    assert titles(files, "feed.de.json") == ["Mitteilung 4", "Mitteilung 2", "Mitteilung 1"]
    assert titles(files, "events/fest.de.json") == titles(files, "topics/kultur.de.json") == [
        "Mitteilung 2", "Mitteilung 1",
    ]  # fmt: skip
    fest, topic = json.loads(files["events/fest.de.json"]), json.loads(files["topics/verkehr.de.json"])
    assert (fest["title"], fest["home_page_url"], fest["description"], "expired" in fest) == (
        "Straßenfest – Stadt Beispiel", "https://city.example/fest",
        "Alle Mitteilungen zu dieser Veranstaltung: Straßenfest.", False,
    )  # fmt: skip
    assert (topic["title"], topic["description"]) == (
        "Verkehr – Stadt Beispiel", "Alle Mitteilungen zum Thema „Verkehr“.",
    )  # fmt: skip


def test_an_event_that_is_over_has_an_expired_feed() -> None:
    site = replace(SITE, events={"fest": EventFeed("Straßenfest", "https://city.example/fest", expired=True)})
    assert json.loads(project(site, [row(1, event_id="fest")])["events/fest.de.json"])["expired"] is True


@given(st.permutations([row(1), row(2), row(3, published=AT + timedelta(hours=2)), row(4, published=AT)]))
def test_newest_first_whatever_the_order_of_the_rows(rows: list[FeedRow]) -> None:
    assert titles(project(SITE, rows), "feed.json") == [f"Mitteilung {number}" for number in (2, 3, 1, 4)]
    assert project(SITE, rows) == project(SITE, rows[::-1])


def test_the_oldest_entries_fall_out_of_a_full_feed() -> None:
    files = project(SITE, [row(number) for number in range(ENTRY_LIMIT + 5)])
    assert titles(files, "feed.json") == [f"Mitteilung {number}" for number in range(ENTRY_LIMIT + 4, 4, -1)]


def test_of_two_rows_of_one_guid_the_later_counts() -> None:
    later = row(1, payload={**row(1).payload, "title": "KORREKTUR"}, updated=AT + timedelta(days=1))
    assert titles(project(SITE, [later, row(1)]), "feed.json") == ["KORREKTUR"]


def test_a_correction_keeps_guid_and_date_and_moves_updated() -> None:
    corrected = row(1, payload={**row(1).payload, "title": "KORREKTUR: Mitteilung"}, updated=AT + timedelta(days=1))
    before, after = (json.loads(project(SITE, [one])["feed.json"])["items"][0] for one in (row(1), corrected))
    assert after == {**before, "title": "KORREKTUR: Mitteilung", "date_modified": "2026-07-02T08:00:00Z"}
    parsed = feedparser.parse(project(SITE, [corrected])["feed.atom.xml"])
    assert parsed.feed.updated == "2026-07-02T08:00:00+00:00"


@pytest.mark.parametrize(
    ("language", "title", "notice"),
    [
        (
            "de",
            "ZURÜCKGEZOGEN: Mitteilung 1",
            "Diese Mitteilung wurde zurückgezogen. Bitte verwenden Sie sie nicht mehr.",
        ),
        ("en", "WITHDRAWN: Mitteilung 1", "This announcement has been withdrawn. Please do not use it any more."),
    ],
)
def test_what_is_withdrawn_keeps_guid_link_and_headline_only(language: str, title: str, notice: str) -> None:
    taken_back = row(1, language=language, withdrawn=True, updated=AT + timedelta(days=2))
    entry = entry_of(taken_back)
    assert entry == replace(
        entry_of(row(1, language=language)),
        title=title,
        summary=notice,
        html=f"<p>{notice}</p>",
        updated=AT + timedelta(days=2),
    )
    assert all(b"Lang" not in body for body in project(SITE, [taken_back]).values())


def test_an_approved_notice_is_shown_as_it_is() -> None:
    notice = {**row(1).payload, "title": "ZURÜCKGEZOGEN: Mitteilung 1", "html": "<p>Die Zahl war falsch.</p>"}
    taken_back = row(1, payload=notice, withdrawn=True)
    assert entry_of(taken_back) == entry_of(replace(taken_back, withdrawn=False))
    assert entry_of(taken_back).title == "ZURÜCKGEZOGEN: Mitteilung 1"


def test_an_entry_was_never_updated_before_it_was_published() -> None:
    assert entry_of(row(1, updated=AT - timedelta(days=1))).updated == row(1).published


def test_a_payload_without_a_title_is_refused() -> None:
    with pytest.raises(ComposeError, match="has an empty title"):
        project(SITE, [row(1, payload={"link": "https://city.example/1"})])


# -- Only what changed. --


def stems(files: Mapping[str, bytes]) -> set[str]:
    return {name.removesuffix(".json") for name in files if name.endswith(".json")}


ROWS = (row(1, event_id="fest", topics=("Kultur",)), row(2, language="en"), row(3, topics=("Verkehr",)))


def test_nothing_is_rendered_twice() -> None:
    files, projection = Projection(SITE).changed(ROWS)
    assert files == project(SITE, ROWS)
    assert projection.changed([row(1, event_id="fest", topics=("Kultur",)), *ROWS[1:]]) == ({}, projection)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (replace(ROWS[1], withdrawn=True), {"feed.en"}),
        (replace(ROWS[0], updated=AT + timedelta(days=1)), {"feed", "feed.de", "events/fest.de", "topics/kultur.de"}),
        (replace(ROWS[2], payload={**ROWS[2].payload, "html": "<p>x</p>"}), {"feed", "feed.de", "topics/verkehr.de"}),
        (row(9, language="en", event_id="neu"), {"feed.en", "events/neu.en"}),
    ],
)
def test_only_the_feeds_of_a_changed_row_are_rendered(changed: FeedRow, expected: set[str]) -> None:
    _, projection = Projection(SITE).changed(ROWS)
    rows = [*(one for one in ROWS if one.guid != changed.guid), changed]
    files, after = projection.changed(rows)
    assert stems(files) == expected
    assert files == {name: body for name, body in project(SITE, rows).items() if name in files}
    assert after.changed(rows)[0] == {}


def test_the_same_files_come_again_until_they_are_written() -> None:
    _, projection = Projection(SITE).changed(ROWS)
    more = [*ROWS, row(9)]
    assert projection.changed(more) == projection.changed(more)
    assert projection.changed(more)[0] != {}


def test_a_feed_that_lost_its_last_entry_is_written_empty() -> None:
    _, projection = Projection(SITE).changed(ROWS)
    moved = [ROWS[0], ROWS[1], replace(ROWS[2], topics=("Kultur",))]
    files, after = projection.changed(moved)
    assert stems(files) == {"feed", "feed.de", "topics/kultur.de", "topics/verkehr.de"}
    assert json.loads(files["topics/verkehr.de.json"]) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Stadt Beispiel",
        "home_page_url": "https://city.example",
        "feed_url": "https://city.example/feeds/topics/verkehr.de.json",
        "description": "Zurzeit gibt es hier keine Mitteilungen.",
        "language": "de",
        "authors": [{"name": "Stadt Beispiel", "url": "https://city.example"}],
        "items": [],
    }
    assert after.changed(moved) == ({}, after)
    assert stems(after.changed(ROWS)[0]) == stems(files)


def test_at_start_every_feed_comes_and_forgotten_ones_come_empty() -> None:
    names = [*project(SITE, ROWS), "topics/alt.en-GB.rss.xml", "notes.json", "x/y.de.rss.xml", "feed.rss.xml"]
    files, _ = Projection.resumed(SITE, names).changed(ROWS)
    extra = {f"topics/alt.en-GB.{ending}" for ending in ("rss.xml", "atom.xml", "json")}
    assert set(files) == set(project(SITE, ROWS)) | extra
    assert titles(files, "topics/alt.en-GB.json") == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.integers(0, 2)), max_size=6))
def test_changes_in_sequence_end_where_one_projection_ends(steps: list[tuple[int, bool, int]]) -> None:
    rows = {one.guid: one for one in ROWS}
    kept, projection = Projection(SITE).changed(ROWS)
    disk = dict(kept)
    for number, withdrawn, hours in steps:
        one = row(number, withdrawn=withdrawn, updated=AT + timedelta(days=1, hours=hours), topics=("Kultur",))
        rows[one.guid] = one
        files, projection = projection.changed(rows.values())
        disk.update(files)
    final = project(SITE, rows.values())
    assert {name: disk[name] for name in final} == final
    assert all(json.loads(disk[f"{stem}.json"])["items"] == [] for stem in stems(disk) - stems(final))
