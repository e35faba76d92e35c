"""Dates and times as a press office writes them."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import TemplateError
from announcer.model.campaign import Kind
from announcer.rendering import words
from announcer.rendering.library import SHIPPED
from tests.unit.rendering.dortmund_facts import BERLIN, at


@pytest.mark.parametrize(
    ("moment", "german", "english"),
    [
        (at(18, 13), "Dienstag, 18. September 2018, 13 Uhr", "Tuesday, 18 September 2018, 1 p.m."),
        (at(18, 13, 30), "Dienstag, 18. September 2018, 13.30 Uhr", "Tuesday, 18 September 2018, 1.30 p.m."),
        (at(19, 9, 5), "Mittwoch, 19. September 2018, 9.05 Uhr", "Wednesday, 19 September 2018, 9.05 a.m."),
        (at(18, 12), "Dienstag, 18. September 2018, 12 Uhr", "Tuesday, 18 September 2018, 12 noon"),
        (at(18, 0, 30), "Dienstag, 18. September 2018, 0.30 Uhr", "Tuesday, 18 September 2018, 12.30 a.m."),
        (at(18, 0), "Dienstag, 18. September 2018", "Tuesday, 18 September 2018"),
    ],
)
def test_a_moment_is_written_out_with_its_weekday(moment: datetime, german: str, english: str) -> None:
    assert (words.moment(moment, "de"), words.moment(moment, "en")) == (german, english)


@pytest.mark.parametrize(
    ("start", "end", "german", "english"),
    [
        (at(18, 13), None, "Dienstag, 18. September 2018, 13 Uhr", "Tuesday, 18 September 2018, 1 p.m."),
        (
            at(18, 13),
            at(18, 17, 30),
            "Dienstag, 18. September 2018, 13 bis 17.30 Uhr",
            "Tuesday, 18 September 2018, 1 p.m. to 5.30 p.m.",
        ),
        (
            at(18, 20),
            at(19, 0),
            "Dienstag, 18. September 2018, 20 bis 24 Uhr",
            "Tuesday, 18 September 2018, 8 p.m. to 12 midnight",
        ),
        (
            at(18, 13),
            at(19, 14),
            "Dienstag, 18. September, bis Mittwoch, 19. September 2018, Beginn 13 Uhr",
            "Tuesday, 18 September, to Wednesday, 19 September 2018, starting at 1 p.m.",
        ),
        (
            at(18, 0),
            at(19, 0),
            "Dienstag, 18. September, bis Mittwoch, 19. September 2018",
            "Tuesday, 18 September, to Wednesday, 19 September 2018",
        ),
        (at(18, 0), None, "Dienstag, 18. September 2018", "Tuesday, 18 September 2018"),
        (at(18, 13), at(17, 13), "Dienstag, 18. September 2018, 13 Uhr", "Tuesday, 18 September 2018, 1 p.m."),
        (
            at(31, 13, month=12),
            at(31, 13, month=12) + timedelta(days=1),
            "Montag, 31. Dezember 2018, bis Dienstag, 1. Januar 2019, Beginn 13 Uhr",
            "Monday, 31 December 2018, to Tuesday, 1 January 2019, starting at 1 p.m.",
        ),
    ],
)
def test_a_period_says_its_days_and_its_beginning(
    start: datetime, end: datetime | None, german: str, english: str
) -> None:
    assert (words.period(start, end, "de"), words.period(start, end, "en")) == (german, english)


@pytest.mark.parametrize(
    ("closes", "said"),
    [
        (at(4, 23, 59), "Dienstag, 4. September 2018"),
        (at(4, 18), "Dienstag, 4. September 2018, 18 Uhr"),
        (at(4, 0), "Dienstag, 4. September 2018, 0 Uhr"),
    ],
)
def test_a_deadline_never_promises_a_later_moment(closes: datetime, said: str) -> None:
    assert words.deadline(closes, "de") == said


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        ("KoSI-Lab", "„KoSI-Lab“", "“KoSI-Lab”"),
        ("Konferenz „Kommunen“", "„Konferenz ‚Kommunen‘“", "“Konferenz ‘Kommunen’”"),
        ("The “Lab”", "„The ‘Lab’“", "“The ‘Lab’”"),
    ],
)
def test_quotation_marks_nest(value: str, german: str, english: str) -> None:
    assert (words.quoted(value, "de"), words.quoted(value, "en")) == (german, english)


@pytest.mark.parametrize(
    ("value", "ended"),
    [("13 Uhr", "13 Uhr."), ("1.30 p.m.", "1.30 p.m."), ("Wohin?", "Wohin?"), ("", ""), ("Das …", "Das …")],
)
def test_a_sentence_ends_once(value: str, ended: str) -> None:
    assert words.stop(value) == ended


@pytest.mark.parametrize(("names", "listed"), [([], ""), (["A"], "A"), (["A", "B", "C"], "A, B und C")])
def test_names_are_listed(names: list[str], listed: str) -> None:
    assert words.listed(names, "de") == listed


@given(st.datetimes(timezones=st.just(BERLIN)), st.sampled_from(words.LANGUAGES))
def test_every_moment_names_day_month_and_year(moment: datetime, language: str) -> None:
    said = words.moment(moment, language)
    assert str(moment.year) in said
    assert str(moment.day) in said
    assert said.count(",") == (1 if moment.hour == moment.minute == 0 else 2)


def test_both_languages_have_the_same_words_for_every_kind() -> None:
    german, english = (
        tomllib.loads((SHIPPED / f"words.{language}.toml").read_text("utf-8")) for language in words.LANGUAGES
    )
    assert german["labels"].keys() == english["labels"].keys()
    assert german["kinds"].keys() == english["kinds"].keys() == {*map(str, Kind), "withdrawn"}
    assert german["notices"].keys() == english["notices"].keys()
    assert all(notice.keys() == {"prefix", "sentence"} for notice in german["notices"].values())


def test_later_words_replace_single_earlier_ones() -> None:
    fixed = words.fixed(
        [
            ("a.toml", '[labels]\nwhen = "Wann"\nwhere = "Wo"\n[notices.move]\nprefix = "VERLEGT"\nsentence = "S."'),
            ("b.toml", '[labels]\nwhen = "Termin"\n[notices.move]\nprefix = "NEU"'),
        ]
    )
    assert fixed == words.Fixed(
        labels={"when": "Termin", "where": "Wo"}, kinds={}, notices={"move": {"prefix": "NEU", "sentence": "S."}}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[labels]\nwhen = 3", r"b\.toml: \[labels\]"),
        ("labels\n", r"b\.toml: .*line 1"),
        ("notices = 3", r"b\.toml: \[notices\]"),
    ],
)
def test_a_broken_file_of_words_is_named(text: str, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        words.fixed([("b.toml", text)])
