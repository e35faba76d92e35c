"""story.toml: what happens on the way, and the guard around it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import IntakeError
from announcer.intake.event_file import read_event
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectWording,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import Person, Place
from announcer.planning.calendar import calendar_of
from announcer.rehearsal.guard import OutboundRefused, loopback_only
from announcer.rehearsal.story import Story, Words, read_story
from announcer.settings import Office

EXAMPLE = Path(__file__).parents[3] / "examples" / "kommunen-innovativ"
FACTS = Facts(read_event((EXAMPLE / "event.toml").read_text(encoding="utf-8"), "event.toml"), None)


def read(text: str) -> Story:
    return read_story(text, "story.toml", FACTS, calendar_of(Office()))


def test_the_example() -> None:
    story = read((EXAMPLE / "story.toml").read_text(encoding="utf-8"))
    assert [type(happening.what) for happening in story.happens] == [CorrectWording, ChangeRoom, Words, Words]
    room = story.happens[1]
    assert (room.at, room.what) == (datetime(2018, 9, 18, 10, 50, tzinfo=UTC), ChangeRoom("keynote", "Saal 2"))
    (variant,) = story.variants
    assert variant.since == datetime(2018, 9, 15, 12, tzinfo=UTC)
    assert [happening.what for happening in variant.happens] == [CancelEvent()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 1", "'titel' is not a known key"),
        ('[[happens]]\nwhen = "start"', "needs 'when' and exactly one of correct, room"),
        ('[[happens]]\nwhen = "start"\ncancel = true\nroom = {session = "keynote", to = "x"}', "exactly one of"),
        ('[[happens]]\nwhen = "bald"\ncancel = true', "[[happens]] 1"),
        ('[[happens]]\nwhen = "1 hour before fuehrungen"\ncancel = true', "which the event lacks"),
        ('[[happens]]\nwhen = "start"\nroom = {session = "keynote"}', "'room' lacks 'to'"),
        ('[[happens]]\nwhen = "start"\nprogramme = {drop = ["nie"]}', "there is no session 'nie'; known: anmeldung"),
        ('[[variant]]\nid = "a"', "[[variant]] 1 has no 'title'"),
    ],
)
def test_what_cannot_be_told_says_where(text: str, said: str) -> None:
    with pytest.raises(IntakeError) as error:
        read(text)
    assert said in str(error.value)


BERLIN = ZoneInfo("Europe/Berlin")
MOVED = datetime(2018, 9, 18, 15, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ('move = {to = 2018-09-18T15:00:00, session = "keynote"}', MoveSession("keynote", MOVED)),
        ('move = {place = {name = "Rathaus", city = "Dortmund"}}', MoveEvent(place=Place("Rathaus", city="Dortmund"))),
        ('person = {old = "Sierau"}', ReplacePerson("Sierau")),
        ("registration = {closes = 2018-09-18T15:00:00}", ChangeRegistration(closes=MOVED)),
        ("postpone = true", PostponeEvent()),
        ("withdraw = true", Withdraw()),
        ('cancel = {session = "talk"}', CancelSession("talk")),
    ],
)
def test_every_change_can_happen(said: str, change: Change) -> None:
    (happening,) = read(f'[[happens]]\nwhen = "start"\n{said}').happens
    assert happening.what == change


def test_a_programme_is_told_by_what_is_otherwise() -> None:
    said = """
        [[happens]]
        when = "start"
        programme = { drop = ["foren"], change = { keynote = { room = "Saal 7" } }, add = [
            { id = "neu", title = "Neu", start = 2018-09-18T15:00:00, performers = [{ name = "Ada" }] }] }
    """
    (happening,) = read(said).happens
    assert isinstance(happening.what, UpdateProgramme)
    sessions = {session.id: session for session in happening.what.sessions}
    assert FACTS.event is not None
    assert set(sessions) == {s.id for s in FACTS.event.sessions} - {"foren"} | {"neu"}
    assert (sessions["keynote"].room, sessions["neu"].start) == ("Saal 7", MOVED)
    assert sessions["neu"].performers == (Person("Ada"),)


def test_nothing_but_this_machine_can_be_reached() -> None:
    with loopback_only():
        with pytest.raises(OutboundRefused):
            socket.getaddrinfo("city.example", 25)
        with socket.socket() as link, pytest.raises(OutboundRefused):
            link.connect(("192.0.2.1", 25))
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
