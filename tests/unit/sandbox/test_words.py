from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from announcer.model.facts import Event
from announcer.sandbox import page, words
from announcer.sandbox.words import WORDS, Speech

BERLIN = ZoneInfo("Europe/Berlin")
EVENT = Event(
    "k",
    "Konferenz",
    start=datetime(2018, 9, 18, 13, tzinfo=BERLIN),
    end=datetime(2018, 9, 19, 16, tzinfo=BERLIN),
)


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_slots() -> None:
    assert {key: _slots(text) for key, text in WORDS["de"].items()} == {
        key: _slots(text) for key, text in WORDS["en"].items()
    }


def test_every_word_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in page.TEMPLATES.glob("*.html"))
    source += Path(words.__file__).read_text(encoding="utf-8").split("class Speech")[1]
    computed = {"n_", "one_", "later_", "week_", "weeks_", "day_", "days_"}
    channels = {"social", "mail", "feed"}
    unused = {
        key
        for key in WORDS["de"]
        if f'"{key}"' not in source
        and f"'{key}'" not in source
        and key not in channels
        and not key.startswith(tuple(computed))
    }
    assert unused == set()
    assert set(re.findall(r'say\("(\w+)"[,)]', source)) <= WORDS["de"].keys()


@pytest.mark.parametrize(
    ("day", "german", "english", "short"),
    [
        (date(2018, 6, 26), "12 Wochen vorher", "12 weeks before", "−12 W"),
        (date(2018, 9, 11), "1 Woche vorher", "1 week before", "−1 W"),
        (date(2018, 9, 1), "17 Tage vorher", "17 days before", "−17 T"),
        (date(2018, 9, 17), "1 Tag vorher", "1 day before", "−1 T"),
        (date(2018, 9, 18), "Tag 1", "Day 1", "Tag 1"),
        (date(2018, 9, 19), "Tag 2", "Day 2", "Tag 2"),
        (date(2018, 9, 20), "1 Tag danach", "1 day after", "+1 T"),
        (date(2018, 10, 3), "2 Wochen danach", "2 weeks after", "+2 W"),
    ],
)
def test_a_day_is_named_by_its_distance_from_the_event(day: date, german: str, english: str, short: str) -> None:
    assert Speech("de").countdown(day, EVENT) == german
    assert Speech("en").countdown(day, EVENT) == english
    assert Speech("de").short_countdown(day, EVENT) == short


def test_an_event_of_one_day_has_no_numbered_days() -> None:
    assert Speech("de").countdown(date(2018, 9, 18), replace(EVENT, end=None)) == "Veranstaltungstag"


def test_without_a_date_there_is_no_countdown() -> None:
    assert Speech("de").countdown(date(2018, 9, 18), replace(EVENT, start=None)) == ""
    assert Speech("de").short_countdown(date(2018, 9, 18), None) == "18. Sept."


def test_dates_and_times_are_said_as_one_says_them() -> None:
    moment = datetime(2018, 9, 18, 7, 30, tzinfo=BERLIN)
    german, english = Speech("de"), Speech("en")
    assert (german.moment(moment), english.moment(moment)) == ("18. Sept., 07:30 Uhr", "18 Sept, 07:30")
    assert (german.zone(moment), german.zone(moment.replace(month=1))) == ("MESZ", "MEZ")
    assert german.when(EVENT) == "Dienstag, 18., bis Mittwoch, 19. September 2018"
    assert english.when(EVENT) == "Tuesday 18 to Wednesday 19 September 2018"
    assert german.when(replace(EVENT, end=None)) == "Dienstag, 18. September 2018"
