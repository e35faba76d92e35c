"""What the ledger promises, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.campaign import Audience, Kind, Late, Urgency
from announcer.model.changes import Remedy
from announcer.model.ledger import Action, DeliveryState, MessageState, Receipt
from announcer.store import (
    campaign,
    contents,
    corrections,
    facts,
    journal,
    ledger,
    mailing,
    queueing,
    replanned,
    tables,
)
from announcer.store.corrections import Correction
from announcer.store.database import Database
from announcer.store.ledger import Settlement
from tests.contract.ledger_world import EVENT, HERE, NOW, OFFICE, approved, people, planned, queue, queue_mail, states


def test_a_due_delivery_is_claimed_once_and_recorded(database: Database) -> None:
    queue(database, approved(database, [planned()]))
    with database.write() as connection:
        (claimed,) = ledger.claim(connection, "mastodon", NOW, "worker", limit=5)
        assert ledger.claim(connection, "mastodon", NOW, "worker", limit=5) == []
    assert (claimed.action, claimed.target, claimed.attempts, len(claimed.key)) == (
        Action.PUBLISH,
        "mastodon:de",
        1,
        32,
    )
    receipt = Receipt("7", "https://social.example/@press/7")
    with database.write() as connection:
        refused = ledger.record(
            connection, [Settlement(claimed.id, claimed.fence, DeliveryState.SENT, NOW, receipt=receipt)]
        )
        assert refused == 0
        assert ledger.receipt_of(connection, claimed.id) == receipt
        assert ledger.settle_messages(connection, NOW) == [(claimed.message_id, MessageState.SENT)]


def test_nothing_is_claimed_before_its_moment(database: Database) -> None:
    queue(database, approved(database, [planned()]))
    with database.write() as connection:
        assert ledger.claim(connection, "mastodon", NOW - timedelta(microseconds=1), "worker") == []
        assert ledger.next_ready(connection) == NOW


def test_nothing_leaves_after_it_is_worthless(database: Database) -> None:
    queue(database, approved(database, [planned(not_after=NOW + timedelta(hours=1))]))
    with database.write() as connection:
        assert ledger.claim(connection, "mastodon", NOW + timedelta(hours=1, microseconds=1), "worker") == []
        ((_, state),) = ledger.settle_messages(connection, NOW)
    assert states(database) == ["missed"]
    assert state is MessageState.MISSED


def test_urgent_deliveries_overtake(database: Database) -> None:
    plan = [
        planned("a", due_at=NOW - timedelta(hours=1)),
        planned("b", due_at=NOW - timedelta(minutes=1), urgency=Urgency.CANCELLATION),
    ]
    queue(database, approved(database, plan))
    with database.write() as connection:
        order = [ledger.claim(connection, "mastodon", NOW, "worker")[0].message_id for _ in plan]
        rules = {m.id: m.planned.occurrence.rule_id for m in campaign.messages(connection)}
    assert [rules[id_] for id_ in order] == ["b", "a"]


def test_a_fenced_worker_records_nothing(database: Database) -> None:
    queue(database, approved(database, [planned()]))
    with database.write() as connection:
        (slow,) = ledger.claim(connection, "mastodon", NOW, "slow")
        ledger.reap(connection, [], [], everything=True)
        (quick,) = ledger.claim(connection, "mastodon", NOW, "quick")
        late = Settlement(slow.id, slow.fence, DeliveryState.FAILED, NOW, said="too late")
        assert ledger.record(connection, [late]) == 1
        assert ledger.record(connection, [Settlement(quick.id, quick.fence, DeliveryState.SENT, NOW)]) == 0
    assert states(database) == ["sent"]


def test_what_a_dead_worker_held(database: Database) -> None:
    people(database, 1)
    messages = approved(database, [planned("a"), planned("b", channel="by_hand"), planned("c", channel="newsletter")])
    queue(database, messages[:2])
    queue_mail(database, messages[2])
    with database.write() as connection:
        for channel in ("mastodon", "by_hand"):
            ledger.claim(connection, channel, NOW, "worker")
        mailing.claim_mail(connection, "newsletter", NOW, "worker", 10)
        assert ledger.reap(connection, ["newsletter"], ["by_hand"]) == 0  # the lease still runs
        connection.execute(tables.delivery.update().values(lease_until=NOW - timedelta(days=400)))
        assert ledger.reap(connection, ["newsletter"], ["by_hand"]) == 3
        doubts = connection.scalars(sa.select(tables.delivery.c.maybe_double)).all()
    assert states(database) == ["pending", "unknown", "deferred"]
    assert all(doubts)


def test_a_person_on_two_lists_gets_one_mail(database: Database) -> None:
    people(database, 3, ["news", "culture"])
    people(database, 2, ["press"])
    people(database, 1, ["practical"])
    (message,) = approved(database, [planned(channel="newsletter")])
    assert queue_mail(database, message) == 3


@pytest.mark.parametrize(
    ("audience", "kind", "expected"),
    [
        (Audience.PUBLIC, Kind.REMINDER, 1),
        (Audience.PRESS, Kind.REMINDER, 2),
        (Audience.OPTED_IN, Kind.PRACTICAL, 4),
        (Audience.PUBLIC, Kind.CANCELLATION, 7),
    ],
)
def test_who_is_written_to(database: Database, audience: Audience, kind: Kind, expected: int) -> None:
    people(database, 1, ["news"])
    people(database, 2, ["press"])
    people(database, 4, ["practical"])
    (message,) = approved(database, [planned(channel="newsletter", audience=audience, kind=kind)])
    assert queue_mail(database, message) == expected


def test_everybody_gets_their_language_and_keys_differ(database: Database) -> None:
    people(database, 2, language="de")
    people(database, 1, language="en")
    people(database, 1, language="fr")
    (message,) = approved(database, [planned(channel="newsletter")], languages=["de", "en"])
    queue_mail(database, message)
    with database.write() as connection:
        mails = mailing.claim_mail(connection, "newsletter", NOW, "worker", 10)
        texts = contents.by_id(connection, {m.content_id for m in mails})
    assert [m.language for m in mails] == ["de", "de", "en", "de"]
    assert [texts[m.content_id].language for m in mails] == ["de", "de", "en", "de"]
    assert len({m.key for m in mails}) == 4


def test_a_large_audience_is_written_in_chunks(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "CHUNK", 3)
    people(database, 8)
    (message,) = approved(database, [planned(channel="newsletter")])
    with database.write() as connection:
        queueing.begin_audience(connection, message, NOW)
    more, chunks = True, 0
    while more:
        with database.write() as connection:  # a crash between two of these loses nothing
            more = queueing.next_chunk(connection, message, contents.current(connection, message.id), None)
            if more:
                assert ledger.settle_messages(connection, NOW) == []
        chunks += 1
    assert (chunks, len(states(database))) == (3, 8)


def test_who_left_after_queueing_gets_nothing(database: Database) -> None:
    ids = people(database, 3)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    with database.write() as connection:
        connection.execute(
            tables.subscription.update().where(tables.subscription.c.subscriber_id == ids[0]).values(state="left")
        )
        connection.execute(tables.subscriber.update().where(tables.subscriber.c.id == ids[1]).values(suppressed=True))
        assert [m.subscriber_id for m in mailing.claim_mail(connection, "newsletter", NOW, "w", 9)] == [ids[2]]
    assert states(database) == ["suppressed", "suppressed", "sending"]


def test_a_correction_goes_to_exactly_those_who_may_have_read_it(database: Database) -> None:
    ids = people(database, 5)
    wrong, notice = approved(
        database,
        [
            planned("wrong", channel="newsletter"),
            planned("notice", channel="newsletter", due_at=NOW + timedelta(hours=1)),
        ],
    )
    queue_mail(database, wrong)
    with database.write() as connection:
        mails = {m.subscriber_id: m for m in mailing.claim_mail(connection, "newsletter", NOW, "w", 9)}
        fate = [
            (ids[0], DeliveryState.SENT, False),
            (ids[1], DeliveryState.FAILED, False),
            (ids[2], DeliveryState.DEFERRED, True),
            (ids[3], DeliveryState.DEFERRED, False),
            (ids[4], DeliveryState.SENT, False),
        ]
        ledger.record(
            connection,
            [
                Settlement(mails[i].id, mails[i].fence, state, NOW, said="x", maybe_double=doubt)
                for i, state, doubt in fate
            ],
        )
        connection.execute(
            tables.subscription.update().where(tables.subscription.c.subscriber_id == ids[4]).values(state="left")
        )
    assert queue_mail(database, notice, stale=[wrong.id]) == 2
    with database.write() as connection:
        corrections = mailing.claim_mail(connection, "newsletter", NOW + timedelta(hours=1), "w", 9)
        answered = {m.subscriber_id: m.corrects_key for m in corrections if m.corrects_key}
    assert answered == {ids[0]: mails[ids[0]].key, ids[2]: mails[ids[2]].key}


def test_a_mail_that_may_have_arrived_is_not_sent_again_with_another_text(database: Database) -> None:
    people(database, 2)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    with database.write() as connection:
        doubtful, plain = mailing.claim_mail(connection, "newsletter", NOW, "w", 9)
        ledger.record(
            connection,
            [
                Settlement(doubtful.id, doubtful.fence, DeliveryState.DEFERRED, NOW, said="?", maybe_double=True),
                Settlement(plain.id, plain.fence, DeliveryState.DEFERRED, NOW, said="later"),
            ],
        )
        contents.keep(connection, message.id, [("de", {"text": "new"})], facts_version="2", limits={}, now=NOW)
        contents.repoint_unsent(connection, message.id)
        (again,) = mailing.claim_mail(connection, "newsletter", NOW, "w", 9)
        text = contents.by_id(connection, [again.content_id])[again.content_id].payload
    assert (again.id, text) == (plain.id, {"text": "new"})
    assert states(database) == ["superseded", "sending"]


def test_a_correction_waits_for_its_original(database: Database) -> None:
    (message,) = approved(database, [planned()])
    queue(database, [message])
    with database.write() as connection:
        (original,) = ledger.claim(connection, "mastodon", NOW, "w")
        stored = contents.current(connection, message.id)[0]
        (post,) = corrections.standing(connection, [message.id])
        assert corrections.queue(connection, [Correction(post, Remedy.EDIT, stored.id)], 1, NOW) == 1
        assert ledger.claim(connection, "mastodon", NOW, "w") == []
        ledger.record(connection, [Settlement(original.id, original.fence, DeliveryState.SENT, NOW)])
        (correction,) = ledger.claim(connection, "mastodon", NOW, "w")
    assert (correction.action, correction.revision, correction.corrects_id) == (Action.CORRECT, 1, original.id)
    assert correction.key != original.key


@pytest.mark.parametrize("switch", [journal.HOLD, "pause:all", "pause:channel:mastodon"])
def test_nothing_leaves_while_paused(database: Database, switch: str) -> None:
    queue(database, approved(database, [planned()]))
    with database.write() as connection:
        journal.remember(connection, switch, "why")
        assert ledger.claim(connection, "mastodon", NOW, "w") == []
        assert journal.forget(connection, switch)
        assert len(ledger.claim(connection, "mastodon", NOW, "w")) == 1


def test_cancelling_stops_what_has_not_begun(database: Database) -> None:
    first, second = approved(database, [planned("a"), planned("b")])
    queue(database, [first, second])
    with database.write() as connection:
        (begun,) = ledger.claim(connection, "mastodon", NOW, "w")
        replanned.apply_plan(connection, HERE, None, [], {})
    with database.read() as connection:
        found = {m.id: m.state for m in campaign.messages(connection)}
    assert found == {first.id: MessageState.SENDING, second.id: MessageState.CANCELLED}
    assert states(database) == ["sending", "cancelled"]
    assert begun.message_id == first.id


def test_what_was_stopped_halfway_is_partly_sent(database: Database) -> None:
    people(database, 2)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    with database.write() as connection:
        (first,) = mailing.claim_mail(connection, "newsletter", NOW, "w", 1)
        replanned.apply_plan(connection, HERE, None, [], {})
        ledger.record(connection, [Settlement(first.id, first.fence, DeliveryState.SENT, NOW)])
        assert ledger.settle_messages(connection, NOW) == [(message.id, MessageState.PARTLY_SENT)]


def test_a_moved_message_keeps_its_row_and_its_approval(database: Database) -> None:
    (before,) = approved(database, [planned()])
    later = NOW + timedelta(days=3)
    with database.write() as connection:
        replanned.apply_plan(connection, HERE, None, [planned(due_at=later)], {})
        (after,) = campaign.messages(connection)
    assert (after.id, after.state, after.planned.due_at) == (before.id, MessageState.SCHEDULED, later)


def test_a_new_text_voids_the_approval_and_the_same_text_does_not(database: Database) -> None:
    (message,) = approved(database, [planned()])
    with database.write() as connection:
        assert not contents.keep(
            connection, message.id, [("de", {"text": "reminder de"})], facts_version="2", limits={}, now=NOW
        )
        assert contents.keep(connection, message.id, [("de", {"text": "new"})], facts_version="2", limits={}, now=NOW)
        contents.void_approval(connection, message, "the text changed")
        (voided,) = campaign.messages(connection)
    assert (voided.state, voided.approved_hash, voided.planned.why) == (MessageState.DRAFT, None, ("the text changed",))


def test_missing_facts_wait_and_their_arrival_asks_for_approval(database: Database) -> None:
    (message,) = approved(database, [planned(due_at=None, waits_for=("session.start:gruss",))])
    assert message.state is MessageState.WAITING
    with database.write() as connection:
        replanned.apply_plan(connection, HERE, None, [planned()], {})
        (found,) = campaign.messages(connection)
    assert (found.state, found.planned.waits_for) == (MessageState.DRAFT, ())


def test_a_forbidden_transition_is_refused(database: Database) -> None:
    (message,) = approved(database, [planned(late=Late.DROP)])
    with pytest.raises(Conflict, match=r"is scheduled and can't become sent"), database.write() as connection:
        campaign.transition(connection, message.id, MessageState.SENT)


def test_the_ledger_itself_refuses_a_second_delivery(database: Database) -> None:
    (message,) = approved(database, [planned()])
    queue(database, [message])
    with database.read() as connection:
        row = dict(connection.execute(sa.select(tables.delivery)).mappings().one())
    row.pop("id")
    with pytest.raises(Conflict), database.write() as connection:
        connection.execute(tables.delivery.insert().values(**row))


def test_many_workers_share_the_queue_without_a_double(database: Database) -> None:
    people(database, 300)
    (message,) = approved(database, [planned(channel="newsletter")])
    queue_mail(database, message)
    seen: list[int] = []

    def work(name: str) -> None:
        while True:
            with database.write() as connection:
                rows = mailing.claim_mail(connection, "newsletter", NOW, name, 7)
                ledger.record(connection, [Settlement(r.id, r.fence, DeliveryState.SENT, NOW) for r in rows])
            if not rows:
                return
            seen.extend(row.id for row in rows)

    workers = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(seen) == len(set(seen)) == 300


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            facts.save_event(connection, EVENT, OFFICE, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.write() as connection:
        assert facts.event_ids(connection) == []


def test_the_log_keeps_order_and_finds_a_subject(database: Database) -> None:
    with database.write() as connection:
        journal.note(connection, OFFICE, NOW, "approve", "message 1")
        journal.note(connection, OFFICE, NOW, "move", "event tag", before="18.9.", after="19.9.", why="room")
        found = journal.entries(connection, subject="tag")
    assert [(e.verb, e.before, e.after, e.why) for e in found] == [("move", "18.9.", "19.9.", "room")]
