"""What counts as published, on both stores. The pages' own tests run on SQLite alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from announcer.model.facts import Announcement, Event
from announcer.model.people import Actor
from announcer.store import facts, journal, published
from announcer.store.database import Database
from announcer.store.tables import content, delivery, message, occurrence

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OFFICE = Actor("office")


def _insert(connection: sa.Connection, table: sa.Table, **values: object) -> int:
    made: int = connection.execute(table.insert().values(**values).returning(table.c.id)).scalar_one()
    return made


def _message(connection: sa.Connection, anchor: str, state: str, **values: object) -> None:
    occurrence_id = _insert(connection, occurrence, subject="event", subject_id="tag", rule_id="r", anchor=anchor)
    wanted = {"state": "sending", "kind": "reminder", "audience": "public", "late": "send", "urgency": 3, **values}
    message_id = _insert(connection, message, occurrence_id=occurrence_id, channel="feed", **wanted)
    text = {"language": "de", "facts_version": "1", "payload": "{}", "hash": "0" * 64, "current": True}
    content_id = _insert(connection, content, message_id=message_id, created_at=NOW, **text)
    sent = {"state": state, "ready_at": NOW, "sent_at": LATER if state == "sent" else None}
    one = {"target": "feed", "language": "de", "part": 0, "action": "publish", "revision": 0, "lane": 1, "key": anchor}
    ids = {"message_id": message_id, "occurrence_id": occurrence_id, "content_id": content_id, "channel": "feed"}
    _insert(connection, delivery, **ids, **one, **sent)


def test_what_left_first_dates_the_announcement(database: Database) -> None:
    with database.write() as connection:
        facts.save_event(connection, Event("tag", "Tag"), OFFICE, NOW)
        facts.save_announcement(connection, Announcement("first", "Erste", event_id="tag"), OFFICE, NOW)
        facts.save_announcement(connection, Announcement("second", "Zweite", event_id="tag"), OFFICE, LATER)
        facts.save_announcement(connection, Announcement("alone", "Allein"), OFFICE, NOW)
        _message(connection, "1", "sent", event_id="tag", due_at=NOW + timedelta(minutes=5))
        _message(connection, "2", "sent", event_id="tag", announcement_id="first", sending_since=NOW)
        _message(connection, "3", "pending", announcement_id="second", due_at=NOW)
        _message(connection, "4", "sent", announcement_id="second", audience="press", due_at=NOW)
        _message(connection, "5", "sent", announcement_id="alone")
    with database.read() as connection:
        found = {id_: published.announcement_first_sent(connection, id_) for id_ in ("first", "second", "alone", "x")}
        assert found == {"first": NOW, "second": None, "alone": LATER, "x": None}
        assert published.event_first_sent(connection, "tag") == NOW
        assert published.event_first_sent(connection, "x") is None


def test_when_a_version_was_made(database: Database) -> None:
    with database.write() as connection:
        facts.save_announcement(connection, Announcement("a", "A"), OFFICE, NOW)
        facts.save_announcement(connection, Announcement("a", "B", version=2), OFFICE, LATER)
    with database.read() as connection:
        assert [published.announcement_updated(connection, "a", version) for version in (1, 2, 3)] == [
            NOW,
            LATER,
            None,
        ]


def test_what_is_due_and_queued_opens_its_page_at_its_moment_unless_it_was_stopped(database: Database) -> None:
    moment = LATER + timedelta(milliseconds=1)
    with database.write() as connection:
        facts.save_event(connection, Event("tag", "Tag"), OFFICE, NOW)
        _message(connection, "1", "pending", event_id="tag", due_at=moment, not_after=moment + timedelta(hours=1))
    ends = {LATER: None, moment: moment, moment + timedelta(hours=2): None}
    with database.read() as connection:
        assert {now: published.event_first_sent(connection, "tag", now) for now in ends} == ends
        assert published.event_first_sent(connection, "tag") is None
    for stop in ("pause:all", "pause:channel:feed", "pause:event:tag", journal.HOLD):
        with database.write() as connection:
            journal.remember(connection, stop, "a test")
            assert published.event_first_sent(connection, "tag", moment) is None
            journal.forget(connection, stop)
