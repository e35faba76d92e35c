"""The outbox on both databases: each notice once, whoever holds a row, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.ledger import MessageState
from announcer.store import campaign, outbox
from announcer.store.database import Database
from announcer.store.office_tables import outbox as table
from announcer.store.outbox import Entry
from tests.contract.ledger_world import approved, planned

NOW = datetime(2026, 9, 11, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


def put(database: Database, *notices: str, recipient: str = "anna@city.example", **values: object) -> int:
    given = {"way": "mail", "kind": "approve", "payload": {"subject": "x"}, "now": NOW}
    given |= {"not_after": NOW + timedelta(days=1), **values}
    with database.write() as connection:
        return outbox.put(connection, notices, recipient=recipient, **given)  # type: ignore[arg-type]


def claim(database: Database, now: datetime = NOW, owner: str = "w", way: str = "mail") -> Entry | None:
    with database.write() as connection:
        return outbox.claim(connection, way, now, owner)


def record(database: Database, entry: Entry, state: str, **values: object) -> bool:
    with database.write() as connection:
        return outbox.record(connection, entry, state, NOW, **values)  # type: ignore[arg-type]


def states(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(sa.select(table.c.state).order_by(table.c.id)))


def test_nobody_is_told_the_same_twice(database: Database) -> None:
    put(database, "approve:1:24h", "approve:2:24h")
    put(database, "approve:1:24h", recipient="ben@city.example")
    for again in (("approve:1:24h",), ("approve:3:24h", "approve:2:24h"), ("approve:1:24h", "approve:2:24h")):
        with pytest.raises(Conflict):
            put(database, *again)
    with database.read() as connection:
        assert outbox.told(connection, ["approve:1:24h", "approve:2:24h", "approve:3:24h"]) == {
            ("approve:1:24h", "anna@city.example"),
            ("approve:2:24h", "anna@city.example"),
            ("approve:1:24h", "ben@city.example"),
        }
    assert states(database) == ["pending", "pending"]


def test_a_row_is_held_by_one_and_sent_once(database: Database) -> None:
    put(database, "a")
    entry = claim(database)
    assert entry is not None
    assert (entry.attempts, entry.fence, claim(database, owner="other")) == (1, 1, None)
    assert record(database, entry, "sent")
    assert not record(database, entry, "failed")
    assert (states(database), claim(database, LATER)) == (["sent"], None)


def test_what_a_dead_worker_held_is_tried_again_under_the_same_key(database: Database) -> None:
    """Killed between sending and marking: it goes out again as the same mail."""
    put(database, "a")
    first = claim(database)
    assert first is not None
    with database.write() as connection:
        assert outbox.take_back(connection) == 1
    second = claim(database)
    assert second is not None
    assert (second.message_key, second.payload, second.fence) == (first.message_key, first.payload, 2)
    assert not record(database, first, "sent")  # the dead one's late word counts no more
    assert record(database, second, "sent")


def test_a_lease_that_ran_out_goes_to_another_worker(database: Database) -> None:
    put(database, "a")
    first = claim(database, owner="dead")
    with database.write() as connection:
        connection.execute(table.update().values(lease_until=NOW - timedelta(days=400)))
    second = claim(database, owner="alive")
    assert first is not None
    assert second is not None
    assert second.message_key == first.message_key


def test_a_deferred_row_waits_until_it_is_ready(database: Database) -> None:
    put(database, "a")
    entry = claim(database)
    assert entry is not None
    assert record(database, entry, "deferred", said="it refuses connections", ready_at=LATER, counted=False)
    assert claim(database, LATER - timedelta(seconds=1)) is None
    again = claim(database, LATER)
    assert again is not None
    assert (again.attempts, again.said) == (1, "it refuses connections")


def test_what_is_worth_nothing_any_more_is_not_sent(database: Database) -> None:
    put(database, "a", not_after=NOW + timedelta(minutes=1))
    put(database, "b")
    entry = claim(database, LATER)
    assert entry is not None
    assert (entry.id, states(database)) == (2, ["missed", "sending"])


def test_each_way_has_its_own_queue_in_its_own_order(database: Database) -> None:
    put(database, "a", recipient="hook", way="webhook")
    put(database, "a", ready_at=LATER)
    put(database, "b")
    claims = [claim(database, LATER, way=way) for way in ("mail", "mail", "webhook", "mail")]
    assert [entry.id if entry else None for entry in claims] == [3, 2, 1, None]


def test_what_waits_too_long_or_was_given_up_is_in_trouble(database: Database) -> None:
    for letter in "abcd":
        put(database, letter)
    for state, said in (("sent", ""), ("failed", "550 no"), ("deferred", "away")):
        entry = claim(database)
        assert entry is not None
        record(database, entry, state, said=said, ready_at=NOW + timedelta(hours=1) if state == "deferred" else None)
    with database.read() as connection:
        assert [(e.id, e.said) for e in outbox.in_trouble(connection, NOW)] == [(2, "550 no")]
        found = [(e.id, e.said) for e in outbox.in_trouble(connection, LATER)]
    assert found == [(2, "550 no"), (3, "away"), (4, "")]


def test_how_often_each_was_written_to_lately(database: Database) -> None:
    for letter, minutes in (("a", 120), ("b", 30), ("c", 10)):
        put(database, letter, now=NOW - timedelta(minutes=minutes))
    put(database, "a", recipient="ben@city.example", kind="missed")
    with database.read() as connection:
        assert outbox.lately(connection, NOW - timedelta(hours=1)) == {
            ("approve", "anna@city.example"): (2, NOW - timedelta(minutes=10)),
            ("missed", "ben@city.example"): (1, NOW),
        }


def test_a_reminder_is_about_messages_that_wait_for_somebody(database: Database) -> None:
    messages = approved(database, [planned("a"), planned("b", waits_for=("words:b",))])
    ids = {message.planned.occurrence.rule_id: message.id for message in messages}
    with database.write() as connection:
        assert not outbox.still_open(connection, [ids["a"]])
        assert outbox.still_open(connection, list(ids.values()))
        campaign.transition(connection, ids["b"], MessageState.MISSED)
        assert not outbox.still_open(connection, list(ids.values()))
