"""Who gets into the desk: signing in, sessions, forms, roles; walked through every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.model.accounts import Role
from announcer.office import accounts as office
from announcer.office import totp
from announcer.store import journal
from announcer.web.desk.desk import first_link
from announcer.web.desk.section import Declared
from tests.integration.desk_world import DeskWorld, desk_world

PASSWORD = "ein recht langes Passwort"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
def empty(world: DeskWorld) -> DeskWorld:
    """A desk that nobody has an account at."""
    with world.house.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM account")
    return world


def _filled(path: str) -> str:
    return re.sub(r"{[^}]*}", "1", path)


def _routes(world: DeskWorld, method: str) -> list[Declared]:
    return [one for one in world.desk.declared if one.method == method]


def test_every_route_says_who_may_use_it(world: DeskWorld) -> None:
    """Nothing is reachable that was not declared with a role, but for the desk's own files."""
    served = {
        (method, route.path)
        for route in world.app.routes
        for method in getattr(route, "methods", ())
        if hasattr(route, "path")
    }
    declared = {(one.method, one.path) for one in world.desk.declared}
    assert served == declared | {("GET", "/files/{mark}/{name}")}


def test_what_is_open_to_strangers_is_a_short_list(world: DeskWorld) -> None:
    """A page that is added is closed unless this list says otherwise."""
    assert {one.path for one in world.desk.declared if one.role is None} == {"/sign-in", "/access/{token}"}


def test_strangers_are_sent_to_sign_in(world: DeskWorld) -> None:
    """From every page that is read."""
    stranger = world.stranger()
    for one in _routes(world, "GET"):
        if one.role is not None:
            answer = stranger.client.get(_filled(one.path))
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), one


def test_strangers_can_do_nothing(world: DeskWorld) -> None:
    """Also with a token that fits their own cookie."""
    stranger = world.stranger()
    for one in _routes(world, "POST"):
        if one.role is not None:
            answer = stranger.send(_filled(one.path), at="/sign-in")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), one


@pytest.mark.parametrize(("name", "lacks"), [("anna", {Role.APPROVER, Role.ADMIN}), ("bert", {Role.ADMIN})])
def test_nobody_passes_their_role(name: str, lacks: set[Role], world: DeskWorld) -> None:
    """Every route of a role one lacks answers 403 and does nothing."""
    officer = world.officer(name)
    token = officer.token("/")
    for one in world.desk.declared:
        if one.role in lacks:
            data = {"form_token": token}
            path = _filled(one.path)
            answer = (
                officer.client.get(path)
                if one.method == "GET"
                else officer.client.post(path, data=data, headers={"Origin": world.url})
            )
            assert answer.status_code == 403, one
            assert "You lack the role" in answer.text


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {"Origin": "OURS"}),
        ("0" * 64, {"Origin": "OURS"}),
        ("right", {"Origin": "https://evil.example"}),
        ("right", {"Origin": "null"}),
        ("right", {"Sec-Fetch-Site": "cross-site"}),
        ("right", {}),
        ("right", {"Origin": "OURS", "Host": "evil.example"}),
        ("right", {"Origin": "http://evil.example", "Host": "evil.example"}),
        ("another's", {"Origin": "OURS"}),
    ],
)
def test_no_form_from_elsewhere_is_taken(token: str, headers: dict[str, str], world: DeskWorld) -> None:
    """On no route; the office's own page with the right token is."""
    officer, other = world.officer("clara"), world.officer("bert")
    given = {"right": officer.token("/"), "another's": other.token("/")}.get(token, token)
    before = _log(world)
    said = {name: value.replace("OURS", world.url) for name, value in headers.items()}
    for one in _routes(world, "POST"):
        answer = officer.client.post(_filled(one.path), data={"form_token": given}, headers=said)
        assert answer.status_code == 403, one
        assert "no longer valid" in answer.text
    assert _log(world) == before


def test_a_form_in_another_clothing_is_refused(world: DeskWorld) -> None:
    """text/plain and JSON need no leave of the browser to cross origins."""
    officer = world.officer("clara")
    token = officer.token("/")
    for kind in ("text/plain", "application/json"):
        headers = {"Origin": world.url, "Content-Type": kind, "X-Form-Token": token}
        assert officer.client.post("/sign-out", content=b"{}", headers=headers).status_code == 403


def _log(world: DeskWorld) -> int:
    with world.house.database.read() as connection:
        return journal.progress(connection, world.house.clock())[0]


# -- The first start, signing in. --


def _set_up(world: DeskWorld, path: str, **said: str) -> str:
    """Follow a one-time link; the secret of the second factor."""
    stranger = world.stranger()
    page = stranger.get(path)
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found is not None
    code = totp.code(found[1], totp.step_at(world.house.clock()))
    answer = stranger.send(path, {"password": PASSWORD, "secret": found[1], "code": code, **said}, at=path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?accepted=1"), answer.text
    return found[1]


def _sign_in(world: DeskWorld, secret: str, name: str = "eva", password: str = PASSWORD) -> int:
    code = totp.code(secret, totp.step_at(world.house.clock()))
    stranger = world.stranger()
    answer = stranger.send("/sign-in", {"name": name, "password": password, "code": code}, at="/sign-in")
    return answer.status_code


def test_the_first_start_makes_one_admin(empty: DeskWorld) -> None:
    """The link is good once, and there is no other once somebody can sign in."""
    path = first_link(empty.house)
    assert path is not None
    secret = _set_up(empty, path, name="Eva", shown="Eva Specht")
    assert empty.stranger().client.get(path).status_code == 404
    assert first_link(empty.house) is None
    empty.world.clock.now += timedelta(seconds=30)
    assert _sign_in(empty, secret) == 303
    (made,) = office.listed(empty.house)
    assert (made.name, made.shown, made.roles) == ("eva", "Eva Specht", frozenset(Role))


def test_an_older_first_link_opens_nothing(empty: DeskWorld) -> None:
    """Each start names a new one, and a day is enough."""
    first, second = first_link(empty.house), first_link(empty.house)
    assert first is not None
    assert second is not None
    assert empty.stranger().client.get(first).status_code == 404
    assert empty.stranger().client.get(second).status_code == 200
    empty.world.clock.now += timedelta(hours=25)
    assert empty.stranger().client.get(second).status_code == 404


def test_all_that_is_wrong_sounds_the_same(empty: DeskWorld) -> None:
    """A name nobody has, a wrong password, a wrong code, a code used before."""
    path = first_link(empty.house)
    assert path is not None
    secret = _set_up(empty, path, name="eva")

    def said(name: str, password: str, code: str) -> str:
        page = empty.stranger().send("/sign-in", {"name": name, "password": password, "code": code}, at="/sign-in")
        assert page.status_code == 422
        found = re.search(r'role="alert">(.*?)</div>', page.text)
        assert found is not None
        return found[1]

    now = totp.step_at(empty.house.clock())
    used = totp.code(secret, now)
    fresh = totp.code(secret, now + 1)
    wrong = {said("nobody", PASSWORD, fresh), said("eva", "falsches Passwort!", fresh)}
    wrong |= {said("eva", PASSWORD, "000000"), said("eva", PASSWORD, used)}
    assert len(wrong) == 1


def test_guessing_is_slowed_down(empty: DeskWorld) -> None:
    """The sixth try within ten minutes is not looked at, even if it is right; later it is."""
    path = first_link(empty.house)
    assert path is not None
    secret = _set_up(empty, path, name="eva")
    empty.world.clock.now += timedelta(seconds=30)
    assert [_sign_in(empty, secret, password="falsch, aber lang") for _ in range(5)] == [422] * 5
    assert _sign_in(empty, secret) == 422
    empty.world.clock.now += timedelta(minutes=10)
    assert _sign_in(empty, secret) == 303


def test_a_session_is_made_anew_at_signing_in(empty: DeskWorld) -> None:
    """Whoever planted a cookie beforehand is not signed in by it (session fixation)."""
    path = first_link(empty.house)
    assert path is not None
    secret = _set_up(empty, path, name="eva")
    empty.world.clock.now += timedelta(seconds=30)
    victim, thief = empty.stranger(), empty.stranger()
    planted = "planted-planted-planted-planted-planted"
    victim.client.cookies.set(empty.desk.address.cookie, planted)
    thief.client.cookies.set(empty.desk.address.cookie, planted)
    code = totp.code(secret, totp.step_at(empty.house.clock()))
    answer = victim.send("/sign-in", {"name": "eva", "password": PASSWORD, "code": code}, at="/sign-in")
    assert answer.status_code == 303
    fresh = answer.cookies[empty.desk.address.cookie]
    assert fresh != planted
    assert thief.client.get("/").status_code == 303
    with empty.house.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT token_hash FROM desk_session").scalars().all()
    assert fresh not in kept


def test_signing_out_ends_it_on_the_server(world: DeskWorld) -> None:
    """A cookie that somebody copied is worth nothing afterwards."""
    officer = world.officer("anna")
    copied = dict(officer.client.cookies)
    answer = officer.send("/sign-out")
    assert answer.status_code == 303
    thief = world.stranger()
    thief.client.cookies.update(copied)
    assert thief.client.get("/").status_code == 303


@pytest.mark.parametrize(("idle", "status"), [(timedelta(hours=9), 200), (timedelta(hours=11), 303)])
def test_a_browser_nobody_uses_is_signed_out(idle: timedelta, status: int, world: DeskWorld) -> None:
    """After ten hours."""
    officer = world.officer("anna")
    world.world.clock.now += idle
    assert officer.client.get("/").status_code == status


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "/\r\nX-Evil: 1", "/\tx"]
)
def test_signing_in_leads_nowhere_else(wanted: str, world: DeskWorld) -> None:
    """No open redirect, no header of the caller's making."""
    officer = world.officer("anna")
    answer = officer.client.get("/sign-in", params={"next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x-evil" not in answer.headers
    answer = officer.send("/language", {"language": "de", "here": wanted})
    assert answer.headers["location"] == "/"


def test_the_cookie_is_out_of_reach(world: DeskWorld) -> None:
    """Of scripts and of other sites; behind https also of other hosts."""
    said = world.stranger().client.get("/sign-in").headers["set-cookie"]
    assert said.startswith("announcer-desk=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in said.split(";")}


def test_every_answer_is_guarded(world: DeskWorld) -> None:
    """Pages, errors, files: no script but ours, no frame, nothing kept."""
    officer = world.officer("anna")
    for path in ("/", "/nowhere", "/sign-in"):
        headers = officer.client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_no_page_holds_a_script_or_style_of_its_own(world: DeskWorld) -> None:
    """What the policy would refuse, and what an attacker would add."""
    officer = world.officer("clara")
    for one in _routes(world, "GET"):
        if "{" in one.path or one.path == "/sign-in":
            continue
        page = officer.client.get(one.path).text
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=\"", page), one.path
