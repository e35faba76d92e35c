"""The newsletter at the desk: progress as it happens, import in two steps, what a person may ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.engine import MAIL
from announcer.model.ledger import MessageState
from announcer.store import people, send_progress
from tests.integration.campaign_world import at
from tests.integration.desk_world import DeskWorld, desk_world

CSV = "E-Mail;Name\nneu@post.example;Neu\nreader0@post.example;\nkeine-adresse;\n=cmd@post.example;<script>x</script>\n"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, sqlite_url) as opened:
        yield opened


def _first_mail(world: DeskWorld) -> int:
    with world.house.database.read() as connection:
        mails = [one for one in send_progress.newest(connection, MAIL, 40) if one.state is MessageState.SCHEDULED]
        return mails[-1].id


def _person(world: DeskWorld, address: str = "reader0@post.example") -> int:
    with world.house.database.read() as connection:
        found = people.find(connection, address)
    assert found is not None
    return found.id


def test_a_mail_before_and_after(world: DeskWorld) -> None:
    """Nobody yet; then everybody, each with what became of theirs; and the events say the same and end."""
    world.world.approve()
    id_ = _first_mail(world)
    assert "Sending has not begun yet" in world.officer("anna").get(f"/newsletter/mails/{id_}")
    with world.house.database.read() as connection:
        due = send_progress.progress(connection, id_).message.planned.due_at
    assert due is not None
    world.world.go(due)
    officer = world.officer("anna")
    page = officer.get(f"/newsletter/mails/{id_}")
    assert "reader0@post.example" in page
    with officer.client.stream("GET", f"/newsletter/mails/{id_}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = list(answer.iter_lines())
    said = json.loads(next(line for line in lines if line.startswith("data:")).removeprefix("data:"))
    assert said["over"]
    assert said["done"] == said["total"] >= 4


def test_events_of_no_mail(world: DeskWorld) -> None:
    """A number that is nobody's."""
    world.officer("anna").get("/newsletter/mails/999999/events", 404)


def test_import_is_looked_at_first(world: DeskWorld) -> None:
    """Nothing is stored before somebody agreed; a file is good once."""
    admin = world.officer("clara")
    fields = {"list": "newsletter", "source": "Altes Formular"}
    answer = admin.send("/newsletter/import", fields, at="/newsletter/import", files={"file": ("a.csv", CSV.encode())})
    assert answer.status_code == 200, answer.text
    assert "keine-adresse" in answer.text
    with world.house.database.read() as connection:
        assert people.find(connection, "neu@post.example") is None
    token = answer.text.partition('name="file" value="')[2].partition('"')[0]
    assert "Imported:" in admin.does("/newsletter/import/confirm", {"file": token}, at="/newsletter/import")
    assert _person(world, "neu@post.example")
    again = admin.send("/newsletter/import/confirm", {"file": token}, at="/newsletter/import")
    assert again.status_code == 404


@pytest.mark.parametrize("token", ["../../secret.key", "x", "..%2f..%2fsecret.key" * 2, "/etc/passwd" * 3])
def test_no_other_file_is_read(token: str, world: DeskWorld) -> None:
    """The token is one of ours or nothing."""
    answer = world.officer("clara").send("/newsletter/import/confirm", {"file": token}, at="/newsletter/import")
    assert answer.status_code == 404


def test_an_imported_name_is_text(world: DeskWorld) -> None:
    """No script in it runs where the person is shown."""
    admin = world.officer("clara")
    fields = {"list": "newsletter", "source": "<b>x</b>"}
    answer = admin.send("/newsletter/import", fields, at="/newsletter/import", files={"file": ("a.csv", CSV.encode())})
    token = answer.text.partition('name="file" value="')[2].partition('"')[0]
    admin.does("/newsletter/import/confirm", {"file": token}, at="/newsletter/import")
    page = admin.get(f"/newsletter/people/{_person(world, '=cmd@post.example')}")
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<script>x" not in page


def test_an_address_stands_in_no_address(world: DeskWorld) -> None:
    """Looking somebody up leads to a number; an unknown one is said."""
    officer = world.officer("anna")
    answer = officer.send("/newsletter/people", {"address": "reader0@post.example"}, at="/newsletter")
    assert answer.headers["location"] == f"/newsletter/people/{_person(world)}"
    assert "nobody with this address" in officer.does(
        "/newsletter/people", {"address": "nobody@post.example"}, at="/newsletter"
    )


def test_leaving_export_and_erasure(world: DeskWorld) -> None:
    """What a person may ask for, and the log without their address."""
    admin, id_ = world.officer("clara"), _person(world)
    where = f"/newsletter/people/{id_}"
    assert "Taken off." in admin.does(f"{where}/leave", {"list": "newsletter"}, at=where)
    data = admin.send(f"{where}/export", at=where)
    assert data.json()
    assert "attachment" in data.headers["content-disposition"]
    assert "Nothing was erased" in admin.does(f"{where}/erase", at=where)
    assert "The person is erased" in admin.does(f"{where}/erase", {"sure": "1"}, at=where)
    admin.get(where, 404)
    assert "reader0@post.example" not in admin.get("/log")


def test_a_week_counts_who_came_and_left(world: DeskWorld) -> None:
    """Without looking at anybody."""
    world.world.leave(_person(world))
    with world.house.database.read() as connection:
        weeks = send_progress.growth(connection, at(8, 27, 0), 2)
    assert [(week.came, week.left) for week in weeks] == [(0, 0), (5, 1)]


def test_mails_are_called_by_what_they_say(world: DeskWorld) -> None:
    """No page shows the ids that the program calls them by."""
    world.world.approve()
    clara = world.officer("clara", "de")
    page = clara.get("/newsletter")
    assert "Erinnerung · Fachkonferenz „Kommunen innovativ“" in page
    assert "reminder-1-week" not in page
    number = re.search(r"/newsletter/mails/(\d+)\">Erinnerung", page)
    assert number is not None
    assert "<h1>Erinnerung · Fachkonferenz „Kommunen innovativ“</h1>" in clara.get(f"/newsletter/mails/{number[1]}")
