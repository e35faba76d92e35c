"""Fifty announcements with everything that breaks feeds: every file sound, readable, and the same an hour later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import feedparser
import pytest

from announcer.engine import Engine
from announcer.feeds.text import clean, cut, plain
from announcer.model.changes import Change, CorrectAnnouncement, CorrectWording, Withdraw
from announcer.office import change
from announcer.store.campaign import Campaign
from tests.servers.newsroom import OFFICE, SITE, Newsroom
from tests.standins.fifty_announcements import FIFTY, TRAPS, write_files
from tests.unit.feeds.test_feed_rules import violations

html5: Any = import_module("lxml.html")  # lxml has no types


def files(newsroom: Newsroom) -> dict[str, bytes]:
    settings = newsroom.engine.house.settings
    folder = settings.path(settings.paths.feeds)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.name.endswith((".rss.xml", ".atom.xml", ".json"))
    }


def broken(found: dict[str, bytes]) -> dict[str, list[str]]:
    told = {name: violations(name, body, f"{SITE}/feeds/{name}") for name, body in found.items()}
    return {name: faults for name, faults in told.items() if faults}


@pytest.fixture(scope="module")
def empty_then_full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, bytes], Newsroom]]:
    """The feeds before anything was published, and the newsroom after fifty announcements and three changes."""
    with Newsroom.open(tmp_path_factory.mktemp("house")) as newsroom:
        newsroom.work()
        empty = files(newsroom)
        material = newsroom.engine.house.settings.root / "material"
        write_files(material)
        for announcement in FIFTY:
            newsroom.announce(announcement, material)
        newsroom.work()
        edits: dict[str, Change] = {
            "umlaute": CorrectWording("Südbrücke", "Nordbrücke"),
            "winterdienst": CorrectAnnouncement(body="Neu & anders.", material=False),
            "emoji": Withdraw(),
        }
        for id_, wanted in edits.items():
            house, key = newsroom.engine.house, Campaign(announcement_id=id_)
            proposal = change.propose(house, key, wanted, newsroom.clock.now)
            change.confirm(house, proposal, OFFICE, "nachgesehen", newsroom.clock.now)
            newsroom.approve(key)
            newsroom.work(minutes=30)
        yield empty, newsroom


def test_the_feeds_are_sound_before_the_first_entry(empty_then_full: tuple[dict[str, bytes], Newsroom]) -> None:
    empty, _ = empty_then_full
    assert sorted(empty) == sorted(
        f"{stem}.{e}" for stem in ("feed", "feed.de") for e in ("rss.xml", "atom.xml", "json")
    )
    assert broken(empty) == {}


def test_every_file_keeps_every_rule(empty_then_full: tuple[dict[str, bytes], Newsroom]) -> None:
    found = files(empty_then_full[1])
    topics = {topic for one in FIFTY for topic in one.topics}
    assert len(found) == 3 * (2 + len(topics))
    assert broken(found) == {}


@pytest.mark.parametrize("name", ["feed.rss.xml", "feed.atom.xml", "feed.json"])
def test_every_headline_is_read_back(name: str, empty_then_full: tuple[dict[str, bytes], Newsroom]) -> None:
    """As it was written, but for what no title can carry (feedparser drops a lost BOM); a withdrawn one says so."""
    body = files(empty_then_full[1])[name]
    if name.endswith(".json"):
        shown = {item["url"].rpartition("/")[2]: item["title"] for item in json.loads(body)["items"]}
    else:
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        shown = {entry.link.rpartition("/")[2]: entry.title for entry in parsed.entries}
    for one in FIFTY:
        expected = cut(plain(clean(one.headline).replace("Südbrücke", "Nordbrücke"))).replace("\ufeff", "")
        if one.id == "emoji":
            expected = f"ZURÜCKGEZOGEN: {expected}"
        assert shown[one.id].removeprefix("KORREKTUR: ").replace("\ufeff", "") == expected


def test_the_texts_are_read_back_and_nothing_in_them_runs(
    empty_then_full: tuple[dict[str, bytes], Newsroom],
) -> None:
    parsed = feedparser.parse(files(empty_then_full[1])["feed.atom.xml"], sanitize_html=False)
    said = {entry.link.rpartition("/")[2]: entry.content[0].value for entry in parsed.entries if "content" in entry}
    assert {one.id for one in TRAPS} <= said.keys() | {"nur-ueberschrift"}
    for text in said.values():
        document = html5.fromstring(f"<div>{text}</div>")
        assert not {element.tag for element in document.iter()} & {"script", "iframe", "object"}
        assert all(image.get("src").startswith(f"{SITE}/a/") for image in document.iter("img"))
        assert all(not value.lower().startswith("javascript") for _, _, value, _ in document.iterlinks())
    image = next(html5.fromstring(f"<div>{said['umlaute']}</div>").iter("img"))
    assert image.get("alt") == "Die <Brücke> & „Fluss“"
    assert "]]>" in html5.fromstring(f"<div>{said['cdata-ende']}</div>").text_content()
    assert "‍" not in said["emoji"]  # withdrawn: its words are gone


def test_an_hour_later_another_program_renders_the_same_bytes(
    empty_then_full: tuple[dict[str, bytes], Newsroom],
) -> None:
    newsroom = empty_then_full[1]
    before = files(newsroom)
    newsroom.clock.now += timedelta(hours=1)
    settings = newsroom.engine.house.settings
    elsewhere = settings.model_copy(
        update={"paths": settings.paths.model_copy(update={"feeds": Path("feeds-again")}), "root": settings.root}
    )
    again = Engine(elsewhere, newsroom.clock)
    try:
        again.write_feeds()
        folder = elsewhere.path(elsewhere.paths.feeds)
        assert {name: (folder / name).read_bytes() for name in before} == before
    finally:
        again.close()
