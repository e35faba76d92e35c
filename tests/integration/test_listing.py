"""The list that is kept between requests says at every moment what a fresh look would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.model.facts import Announcement, Event, PubStatus
from announcer.office import campaigns
from announcer.office.feeds import FeedWriter
from announcer.office.shown import Shown
from announcer.store import facts
from announcer.store.campaign import Campaign
from announcer.web.press_room import search
from tests.servers.newsroom import NOW, OFFICE, Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom.open(tmp_path) as opened:
        yield opened


def _listed(shown: Shown) -> list[str]:
    return [one.facts.id for one in shown.announcements()]


def test_it_follows_what_is_sent_corrected_and_withdrawn(newsroom: Newsroom) -> None:
    """And gives the same object as long as nothing happens, also for sixty at once."""
    kept = Shown(newsroom.engine.database, newsroom.clock)
    assert _listed(kept) == []
    for number in range(60):
        newsroom.announce(Announcement(f"n{number:02}", f"Nummer {number}", body="Größe"))
    assert _listed(kept) == []
    newsroom.work()
    assert len(_listed(kept)) == 60
    assert kept.announcements() is kept.announcements()
    assert _listed(kept) == _listed(Shown(newsroom.engine.database, newsroom.clock))
    assert [one.facts.id for one in search(kept.announcements(), "grosse 17")] == ["n17"]
    with newsroom.engine.database.write() as connection:
        said = facts.announcement_facts(connection, "n17")
        changed = replace(said, version=2, headline="Anders", status=PubStatus.WITHHELD)
        facts.save_announcement(connection, changed, OFFICE, newsroom.clock.now)
    assert "n17" not in _listed(kept)


def test_an_embargo_holds_to_the_second_whatever_was_kept(newsroom: Newsroom) -> None:
    """Also if a clock is set back after it was over."""
    over = NOW + timedelta(hours=1)
    kept = Shown(newsroom.engine.database, newsroom.clock)
    newsroom.announce(Announcement("x", "Gesperrt", embargoed_until=over))
    newsroom.work()
    newsroom.clock.now = over - timedelta(seconds=1)
    assert _listed(kept) == []
    newsroom.clock.now = over
    newsroom.work(minutes=0)
    assert _listed(kept) == ["x"]
    newsroom.clock.now = over - timedelta(seconds=1)
    assert _listed(kept) == []


def test_the_feed_of_a_past_event_ends_by_itself(newsroom: Newsroom) -> None:
    """Sixty days after its end, without anything else happening."""
    house = newsroom.engine.house
    event = Event("fest", "Fest", start=NOW + timedelta(days=30), end=NOW + timedelta(days=30, hours=5))
    with newsroom.engine.database.write() as connection:
        facts.save_event(connection, event, OFFICE, newsroom.clock.now)
        told = Announcement("fest", "Das Fest", lead="Es wird gefeiert.", event_id="fest")
        facts.save_announcement(connection, told, OFFICE, newsroom.clock.now)
    campaigns.plan_campaign(house, Campaign(event_id="fest"), OFFICE, newsroom.clock.now)
    newsroom.approve(Campaign(event_id="fest"))
    newsroom.work()
    writer = FeedWriter(house, house.settings.path(house.settings.paths.feeds))
    feed = house.settings.path(house.settings.paths.feeds) / "events/fest.de.json"
    writer.write()
    assert b'"expired":true' not in feed.read_bytes()
    newsroom.clock.now = NOW + timedelta(days=91)
    assert "events/fest.de.json" in writer.write()
    assert b'"expired":true' in feed.read_bytes()
    assert writer.write() == ()
