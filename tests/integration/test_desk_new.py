"""New announcement at the desk: the text beside what was read from it, questions, storing, and what attackers paste."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.office import drafting
from announcer.store import facts
from tests.integration.desk_world import DeskWorld, Officer, desk_world

TEXT = """Tagung „Wasser in der Stadt“ im Rathaus

Am 18. und 19. Oktober 2018 lädt die Stadt Beispiel zur Tagung „Wasser in der Stadt“ in das Rathaus ein.
Beginn ist um 10 Uhr.

Am ersten Tag hält Prof. Dr. Maria Muster die Keynote „Regen“.

Kontakt: Pressestelle, presse@city.example
"""


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, sqlite_url) as opened:
        yield opened


def _begin(officer: Officer, text: str = TEXT, **fields: str) -> str:
    """The address of the page of a pasted text."""
    answer = officer.send("/new", {"text": text, **fields}, at="/new")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_from_paste_to_planned(world: DeskWorld) -> None:
    """In three steps, without a script; the log says who."""
    officer = world.officer("anna")
    where = _begin(officer)
    page = officer.get(where)
    assert "Wasser in der Stadt" in page
    assert 'id="at-event-start"' in page
    fields = {
        "version": _version(page),
        "do": "store",
        "with_event": "1",
        "answer:date": "ok",
        "lead": "Neuer Vorspann.",
    }
    answer = officer.send(where, fields, at=where)
    assert answer.status_code == 303, re.findall(r'class="said.*?</div>', answer.text, re.DOTALL)
    with world.house.database.read() as connection:
        (new,) = set(facts.announcement_ids(connection)) - {"kommunen-innovativ-2018"}
        stored = facts.announcement_facts(connection, new)
        event = facts.event_facts(connection, stored.event_id or "")
    assert (stored.lead, event.certainty.value) == ("Neuer Vorspann.", "confirmed")
    assert drafting.waiting(world.house) == []
    officer.get(where, 404)


def test_nothing_is_stored_before_somebody_agrees(world: DeskWorld) -> None:
    """Reading and checking leave no announcement."""
    officer = world.officer("anna")
    where = _begin(officer)
    officer.send(where, {"version": "1", "do": "check"}, at=where)
    with world.house.database.read() as connection:
        assert facts.announcement_ids(connection) == ["kommunen-innovativ-2018"]


def test_of_two_who_answer_the_second_sees_it(world: DeskWorld) -> None:
    """Nothing is overwritten: the page comes back with the other's words."""
    anna, bert = world.officer("anna"), world.officer("bert")
    where = _begin(anna)
    version = _version(anna.get(where))
    assert anna.send(where, {"version": version, "do": "check", "headline": "Annas Titel"}, at=where).status_code == 200
    answer = bert.send(where, {"version": version, "do": "store", "headline": "Berts Titel"}, at=where)
    assert answer.status_code == 409
    assert "somebody else has changed this" in answer.text
    assert "Annas Titel" in answer.text


def test_a_newer_text_is_no_second_release(world: DeskWorld) -> None:
    """It leads to the stored one."""
    officer = world.officer("anna")
    with world.house.database.read() as connection:
        known = facts.announcement_facts(connection, "kommunen-innovativ-2018")
    where = _begin(officer, f'+++\nid = "{known.id}"\n+++\n{known.headline}\n\n{known.lead}\n\nNeu ist dieser Satz.')
    page = officer.get(where)
    assert "This announcement is there already" in page
    assert 'value="store"' not in page


def test_an_answer_that_does_not_fit_is_said(world: DeskWorld) -> None:
    """With its reason, and the others are kept."""
    officer = world.officer("anna")
    where = _begin(officer)
    fields = {"version": "1", "do": "store", "embargo": "gestern", "headline": "Guter Titel"}
    answer = officer.send(where, fields, at=where)
    assert answer.status_code == 200
    assert "&#39;gestern&#39; is no date" in answer.text
    assert 'value="Guter Titel"' in answer.text


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "..\\..\\evil.txt", "/etc/x.txt", "a\r\nX-Evil: 1.txt", "‮txt.exe.txt"]
)
def test_a_files_name_leads_nowhere(name: str, world: DeskWorld, tmp_path: Path) -> None:
    """Only its last part is kept, and no file is written under it."""
    officer = world.officer("anna")
    before = {path for path in tmp_path.rglob("*") if path.suffix not in {".db-wal", ".db-shm"}}
    answer = officer.send("/new", {}, at="/new", files={"file": (name, TEXT.encode(), "text/plain")})
    assert answer.status_code == 303, answer.text
    (draft,) = drafting.waiting(world.house)
    assert not re.search(r"[/\\\r\n\u202e]", draft.name)
    assert {path for path in tmp_path.rglob("*") if path.suffix not in {".db-wal", ".db-shm"}} == before


def test_a_text_reads_no_file_of_the_server(world: DeskWorld) -> None:
    """Front matter may name pictures beside a file; what comes over the network has nothing beside it."""
    officer = world.officer("anna")
    where = _begin(officer, '+++\nid = "bild"\npictures = [{file = "/etc/hostname", alt = "x"}]\n+++\nTitel\n\nText.')
    page = officer.get(where)
    officer.send(where, {"version": _version(page), "do": "store"}, at=where)
    with world.house.database.read() as connection:
        assert facts.announcement_facts(connection, "bild").pictures == ()


@pytest.mark.parametrize("kind", ["text", "html"])
def test_no_script_survives(kind: str, world: DeskWorld) -> None:
    """Whatever is pasted or uploaded is shown as text, on the page of the text and in the list."""
    officer = world.officer("anna")
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">x</a>'
    if kind == "text":
        where = _begin(officer, f"Titel {evil}\n\nVorspann {evil}\n\nText {evil}")
    else:
        html = f"<html><head><title>{evil}</title></head><body><h1>Titel {evil}</h1><p>Text {evil}.</p></body></html>"
        answer = officer.send("/new", {}, at="/new", files={"file": ("x.html", html.encode(), "text/html")})
        assert answer.status_code == 303, answer.text
        where = answer.headers["location"]
    for page in (officer.get(where), officer.get("/new")):
        assert "<script>alert" not in page
        assert not re.search(r"<img[^>]*onerror", page)
        assert 'href="javascript:' not in page


def test_bad_input_gets_a_sentence(world: DeskWorld) -> None:
    """Nothing at all, a PDF, an address inside the house."""
    officer = world.officer("anna")
    said = officer.send("/new", {}, at="/new")
    assert (said.status_code, "Give a text, a file or an address" in said.text) == (422, True)
    said = officer.send("/new", {}, at="/new", files={"file": ("a.pdf", b"%PDF-1.7", "application/pdf")})
    assert (said.status_code, "is a PDF" in said.text) == (422, True)
    said = officer.send("/new", {"url": "http://127.0.0.1:9/x"}, at="/new")
    assert said.status_code == 422
    assert 'role="alert"' in said.text
