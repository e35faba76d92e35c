"""What stands of a message, and what its corrections become in the ledger, on both stores."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from announcer.model.changes import Remedy
from announcer.model.ledger import DeliveryState, Receipt
from announcer.store import contents, corrections, intervention, ledger, tables
from announcer.store.corrections import Correction, Post
from announcer.store.database import Database
from announcer.store.ledger import Settlement
from tests.contract.ledger_world import NOW, approved, planned, queue

Row = tuple[str, int, str]


@pytest.fixture
def message(database: Database) -> int:
    """A message of which one post stands."""
    (made,) = approved(database, [planned()])
    queue(database, [made])
    settle_next(database, DeliveryState.SENT)
    return made.id


def settle_next(database: Database, state: DeliveryState, *, doubt: bool = False) -> str:
    """Claim the next delivery and record this; what it was, "" if there was none."""
    with database.write() as connection:
        found = ledger.claim(connection, "mastodon", NOW, "w")
        for one in found:
            receipt = Receipt(f"post-{one.id}") if state is DeliveryState.SENT else None
            done = Settlement(one.id, one.fence, state, NOW, said="x", receipt=receipt, maybe_double=doubt)
            ledger.record(connection, [done])
        return found[0].action.value if found else ""


def post(database: Database, message: int) -> Post | None:
    """What stands of the message."""
    with database.read() as connection:
        found = corrections.standing(connection, [message])
    return found[0] if found else None


def correct(database: Database, message: int, remedy: Remedy, text: str, change: int = 1) -> None:
    """A change makes the post wrong and is put right in this way."""
    with database.write() as connection:
        (standing,) = corrections.standing(connection, [message])
        contents.keep(connection, message, [("de", {"text": text})], facts_version="2", limits={}, now=NOW)
        contents.repoint_unsent(connection, message)
        (current,) = contents.current(connection, message)
        content = current.id
        if remedy is Remedy.REPLY:
            content = contents.keep_answer(connection, current, {"text": f"answer: {text}"}, {}, NOW)
        corrections.queue(connection, [Correction(standing, remedy, content)], change, NOW)


def rows(database: Database) -> list[Row]:
    """The whole ledger: action, revision, state."""
    with database.read() as connection:
        query = sa.select(tables.delivery.c.action, tables.delivery.c.revision, tables.delivery.c.state)
        return [(r.action, r.revision, r.state) for r in connection.execute(query.order_by(tables.delivery.c.id))]


FIRST: Row = ("publish", 0, "sent")


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        (Remedy.EDIT, [FIRST, ("correct", 1, "pending")]),
        (Remedy.REPLY, [FIRST, ("publish", 1, "pending")]),
        (Remedy.REPOST, [FIRST, ("withdraw", 1, "pending"), ("publish", 2, "pending")]),
        (Remedy.DELETE, [FIRST, ("withdraw", 1, "pending")]),
        (Remedy.NOTICE, [FIRST, ("correct", 1, "pending")]),
        (Remedy.HAND, [FIRST, ("correct", 1, "manual")]),
        (Remedy.LEAVE, [FIRST]),
    ],
)
def test_what_each_remedy_writes(database: Database, message: int, remedy: Remedy, expected: list[Row]) -> None:
    correct(database, message, remedy, "new")
    assert rows(database) == expected


@pytest.mark.parametrize("first", [Remedy.EDIT, Remedy.REPLY, Remedy.HAND])
@pytest.mark.parametrize("second", [Remedy.EDIT, Remedy.REPLY, Remedy.HAND])
def test_a_later_correction_supersedes_what_has_not_left(
    database: Database, message: int, first: Remedy, second: Remedy
) -> None:
    correct(database, message, first, "new")
    correct(database, message, second, "newer", change=2)
    assert [state for _, _, state in rows(database)] == [
        "sent", "superseded", "manual" if second is Remedy.HAND else "pending"
    ]  # fmt: skip
    standing = post(database, message)
    assert standing is not None
    assert standing.untold == (1, 2)


def test_an_answer_brings_the_post_up_to_the_new_text_and_keeps_its_own_words(database: Database, message: int) -> None:
    correct(database, message, Remedy.REPLY, "new")
    with database.write() as connection:
        (answer,) = ledger.claim(connection, "mastodon", NOW, "w")
        said = contents.by_id(connection, [answer.content_id])[answer.content_id].payload
        outdated = contents.outdated(connection, [answer.content_id])
        previous = ledger.previous_of(connection, answer)
        (current,) = contents.current(connection, message)
        ledger.record(connection, [Settlement(answer.id, answer.fence, DeliveryState.SENT, NOW)])
    assert (said, outdated, answer.corrects_id) == ({"text": "answer: new"}, {}, previous and int(previous.id[5:]))
    standing = post(database, message)
    assert standing is not None
    assert (standing.says, standing.answers, standing.untold) == (current.hash, (answer.id,), ())


def test_the_new_post_comes_once_the_old_is_gone_and_answers_nothing(database: Database, message: int) -> None:
    old = post(database, message)
    correct(database, message, Remedy.REPOST, "new")
    with database.write() as connection:
        (deletion,) = ledger.claim(connection, "mastodon", NOW, "w", limit=9)
        assert ledger.claim(connection, "mastodon", NOW, "w", limit=9) == []
        ledger.record(
            connection, [Settlement(deletion.id, deletion.fence, DeliveryState.SENT, NOW, receipt=Receipt("post-1"))]
        )
        (new,) = ledger.claim(connection, "mastodon", NOW, "w", limit=9)
        assert ledger.previous_of(connection, new) is None
        ledger.record(connection, [Settlement(new.id, new.fence, DeliveryState.SENT, NOW, receipt=Receipt("post-9"))])
    standing = post(database, message)
    assert standing is not None
    assert old is not None
    assert (deletion.corrects_id, standing.id, standing.moving) == (old.id, new.id, False)


@pytest.mark.parametrize("how", [DeliveryState.FAILED, DeliveryState.UNKNOWN])
def test_while_it_is_not_known_to_be_gone_the_new_post_waits_for_a_person(
    database: Database, message: int, how: DeliveryState
) -> None:
    correct(database, message, Remedy.REPOST, "new")
    assert settle_next(database, how) == "withdraw"
    assert settle_next(database, DeliveryState.SENT) == ""
    correct(database, message, Remedy.EDIT, "newer", change=2)
    assert rows(database) == [FIRST, ("withdraw", 1, how.value), ("publish", 2, "pending")]
    with database.read() as connection:
        assert ledger.next_ready(connection) is None
        (deletion,) = connection.scalars(sa.select(tables.delivery.c.id).where(tables.delivery.c.state == how))
    with database.write() as connection:
        assert intervention.settle(connection, deletion, True, NOW)
    assert settle_next(database, DeliveryState.SENT) == "publish"
    assert rows(database) == [FIRST, ("withdraw", 1, "sent"), ("publish", 2, "sent")]


def test_deleting_takes_the_answers_along_and_stops_a_post_on_its_way(database: Database, message: int) -> None:
    correct(database, message, Remedy.REPLY, "new")
    settle_next(database, DeliveryState.SENT)
    correct(database, message, Remedy.REPOST, "newer", change=2)
    correct(database, message, Remedy.DELETE, "gone", change=3)
    taken = [settle_next(database, DeliveryState.SENT) for _ in range(4)]
    assert taken == ["withdraw", "withdraw", "", ""]
    assert rows(database)[-1] == ("publish", 4, "superseded")
    assert post(database, message) is None


def test_of_two_edits_the_later_stays_even_if_a_worker_held_the_first(database: Database, message: int) -> None:
    correct(database, message, Remedy.EDIT, "new")
    with database.write() as connection:
        (held,) = ledger.claim(connection, "mastodon", NOW, "slow")
    correct(database, message, Remedy.EDIT, "newer", change=2)
    assert settle_next(database, DeliveryState.SENT) == ""  # one thing at a time is done to a post
    with database.write() as connection:
        later = Settlement(held.id, held.fence, DeliveryState.DEFERRED, NOW, ready_at=NOW, said="later")
        ledger.record(connection, [later])
    assert [settle_next(database, DeliveryState.SENT) for _ in range(3)] == ["correct", "", ""]
    assert [state for _, _, state in rows(database)] == ["sent", "missed", "sent"]


def test_an_answer_that_may_have_arrived_is_not_repeated_after_a_later_one(database: Database, message: int) -> None:
    correct(database, message, Remedy.REPLY, "new")
    settle_next(database, DeliveryState.DEFERRED, doubt=True)
    correct(database, message, Remedy.REPLY, "newer", change=2)
    with database.read() as connection:
        query = sa.select(tables.delivery.c.not_after).where(tables.delivery.c.revision == 1)
        assert connection.scalar(query) is not None


def test_what_never_arrived_needs_no_correction(database: Database) -> None:
    (made,) = approved(database, [planned()])
    queue(database, [made])
    settle_next(database, DeliveryState.DEFERRED, doubt=True)
    correct(database, made.id, Remedy.REPOST, "new")
    with database.write() as connection:
        connection.execute(tables.delivery.update().where(tables.delivery.c.revision == 0).values(state="missed"))
    assert settle_next(database, DeliveryState.SENT) == ""
    assert [state for _, _, state in rows(database)] == ["missed", "superseded", "superseded"]


@pytest.mark.parametrize(
    ("state", "was_sent", "allowed"),
    [
        ("manual", True, True),
        ("manual", False, False),
        ("failed", True, True),
        ("failed", False, True),
        ("unknown", False, True),
        ("sent", False, False),
        ("pending", True, False),
    ],
)
def test_what_a_person_can_settle(database: Database, message: int, state: str, was_sent: bool, allowed: bool) -> None:
    correct(database, message, Remedy.HAND, "new")
    with database.write() as connection:
        mine = tables.delivery.c.revision == 1
        connection.execute(tables.delivery.update().where(mine).values(state=state))
        id_ = connection.scalar(sa.select(tables.delivery.c.id).where(mine)) or 0
        assert intervention.settle(connection, id_, was_sent, NOW) is allowed
    after = state if not allowed else "sent" if was_sent else "pending"
    assert rows(database)[-1] == ("correct", 1, after)


def test_a_correction_that_fails_does_not_change_what_became_of_the_message(database: Database, message: int) -> None:
    with database.write() as connection:
        ledger.settle_messages(connection, NOW)
    correct(database, message, Remedy.REPLY, "new")
    settle_next(database, DeliveryState.FAILED)
    with database.read() as connection:
        assert ledger.counts(connection, message) == {DeliveryState.SENT: 1}
