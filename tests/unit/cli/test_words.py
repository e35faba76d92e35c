"""The words of the command line: complete in both languages, and its dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from announcer.cli import words
from announcer.cli.words import Speech
from announcer.model.campaign import Audience, Kind
from announcer.model.facts import Certainty, EventStatus
from announcer.model.ledger import MessageState

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2018, 9, 18, 10, 0, tzinfo=UTC)


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_fill_the_same_slots() -> None:
    assert {key: slots(de) for key, (de, _) in words._WORDS.items()} == {
        key: slots(en) for key, (_, en) in words._WORDS.items()
    }


def test_no_word_is_missing_and_none_is_left_over() -> None:
    files = [path for path in Path(words.__file__).parent.glob("*.py") if not path.name.endswith("words.py")]
    source = "\n".join(path.read_text() for path in files)
    quoted = set(re.findall(r"""["']([a-z_]+)["']""", source))
    asked = set(re.findall(r"""(?:speech|say)\(\s*["']([a-z_]+)["']""", source))
    counted = {f"{form}_{key}" for key in quoted for form in ("one", "n")}
    assert asked - set(words._WORDS) == set()
    assert set(words._WORDS) - quoted - counted == set()


def test_no_file_of_words_takes_the_word_of_another() -> None:
    """They are put together into one: the last would win, and say something else."""
    keys: list[str] = []
    for path in Path(words.__file__).parent.glob("*words.py"):
        text = path.read_text(encoding="utf-8")
        for start in re.finditer(r"^(?:WORDS|CHANGES|_WORDS): .*\{$", text, re.MULTILINE):
            table = text[start.end() : text.index("\n}", start.end())]
            keys += re.findall(r'^    "([a-z_]+)": \(', table, re.MULTILINE)
    assert len(keys) > 200
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_state_kind_and_audience_has_a_word(language: str) -> None:
    speech = Speech(language)
    states = [*MessageState, *Certainty, *(status for status in EventStatus if status is not EventStatus.SCHEDULED)]
    said = [speech.state(state.value) for state in states]
    said += [speech.kind(kind.value) for kind in Kind] + [speech.audience(one.value) for one in Audience]
    assert all(said)


def test_any_other_language_speaks_german() -> None:
    assert Speech("fr")("left_alone") == Speech("de")("left_alone") == "Nichts geändert."


def test_counts_know_one() -> None:
    assert [Speech("de").count("message", n) for n in (0, 1, 2)] == ["0 Nachrichten", "1 Nachricht", "2 Nachrichten"]


def test_moments_are_written_on_the_wall_clock_of_the_zone_with_the_weekday() -> None:
    assert Speech("de").moment(NOON, BERLIN) == "Di 18.09.2018 12:00"
    assert Speech("en").moment(NOON, BERLIN) == "Tue 18 Sep 2018 12:00"
    assert Speech("de").day(date(2018, 9, 23)) == "So 23.09.2018"


def test_the_zone_is_named_with_what_its_clock_is_called() -> None:
    assert Speech("de").zone_name(BERLIN, NOON) == "Europe/Berlin (CEST)"
    assert Speech("de").zone_name(BERLIN, None) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("end", "beside", "german", "english"),
    [
        (NOON + timedelta(hours=2), NOON, "14:00", "14:00"),
        (NOON + timedelta(days=1), NOON, "19.09. 12:00", "19 Sep 12:00"),
        (NOON + timedelta(days=365), NOON, "18.09.2019 12:00", "18 Sep 2019 12:00"),
        (NOON, None, "18.09.2018 12:00", "18 Sep 2018 12:00"),
    ],
)
def test_an_end_says_no_more_than_is_needed(end: datetime, beside: datetime | None, german: str, english: str) -> None:
    assert (Speech("de").until(end, beside, BERLIN), Speech("en").until(end, beside, BERLIN)) == (german, english)


@pytest.mark.parametrize(
    ("distance", "german", "english"),
    [
        (timedelta(0), "0 Minuten", "0 minutes"),
        (timedelta(minutes=1), "1 Minute", "1 minute"),
        (timedelta(minutes=-40), "40 Minuten", "40 minutes"),
        (timedelta(minutes=60), "1 Stunde", "1 hour"),
        (timedelta(minutes=90), "90 Minuten", "90 minutes"),
        (timedelta(hours=5), "5 Stunden", "5 hours"),
        (timedelta(days=1), "1 Tag", "1 day"),
        (timedelta(days=7), "1 Woche", "1 week"),
        (timedelta(days=21, minutes=45), "3 Wochen", "3 weeks"),
        (timedelta(days=10), "10 Tage", "10 days"),
    ],
)
def test_distances_are_said_in_their_own_unit(distance: timedelta, german: str, english: str) -> None:
    assert (Speech("de").span(distance), Speech("en").span(distance)) == (german, english)


@pytest.mark.parametrize(
    ("language", "item", "behind"),
    [
        ("de", "die Keynote", "der Keynote"),
        ("de", "das Grußwort", "dem Grußwort"),
        ("de", "der Workshop „Wohnen“", "dem Workshop „Wohnen“"),
        ("de", "„Wohnen“", "„Wohnen“"),
        ("en", "the keynote", "the keynote"),
    ],
)
def test_german_items_stand_in_the_dative_behind_vor(language: str, item: str, behind: str) -> None:
    assert Speech(language).dative(item) == behind
