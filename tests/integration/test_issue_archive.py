"""The archive of issues on the public site: what left, as far as it is public, and nothing before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from announcer.model.changes import Withdraw
from announcer.settings import Settings
from announcer.store import facts
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.digest_world import OFFICE, WEEKLY, DigestWorld, at, digest_world

COMPOSED, FRIDAY = at(9, 4, 6), at(9, 4, 10)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[DigestWorld]:
    with digest_world(tmp_path, database_url, at(8, 31), {"week": WEEKLY}) as made:
        yield made


@contextmanager
def _site(world: DigestWorld, folder: Path, settings: Settings) -> Iterator[httpx.Client]:
    app = public_app(world.engine.database, settings, world.house.key, folder / "feeds", world.clock)
    server = WebServer(app, "127.0.0.1", 0)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.start()}", trust_env=False) as client:
            yield client
    finally:
        server.stop()


@pytest.fixture
def site(world: DigestWorld, tmp_path: Path) -> Iterator[httpx.Client]:
    with _site(world, tmp_path, world.house.settings) as client:
        yield client


def _sent(world: DigestWorld) -> int:
    world.announce("markt", at(9, 1))
    world.announce("rad", at(9, 2))
    world.go(COMPOSED)
    world.approve()
    world.go(FRIDAY)
    return world.issue().id


def test_an_issue_stands_in_the_archive_once_it_has_left(world: DigestWorld, site: httpx.Client) -> None:
    world.announce("markt", at(9, 1))
    world.go(COMPOSED)
    world.approve()
    assert site.get("/ausgaben").status_code == 404
    assert site.get(f"/ausgaben/{world.issue().id}").status_code == 404
    assert "/ausgaben" not in site.get("/").text
    world.go(FRIDAY)
    listed = site.get("/ausgaben?lang=de").text
    assert f'<a href="/ausgaben/{world.issue().id}">Neues aus der Stadt, Ausgabe 1</a>' in listed
    assert "Neu: markt" in listed
    assert 'href="/ausgaben"' in site.get("/").text
    assert f"https://presse.city.example/ausgaben/{world.issue().id}<" in site.get("/sitemap.xml").text


def test_an_issue_as_a_page_in_both_languages(world: DigestWorld, site: httpx.Client) -> None:
    page = f"/ausgaben/{_sent(world)}"
    german, english = site.get(f"{page}?lang=de").text, site.get(f"{page}?lang=en").text
    for text in (german, english):
        assert text.index('href="/a/rad"') < text.index('href="/a/markt"')
        assert "Es geht um rad." in text
    assert "Verschickt am" in german
    assert "Sent on" in english


def test_what_was_withdrawn_since_is_marked_and_says_nothing(world: DigestWorld, site: httpx.Client) -> None:
    page = f"/ausgaben/{_sent(world)}?lang=de"
    world.change("rad", Withdraw(), at(9, 5))
    world.go(at(9, 5, 9, 1))
    text = site.get(page).text
    assert "Zurückgezogen" in text
    assert "Es geht um rad." not in text
    assert "Es geht um markt." in text


def test_an_embargo_holds_in_the_archive_too(world: DigestWorld, site: httpx.Client) -> None:
    page = f"/ausgaben/{_sent(world)}"
    _embargo(world, "rad")
    assert "Es geht um rad." not in site.get(page).text
    assert "Neu: rad" not in site.get("/ausgaben").text
    _embargo(world, "markt")
    assert [site.get(path).status_code for path in (page, "/ausgaben")] == [404, 404]
    world.clock.now = at(9, 8)
    assert [site.get(path).status_code for path in (page, "/ausgaben")] == [200, 200]


def _embargo(world: DigestWorld, id_: str) -> None:
    with world.engine.database.write() as connection:
        found = facts.announcement_facts(connection, id_)
        held = replace(found, version=found.version + 1, embargoed_until=at(9, 8))
        facts.save_announcement(connection, held, OFFICE, world.clock())


def test_a_list_for_the_press_has_no_archive(world: DigestWorld, tmp_path: Path) -> None:
    _sent(world)
    lists = {name: one.model_copy(update={"press": True}) for name, one in world.house.settings.lists.items()}
    closed = world.house.settings.model_copy(update={"lists": lists})
    with _site(world, tmp_path, closed) as site:
        assert site.get("/ausgaben").status_code == 404


@pytest.mark.parametrize("path", ["/ausgaben/0", "/ausgaben/x", "/ausgaben/99999999999999999999"])
def test_other_addresses_do_not_exist(path: str, world: DigestWorld, site: httpx.Client) -> None:
    _sent(world)
    assert site.get(path).status_code == 404
