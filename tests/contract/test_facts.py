"""Versions of facts, on both stores."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from announcer.errors import Conflict, NotFound
from announcer.model.facts import Announcement, Event, Person, Place, Session
from announcer.model.people import Actor
from announcer.store import facts
from announcer.store.database import Database

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OFFICE = Actor("office")
EVENT = Event(
    "tag",
    "Tag der Städte",
    start=datetime(2026, 9, 18, 11, tzinfo=UTC),
    place=Place("Rathaus", city="Musterstadt"),
    sessions=(Session("keynote", "Zukunft", kind="Keynote", performers=(Person("Alex Muster", "Prof. Dr."),)),),
)


def test_every_version_stays_readable(database: Database) -> None:
    moved = replace(EVENT, version=2, sequence=1, start=datetime(2026, 9, 19, 11, tzinfo=UTC))
    with database.write() as connection:
        facts.save_event(connection, EVENT, OFFICE, NOW)
        facts.save_event(connection, moved, OFFICE, NOW)
    with database.read() as connection:
        assert facts.event_facts(connection, "tag") == moved
        assert facts.event_facts(connection, "tag", version=1) == EVENT
        assert facts.event_ids(connection) == ["tag"]


def test_the_second_of_two_editors_is_told(database: Database) -> None:
    with database.write() as connection:
        facts.save_event(connection, EVENT, OFFICE, NOW)
        facts.save_event(connection, replace(EVENT, version=2, name="A"), OFFICE, NOW)
    with pytest.raises(Conflict, match="someone else"), database.write() as connection:
        facts.save_event(connection, replace(EVENT, version=2, name="B"), OFFICE, NOW)
    with database.read() as connection:
        assert facts.event_facts(connection, "tag").name == "A"


def test_an_announcement_with_its_event(database: Database) -> None:
    release = Announcement("release", "Schlagzeile", event_id="tag", embargoed_until=NOW)
    with database.write() as connection:
        facts.save_event(connection, EVENT, OFFICE, NOW)
        facts.save_announcement(connection, release, OFFICE, NOW, raw="as it came")
    with database.read() as connection:
        assert facts.announcement_facts(connection, "release") == release
        assert facts.announcement_ids(connection, "tag") == ["release"]
        with pytest.raises(NotFound, match="no announcement 'other'"):
            facts.announcement_facts(connection, "other")
