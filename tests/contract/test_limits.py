"""Limits that hold for all workers and across a restart: recipient domains, and the window of a relay."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from announcer.model.ledger import DeliveryState
from announcer.store import ledger, limits, mailing
from announcer.store.database import Database
from announcer.store.ledger import Settlement
from announcer.store.limits import MailLimits, Window
from announcer.store.tables import delivery, subscriber
from tests.contract.ledger_world import NOW, approved, people, planned, queue_mail

MAIL = "newsletter"


def audience(database: Database, domains: list[str]) -> None:
    """A queued mail to one person of each of these domains, in this order."""
    ids = people(database, len(domains))
    with database.write() as connection:
        for id_, domain in zip(ids, domains, strict=True):
            mine = subscriber.update().where(subscriber.c.id == id_)
            connection.execute(mine.values(address=f"p{id_}@{domain}"))
    (message,) = approved(database, [planned(channel=MAIL)])
    assert queue_mail(database, message) == len(domains)


def send(database: Database, now: datetime, wanted: MailLimits, most: int = 50) -> list[str]:
    """One claim, sent at once; whose mails they were, by domain."""
    with database.write() as connection:
        mails = mailing.claim_mail(connection, MAIL, now, "w", most, limits=wanted)
        ledger.record(connection, [Settlement(m.id, m.fence, DeliveryState.SENT, now) for m in mails])
    return [mail.address.partition("@")[2] for mail in mails]


def test_a_slow_domain_does_not_delay_the_others(database: Database) -> None:
    """Thirty for the slow one stand first; the others leave in the very same claim."""
    audience(database, ["slow.example"] * 30 + ["fast.example"] * 5)
    wanted = MailLimits({"slow.example": 60})
    assert send(database, NOW, wanted, most=15) == ["slow.example"] * 10 + ["fast.example"] * 5
    assert send(database, NOW, wanted) == []
    # From here on one a second, whoever asks, in the order of the queue.
    assert [len(send(database, NOW + timedelta(seconds=second), wanted)) for second in range(1, 22)] == [1] * 20 + [0]


def test_what_was_put_off_is_claimed_by_any_worker_after_a_restart(database: Database) -> None:
    """The bucket and the queue stand in the database; a new process begins with no fresh tokens."""
    audience(database, ["slow.example"] * 12)
    assert len(send(database, NOW, MailLimits({"slow.example": 60}))) == 10
    assert send(database, NOW, MailLimits({"slow.example": 60})) == []
    assert len(send(database, NOW + timedelta(seconds=2), MailLimits({"slow.example": 60}))) == 2


def test_every_other_domain_can_have_a_limit_of_its_own(database: Database) -> None:
    """`*` is one bucket for each, not one for all; a name of its own goes before it."""
    audience(database, ["a.example"] * 3 + ["b.example"] * 3 + ["c.example"] * 3)
    sent = send(database, NOW, MailLimits({"*": 6, "c.example": 12}))
    assert sent == ["a.example", "b.example", "c.example", "c.example"]


def test_in_an_hour_no_more_than_allowed(database: Database) -> None:
    """Whatever the rhythm of the workers: tokens, and not their number, decide."""
    audience(database, ["slow.example"] * 40)
    sent = 0
    for worker in range(120):
        sent += len(send(database, NOW + timedelta(seconds=worker / 4), MailLimits({"slow.example": 60}), most=3))
    assert sent == 10 + 29


def test_thousands_of_a_slow_domain_are_passed_by(database: Database) -> None:
    """Looked at in large steps, and in more than one transaction."""
    audience(database, ["slow.example"] * 12_000 + ["fast.example"])
    wanted = MailLimits({"slow.example": 6})
    found = []
    for _ in range(3):
        with database.write() as connection:
            claimed = mailing.claim_mail(connection, MAIL, NOW, "w", 5, limits=wanted)
        found += [mail.address.partition("@")[2] for mail in claimed]
        if not claimed.more:
            break
    assert found == ["slow.example", "fast.example"]


@pytest.mark.parametrize("begin", [0, 7, 59])
def test_a_window_is_never_exceeded_wherever_it_begins(database: Database, begin: int) -> None:
    """Ten within an hour; every minute somebody wants three."""
    window = Window(10, 1)
    given: list[tuple[int, int]] = []
    for minute in range(begin, begin + 200):
        now = NOW + timedelta(minutes=minute)
        with database.write() as connection:
            number = min(3, limits.room(connection, "mail.relay", window, now))
            limits.count(connection, "mail.relay", window, number, now)
        given.append((minute, number))
    for start, _ in given:
        assert sum(number for minute, number in given if start <= minute < start + 60) <= 10
    assert sum(number for _, number in given) >= 30


def test_windows_of_two_relays_are_apart(database: Database) -> None:
    with database.write() as connection:
        limits.count(connection, "a", Window(2, 1), min(2, limits.room(connection, "a", Window(2, 1), NOW)), NOW)
        assert limits.room(connection, "a", Window(2, 1), NOW) == 0
        assert limits.room(connection, "b", Window(2, 1), NOW) == 2
        limits.forget(connection, NOW + timedelta(days=40))
        assert connection.scalar(sa.text("SELECT count(*) FROM limit_bucket WHERE name LIKE 'relay:a%'")) == 0


def test_who_was_put_off_keeps_reason_and_state(database: Database) -> None:
    """Only its moment is another one."""
    audience(database, ["slow.example"] * 2)
    send(database, NOW, MailLimits({"slow.example": 1}))
    with database.read() as connection:
        (row,) = connection.execute(sa.select(delivery).where(delivery.c.state == "pending")).all()
    assert (row.said, row.attempts, row.ready_at) == (None, 0, NOW + timedelta(minutes=1))
