"""The corpus of dates says nothing that its own texts and the calendar deny."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "corpus" / "dates"
KEYS = {"said", "start", "end", "precision", "certainty", "alternatives", "every", "daily", "open"}
FORMS = {
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
    "minute": re.compile(r"(?:\d{4}-\d\d-\d\d)?T\d\d:\d\d"),
    "month": re.compile(r"\d{4}-\d\d"),
}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_WEEKDAY = re.compile(
    r"\b(Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mo|Di|Mi|Do|Fr|Sa|So)(?=[.,]| \d)|(?:Sat|Sun) )",
    re.IGNORECASE,
)
_NUMBER = {
    **{"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6},
    **{"mon": 0, "die": 1, "mit": 2, "don": 3, "fre": 4, "sam": 5, "son": 6},
    **{"tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6},
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of phrases.tsv."""

    text: str
    released: date
    language: str
    expected: list[dict[str, object]]


def _lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def _phrases() -> list[Phrase]:
    return [
        Phrase(text, date.fromisoformat(released), language, json.loads(expected))
        for text, released, language, expected in _lines("phrases.tsv")
    ]


PHRASES = _phrases()
ENTRIES = [(phrase, entry) for phrase in PHRASES for entry in phrase.expected]


def _day(moment: str) -> date | None:
    return None if moment.startswith("T") else date.fromisoformat((moment + "-01")[:10])


def _weekdays(said: str) -> list[int]:
    """The weekdays named in `said`, Monday 0, in order."""
    names = [found.lower().strip() for found in _WEEKDAY.findall(said)]
    return [5 if name == "sonnabend" else _NUMBER[name[:3]] for name in names]


def test_enough_of_both_languages_and_no_line_twice() -> None:
    strange = _lines("non_dates.tsv")
    texts = Counter([phrase.text for phrase in PHRASES] + [line[0] for line in strange])
    assert [text for text, times in texts.items() if times > 1] == []
    assert len(PHRASES) >= 300
    assert len(strange) >= 100
    assert {language for _, language, _ in strange} == {"de", "en"}
    german = sum(phrase.language == "de" for phrase in PHRASES) / len(PHRASES)
    assert 0.65 <= german <= 0.75


def test_every_certainty_and_precision_occurs_often_enough_to_be_measured() -> None:
    entries = [entry for phrase in PHRASES for entry in phrase.expected]
    certainty = Counter(entry["certainty"] for entry in entries)
    precision = Counter(entry["precision"] for entry in entries)
    assert set(certainty) == {"stated", "inferred", "ambiguous"}
    assert min(certainty.values()) >= 20
    assert set(precision) == {"day", "minute", "month"}
    assert min(precision.values()) >= 10


def test_said_stands_in_the_text_in_order() -> None:
    for phrase in PHRASES:
        assert phrase.expected, phrase.text
        at = 0
        for entry in phrase.expected:
            found = phrase.text.find(str(entry["said"]), at)
            assert found >= 0, entry["said"]
            at = found + 1


def test_moments_are_real_and_in_order() -> None:
    for _, entry in ENTRIES:
        assert set(entry) <= KEYS
        start, end = str(entry["start"]), str(entry.get("end", entry["start"]))
        for moment in (start, end):
            assert FORMS[str(entry["precision"])].fullmatch(moment), moment
            assert _day(moment) or time.fromisoformat(moment[1:]) is not None
            if "T" in moment[1:]:
                datetime.fromisoformat(moment)
        assert start <= end
        assert (entry["certainty"] == "ambiguous") == ("alternatives" in entry)
        alternatives = entry.get("alternatives", [])
        assert isinstance(alternatives, list)
        assert start not in alternatives
        every = entry.get("every", [])
        assert isinstance(every, list)
        assert set(every) <= set(DAYS)


def test_named_weekdays_fit_unless_marked_as_ambiguous() -> None:
    for _, entry in ENTRIES:
        named, start = _weekdays(str(entry["said"])), _day(str(entry["start"]))
        if not named or start is None or "every" in entry:
            continue
        end = _day(str(entry.get("end", entry["start"]))) or start
        held = {start.weekday(), end.weekday()}
        fits = named[0] in held if len(named) == 1 else (start.weekday(), end.weekday()) == (named[0], named[-1])
        if entry["certainty"] != "ambiguous":
            assert fits, (entry, start.strftime("%A"))


def test_a_contradiction_offers_a_day_that_fits() -> None:
    for _, entry in ENTRIES:
        named, start = _weekdays(str(entry["said"])), _day(str(entry["start"]))
        alternatives = entry.get("alternatives", [])
        assert isinstance(alternatives, list)
        if not named or start is None or not alternatives:
            continue
        offered = [_day(str(other).split("..")[-1]) for other in alternatives]
        assert named[-1] in [day.weekday() for day in offered if day], entry


def test_a_completed_year_is_the_first_on_or_after_the_release() -> None:
    for phrase, entry in ENTRIES:
        if entry["certainty"] != "inferred" or not re.search(r"\d\.? ?(?:\d{1,2}\.|[A-Z])", str(entry["said"])):
            continue
        if re.search(r"nächsten|vergangenen|letzten", str(entry["said"])):
            continue
        last = _day(str(entry.get("end", entry["start"])))
        if last is not None:
            assert phrase.released <= last < phrase.released + timedelta(days=366), entry
