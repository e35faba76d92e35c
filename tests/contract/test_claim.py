"""What a claim passes over, and what holds on to it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from announcer.model.ledger import DeliveryState, Receipt
from announcer.store import ledger, mailing, tables
from announcer.store.database import Database
from announcer.store.ledger import Settlement
from tests.contract.ledger_world import NOW, approved, people, planned, queue, queue_mail, states

LATER = NOW + timedelta(hours=2)


def test_what_is_past_its_moment_bars_nobody_the_way(database: Database) -> None:
    past = [planned(f"past-{number}", not_after=NOW + timedelta(hours=1)) for number in range(5)]
    queue(database, approved(database, [*past, planned("worth", due_at=NOW + timedelta(minutes=1))]))
    with database.write() as connection:
        claimed = ledger.claim(connection, "mastodon", LATER, "w")
    assert (len(claimed), states(database)) == (1, ["missed"] * 5 + ["sending"])


def test_thousands_past_their_moment_are_missed_at_one_claim(database: Database) -> None:
    people(database, 300)
    rules = {"past": NOW + timedelta(hours=1), "worth": NOW + timedelta(hours=3)}
    for message in approved(database, [planned(rule, "newsletter", not_after=end) for rule, end in rules.items()]):
        queue_mail(database, message)
    with database.write() as connection:
        claimed = mailing.claim_mail(connection, "newsletter", LATER, "w", 50)
    assert (len(claimed), Counter(states(database))) == (50, Counter(missed=300, sending=50, pending=250))


def test_nothing_of_another_message_is_missed_along_with_it(database: Database) -> None:
    people(database, 3)
    (message,) = approved(database, [planned("past", "newsletter", not_after=NOW + timedelta(hours=1))])
    queue_mail(database, message)
    with database.write() as connection:
        connection.execute(tables.delivery.update().where(tables.delivery.c.id == 2).values(not_after=None))
        claimed = mailing.claim_mail(connection, "newsletter", LATER, "w", 1)
    assert ([row.id for row in claimed], states(database)) == ([2], ["missed", "sending", "missed"])


def test_a_round_of_people_who_left_is_followed_by_the_next(database: Database) -> None:
    people(database, 10)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    with database.write() as connection:
        gone = tables.subscriber.c.id <= 6
        connection.execute(tables.subscriber.update().where(gone).values(suppressed=True))
        claimed = mailing.claim_mail(connection, "newsletter", NOW, "w", 3)
    assert ([row.subscriber_id for row in claimed], Counter(states(database))) == (
        [7, 8, 9],
        Counter(suppressed=6, sending=3, pending=1),
    )


def _run_out(database: Database, ids: list[int]) -> None:
    with database.write() as connection:
        connection.execute(tables.delivery.update().where(tables.delivery.c.id.in_(ids)).values(lease_until=NOW))


def test_a_lease_is_renewed_by_its_owner_for_what_is_still_under_way(database: Database) -> None:
    people(database, 4)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    with database.write() as connection:
        first, second, third = mailing.claim_mail(connection, "newsletter", NOW, "mine", 3)
        (other,) = mailing.claim_mail(connection, "newsletter", NOW, "theirs", 1)
    _run_out(database, [first.id, second.id, third.id, other.id])
    with database.write() as connection:
        ledger.record(connection, [Settlement(first.id, first.fence, DeliveryState.SENT, NOW)])
        ledger.renew(connection, [first.id, second.id, other.id], "mine")
        assert ledger.reap(connection, ["newsletter"], []) == 2
    assert states(database) == ["sent", "sending", "deferred", "deferred"]


def test_a_fresh_lease_is_left_alone(database: Database) -> None:
    queue(database, approved(database, [planned()]))
    lease = sa.select(tables.delivery.c.lease_until)
    with database.write() as connection:
        (claimed,) = ledger.claim(connection, "mastodon", NOW, "mine")
        before = connection.scalar(lease)
        ledger.renew(connection, [claimed.id], "mine")
        assert connection.scalar(lease) == before


@pytest.mark.parametrize(
    ("channel", "id_", "held"),
    [("mastodon", "112", True), ("mastodon", "11", False), ("mastodon", "1_2", False), ("other", "112", False)],
)
def test_a_receipt_belongs_to_what_left(database: Database, channel: str, id_: str, held: bool) -> None:
    queue(database, approved(database, [planned()]))
    with database.write() as connection:
        (claimed,) = ledger.claim(connection, "mastodon", NOW, "w")
        receipt = Receipt("112", "https://social.city.example/112")
        assert not ledger.holds_receipt(connection, channel, id_)
        ledger.record(connection, [Settlement(claimed.id, claimed.fence, DeliveryState.SENT, NOW, receipt=receipt)])
        assert ledger.holds_receipt(connection, channel, id_) == held


def test_the_next_moment_is_found_behind_what_is_ready(database: Database) -> None:
    moments = {f"in-{number}": NOW + timedelta(minutes=number) for number in range(3)}
    messages = approved(database, [planned(rule, due_at=due) for rule, due in moments.items()])
    queue(database, messages[:2])
    with database.read() as connection:
        looked_at = (NOW - timedelta(minutes=1), *moments.values())
        found = [ledger.next_moment(connection, ["feed", "mastodon"], after) for after in looked_at]
        assert ledger.next_moment(connection, ["feed"], NOW) == moments["in-2"]
    assert found == [*moments.values(), None]
