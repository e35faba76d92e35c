"""The W3C feed validator itself over every file of fifty announcements, with no finding at level AA."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from announcer.model.changes import CorrectWording, Withdraw
from announcer.office import change
from announcer.store.campaign import Campaign
from tests.servers.bluesky_pds import INSTALLED
from tests.servers.newsroom import OFFICE, SITE, Newsroom
from tests.standins.fifty_announcements import FIFTY, YEAR, write_files

pytestmark = pytest.mark.servers

VALIDATOR = INSTALLED / "feedvalidator"
ASK = Path(__file__).with_name("ask_feed_validator.py")


def asked(folder: Path) -> list[str]:
    """What it finds, and last how many files it read."""
    if not (VALIDATOR / "installed").exists():
        pytest.skip("the W3C feed validator is not here: ANNOUNCER_FEED_VALIDATOR=COPY sh tests/servers/install.sh")
    command = [str(VALIDATOR / "venv/bin/python"), str(ASK), str(VALIDATOR / "src"), f"{SITE}/feeds", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_no_finding_in_any_file(tmp_path: Path) -> None:
    """Empty at first, then fifty announcements, a correction and a withdrawal."""
    with Newsroom.open(tmp_path) as newsroom:
        settings = newsroom.engine.house.settings
        folder = settings.path(settings.paths.feeds)
        material = tmp_path / "material"
        write_files(material)
        newsroom.work()
        assert asked(folder) == ["4"]
        for announcement in FIFTY:
            newsroom.announce(announcement, material)
        newsroom.work()
        for id_, wanted in (("umlaute", CorrectWording("Südbrücke", "Nordbrücke")), ("emoji", Withdraw())):
            house, key = newsroom.engine.house, Campaign(announcement_id=id_)
            proposal = change.propose(house, key, wanted, newsroom.clock.now)
            change.confirm(house, proposal, OFFICE, "nachgesehen", newsroom.clock.now)
            newsroom.approve(key)
            newsroom.work(minutes=30)
        topics = {topic for one in FIFTY for topic in one.topics}
        assert asked(folder) == [str(2 * (2 + len(topics)))]


def test_it_finds_a_planted_fault(tmp_path: Path) -> None:
    """Or the test above would say nothing."""
    with Newsroom.open(tmp_path) as newsroom:
        settings = newsroom.engine.house.settings
        feed = settings.path(settings.paths.feeds) / "feed.rss.xml"
        newsroom.announce(YEAR[0])
        newsroom.work()
        feed.write_bytes(feed.read_bytes().replace(b"<pubDate>Tue", b"<pubDate>Dienstag"))
        assert [line for line in asked(feed.parent) if "pubDate must be an RFC-822 date-time" in line]
