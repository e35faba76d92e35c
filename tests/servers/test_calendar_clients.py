"""A subscriber of the calendar with Debian's vdirsyncer and khal: every item once, where it is now."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from announcer.model.changes import CancelEvent, ChangeRoom, MoveEvent
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import KEY, CampaignWorld, at, campaign_world

pytestmark = pytest.mark.servers

SYNC = """\
[general]
status_path = "{home}/status/"
[pair city]
a = "city_web"
b = "city_here"
collections = null
conflict_resolution = "a wins"
[storage city_web]
type = "http"
url = "{url}"
[storage city_here]
type = "filesystem"
path = "{home}/city/"
fileext = ".ics"
"""
LIST = """\
[calendars]
[[city]]
path = {home}/city
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {home}/khal.db
[default]
default_calendar = city
"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Their folder, and the calendar they follow."""

    home: Path
    url: str

    def look(self) -> list[str]:
        """Read it again; what stands on the programme of September 2018: `day time title @ place status`."""
        (self.home / "sync").write_text(SYNC.format(home=self.home, url=self.url))
        (self.home / "khal").write_text(LIST.format(home=self.home))
        self._run("vdirsyncer", "-c", "sync", "discover", "city")
        self._run("vdirsyncer", "-c", "sync", "sync")
        form = "{start-date} {start-time} {title} @ {location} {status}"
        told = self._run("khal", "-c", "khal", "list", "--once", "-df", "", "-f", form, "2018-09-01", "2018-09-30")
        return sorted(line.strip() for line in told.splitlines() if line.strip())

    def _run(self, *command: str) -> str:
        # Without the proxy of this machine: the calendar is on the loopback.
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(
            command, cwd=self.home, env=clean | {"HOME": str(self.home), "LC_ALL": "C.UTF-8"},
            input="y\n" * 9, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def _subscriber(world: CampaignWorld, home: Path) -> Iterator[Subscriber]:
    settings = world.house.settings
    app = public_app(world.engine.database, settings, world.house.key, settings.path(settings.paths.feeds), world.clock)
    server = WebServer(app, "127.0.0.1", 0)
    home.mkdir()
    try:
        yield Subscriber(home, f"http://127.0.0.1:{server.start()}/feeds/events/{KEY.event_id}.ics")
    finally:
        server.stop()


def test_a_subscriber_sees_each_item_once_where_it_is_now(tmp_path: Path, sqlite_url: str) -> None:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), readers=1) as world:
        world.approve()
        world.walk(at(6, 25), at(6, 26))
        with _subscriber(world, tmp_path / "subscriber") as subscriber:
            first = subscriber.look()
            assert first == _programme(18)
            assert subscriber.look() == first
            world.change(ChangeRoom("keynote", "Saal 2"), "Technik")
            world.go(at(6, 28, 11))
            assert subscriber.look() == _programme(18, room="Saal 2")
            world.change(MoveEvent(at(9, 25, 12)))
            world.go(at(6, 29, 12))
            assert subscriber.look() == _programme(25, room="Saal 2")
            world.change(CancelEvent(), "Wasserschaden")
            world.go(at(6, 29, 13))
            assert subscriber.look() == _programme(25, room="Saal 2", word="ENTFÄLLT: ", status="CANCELLED")


def _programme(day: int, room: str = "Großer Saal", word: str = "", status: str = "CONFIRMED") -> list[str]:
    """The event over its two days, and the two items of its programme that have a time."""
    house = "Dietrich-Keuning-Haus, Leopoldstraße 50–58, 44147 Dortmund"
    opening = f"{word}Grußwort zur Eröffnung des zweiten Tages @ Großer Saal, {house} {status}"
    return [
        f"2018-09-{day}  {word}Fachkonferenz „Kommunen innovativ“ @ {house} {status}",
        f"2018-09-{day} 13:30 {word}Keynote: Zukunft vor Ort gestalten @ {room}, {house} {status}",
        f"2018-09-{day + 1} 09:00 {opening}",
    ]
