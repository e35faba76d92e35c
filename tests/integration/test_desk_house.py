"""Channels, log, users and settings at the desk."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.errors import NotAllowed
from announcer.model.accounts import Role
from announcer.model.people import Actor
from announcer.office import accounts as office
from announcer.store import journal
from tests.integration.campaign_world import at
from tests.integration.desk_world import DeskWorld, desk_world


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, sqlite_url) as opened:
        yield opened


def _last(world: DeskWorld) -> journal.Entry:
    with world.house.database.read() as connection:
        return journal.entries(connection, limit=1)[0]


def test_pause_and_go_on(world: DeskWorld) -> None:
    """With what would leave shown before, and who did it in the log."""
    officer = world.officer("anna")
    page = officer.does("/stops/pause", {"what": "channel:mastodon", "why": "Störung"}, at="/channels")
    assert "Paused: Störung" in page
    assert (_last(world).actor, _last(world).verb, _last(world).why) == ("anna", "pause", "Störung")
    world.world.approve()
    world.world.go(at(9, 4, 10, 5))
    officer = world.officer("anna")  # days later
    shown = officer.get("/stops/resume?what=channel:mastodon")
    assert "Leaves now" in shown or "No longer worth it" in shown
    page = officer.does("/stops/resume", {"what": "channel:mastodon"}, at="/channels")
    assert "It goes on." in page
    assert _last(world).verb == "resume"
    assert officer.client.get("/stops/resume?what=channel:mastodon").status_code == 409


def test_what_can_t_be_paused_is_said(world: DeskWorld) -> None:
    """As a page with a sentence, not as a crash."""
    answer = world.officer("anna").send("/stops/pause", {"what": "channel:nowhere"})
    assert answer.status_code == 404
    assert "can&#39;t be paused" in answer.text


def test_checking_a_channel_asks_its_network(world: DeskWorld) -> None:
    """And says what it answered."""
    page = world.officer("anna").does("/channels/mastodon/check", at="/channels")
    assert "mastodon answers:" in page
    assert _last(world).subject == "channel mastodon"


def test_the_log_narrowed_down(world: DeskWorld) -> None:
    """By who, what, words and day; older lines on further pages; as a file."""
    with world.house.database.write() as connection:
        for number in range(60):
            journal.note(connection, Actor("anna"), at(9, 1, 8), "test", f"thing {number}", why="=cmd")
    officer = world.officer("anna")
    page = officer.get("/log?verb=test")
    assert len(re.findall("<tr>", page)) == 51
    following = re.search(r'href="(/log\?[^"]*before=\d+)"', page)
    assert following is not None
    assert len(re.findall("<tr>", officer.get(following[1].replace("&amp;", "&")))) == 11
    assert len(re.findall("<tr>", officer.get("/log?words=thing+59"))) == 2
    assert "The log has nothing" in officer.get("/log?verb=test&until=2018-08-31")
    assert "The log has nothing" in officer.get("/log?verb=test&actor=bert")
    rows = list(csv.reader(io.StringIO(officer.get("/log.csv?verb=test").lstrip("\N{BYTE ORDER MARK}"))))
    assert len(rows) == 61
    assert rows[1][6] == "'=cmd"  # no formula for whoever opens it
    assert officer.client.get("/log?since=gestern").status_code == 422


def test_inviting_somebody(world: DeskWorld) -> None:
    """The link is shown once, opens the page to set a password, and the roles hold."""
    admin = world.officer("clara")
    page = admin.send("/users", {"name": "Dora", "shown": "Dora Dohle", "roles": ["approver"]}, at="/users")
    assert page.status_code == 200
    found = re.search(r"http://[^<]*(/access/[\w-]+)", page.text)
    assert found is not None
    assert "Dora Dohle" in world.stranger().get(found[1])
    assert found[1] not in admin.get("/users")
    (made,) = [one for one in office.listed(world.house) if one.name == "dora"]
    assert made.roles == {Role.AUTHOR, Role.APPROVER}
    assert not made.ready


@pytest.mark.parametrize("name", ["", "Ä", "1a", "a b", "x" * 41, "anna", "<script>"])
def test_names_that_won_t_do(name: str, world: DeskWorld) -> None:
    """Empty, odd, too long, taken: with a sentence, and nothing made."""
    admin = world.officer("clara")
    before = len(office.listed(world.house))
    answer = admin.send("/users", {"name": name, "shown": "X"}, at="/users")
    assert (answer.status_code, len(office.listed(world.house))) == (422, before)
    assert "<script>" not in re.sub(r'<script type="module" src="[^"]*">', "", answer.text)


def test_whoever_is_switched_off_is_out_at_once(world: DeskWorld) -> None:
    """Their open browser as well."""
    anna, admin = world.officer("anna"), world.officer("clara")
    admin.does(f"/users/{world.accounts['anna'].id}", {"shown": "Anna"}, at="/users")
    assert anna.client.get("/").status_code == 303


def test_somebody_has_to_look_after_the_accounts(world: DeskWorld) -> None:
    """The last admin can't take the role from themselves."""
    admin = world.officer("clara")
    answer = admin.send(f"/users/{world.accounts['clara'].id}", {"shown": "Clara", "active": "1"}, at="/users")
    assert answer.status_code == 422
    assert "somebody has to look after the accounts" in answer.text
    admin.get("/users")


def test_settings_say_where_they_stand_and_no_secret(world: DeskWorld) -> None:
    """What config.toml gives, what is a default; a password in an address is not shown."""
    page = world.officer("clara").get("/settings")
    assert "[mail.relay]" in page
    assert "config.toml" in page
    with world.house.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM account").scalar_one() == 3


def test_a_short_password_is_refused(world: DeskWorld) -> None:
    """In the reader's language."""
    with pytest.raises(NotAllowed) as caught:
        office.check_password("kurz")
    assert "12 bis 256 Zeichen" in caught.value.said("de")
