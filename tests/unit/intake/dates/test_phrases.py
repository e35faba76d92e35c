"""The date grammar: phrases and what they mean, and what is no date at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.intake.dates import Mention, find_dates

#: A Tuesday.
RELEASE = date(2027, 4, 6)


def shown(mention: Mention) -> str:
    """A mention in one line: days, times, how sure."""
    days = f"{mention.first}" if mention.first == mention.last else f"{mention.first}..{mention.last}"
    clock = "" if mention.begins is None else f" {mention.begins:%H:%M}"
    clock += "" if mention.ends is None else f"-{mention.ends:%H:%M}"
    exact = f" {mention.precision.value}" if mention.precision.value in {"week", "month"} else ""
    return f"{'' if mention.first is None else days}{clock}{exact} {mention.sure.value}".strip()


PHRASES = [
    # Days and spans
    ("18. September 2027", "2027-09-18 stated"),
    ("vom 18. bis zum 19. September", "2027-09-18..2027-09-19 inferred"),
    ("am 18./19. September 2026", "2026-09-18..2026-09-19 stated"),
    ("9./10. Juni", "2027-06-09..2027-06-10 inferred"),
    ("13. und 14. Mai", "2027-05-13..2027-05-14 inferred"),
    ("30. August bis 1. September", "2027-08-30..2027-09-01 inferred"),
    ("vom 28. Dezember bis 3. Januar", "2027-12-28..2028-01-03 inferred"),
    ("28. Dezember 2027 bis 3. Januar 2028", "2027-12-28..2028-01-03 stated"),
    ("28. Dezember bis 3. Januar 2028", "2027-12-28..2028-01-03 stated"),
    ("1. April bis 30. Juni", "2027-04-01..2027-06-30 inferred"),  # it is running
    ("18.-20.9.2027", "2027-09-18..2027-09-20 stated"),
    ("vom 30.08. bis 01.09.2027", "2027-08-30..2027-09-01 stated"),
    ("18. 9. 2027", "2027-09-18 stated"),
    ("18.09.27", "2027-09-18 stated"),
    ("am 1.5.", "2027-05-01 inferred"),
    ("am ersten Mai", "2027-05-01 inferred"),
    ("Sept. 2027", "2027-09-01..2027-09-30 month stated"),
    ("im Mai", "2027-05-01..2027-05-31 month inferred"),
    ("Mai bis September 2027", "2027-05-01..2027-09-30 month stated"),
    ("am 29. Februar", "2028-02-29 inferred"),
    # Weekdays
    ("Dienstag, 18. September 2018", "2018-09-18 stated"),
    ("am Dienstag, dem 18. September 2018,", "2018-09-18 stated"),
    ("am Freitag, 9. April", "2027-04-09 inferred"),
    ("Freitag bis Sonntag (7. bis 9. Mai 2027)", "2027-05-07..2027-05-09 stated"),
    ("von Freitag, 7., bis Sonntag, 9. Mai", "2027-05-07..2027-05-09 inferred"),
    ("Mittwoch, 18. September 2018", "2018-09-18 ambiguous"),
    ("Sa., 3. Juli, 10-18 Uhr", "2027-07-03 10:00-18:00 inferred"),
    ("Samstag und Sonntag, 3./4. Juli, jeweils 10 bis 18 Uhr", "2027-07-03..2027-07-04 10:00-18:00 inferred"),
    # Counted from the release
    ("morgen", "2027-04-07 inferred"),
    ("heute Abend um 20 Uhr", "2027-04-06 20:00 inferred"),
    ("am kommenden Freitag", "2027-04-09 inferred"),
    ("am nächsten Freitag", "2027-04-09 ambiguous"),
    ("am nächsten Montag", "2027-04-12 inferred"),
    ("am vergangenen Freitag", "2027-04-02 inferred"),
    ("am Freitag, 19 Uhr", "2027-04-09 19:00 inferred"),
    ("am Dienstag", "2027-04-13 ambiguous"),  # today, or in a week?
    ("nächste Woche Dienstag", "2027-04-13 inferred"),
    ("in der kommenden Woche", "2027-04-12..2027-04-18 week inferred"),
    ("in zwei Wochen", "2027-04-20 inferred"),
    ("morgen, Mittwoch, 7. April 2027", "2027-04-07 stated"),
    ("morgen, 8. April 2027", "2027-04-08 ambiguous"),
    ("seit dem 1. März", "2027-03-01 inferred"),
    ("Das Fest fand am 3. März statt.", "2027-03-03 ambiguous"),
    # Times
    ("19 Uhr", "19:00 stated"),
    ("9.30 Uhr", "09:30 stated"),
    ("10 bis 12 Uhr", "10:00-12:00 stated"),
    ("ab 13 Uhr", "13:00 stated"),
    ("14.15–15 Uhr", "14:15-15:00 stated"),
    ("zwischen 10 und 12 Uhr", "10:00-12:00 stated"),
    ("um 19:30", "19:30 stated"),
    ("um halb acht", "07:30 ambiguous"),
    ("um halb acht abends", "19:30 stated"),
    ("um acht Uhr", "08:00 stated"),
    ("18. September 2018, von 10 bis 12.30 Uhr", "2018-09-18 10:00-12:30 stated"),
    ("Di., 18.09.2018, 19:30 Uhr", "2018-09-18 19:30 stated"),
    ("um 19 Uhr am Dienstag, 13. April", "2027-04-13 19:00 inferred"),
    ("am 3. Mai in der Halle der St. Marien-Schule um 19 Uhr", "2027-05-03 19:00 inferred"),
    ("18.09.2027, 18:00 Uhr – 19.09.2027, 12:00 Uhr", "2027-09-18..2027-09-19 18:00-12:00 stated"),
    ("Freitag, 18 Uhr, bis Sonntag, 12 Uhr", "2027-04-09..2027-04-11 18:00-12:00 inferred"),
    ("am 7. Mai 2027 um 7 Uhr abends", "2027-05-07 19:00 stated"),
    # ISO and English
    ("2027-09-18", "2027-09-18 stated"),
    ("2027-09-18T19:00:00+02:00", "2027-09-18 19:00 stated"),
    ("September 18-19, 2027", "2027-09-18..2027-09-19 stated"),
    ("18–19 September 2027", "2027-09-18..2027-09-19 stated"),
    ("from 7 May to 2 June 2027", "2027-05-07..2027-06-02 stated"),
    ("August 30 to September 1, 2027", "2027-08-30..2027-09-01 stated"),
    ("Tuesday, September 18, 2018 at 7:30 p.m.", "2018-09-18 19:30 stated"),
    ("on the 18th of September from 10 am to 12 noon", "2027-09-18 10:00-12:00 inferred"),
    ("7 to 9 pm", "19:00-21:00 stated"),
    ("04/05/2027", "2027-05-04 ambiguous"),
    ("5/18/2027", "2027-05-18 stated"),
    ("this Friday", "2027-04-09 inferred"),
    # What can't be
    ("am 31. Juni", "ambiguous"),
    ("19. bis 18. September 2027", "2027-09-18..2027-09-19 ambiguous"),
]


@pytest.mark.parametrize(("text", "expected"), PHRASES)
def test_one_phrase(text: str, expected: str) -> None:
    assert [shown(mention) for mention in find_dates(text, release=RELEASE)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3., 10. und 17. Mai", ["2027-05-03 inferred", "2027-05-10 inferred", "2027-05-17 inferred"]),
        ("am 3. und 10. Mai, 19 Uhr", ["2027-05-03 19:00 inferred", "2027-05-10 19:00 inferred"]),
        ("am 8. und 9. Mai sowie am 12. Juni 2027", ["2027-05-08..2027-05-09 stated", "2027-06-12 stated"]),
        ("Einlass 18.30 Uhr, Beginn 19.30 Uhr", ["18:30 stated", "19:30 stated"]),
    ],
)
def test_several_days_are_several_mentions(text: str, expected: list[str]) -> None:
    assert [shown(mention) for mention in find_dates(text, release=RELEASE)] == expected


NO_DATES = [
    "Telefon 0231 50-22135", "Tel. 0231/50-18.09", "Straße des 17. Juni 135", "Platz des 18. März", "Leopoldstr. 50–58",
    "Version 2.14.", "§ 3 Abs. 2", "18.09 Euro", "12,50 €", "30 wissenschaftlichen Projekten", "im 18. Jahrhundert",
    "1. FC Köln", "Raum 3.12.", "jeden Dienstag", "Montag bis Freitag", "guten Morgen", "von heute auf morgen",
    "bis heute", "Die Stadt", "So ist es", "PM 34/2018", "We may 5 times", "He will march 12 miles", "DIN 18.09.2018",
    "192.168.1.10", "1:1000", "https://city.example/2027/05/07/foo", "dienstags und mittwochs", "Black Friday",
    "44147 Dortmund", "2.500 Menschen", "zum 5. Mal", "Platz 3 am Rathaus", "3:2", "the 2.1 release",
    "Fridays for Future",
    "der 1. Mai-Lauf", "12 March Street", "halb zehn Millionen",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text, release=RELEASE) == ()


def test_the_place_in_the_text() -> None:
    text = "Die Konferenz findet vom 18. bis zum 19. September im Haus statt."
    (found,) = find_dates(text, release=RELEASE)
    assert text[found.start : found.end] == found.text == "18. bis zum 19. September"


def test_without_a_release_date_the_year_stays_open() -> None:
    (found,) = find_dates("vom 18. bis 19. September")
    assert (found.first, found.sure.value, found.partial) == (None, "incomplete", ((9, 18), (9, 19)))


def test_a_weekday_that_does_not_fit_offers_what_may_be_meant() -> None:
    (found,) = find_dates("Mittwoch, 18. September 2018")
    assert [first for first, _ in found.alternatives] == [
        date(2018, 9, 18), date(2019, 9, 18), date(2018, 9, 19),
    ]  # fmt: skip
    assert "weekday_mismatch" in found.notes


def test_a_deadline_is_told_from_a_start() -> None:
    (found,) = find_dates("Anmeldung bis zum 4. September 2027")
    assert found.until is True


_PIECES = (
    "18. 9. September Mai bis und – / . , : Uhr 19 Dienstag Di. morgen am vom 2027 10 h am pm T ( ) ab 30 31. 02 "
    "ersten May - 1999 12:30 kommenden Freitag Woche in zwei nächsten the of 2027-09-18 04/05/2027 \n\n"
)


@given(
    st.lists(st.sampled_from(_PIECES.split(" ")), max_size=25).map(" ".join),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
)
def test_any_heap_of_pieces_is_read(text: str, release: date) -> None:
    """No crash; mentions are in order, don't overlap, and say what they say of themselves."""
    end = 0
    for found in find_dates(text, release=release):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        assert (found.first is None) == (found.last is None)
        assert found.first is None or found.last is None or found.first <= found.last
        end = found.end


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    find_dates(text)
    find_dates(text, release=RELEASE, english=True)
