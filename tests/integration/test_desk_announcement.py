"""A stored announcement at the desk: two who edit it at once, corrections of what has left, stored scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.model.facts import Announcement
from announcer.store import facts
from tests.integration.campaign_world import at
from tests.integration.desk_world import DeskWorld, desk_world

ID = "kommunen-innovativ-2018"
WHERE = f"/announcements/{ID}"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    # Before the embargo ends: nobody was told of anything.
    with desk_world(tmp_path, sqlite_url, at(6, 1)) as opened:
        yield opened


def _stored(world: DeskWorld) -> Announcement:
    with world.house.database.read() as connection:
        return facts.announcement_facts(connection, ID)


def test_before_anything_left_a_text_is_just_changed(world: DeskWorld) -> None:
    """As the next version, by whoever it was."""
    officer = world.officer("anna")
    before = _stored(world)
    page = officer.does(WHERE, {"version": before.version, "headline": before.headline, "lead": "Neu."}, at=WHERE)
    assert "Saved." in page
    after = _stored(world)
    assert (after.lead, after.body, after.version) == ("Neu.", before.body, before.version + 1)


def test_of_two_the_second_sees_the_firsts_change(world: DeskWorld) -> None:
    """Nothing is overwritten, and what the second typed is not lost."""
    anna, bert = world.officer("anna"), world.officer("bert")
    version = _stored(world).version
    anna.does(WHERE, {"version": version, "headline": "Annas Titel"}, at=WHERE)
    answer = bert.send(WHERE, {"version": version, "headline": "Berts Titel"}, at=WHERE)
    assert answer.status_code == 409
    assert "anna has changed the announcement" in answer.text
    assert 'value="Berts Titel"' in answer.text
    assert "Annas Titel" in answer.text
    assert _stored(world).headline == "Annas Titel"
    bert.does(WHERE, {"version": _stored(world).version, "headline": "Berts Titel"}, at=WHERE)
    assert _stored(world).headline == "Berts Titel"


def test_what_has_left_is_confirmed_first(world: DeskWorld) -> None:
    """Everything that follows is shown, and nothing happens before."""
    world.world.approve()
    with world.house.database.read() as connection:
        embargo = facts.announcement_facts(connection, ID).embargoed_until
    assert embargo is not None
    world.world.walk(embargo, embargo.replace(minute=30))
    officer, before = world.officer("clara"), _stored(world)
    fields = {
        "version": before.version,
        "headline": "Ein anderer Titel",
        "material": "1",
        "note": "Der Titel war falsch.",
    }
    shown = officer.send(WHERE, fields, at=WHERE)
    assert shown.status_code == 200
    assert "What follows from it" in shown.text
    assert _stored(world) == before
    officer.does(WHERE, {**fields, "do": "confirm", "reason": "Tippfehler"}, at=WHERE)
    assert _stored(world).headline == "Ein anderer Titel"


@pytest.mark.parametrize("field", ["headline", "lead", "body"])
def test_no_script_in_a_text_runs(field: str, world: DeskWorld) -> None:
    """On its own page and on every page that shows it."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>"
    officer = world.officer("clara")
    said = {"version": _stored(world).version, "headline": _stored(world).headline, field: evil}
    officer.does(WHERE, said, at=WHERE)
    for one in world.desk.declared:
        if one.method == "GET" and one.role is not None:
            path = re.sub(r"{[^}]*}", ID, one.path)
            page = officer.client.get(path)
            if page.headers.get("content-type", "").startswith("text/html"):
                assert "<script>alert" not in page.text, path
                assert "<img src=x" not in page.text, path
