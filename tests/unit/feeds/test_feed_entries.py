"""Entries and feeds are valid once made; guids and file names are permanent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.feeds.entries import Entry, FeedInfo
from announcer.feeds.guids import feed_guid
from announcer.feeds.names import event_stem, topic_stem
from announcer.model.campaign import Occurrence, Subject

GUID = "urn:uuid:0a8b3c2e-31b7-5f0e-9c52-6a1d1f2b7a01"
AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
ENTRY = Entry(GUID, "Titel", "Kurz", "<p>Lang</p>", "https://city.example/1", AT, AT)
INFO = FeedInfo("Stadt", "https://city.example/f.xml", "https://city.example/", "de", "", "", AT)
REMINDER = Occurrence(Subject.EVENT, "kommunen-innovativ", "reminder-1w", "start")


def test_an_entry_cleans_what_it_is_given() -> None:
    berlin = timezone(timedelta(hours=2))
    made = Entry(
        GUID,
        " Ein\x00 Titel\n",
        "\x08Kurz ",
        "<p>a\r\nb</p>\x1f",
        "https://city.example/größe",
        datetime(2026, 7, 1, 10, 0, 0, 999_999, tzinfo=berlin),
        datetime(2026, 7, 2, 10, tzinfo=berlin),
        categories=("Kultur", " Kultur ", "\u200b", "Verkehr"),
        author=" Presse\x00 ",
    )
    assert made == Entry(
        GUID, "Ein Titel", "Kurz", "<p>a\nb</p>", "https://city.example/gr%C3%B6%C3%9Fe",
        datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 2, 8, tzinfo=UTC),
        categories=("Kultur", "Verkehr"), author="Presse",
    )  # fmt: skip
    assert made.published.tzinfo is UTC


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("guid", "https://city.example/1", "make it with feed_guid"),
        ("guid", GUID.upper(), "make it with feed_guid"),
        ("title", " \x00", "has an empty title"),
        ("title", "\u200b", "has an empty title"),
        ("link", "/1", "is no absolute web address"),
        ("published", AT.replace(tzinfo=None), "published 2026-07-01 08:00:00 has no time zone"),
        ("updated", AT.replace(tzinfo=None), "updated 2026-07-01 08:00:00 has no time zone"),
        ("language", "deutsch!", "write it like de or en-GB"),
    ],
)
def test_an_entry_refuses(field: str, value: Any, said: str) -> None:
    with pytest.raises(ComposeError, match=said):
        replace(ENTRY, **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "the feed https://city.example/f.xml has an empty title"),
        ("self_url", "f.xml", "its self_url 'f.xml' is no absolute web address"),
        ("site_url", "", "its site_url '' is no absolute"),
        ("hub", "hub.example", "its hub 'hub.example' is no absolute"),
        ("language", "", "has the language ''"),
        ("updated", AT.replace(tzinfo=None), "has no time zone"),
    ],
)
def test_a_feed_refuses(field: str, value: Any, said: str) -> None:
    with pytest.raises(ComposeError, match=said):
        replace(INFO, **{field: value})


def test_a_feed_without_author_or_description_has_its_title() -> None:
    assert (INFO.author, INFO.description) == ("Stadt", "Stadt")


def test_guids_never_change() -> None:
    """Written down once: another value here would show every entry of every feed as unread."""
    assert feed_guid(REMINDER, "de") == "urn:uuid:2c8942bd-8812-57bd-93bb-1715c9ed1d3c"
    assert feed_guid(REMINDER, "en") == "urn:uuid:6e143e55-4777-5576-8ee0-c8cf6e443eab"
    assert feed_guid(Occurrence(Subject.ANNOUNCEMENT, "a-1", "announcement", "publication"), "de") == (
        "urn:uuid:27350705-34cf-59bf-8808-05ddd835703b"
    )


def test_a_guid_is_one_per_occurrence_language_and_installation() -> None:
    others = [
        feed_guid(REMINDER, "en"),
        feed_guid(replace(REMINDER, subject=Subject.SESSION), "de"),
        feed_guid(replace(REMINDER, subject_id="x"), "de"),
        feed_guid(replace(REMINDER, rule_id="x"), "de"),
        feed_guid(replace(REMINDER, anchor="day:2"), "de"),
        feed_guid(replace(REMINDER, rule_id="start", anchor="reminder-1w"), "de"),
        feed_guid(REMINDER, "de", UUID(int=1)),
    ]
    assert len({feed_guid(REMINDER, "de"), *others}) == len(others) + 1
    assert feed_guid(REMINDER, "DE") == feed_guid(REMINDER, "de")


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_different_occurrences_have_different_guids(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    guids = [feed_guid(Occurrence(Subject.EVENT, *parts), "de") for parts in (one, other)]
    assert (guids[0] == guids[1]) == (one == other)


@pytest.mark.parametrize(
    ("event_id", "stem"),
    [
        ("kommunen-innovativ_2026", "kommunen-innovativ_2026"),
        ("Fest", "fest-246185958e"),
        ("../../etc/passwd", "etc-passwd-3754d6cb3a"),
        ("..", "5ec1f7e700"),
        ("straße.de", "strasse-de-19a816f416"),
        ("x" * 90, "x" * 69 + "-efdfd9ee97"),
    ],
)
def test_event_stem(event_id: str, stem: str) -> None:
    assert event_stem(event_id) == stem


@pytest.mark.parametrize(
    ("topic", "stem"),
    [
        ("Kultur", "kultur"),
        ("  KULTUR ", "kultur"),
        ("Öffentlicher Nahverkehr", "oeffentlicher-nahverkehr"),
        ("Straßen-Bau", "strassen-bau"),
        ("Café", "cafe"),
        ("C++", "c-cedb1bac7e"),
        ("C#", "c-951a4d36e0"),
        ("Київ", "e574b8438a"),
    ],
)
def test_topic_stem(topic: str, stem: str) -> None:
    assert topic_stem(topic) == stem


@given(st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_event_stems_are_safe_and_tell_events_apart(ids: list[str]) -> None:
    stems = [event_stem(event_id) for event_id in ids]
    assert stems[0] != stems[1]
    assert all(
        stem and len(stem) <= 80 and not set(stem) - set("abcdefghijklmnopqrstuvwxyz0123456789-_") for stem in stems
    )


@given(st.text())
def test_topic_stems_are_safe_and_heed_no_capitals(topic: str) -> None:
    stem = topic_stem(topic)
    assert stem
    assert not set(stem) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert topic_stem(f"  {topic}\t") == stem
