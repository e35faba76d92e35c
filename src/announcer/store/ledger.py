"""Claim, record, reap: the queue that is also the truth.

A worker's transaction records what came of its last deliveries and claims the
next. The claim is a lease with a fence: whoever held it longer than allowed
records nothing more. The lease is timed by the database's clock.

`ANNOUNCER_LEASE_SECONDS`, read once when the program starts, makes the lease
shorter than its 120 seconds, for tests that kill workers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from announcer.model.ledger import SETTLED, Action, Delivery, DeliveryState, MessageState, Receipt
from announcer.store import campaign, corrections, journal
from announcer.store.database import LEASE_SECONDS, database_now
from announcer.store.driver import Statement
from announcer.store.tables import delivery, from_micros, message, to_micros

#: Deliveries that one statement may end as missed: others want to write too.
MISSED_AT_ONCE = 20_000
#: The same, of those that one statement holds back.
HELD_BACK_AT_ONCE = 20_000


class Settlement(NamedTuple):
    """What came of one claimed delivery, as the ledger records it."""

    id: int
    fence: int
    state: DeliveryState
    at: datetime
    ready_at: datetime | None = None  #: When a deferred one is tried again.
    receipt: Receipt | None = None
    said: str = ""
    maybe_double: bool = False
    counted: bool = True  #: False takes the attempt back: it never began.


# One after the other where order matters: a thread's next part and an answer wait for what they
# follow; a correction waits until it is known whether the original arrived, and for what is
# just being done to the same post.
_CLAIM = """
WITH c AS MATERIALIZED (
    SELECT d.id FROM delivery d
    WHERE d.channel = :channel AND d.lane = :lane AND d.state IN ('pending', 'deferred') AND d.ready_at <= :now
    AND NOT EXISTS (SELECT 1 FROM delivery p WHERE p.id = d.after_id AND p.state <> 'sent')
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.id = d.corrects_id
                    AND o.state IN ('pending', 'sending', 'deferred', 'paused', 'held', 'unknown'))
    AND (d.revision = 0 OR NOT EXISTS (SELECT 1 FROM delivery e WHERE e.message_id = d.message_id
                    AND e.target = d.target AND e.part = d.part AND e.state = 'sending'))
    ORDER BY d.ready_at, d.id LIMIT :most {lock}
)
UPDATE delivery SET state = 'sending', owner = :owner, fence = fence + 1, attempts = attempts + 1,
    lease_until = {db_now} + :lease
WHERE id IN (SELECT id FROM c)
RETURNING id, message_id, not_after, maybe_double
"""
_CLAIM_IN_ORDER = Statement(
    _CLAIM.format(lock="", db_now=database_now(True)),
    _CLAIM.format(lock="FOR UPDATE OF d SKIP LOCKED", db_now=database_now(False)),
)


class _Claimed(NamedTuple):
    """What `_CLAIM_IN_ORDER` gives back."""

    id: int
    message_id: int
    not_after: int | None  #: In microseconds, as it is stored.
    maybe_double: bool


#: Why a delivery was missed at the claim.
TOO_LATE = "its moment had passed"


def _claim(connection: sa.Connection, channel: str, now: datetime, owner: str, limit: int) -> list[int]:
    if journal.stopped(connection, channel):
        return []
    if not hold_back_paused(connection, channel):
        return []
    corrections.drop_pointless(connection, channel)
    wanted = {"channel": channel, "now": to_micros(now), "owner": owner, "lease": LEASE_SECONDS * 1_000_000}
    claimed: list[int] = []
    for lane in (0, 1):
        # Until it is full: what is past its moment must not take the place of what is not.
        while most := limit - len(claimed):
            rows = [
                _Claimed._make(row) for row in _CLAIM_IN_ORDER.rows(connection, {**wanted, "lane": lane, "most": most})
            ]
            claimed += _still_worth_it(connection, rows, now)
            if len(rows) < most:
                break
    return claimed


def _still_worth_it(connection: sa.Connection, rows: Sequence[_Claimed], now: datetime) -> list[int]:
    """Take out what is past its `not_after`: nothing leaves late, however it came to be late."""
    micros = to_micros(now)
    # What may be out already is looked for first, however late: it would have to be corrected.
    late = [row for row in rows if row.not_after is not None and row.not_after < micros and not row.maybe_double]
    if late:
        _release(connection, [row.id for row in late], DeliveryState.MISSED, TOO_LATE)
        miss_the_rest(connection, {row.message_id for row in late}, now)
    gone = {row.id for row in late}
    return [row.id for row in rows if row.id not in gone]


def miss_the_rest(connection: sa.Connection, message_ids: Iterable[int], now: datetime) -> None:
    """End what else waits of these messages: thousands of mails, claimed round by round, would bar the way for long."""
    doubtful_post = delivery.c.maybe_double & delivery.c.subscriber_id.is_(None)
    waiting = sa.and_(delivery.c.state.in_(("pending", "deferred")), delivery.c.not_after < now, sa.not_(doubtful_post))
    some = sa.select(delivery.c.id).where(delivery.c.message_id.in_(list(message_ids)), waiting).limit(MISSED_AT_ONCE)
    connection.execute(
        delivery.update().where(delivery.c.id.in_(some)).values(state=DeliveryState.MISSED, said=TOO_LATE)
    )


_CLAIMABLE = sa.text("state IN ('pending', 'deferred')")  # spelt as in the partial index


def hold_back_paused(connection: sa.Connection, channel: str, most: int = HELD_BACK_AT_ONCE) -> bool:
    """Whatever came into the queue of what is paused waits with the rest; False if there is more than `most`."""
    events, messages = journal.paused_apart(connection)
    if not events and not messages:
        return True
    of_events = sa.select(message.c.id).where(message.c.event_id.in_(events))
    paused = delivery.c.message_id.in_(of_events) | delivery.c.message_id.in_(messages)
    some = sa.select(delivery.c.id).where(delivery.c.channel == channel, _CLAIMABLE, paused).limit(most)
    held = connection.execute(delivery.update().where(delivery.c.id.in_(some)).values(state=DeliveryState.PAUSED))
    return held.rowcount < most


def _release(connection: sa.Connection, ids: Sequence[int], state: DeliveryState, said: str) -> None:
    connection.execute(
        delivery.update()
        .where(delivery.c.id.in_(ids))
        .values(state=state, said=said, owner=None, lease_until=None, attempts=delivery.c.attempts - 1)
    )


def claim(connection: sa.Connection, channel: str, now: datetime, owner: str, limit: int = 1) -> list[Delivery]:
    """Claim up to `limit` due deliveries of a channel, urgent ones first."""
    ids = _claim(connection, channel, now, owner, limit)
    if not ids:
        return []
    query = (
        sa.select(delivery).where(delivery.c.id.in_(ids)).order_by(delivery.c.lane, delivery.c.ready_at, delivery.c.id)
    )
    return [_delivery(row) for row in connection.execute(query)]


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        message_id=row.message_id,
        channel=row.channel,
        target=row.target,
        language=row.language,
        action=Action(row.action),
        part=row.part,
        revision=row.revision,
        content_id=row.content_id,
        key=row.key,
        fence=row.fence,
        attempts=row.attempts,
        maybe_double=row.maybe_double,
        not_after=row.not_after,
        after_id=row.after_id,
        corrects_id=row.corrects_id,
        moment=row.moment,
    )


def renew(connection: sa.Connection, ids: Sequence[int], owner: str) -> None:
    """Hold on to what `owner` is still sending, once half of the lease is over: slow is not dead."""
    now = sa.literal_column(database_now(connection.dialect.name == "sqlite"), delivery.c.id.type)
    lease = LEASE_SECONDS * 1_000_000
    own = sa.and_(delivery.c.id.in_(ids), delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING)
    connection.execute(
        delivery.update()
        .where(own, sa.type_coerce(delivery.c.lease_until, now.type) < now + lease // 2)
        .values(lease_until=now + lease)
    )


_MARK_SENT = """
UPDATE delivery SET state = 'sent', owner = NULL, lease_until = NULL, said = NULL,
    sent_at = done.at, receipt = done.receipt
FROM (SELECT {id} AS id, {fence} AS fence, {at} AS at, {receipt} AS receipt FROM {rows}) AS done
WHERE delivery.id = done.id AND delivery.fence = done.fence AND delivery.state = 'sending'
"""
_SENT = Statement(
    _MARK_SENT.format(
        id="json_extract(value, '$[0]')",
        fence="json_extract(value, '$[1]')",
        at="json_extract(value, '$[2]')",
        receipt="json_extract(value, '$[3]')",
        rows="json_each(:done)",
    ),
    _MARK_SENT.format(
        id="(value->>0)::bigint",
        fence="(value->>1)::integer",
        at="(value->>2)::bigint",
        receipt="value->>3",
        rows="json_array_elements(CAST(:done AS json))",
    ),
)
_OTHER = Statement(
    "UPDATE delivery SET state = :state, owner = NULL, lease_until = NULL, said = :said,"
    " ready_at = coalesce(:ready_at, ready_at), attempts = attempts - :uncounted,"
    " maybe_double = (maybe_double OR :maybe_double)"
    " WHERE id = :id AND fence = :fence AND state = 'sending'"
)


def record(connection: sa.Connection, settlements: Sequence[Settlement]) -> int:
    """Record outcomes; how many were refused because their lease had gone to someone else."""
    sent = [_sent_values(s) for s in settlements if s.state is DeliveryState.SENT]
    other = [_other_values(s) for s in settlements if s.state is not DeliveryState.SENT]
    done = 0
    if sent:
        done += _SENT.change(connection, {"done": json.dumps(sent)})
    if other:
        done += _OTHER.change_each(connection, other)
    return len(settlements) - done


def _sent_values(settled: Settlement) -> tuple[int, int, int, str | None]:
    """In the order of `_SENT`, which takes a whole round in one step, as `mailing` explains."""
    receipt = receipt_text(settled.receipt) if settled.receipt else None
    return settled.id, settled.fence, to_micros(settled.at), receipt


def _other_values(settled: Settlement) -> tuple[Any, ...]:
    """In the order of `_OTHER`."""
    ready_at = None if settled.ready_at is None else to_micros(settled.ready_at)
    uncounted = 0 if settled.counted else 1
    return settled.state.value, settled.said, ready_at, uncounted, settled.maybe_double, settled.id, settled.fence


_as_json = json.JSONEncoder(separators=(",", ":")).encode


def receipt_text(receipt: Receipt) -> str:
    """A receipt as it is stored."""
    extra = _as_json(dict(receipt.extra)) if receipt.extra else "{}"
    return f'{{"id":{_as_json(receipt.id)},"url":{_as_json(receipt.url)},"extra":{extra}}}'


def read_receipt(text: str | None) -> Receipt | None:
    """A stored receipt."""
    if not text:
        return None
    value = json.loads(text)
    return Receipt(value["id"], value["url"], value["extra"])


def receipt_of(connection: sa.Connection, delivery_id: int | None) -> Receipt | None:
    """What the network gave back for an earlier delivery."""
    if delivery_id is None:
        return None
    return read_receipt(connection.scalar(sa.select(delivery.c.receipt).where(delivery.c.id == delivery_id)))


def previous_of(connection: sa.Connection, claimed: Delivery) -> Receipt | None:
    """What a delivery corrects, takes back or answers. A post that follows a deletion answers nothing."""
    if claimed.corrects_id is None and claimed.after_id is not None:
        followed = connection.scalar(sa.select(delivery.c.action).where(delivery.c.id == claimed.after_id))
        if followed == Action.WITHDRAW:
            return None
    return receipt_of(connection, claimed.corrects_id or claimed.after_id)


def holds_receipt(connection: sa.Connection, channel: str, id_: str) -> bool:
    """Whether something that left by this channel has the receipt `id_`."""
    beginning = receipt_text(Receipt(id_)).partition(',"url"')[0]
    query = sa.select(delivery.c.id).where(
        delivery.c.subscriber_id.is_(None),  # names the index that leaves out the mails
        delivery.c.channel == channel,
        delivery.c.receipt.startswith(beginning + ",", autoescape=True),
    )
    return connection.scalar(query.limit(1)) is not None


def reap(
    connection: sa.Connection, mail_channels: Iterable[str], keyless: Iterable[str], *, everything: bool = False
) -> int:
    """Take back what a dead worker held: expired leases, or all at the start of the only worker.

    Mail goes back to be sent again under the same Message-ID, marked as
    perhaps double; a network that can be asked is asked first; one that has
    neither key nor look-up becomes `unknown`, for a person to settle.
    """
    now = sa.text(database_now(connection.dialect.name == "sqlite"))
    held = delivery.c.state == "sending"
    if not everything:
        held = sa.and_(held, sa.text("lease_until < " + now.text))
    state = sa.case(
        (delivery.c.channel.in_(list(mail_channels)), "deferred"),
        (delivery.c.channel.in_(list(keyless)), "unknown"),
        else_="pending",
    )
    changed = connection.execute(
        delivery.update().where(held).values(state=state, owner=None, lease_until=None, maybe_double=True)
    )
    return changed.rowcount


def settle_messages(
    connection: sa.Connection, now: datetime, most: int | None = None
) -> list[tuple[int, MessageState]]:
    """Messages whose deliveries are all over get their final state, at most so many."""
    open_states = [state.value for state in DeliveryState if state not in SETTLED]
    # A post that a person still has to publish is open; a correction by hand keeps no message from its end.
    by_hand = (delivery.c.state == "manual") & (delivery.c.action == "publish") & delivery.c.corrects_id.is_(None)
    unsettled = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.state.in_(open_states) | by_hand)
    ready = sa.select(message.c.id).where(
        message.c.state == "sending", message.c.frozen_to.is_(None), sa.not_(unsettled)
    )
    settled = []
    for message_id in connection.scalars(ready.limit(most)).all():
        state = _final_state(counts(connection, message_id))
        campaign.transition(connection, message_id, state, settled_at=now)
        settled.append((message_id, state))
    return settled


def counts(connection: sa.Connection, message_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of a message are in which state, its corrections apart."""
    query = (
        sa.select(delivery.c.state, sa.func.count())
        .where(delivery.c.message_id == message_id, delivery.c.action == "publish", delivery.c.revision == 0)
        .group_by(delivery.c.state)
    )
    return {DeliveryState(state): number for state, number in connection.execute(query)}


#: Deliveries that did not arrive although they were meant to; leaving a list is no failure.
_SHORT = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.CANCELLED)


def _final_state(found: Mapping[DeliveryState, int]) -> MessageState:
    if found.get(DeliveryState.SENT):
        return MessageState.PARTLY_SENT if any(found.get(state) for state in _SHORT) else MessageState.SENT
    for state, final in zip(
        _SHORT,
        (MessageState.FAILED, MessageState.FAILED, MessageState.MISSED, MessageState.CANCELLED),
        strict=True,
    ):
        if found.get(state):
            return final
    return MessageState.SENT  # nobody was left to write to


def next_ready(connection: sa.Connection) -> datetime | None:
    """When the next claimable delivery or scheduled message is due."""
    before = delivery.alias("before")
    barred = sa.exists().where(
        sa.or_(before.c.id == delivery.c.after_id, before.c.id == delivery.c.corrects_id),
        before.c.state.in_(("failed", "unknown")),
    )  # until a person has settled what it waits for
    claimable = delivery.c.state.in_(("pending", "deferred"))
    ready = connection.scalar(sa.select(sa.func.min(delivery.c.ready_at)).where(claimable, sa.not_(barred)))
    due = connection.scalar(sa.select(sa.func.min(message.c.due_at)).where(message.c.state == "scheduled"))
    moments = [_aware(m) for m in (ready, due) if m is not None]
    return min(moments, default=None)


def next_moment(connection: sa.Connection, channels: Iterable[str], after: datetime) -> datetime | None:
    """The first moment later than `after` at which a delivery of `channels` may be claimed or a message is due.

    One look into the index per channel and lane, however many wait: what is
    ready already, such as a newsletter that is being sent, is not gone through.
    """
    waits = sa.text("state IN ('pending', 'deferred')")
    firsts = [
        sa.select(sa.func.min(delivery.c.ready_at))
        .where(delivery.c.channel == channel, delivery.c.lane == lane, delivery.c.ready_at > after, waits)
        .scalar_subquery()
        for channel in channels
        for lane in (0, 1)
    ]
    due = sa.select(sa.func.min(message.c.due_at)).where(message.c.state == "scheduled", message.c.due_at > after)
    found = connection.execute(sa.select(*firsts, due.scalar_subquery())).one()
    return min((_aware(moment) for moment in found if moment is not None), default=None)


def _aware(moment: datetime | int) -> datetime:
    return from_micros(moment) if isinstance(moment, int) else moment
