"""A release as text: what is taken, what is stripped, what is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import IntakeError
from announcer.intake.release import read_release, slug
from announcer.model.facts import Link

BERLIN = ZoneInfo("Europe/Berlin")
EXAMPLE = Path(__file__).parents[3] / "examples" / "kommunen-innovativ" / "release.md"
NOTICE = Path(__file__).parents[4] / "shared" / "seeds" / "000_b13a537e3c3d0622.txt"


def test_the_example_as_a_whole() -> None:
    read = read_release(EXAMPLE.read_text(encoding="utf-8"), "release.md", BERLIN)
    found = read.announcement
    assert found.kicker == "Kommunen innovativ im DKH"
    assert found.headline.startswith("Gesine Schwan und OB Ullrich Sierau sprechen")
    assert found.lead.startswith("Das Bundesministerium")
    assert found.body.count("## ") == 3
    assert found.source == "Stadt Dortmund"
    assert found.embargoed_until == datetime(2018, 6, 25, 8, tzinfo=UTC)
    assert [link.label for link in found.links][1:] == ["Kommunen innovativ", "KoSI-Lab", "KuDeQua"]
    assert read.stripped == ("0", "27", "Facebookrss", "Facebookrss")
    assert len(read.warnings) == 4
    assert "30 wissenschaftlichen Projekten" in found.lead


def test_the_programme_of_the_example() -> None:
    """Who speaks on which day; what the text leaves open stays open, and no date is confirmed."""
    draft = read_release(EXAMPLE.read_text(encoding="utf-8"), "release.md", BERLIN).draft
    assert draft is not None
    assert (draft.start, draft.end, draft.certainty) == ("2018-09-18", "2018-09-19", "stated")
    assert draft.event.certainty.value == "inferred"
    items = {item.kind: (item.day, [person.name for person in item.people]) for item in draft.items}
    assert items["Keynote"] == (1, ["Gesine Schwan"])
    assert items["Grußwort"] == (2, ["Ullrich Sierau"])
    assert draft.event.place is not None
    assert draft.event.place.name == "Dietrich-Keuning-Haus"


@pytest.mark.skipif(not NOTICE.exists(), reason="the notice itself is not beside this checkout")
def test_the_notice_itself() -> None:
    read = read_release(NOTICE.read_text(encoding="utf-8"), "notice.txt", BERLIN)
    assert read.announcement.headline.endswith("im Dietrich-Keuning-Haus")
    assert read.announcement.lead.startswith("Zum zweiten Mal")
    assert read.stripped == ("0", "27", "Facebookrss", "Facebookrss")
    assert [link.url for link in read.announcement.links] == [""] * 4
    assert read.draft is not None
    assert (read.draft.start, read.draft.certainty) == ("--09-18", "open")
    items = {item.kind: (item.day, [person.name for person in item.people]) for item in read.draft.items}
    assert items["Keynote"] == (1, ["Gesine Schwan"])
    assert items["Grußwort"] == (2, ["Ullrich Sierau"])
    assert {question.key for question in read.questions} == {"year", "time", "links"}
    assert [remark.key for remark in read.remarks if remark.key == "grammar"] == ["grammar"]


def test_front_matter_wins() -> None:
    text = '+++\nid = "x"\nheadline = "Oben"\nlinks = [{label = "Programm", url = "https://city.example/p"}]\n+++\nLead.\n\nText.'
    found = read_release(text, "x.md", BERLIN).announcement
    assert (found.id, found.headline, found.lead, found.body) == ("x", "Oben", "Lead.", "Text.")
    assert found.links == (Link("Programm", "https://city.example/p"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.md is empty"),
        ("   \n ", "a.md is empty"),
        ("+++\nid = 1\n", "the front matter has no end"),
        ("+++\nid = \n+++\nTitel", "front matter: Invalid value"),
        (
            "+++\nembargoo = 1\n+++\nTitel",
            "'embargoo' is not a known key; known are attachments, contact, ed_note, embargo",
        ),
        ('+++\nid = "Ä B"\n+++\nTitel', "can't be an id"),
        ('+++\nlanguage = "fr"\n+++\nTitel', "language = 'fr' is not known; choose one of de, en"),
        ('+++\nembargo = "morgen"\n+++\nTitel', "embargo must be a date and time"),
        ('+++\ntopics = "x"\n+++\nTitel', "'topics' must be a list of texts"),
        ("Wort " * 600, "the headline has 2999 characters"),
        ("0\n\n27\n\nFacebookrss", "there is no headline"),
    ],
)
def test_what_cannot_be_taken_says_where_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(IntakeError) as error:
        read_release(text, "a.md", BERLIN)
    assert said in str(error.value)


def test_control_characters_go() -> None:
    assert read_release("Über\x00sicht\x1b[31m\n\nLead.", "a.md", BERLIN).announcement.headline == "Übersicht[31m"


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        found = read_release(text, "a.md", BERLIN).announcement
    except IntakeError as error:
        assert str(error).startswith("a.md")  # noqa: PT017  both ends are right
    else:
        assert found.headline


@given(st.text())
def test_a_slug_is_an_address(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_heading_that_names_a_day_gives_it_to_nothing_without_a_time() -> None:
    text = """Fachkonferenz „Wasser“ in Beispiel

Am 18. und 19. September 2027 findet in Beispiel die Fachkonferenz „Wasser“ mit zahlreichen Gästen statt.

Bürgermeisterin eröffnet zweiten Konferenztag

Bürgermeisterin Maria Muster wird den zweiten Tag mit einem Grußwort eröffnen. Daneben gibt es Führungen.
"""
    draft = read_release(text, "notice.txt", BERLIN).draft
    assert draft is not None
    assert [(item.kind, item.day) for item in draft.items] == [("Grußwort", 2), ("Führungen", None)]
