"""The campaign's pages at the desk, worked with forms alone: look, word, re-time, approve, change, read the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.model.campaign import Message
from announcer.store import changes, journal, requests
from tests.integration.campaign_world import KEY, at
from tests.integration.desk_world import DeskWorld, Officer, desk_world

HERE = f"/campaigns/{KEY.event_id}"
VERBS = (
    "room", "delay", "person", "drop", "reschedule", "move", "registration", "postpone", "cancel", "correct", "rewrite",
    "withdraw",
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, f"sqlite:///{tmp_path}/a.db", at(6, 18, 9)) as found:
        yield found


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def message(world: DeskWorld, kind: str, channel: str = "mastodon") -> Message:
    found = [
        m for m in world.world.messages().values() if m.planned.kind.value == kind and m.planned.channel == channel
    ]
    return found[0]


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"the page has no field {name}"
    return found[1]


def change(officer: Officer, verb: str, fields: dict[str, str], reason: str = "Bauarbeiten") -> str:
    """Fill in, look, confirm; where it leads."""
    shown = officer.send(f"{HERE}/change/{verb}", fields)
    assert shown.status_code == 200, text_of(shown.text)
    given = {**fields, "mark": field(shown.text, "mark"), "reason": reason, "step": "confirm"}
    return officer.does(f"{HERE}/change/{verb}", given)


def test_every_page_of_a_campaign_answers_in_both_languages(world: DeskWorld) -> None:
    paths = ["", "/event", "/approve", "/change", "/day", "/report", "/rehearse", "?zoom=1d", "?zoom=4w&at=2018-09-01"]
    paths += [f"/change/{verb}" for verb in VERBS] + [f"/day/{act}" for act in ("room", "delay", "drop", "person")]
    for language, word in (("de", "Zeitachse"), ("en", "Timeline")):
        officer = world.officer("clara", language)
        for path in paths:
            assert word in officer.get(HERE + path), path
        for one in world.world.messages().values():
            assert "Europe/Berlin" in officer.get(f"/messages/{one.id}") or one.planned.due_at is None


def test_what_is_not_there_is_said(world: DeskWorld) -> None:
    officer = world.officer("clara")
    for path in (
        "/campaigns/nirgends",
        "/messages/99999",
        "/messages/abc",
        f"{HERE}/change/tanzen",
        f"{HERE}/day/tanzen",
    ):
        officer.get(path, 404)
    for odd in ("?zoom=alles", "?at=9999-99-99", "?zoom=1d&at=0001-01-01"):
        officer.get(HERE + odd)


def test_the_timeline_shows_every_message_and_leads_to_it(world: DeskWorld) -> None:
    page = world.officer("anna").get(HERE)
    for one in world.world.messages().values():
        if not one.was_dropped:
            assert f'href="/messages/{one.id}"' in page
    picture = world.officer("anna").client.get(f"{HERE}/timeline.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<style>" in picture.text
    assert "<a " not in picture.text
    assert "sandbox" in picture.headers["content-security-policy"]


def test_a_mail_is_shown_in_a_frame_that_lets_nothing_out(world: DeskWorld) -> None:
    mail = message(world, "reminder", "newsletter")
    officer = world.officer("anna")
    page = officer.get(f"/messages/{mail.id}")
    assert 'sandbox=""' in page
    answer = officer.client.get(f"/messages/{mail.id}/mail?language=de")
    assert "Alex Muster" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    officer.get(f"/messages/{mail.id}/mail?language=fr", 404)
    entry = officer.client.get(f"/messages/{message(world, 'announcement', 'feed').id}/entry?language=de")
    assert "sandbox" in entry.headers["content-security-policy"]


def test_a_text_of_ones_own_ends_exactly_this_approval(world: DeskWorld) -> None:
    world.world.approve()
    world.world.clock.now += timedelta(minutes=1)
    post = message(world, "reminder")
    officer = world.officer("anna")
    page = officer.does(f"/messages/{post.id}/text", {"text": "Kommen Sie nach Dortmund! <script>alert(1)</script>"})
    assert "<script>alert" not in page
    assert "Kommen Sie nach Dortmund!" in page
    drafts = [m for m in world.world.messages().values() if m.state.value == "draft"]
    assert [m.id for m in drafts] == [post.id]
    waits = world.officer("bert").get(f"{HERE}/approve")
    assert "<ins>" in waits
    assert "<del>" in waits
    too_long = officer.send(f"/messages/{post.id}/text", {"text": "lang " * 200})
    assert too_long.status_code == 422
    assert "over the limit" in too_long.text
    assert "lang lang" in too_long.text  # what was written is not lost
    officer.does(f"/messages/{post.id}/text", {"text": ""})
    assert "Kommen Sie" not in officer.get(f"/messages/{post.id}")


def test_a_message_is_re_timed_by_typing_within_the_rules(world: DeskWorld) -> None:
    world.world.approve()
    post = message(world, "reminder")
    assert post.planned.due_at is not None
    officer = world.officer("clara", "de")
    wanted = post.planned.due_at + timedelta(hours=3)
    local = wanted.astimezone(at(9, 1).tzinfo).strftime("%Y-%m-%dT%H:%M")
    page = officer.does(f"/messages/{post.id}/moment", {"due": local, "why": "Pressekonferenz"})
    assert "geht zu diesem Zeitpunkt hinaus" in page
    assert message(world, "reminder").planned.due_at == wanted
    night = officer.send(f"/messages/{post.id}/moment", {"due": f"{local[:10]}T23:00"})
    assert night.status_code == 422
    assert "Ruhezeit" in night.text
    assert "kein Zeitpunkt" in officer.does(f"/messages/{post.id}/moment", {"due": "morgen"})
    officer.does(f"/messages/{post.id}/moment", {"by_rule": "1"})
    assert message(world, "reminder").planned.due_at == post.planned.due_at


def test_approving_takes_the_role_and_means_what_was_looked_at(world: DeskWorld) -> None:
    author, approver = world.officer("anna"), world.officer("bert")
    page = approver.get(f"{HERE}/approve")
    ids = re.findall(r'name="message" value="(\d+)"', page)
    assert len(ids) == 20
    fields = {"seen": field(page, "seen"), "message": ids, **{f"shown-{i}": field(page, f"shown-{i}") for i in ids}}
    assert author.send(f"{HERE}/approve", fields).status_code == 403
    author.does(f"/messages/{message(world, 'reminder').id}/text", {"text": "Anders."})
    assert str(message(world, "reminder").id) in ids
    assert "changed meanwhile" in approver.does(f"{HERE}/approve", fields)
    assert {m.state.value for m in world.world.messages().values()} == {"draft", "waiting"}
    page = approver.get(f"{HERE}/approve")
    fields |= {f"shown-{i}": field(page, f"shown-{i}") for i in ids}
    assert "20 messages approved" in approver.does(f"{HERE}/approve", {**fields, "only": ""})
    states = [m.state.value for m in world.world.messages().values() if str(m.id) in ids]
    assert states == ["scheduled"] * 20


def test_one_message_alone_is_approved(world: DeskWorld) -> None:
    approver = world.officer("bert")
    page = approver.get(f"{HERE}/approve")
    first = re.findall(r'name="message" value="(\d+)"', page)[0]
    fields = {"seen": field(page, "seen"), "only": first, f"shown-{first}": field(page, f"shown-{first}")}
    assert "1 message approved" in approver.does(f"{HERE}/approve", fields)
    scheduled = [m.id for m in world.world.messages().values() if m.state.value == "scheduled"]
    assert scheduled == [int(first)]


def test_four_eyes_are_said_in_a_clear_sentence(tmp_path: Path) -> None:
    people = {name: {"mail": f"{name}@city.example", "approves": True} for name in ("office", "bert", "clara")}
    with desk_world(tmp_path, f"sqlite:///{tmp_path}/b.db", at(6, 18, 9), people=people) as world:
        mine = message(world, "reminder")
        world.officer("bert").does(f"/messages/{mine.id}/text", {"text": "Von Bert."})
        page = world.officer("bert", "de").get(f"/campaigns/{KEY.event_id}/approve")
        assert "niemand gibt den eigenen Text frei" in page
        assert f'name="shown-{mine.id}"' not in page
        assert f'name="shown-{mine.id}"' in world.officer("clara").get(f"/campaigns/{KEY.event_id}/approve")


def test_a_room_changes_in_three_taps(world: DeskWorld) -> None:
    """The day's page, the act, the room: the difference page, and one confirmation."""
    world.world.approve()
    world.world.walk(at(7, 9, 10), at(8, 21, 10))
    world.world.clock.now = at(9, 18, 12, 50)
    officer = world.officer("clara", "de")
    day = officer.get(f"{HERE}/day")
    assert f'href="{HERE}/day/room?session=' in day
    asked = officer.get(f"{HERE}/day/room?session=keynote")
    assert '<button name="room" value="Foyer">' in asked
    page = change(officer, "room", {"session": "keynote", "room": "Foyer", "from": "day"})
    assert "bestätigt" in page
    assert "Foyer" in page
    with world.house.database.read() as connection:
        line = next(one for one in journal.entries(connection) if one.verb == "ChangeRoom")
    assert (line.actor, line.why) == ("clara", "Bauarbeiten")


@pytest.mark.parametrize(
    ("verb", "fields", "said"),
    [
        ("delay", {"session": "keynote", "minutes": "20", "rest": "no"}, "13:50"),
        ("person", {"old": "Gesine Schwahn", "new": "Erika Muster"}, "Erika Muster"),
        ("drop", {"session": "talk"}, "entfällt"),
        ("move", {"start": "2018-09-25T12:00", "end": "", "place": ""}, "25. September"),
        ("registration", {"closes": "2018-09-07T23:59"}, "7. September"),
        ("cancel", {}, "ABSAGE"),
        ("correct", {"old": "Schwahn", "new": "Schwan"}, "Schwan"),
    ],
)
def test_each_change_is_looked_at_and_confirmed_once(
    world: DeskWorld, verb: str, fields: dict[str, str], said: str
) -> None:
    world.world.approve()
    world.world.walk(at(7, 9, 10), at(8, 21, 10))
    officer = world.officer("clara", "de")
    before = world.world.messages()
    with world.house.database.read() as connection:
        confirmed = len(changes.of_campaign(connection, KEY))
    shown = officer.send(f"{HERE}/change/{verb}", fields)
    assert shown.status_code == 200
    assert said in text_of(shown.text)
    assert world.world.messages() == before  # looking changes nothing
    change(officer, verb, fields)
    with world.house.database.read() as connection:
        assert len(changes.of_campaign(connection, KEY)) == confirmed + 1


def test_what_moved_meanwhile_has_to_be_looked_at_again(world: DeskWorld) -> None:
    world.world.approve()
    officer = world.officer("clara")
    fields = {"session": "keynote", "room": "Foyer"}
    mark = field(officer.send(f"{HERE}/change/room", fields).text, "mark")
    change(world.officer("bert"), "correct", {"old": "Schwahn", "new": "Schwan"})
    again = officer.send(f"{HERE}/change/room", {**fields, "mark": mark, "step": "confirm"})
    assert again.status_code == 409
    assert "moved meanwhile" in again.text


@pytest.mark.parametrize(
    ("verb", "fields", "said"),
    [
        ("room", {"session": "keynote", "room": ""}, "fehlt noch eine Angabe"),
        ("room", {"session": "nirgends", "room": "Foyer"}, "Wählen Sie einen Programmpunkt"),
        ("delay", {"session": "keynote", "minutes": "viele"}, "Minuten als Zahl"),
        ("move", {"start": "bald"}, "kein Zeitpunkt"),
        ("registration", {}, "fehlt noch eine Angabe"),
        ("rewrite", {"headline": ""}, "noch derselbe"),
    ],
)
def test_what_is_wrong_in_a_form_is_said_and_nothing_is_lost(
    world: DeskWorld, verb: str, fields: dict[str, str], said: str
) -> None:
    officer = world.officer("clara", "de")
    if verb == "rewrite":
        page = officer.get(f"{HERE}/change/rewrite")
        for name in ("lead", "body"):
            found = re.search(rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
            assert found is not None
            fields = {**fields, name: found[1]}
    answer = officer.send(f"{HERE}/change/{verb}", fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_author_asks_and_an_approver_confirms(world: DeskWorld) -> None:
    world.world.approve()
    anna, bert = world.officer("anna"), world.officer("bert")
    assert "second person" in change(anna, "room", {"session": "keynote", "room": "Foyer"})
    with world.house.database.read() as connection:
        (waiting,) = requests.listed(connection, None)
    assert f'href="/requests/{waiting.id}"' in bert.get("/approve")
    assert f'href="/requests/{waiting.id}"' in bert.get("/")
    page = bert.get(f"/requests/{waiting.id}")
    assert "Foyer" in page
    fields = {"verdict": "confirm", "mark": field(page, "mark")}
    assert "may confirm" in anna.does(f"/requests/{waiting.id}", fields)
    bert.does(f"/requests/{waiting.id}", fields)
    with world.house.database.read() as connection:
        assert requests.listed(connection, None) == []
    assert "Foyer" in bert.get(f"{HERE}/event")


def test_a_programme_from_a_file_is_compared_before_it_is_stored(world: DeskWorld) -> None:
    officer = world.officer("anna")
    table = b"Datum;Beginn;Ende;Titel;Raum\n19.09.2018;14:00;14:30;Abschlussrunde;Foyer\n"
    shown = officer.send(f"{HERE}/programme", files={"file": ("programm.csv", table)})
    assert shown.status_code == 200, text_of(shown.text)
    assert "Abschlussrunde" in shown.text
    assert "Abschlussrunde" not in officer.get(f"{HERE}/event")
    fields = {"kept": field(shown.text, "kept"), "name": "programm.csv", "step": "store"}
    assert "Abschlussrunde" in officer.does(f"{HERE}/programme", fields)
    assert officer.send(f"{HERE}/programme").status_code == 422


def test_the_report_says_what_went_when_where(world: DeskWorld) -> None:
    world.world.approve()
    world.world.walk(at(6, 18, 9), at(6, 25, 9), at(6, 25, 9, 1), at(7, 9, 10), at(7, 9, 10, 1))
    page = text_of(world.officer("anna", "de").get(f"{HERE}/report"))
    assert "Anmeldung öffnet" in page
    assert "zugestellt" in page
    assert "Europe/Berlin" in page


def test_today_names_what_needs_somebody_and_what_comes(world: DeskWorld) -> None:
    world.world.clock.now = at(6, 24, 12)
    assert "Approval" in text_of(world.officer("anna").get("/"))
    world.world.approve()
    page = world.officer("anna").get("/")
    assert f'href="/messages/{message(world, "registration_opens").id}"' in page
