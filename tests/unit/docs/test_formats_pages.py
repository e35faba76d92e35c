"""docs/events.md and docs/rehearsal.md: the formats of event.toml, release.md and story.toml."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache

import pytest

from announcer.errors import IntakeError
from announcer.intake.event_file import read_event
from announcer.intake.release import read_release
from announcer.model.changes import Facts
from announcer.model.facts import Certainty, Event, Person, Place, Registration, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.rehearsal.story import read_story
from tests.unit.docs.manual import ROOT, Code, code, page

EVENTS, REHEARSAL = page("events.md"), page("rehearsal.md")
EXAMPLE = ROOT / "examples/kommunen-innovativ"


@cache
def _example() -> Event:
    return read_event((EXAMPLE / "event.toml").read_text(encoding="utf-8"), "event.toml")


def _accepted(kind: type, template: str) -> set[str]:
    """The keys a table takes: those of the model that the reader does not refuse."""
    assert is_dataclass(kind)
    taken = set()
    for field in fields(kind):
        try:
            read_event(template.format(f"{field.name} = []"), "event.toml")
        except IntakeError as error:
            if "is not a known key" in str(error):
                continue
        taken.add(field.name)
    return taken


_HEAD = 'id = "a"\nname = "A"\n'


@pytest.mark.parametrize(
    ("heading", "kind", "template"),
    [
        ("The event", Event, "{}\n"),
        ("[place]", Place, f"{_HEAD}[place]\n{{}}\n"),
        ("[registration]", Registration, f"{_HEAD}[registration]\n{{}}\n"),
        ("[[session]]", Session, f"{_HEAD}[[session]]\n{{}}\n"),
    ],
)
def test_every_key_of_an_event_is_said(heading: str, kind: type, template: str) -> None:
    """And none the reader refuses."""
    own_name = {"session"} if kind is Event else set()  # the field is called `sessions`
    assert set(EVENTS.keys(heading)) == _accepted(kind, template) | own_name


def test_people_and_certainty_are_said_whole() -> None:
    """The keys of a person, and the words of `certainty`."""
    rows = {code(row[0]): row for row in (*EVENTS.rows("The event"), *EVENTS.rows("[[session]]"))}
    assert all(f"`{field.name}`" in rows["performers"][3] for field in fields(Person))
    assert all(f"`{value.value}`" in rows["certainty"][1] for value in Certainty)


def test_every_key_of_a_release_is_said() -> None:
    """As its reader knows them; the error for an unknown one lists them all."""
    with pytest.raises(IntakeError) as caught:
        read_release('+++\nheadlines = "x"\n+++\nA\n', "release.md", _example().zone)
    known = str(caught.value).partition("known are ")[2].split(", ")
    assert set(EVENTS.keys("release.md")) == set(known)


def test_every_key_of_a_story_is_said() -> None:
    """Of the story, and everything that can happen in it."""
    assert set(_known("nothing = 1")) == {code(row[0]) for row in REHEARSAL.rows("story.toml")}
    happening = set(_known('[[happens]]\nnothing = 1\nwhen = "start"'))
    verbs = {code(row[0]).partition(" ")[0] for row in _second_table()}
    assert happening == verbs | {"when", "reason"}
    variant = _known("[[variant]]\nnothing = 1")
    assert all(f"`{key}`" in REHEARSAL.text for key in variant)


def _known(text: str) -> list[str]:
    with pytest.raises(IntakeError) as caught:
        read_story(text, "story.toml", Facts(_example(), None), OfficeCalendar())
    return str(caught.value).partition("known are ")[2].split(", ")


def _second_table() -> list[list[str]]:
    lines = REHEARSAL.text.partition("| what | meaning |\n|---|---|\n")[2].split("\n")
    return [line.split("|")[1:-1] for line in lines[: lines.index("")]]


def _read(block: Code) -> None:
    match block.info:
        case "toml event":
            read_event(block.text, "event.toml")
        case "markdown release":
            read_release(block.text, "release.md", _example().zone)
        case _:
            read_story(block.text, "story.toml", Facts(_example(), None), OfficeCalendar())


@pytest.mark.parametrize(
    "block",
    [*EVENTS.codes("toml event"), *EVENTS.codes("markdown release"), *REHEARSAL.codes("toml story")],
    ids=lambda block: f"{block.info}, line {block.line}",
)
def test_every_example_is_read_as_the_page_says(block: Code) -> None:
    """With the error it shows, or without any."""
    if block.then is None:
        _read(block)
        return
    with pytest.raises(IntakeError) as caught:
        _read(block)
    assert f"{caught.value}\n" == block.then


def test_the_example_of_a_release_is_understood_as_described() -> None:
    """Kicker, headline, lead, subhead, source: what the page says about reading."""
    (block, *_) = EVENTS.codes("markdown release")
    found = read_release(block.text, "release.md", _example().zone).announcement
    assert (found.kicker, found.headline) == ("Lange Nacht", "Zwölf Museen öffnen am 19. September bis in die Nacht")
    assert found.lead.startswith("Am Samstag")
    assert found.body.startswith("## Führungen im Halbstundentakt\n\nIn jedem Haus")
    assert found.source == "Stadt Beispiel"


def test_the_defaults_are_those_of_the_model() -> None:
    """Of everything that has one."""
    bare = read_event(f'{_HEAD}[[session]]\nid = "b"\ntitle = "B"\n', "event.toml")
    rows = {code(row[0]): row[2] for row in EVENTS.rows("The event")}
    assert rows["timezone"] == f"`{bare.timezone}`"
    assert rows["certainty"] == f"`{bare.certainty.value}`"
    assert {code(row[0]): row[2] for row in EVENTS.rows("[[session]]")}["public"] == "`true`"
    assert bare.sessions[0].public is True
