"""Calendars of a real campaign: on disk, over HTTP, through changes, and nothing before its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from announcer.calendars.items import uid
from announcer.model.changes import CancelEvent, CancelSession, ChangeRoom, MoveEvent
from announcer.web.feed_files import FeedFiles
from tests.integration.campaign_world import KEY, CampaignWorld, at, campaign_world

EVENT = KEY.event_id or ""
FEED, ENTRY = f"events/{EVENT}.ics", f"events/{EVENT}.entry.ics"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), readers=1) as opened:
        yield opened


def files(world: CampaignWorld) -> dict[str, bytes]:
    folder = world.house.settings.path(world.house.settings.paths.feeds)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.ics"))}


def entries(body: bytes) -> dict[str, Any]:
    """By session id, "" for the event itself."""
    calendar: Any = icalendar.Calendar.from_ical(body)
    names = {uid(EVENT, name): name for name in ("", "keynote", "grusswort")}
    return {names[event["UID"]]: event for event in calendar.events if event["UID"] in names}


def announced(world: CampaignWorld) -> dict[str, bytes]:
    world.approve()
    world.walk(at(6, 25), at(6, 26))
    return files(world)


def test_nothing_stands_in_a_calendar_before_it_is_public(world: CampaignWorld) -> None:
    world.approve()
    world.go(at(6, 24, 23))
    assert b"".join(files(world).values()).count(b"BEGIN:VEVENT") == 0
    assert all(EVENT not in name for name in files(world))


def test_a_public_event_has_its_calendars(world: CampaignWorld) -> None:
    found = announced(world)
    assert {"calendar.ics", FEED, ENTRY} <= found.keys()
    assert entries(found[FEED]).keys() == {"", "keynote", "grusswort"}
    assert entries(found[ENTRY]).keys() == {""}
    assert str(entries(found[FEED])["keynote"]["LOCATION"]).startswith("Großer Saal, Dietrich-Keuning-Haus")
    shown = FeedFiles(world.house.settings.path(world.house.settings.paths.feeds))
    assert "calendar.ics" in [calendar.path for calendar in shown.calendars()]
    assert any("Kommunen innovativ" in calendar.title for calendar in shown.calendars())
    answer = shown.served(FEED)
    assert answer is not None
    assert answer.content_type == "text/calendar; charset=utf-8"


def test_a_change_touches_its_own_entry_alone_and_a_quiet_day_nothing(world: CampaignWorld) -> None:
    before = entries(announced(world)[FEED])
    bytes_before = files(world)
    world.walk(at(6, 27), at(6, 28))
    assert files(world) == bytes_before
    world.change(ChangeRoom("keynote", "Saal 2"), "Technik")
    world.go(at(6, 28, 11))
    after = entries(files(world)[FEED])
    assert (int(before["keynote"]["SEQUENCE"]), int(after["keynote"]["SEQUENCE"])) == (0, 1)
    assert "Saal 2" in after["keynote"]["LOCATION"]
    assert after["grusswort"].to_ical() == before["grusswort"].to_ical()


def test_moved_then_cancelled(world: CampaignWorld) -> None:
    announced(world)
    world.change(CancelSession("grusswort"))
    world.go(at(6, 26, 11))
    world.change(MoveEvent(at(9, 25, 12)))
    world.go(at(6, 26, 12))
    moved = entries(files(world)[FEED])
    assert moved["keynote"]["DTSTART"].dt == at(9, 25, 13, 30)
    assert (str(moved["grusswort"]["STATUS"]), str(moved["keynote"]["STATUS"])) == ("CANCELLED", "CONFIRMED")
    world.change(CancelEvent(), "Wasserschaden")
    world.go(at(6, 26, 13))
    cancelled = entries(files(world)[FEED])
    assert {str(entry["STATUS"]) for entry in cancelled.values()} == {"CANCELLED"}
    assert [int(cancelled[name]["SEQUENCE"]) for name in ("", "keynote", "grusswort")] == [2, 2, 2]
    assert str(cancelled[""]["SUMMARY"]).startswith("ENTFÄLLT: ")


def test_another_program_writes_the_same_bytes(world: CampaignWorld) -> None:
    before = announced(world)
    times = {path: path.stat().st_mtime_ns for path in _paths(world)}
    from announcer.office.calendars import CalendarWriter

    world.clock.now += timedelta(hours=1)
    folder = world.house.settings.path(world.house.settings.paths.feeds)
    assert CalendarWriter(world.house, folder).write() == ()
    assert files(world) == before
    assert {path: path.stat().st_mtime_ns for path in _paths(world)} == times


def _paths(world: CampaignWorld) -> list[Path]:
    return sorted(world.house.settings.path(world.house.settings.paths.feeds).rglob("*.ics"))
