"""Every fact beside a notice stands in that notice, and the calendar agrees with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest

from tests.unit.intake_corpus.notices import Notice, every_notice, squeezed

NOTICES = every_notice()
each_notice = pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.slug)

TABLES = {
    "contact": {"name", "role", "organisation", "phone", "email"},
    "embargo": {"until", "said"},
    "events": {
        *{"name", "start", "end", "certainty", "alternatives", "place", "status", "previous_start"},
        *{"previous_place", "doors", "registration_closes", "recurring", "optional"},
    },
    "sessions": {"kind", "title", "words", "people", "day", "date", "start", "end", "room", "optional"},
    "people": {"name", "title", "role", "affiliation"},
    "links": {"label", "url", "lost"},
    "attachments": {"label", "url", "lost"},
    "images": {"src", "caption", "alt", "credit"},
    "quotes": {"begins", "who"},
}
KEYS = {
    *TABLES,
    *{"language", "shape", "release_date", "dateline", "number", "headline", "kicker", "subline", "lead", "source"},
    *{"boilerplate", "boilerplate_begins", "subheads", "stripped", "questions", "may_ask"},
}
QUESTIONS = {
    *{"year", "weekday", "date", "date-missing", "time", "place", "events", "embargo", "links", "alt", "credit"},
    *{"contact", "release-date", "attachment", "grammar"},
}
CERTAINTIES = {"stated", "inferred", "ambiguous", "open"}
STATUSES = {"cancelled", "postponed", "rescheduled", "moved", "past"}
NOT_IN_THE_TEXT = {
    *{"language", "shape", "release_date", "dateline", "until", "start", "end", "certainty", "alternatives", "status"},
    *{"previous_start", "doors", "registration_closes", "date", "stripped", "questions", "may_ask"},
}
_MOMENT = re.compile(r"(?:\d{4}|-)-\d\d-\d\d(?:T\d\d:\d\d)?")


def passages(facts: dict[str, Any]) -> Iterator[str]:
    """Every string that has to stand in the text."""
    for key, value in facts.items():
        if key in NOT_IN_THE_TEXT:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from passages(one)
            elif isinstance(one, str) and one:
                yield one


def real(moment: str) -> bool:
    """Whether `moment` is a day or a minute that exists; `--09-18` is a day without its year."""
    whole = moment.replace("--", "2028-", 1) if moment.startswith("--") else moment
    return bool(_MOMENT.fullmatch(moment)) and bool(datetime.fromisoformat(whole))


def tables(notice: Notice, name: str) -> list[dict[str, Any]]:
    found = notice.facts.get(name, [])
    return [found] if isinstance(found, dict) else found


def test_enough_of_both_languages_and_numbered_once() -> None:
    numbers = Counter(notice.slug[:2] for notice in NOTICES)
    assert [number for number, times in numbers.items() if times > 1] == []
    languages = Counter(notice.facts["language"] for notice in NOTICES)
    assert languages["de"] >= 60
    assert languages["en"] >= 20
    assert len({notice.text for notice in NOTICES}) == len(NOTICES)
    assert len({notice.facts["headline"] for notice in NOTICES}) == len(NOTICES)


def test_every_shape_and_question_occurs() -> None:
    assert {notice.file.suffix for notice in NOTICES} == {".txt", ".html", ".md", ".eml"}
    asked = {
        key for notice in NOTICES for key in [*notice.facts.get("questions", []), *notice.facts.get("may_ask", [])]
    }
    assert asked == QUESTIONS
    events = [event for notice in NOTICES for event in tables(notice, "events")]
    assert {event["certainty"] for event in events if "certainty" in event} == CERTAINTIES
    assert {event["status"] for event in events if "status" in event} == STATUSES
    lengths = sorted(len(notice.text) for notice in NOTICES)
    assert lengths[0] < 400
    assert lengths[-1] > 6000


@each_notice
def test_keys_are_those_the_readme_names(notice: Notice) -> None:
    assert set(notice.facts) <= KEYS
    assert {"language", "shape", "headline", "boilerplate"} <= set(notice.facts)
    for name, allowed in TABLES.items():
        for table in tables(notice, name):
            assert set(table) <= allowed, (name, table)
    assert set(notice.facts.get("questions", [])) | set(notice.facts.get("may_ask", [])) <= QUESTIONS
    assert not set(notice.facts.get("questions", [])) & set(notice.facts.get("may_ask", []))


@each_notice
def test_every_fact_stands_in_the_text(notice: Notice) -> None:
    missing = [passage for passage in passages(notice.facts) if squeezed(passage) not in notice.text]
    assert missing == []


@each_notice
def test_what_is_stripped_are_whole_lines(notice: Notice) -> None:
    # Neighbours on a page ("Schule Termine Kontakt") share a line once the markup is gone.
    seen = notice.text if notice.file.suffix == ".html" else notice.lines
    assert [line for line in notice.facts.get("stripped", []) if squeezed(line) not in seen] == []


@each_notice
def test_moments_are_real(notice: Notice) -> None:
    facts = notice.facts
    for key in ("release_date", "dateline"):
        assert key not in facts or real(str(facts[key]))
    for event in tables(notice, "events"):
        assert event.get("status", "past") in STATUSES
        moments = [event[key] for key in ("start", "end", "previous_start", "registration_closes") if key in event]
        assert all(real(moment) for moment in [*moments, *event.get("alternatives", [])]), event
        assert event.get("end", "9") >= event.get("start", "")
        assert ("start" in event or "end" in event) == ("certainty" in event)
        assert (event.get("certainty") == "open") == event.get("start", "").startswith("--")
        assert (event.get("certainty") == "ambiguous") == ("alternatives" in event)
    for embargo in tables(notice, "embargo"):
        assert "until" not in embargo or real(embargo["until"])
    for session in tables(notice, "sessions"):
        assert "date" not in session or date.fromisoformat(session["date"])
        assert "day" not in session or (isinstance(session["day"], int) and "date" not in session)
        assert all(time.fromisoformat(session[key]) is not None for key in ("start", "end") if key in session)
        assert "title" in session or "words" in session


@each_notice
def test_questions_fit_the_facts(notice: Notice) -> None:
    asked, fair = set(notice.facts.get("questions", [])), set(notice.facts.get("may_ask", []))
    events = tables(notice, "events")
    lost = [link for name in ("links", "attachments") for link in tables(notice, name) if link.get("lost")]
    assert not lost or {"links", "attachment"} & asked
    assert "links" not in asked or lost
    assert ("alt" in asked) == any("src" in image and not image.get("alt") for image in tables(notice, "images"))
    assert any(event.get("certainty") == "ambiguous" for event in events) <= bool({"weekday", "date"} & (asked | fair))
    assert any(event.get("certainty") == "open" for event in events) <= ("year" in asked)
    assert "year" not in asked | fair or any(event.get("certainty") != "stated" for event in events)
    if "date-missing" in asked:
        assert any("start" not in event for event in events)


@each_notice
def test_people_and_contact_are_apart(notice: Notice) -> None:
    names = [person["name"] for person in tables(notice, "people")]
    assert len(names) == len(set(names))
    assert not {contact.get("name") for contact in tables(notice, "contact")} & set(names)
    known = {*names, *(contact.get("name", "") for contact in tables(notice, "contact"))}
    for session in tables(notice, "sessions"):
        assert set(session.get("people", [])) <= known, session
    for quote in tables(notice, "quotes"):
        assert any(quote["who"] in name for name in known), quote
