"""A feed that moves in: what its readers know stays known, in every format, beside what the office sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from announcer.errors import IntakeError
from announcer.model.people import Actor
from announcer.office import adoption
from tests.integration.campaign_world import CampaignWorld, at, campaign_world

OLD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Stadt, Presse</title><link>https://www.city.example</link><description>alt</description><language>de-DE</language>
<item><title>Brücke gesperrt</title><link>https://www.city.example/1</link><guid>https://www.city.example/?p=1</guid>
<description>Wegen &lt;b&gt;Bauarbeiten&lt;/b&gt;.</description><category>Verkehr</category>
<pubDate>Mon, 05 Mar 2018 09:00:00 +0100</pubDate></item>
<item><title>Bad geöffnet</title><link>https://www.city.example/2</link><guid isPermaLink="false">4711</guid>
<content:encoded>&lt;p&gt;Ab Mai.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</content:encoded>
<pubDate>Tue, 06 Mar 2018 09:00:00 +0100</pubDate></item>
<item><title>Ohne Datum</title><link>https://www.city.example/3</link><guid>x</guid></item>
<item><title>Ohne Adresse</title><guid isPermaLink="false">y</guid>
<pubDate>Tue, 06 Mar 2018 09:00:00 +0100</pubDate></item>
</channel></rss>""".encode()


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), readers=1) as opened:
        yield opened


def feed(world: CampaignWorld, name: str) -> Any:
    body = (world.house.settings.path(world.house.settings.paths.feeds) / name).read_bytes()
    return json.loads(body) if name.endswith(".json") else feedparser.parse(body)


def test_entries_keep_their_guids_beside_those_of_the_office(world: CampaignWorld) -> None:
    world.engine.write_feeds()
    found = adoption.read_feed(OLD, "rss.xml", "de")
    assert found.title == "Stadt, Presse"
    assert [(what, "no date" in why or "link" in why) for what, why in found.refused] == [("x", True), ("y", True)]
    assert adoption.adopt(world.house, found, "rss.xml", Actor("chief"), at(6, 20)) == 2
    assert adoption.adopt(world.house, found, "rss.xml", Actor("chief"), at(6, 20)) == 0
    world.approve()
    world.walk(at(6, 20, 11), at(6, 25))
    rss = feed(world, "feed.rss.xml").entries
    assert [entry.id for entry in rss[-2:]] == ["4711", "https://www.city.example/?p=1"]
    assert len(rss) == 3
    assert rss[-1].summary == "Wegen Bauarbeiten."
    assert "script" not in str(rss[-2])
    atom = feed(world, "feed.de.atom.xml").entries
    assert atom[-1].id == "https://www.city.example/?p=1"
    assert atom[-2].id.startswith("urn:uuid:")  # "4711" is no IRI
    assert [item["id"] for item in feed(world, "feed.json")["items"][-2:]] == ["4711", "https://www.city.example/?p=1"]


def test_another_program_takes_them_in_and_the_service_writes_them(world: CampaignWorld) -> None:
    world.engine.write_feeds()
    adoption.adopt(world.house, adoption.read_feed(OLD, "rss.xml", "de"), "rss.xml", Actor("chief"), at(6, 20))
    assert "feed.de.rss.xml" in world.engine.write_feeds()
    assert world.engine.write_feeds() == ()


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>Hallo</p></html>", b"\x00\xff", b"<rss version='2.0'><channel/></rss>"]
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(IntakeError, match="is no RSS or Atom feed with entries"):
        adoption.read_feed(body, "x", "de")
