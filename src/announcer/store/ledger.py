"""Claim, record, reap: the queue that is also the truth.

A worker's transaction records what came of its last deliveries and claims the
next. The claim is a lease with a fence: whoever held it longer than allowed
records nothing more. The lease is timed by the database's clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.model.ledger import SETTLED, Action, Delivery, DeliveryState, MessageState, Receipt
from announcer.store import campaign, journal
from announcer.store.database import database_now
from announcer.store.tables import delivery, from_micros, message, to_micros

LEASE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Settlement:
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


_CLAIM = """
WITH c AS MATERIALIZED (
    SELECT d.id FROM delivery d
    WHERE d.channel = :channel AND d.lane = :lane AND d.state IN ('pending', 'deferred') AND d.ready_at <= :now
    {order}
    ORDER BY d.ready_at, d.id LIMIT :limit {lock}
)
UPDATE delivery SET state = 'sending', owner = :owner, fence = fence + 1, attempts = attempts + 1,
    lease_until = {db_now} + :lease
WHERE id IN (SELECT id FROM c)
RETURNING id, not_after
"""
# One after the other where order matters: a thread's next part and an answer wait for what they
# follow; a correction waits until it is known whether the original arrived.
_IN_ORDER = """
    AND NOT EXISTS (SELECT 1 FROM delivery p WHERE p.id = d.after_id AND p.state <> 'sent')
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.id = d.corrects_id
                    AND o.state IN ('pending', 'sending', 'deferred', 'paused'))
"""
_MAIL = """
SELECT d.id, d.fence, d.content_id, d.key, d.subscriber_id, s.address, s.name, d.language, d.target AS list_id,
       d.attempts, d.maybe_double, o.key AS corrects_key, s.suppressed, n.state AS subscription
FROM delivery d
JOIN subscriber s ON s.id = d.subscriber_id
LEFT JOIN subscription n ON n.subscriber_id = d.subscriber_id AND n.list_id = d.target
LEFT JOIN delivery o ON o.id = d.corrects_id
WHERE d.id IN :ids ORDER BY d.id
"""
_claims: dict[tuple[bool, bool], sa.TextClause] = {}
_mail = sa.text(_MAIL).bindparams(sa.bindparam("ids", expanding=True))


def _claim_statement(sqlite: bool, in_order: bool) -> sa.TextClause:
    if (sqlite, in_order) not in _claims:
        _claims[sqlite, in_order] = sa.text(
            _CLAIM.format(
                order=_IN_ORDER if in_order else "",
                lock="" if sqlite else "FOR UPDATE OF d SKIP LOCKED",
                db_now=database_now(sqlite),
            )
        )
    return _claims[sqlite, in_order]


def _claim(
    connection: sa.Connection, channel: str, now: datetime, owner: str, limit: int, *, in_order: bool
) -> list[int]:
    if journal.stopped(connection, channel):
        return []
    statement = _claim_statement(connection.dialect.name == "sqlite", in_order)
    wanted = {"channel": channel, "now": to_micros(now), "owner": owner, "lease": LEASE_SECONDS * 1_000_000}
    claimed: list[int] = []
    for lane in (0, 1):
        if len(claimed) < limit:
            rows = connection.execute(statement, {**wanted, "lane": lane, "limit": limit - len(claimed)}).all()
            claimed += _still_worth_it(connection, rows, now)
    return claimed


def _still_worth_it(connection: sa.Connection, rows: Sequence[Any], now: datetime) -> list[int]:
    """Take out what is past its `not_after`: nothing leaves late, however it came to be late."""
    micros = to_micros(now)
    late = [row.id for row in rows if row.not_after is not None and row.not_after < micros]
    if late:
        _release(connection, late, DeliveryState.MISSED, "its moment had passed")
    return [row.id for row in rows if row.not_after is None or row.not_after >= micros]


def _release(connection: sa.Connection, ids: Sequence[int], state: DeliveryState, said: str) -> None:
    connection.execute(
        delivery.update()
        .where(delivery.c.id.in_(ids))
        .values(state=state, said=said, owner=None, lease_until=None, attempts=delivery.c.attempts - 1)
    )


def claim(connection: sa.Connection, channel: str, now: datetime, owner: str, limit: int = 1) -> list[Delivery]:
    """Claim up to `limit` due deliveries of a channel, urgent ones first."""
    ids = _claim(connection, channel, now, owner, limit, in_order=True)
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
    )


def claim_mail(connection: sa.Connection, channel: str, now: datetime, owner: str, limit: int) -> list[Any]:
    """Claim up to `limit` due mails, with what personalises them.

    Suppression and withdrawal are looked at once more, in the transaction that claims.
    """
    ids = _claim(connection, channel, now, owner, limit, in_order=False)
    if not ids:
        return []
    rows = connection.execute(_mail, {"ids": ids}).all()
    left = [row.id for row in rows if row.suppressed or row.subscription != "confirmed"]
    if left:
        _release(connection, left, DeliveryState.SUPPRESSED, "left before it was sent")
        gone = set(left)
        return [row for row in rows if row.id not in gone]
    return list(rows)


_SENT = sa.text(
    "UPDATE delivery SET state = 'sent', owner = NULL, lease_until = NULL, sent_at = :at,"
    " receipt = :receipt, said = :said"
    " WHERE id = :id AND fence = :fence AND state = 'sending'"
)
_OTHER = sa.text(
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
        done += connection.execute(_SENT, sent).rowcount
    if other:
        done += connection.execute(_OTHER, other).rowcount
    return len(settlements) - done


def _sent_values(settled: Settlement) -> dict[str, Any]:
    receipt = settled.receipt
    return {
        "id": settled.id,
        "fence": settled.fence,
        "at": to_micros(settled.at),
        "said": settled.said or None,
        "receipt": receipt_text(receipt) if receipt else None,
    }


def _other_values(settled: Settlement) -> dict[str, Any]:
    return {
        "id": settled.id,
        "fence": settled.fence,
        "state": settled.state.value,
        "said": settled.said,
        "ready_at": None if settled.ready_at is None else to_micros(settled.ready_at),
        "uncounted": 0 if settled.counted else 1,
        "maybe_double": settled.maybe_double,
    }


def receipt_text(receipt: Receipt) -> str:
    """A receipt as it is stored."""
    return json.dumps({"id": receipt.id, "url": receipt.url, "extra": dict(receipt.extra)}, separators=(",", ":"))


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


def settle_messages(connection: sa.Connection, now: datetime) -> list[tuple[int, MessageState]]:
    """Messages whose deliveries are all over get their final state."""
    open_states = [state.value for state in DeliveryState if state not in SETTLED]
    unsettled = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.state.in_(open_states))
    ready = sa.select(message.c.id).where(
        message.c.state == "sending", message.c.frozen_to.is_(None), sa.not_(unsettled)
    )
    settled = []
    for message_id in connection.scalars(ready).all():
        state = _final_state(counts(connection, message_id))
        campaign.transition(connection, message_id, state, settled_at=now)
        settled.append((message_id, state))
    return settled


def counts(connection: sa.Connection, message_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of a message are in which state."""
    query = (
        sa.select(delivery.c.state, sa.func.count())
        .where(delivery.c.message_id == message_id, delivery.c.action == "publish")
        .group_by(delivery.c.state)
    )
    return {DeliveryState(state): number for state, number in connection.execute(query)}


def _final_state(found: Mapping[DeliveryState, int]) -> MessageState:
    sent = found.get(DeliveryState.SENT, 0)
    lost = sum(found.get(s, 0) for s in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED))
    if sent and lost:
        return MessageState.PARTLY_SENT
    if sent:
        return MessageState.SENT
    for state, final in (
        (DeliveryState.FAILED, MessageState.FAILED),
        (DeliveryState.UNKNOWN, MessageState.FAILED),
        (DeliveryState.MISSED, MessageState.MISSED),
        (DeliveryState.CANCELLED, MessageState.CANCELLED),
    ):
        if found.get(state):
            return final
    return MessageState.SENT  # nobody was left to write to


def next_ready(connection: sa.Connection) -> datetime | None:
    """When the next claimable delivery or scheduled message is due."""
    ready = connection.scalar(
        sa.select(sa.func.min(delivery.c.ready_at)).where(sa.text("state IN ('pending', 'deferred')"))
    )
    due = connection.scalar(sa.select(sa.func.min(message.c.due_at)).where(message.c.state == "scheduled"))
    moments = [_aware(m) for m in (ready, due) if m is not None]
    return min(moments, default=None)


def _aware(moment: datetime | int) -> datetime:
    return from_micros(moment) if isinstance(moment, int) else moment


def _of_event(event_id: str) -> sa.ColumnElement[bool]:
    return delivery.c.message_id.in_(sa.select(message.c.id).where(message.c.event_id == event_id))


def pause_event(connection: sa.Connection, event_id: str) -> None:
    """Take an event's unsent deliveries out of the queue."""
    waiting = delivery.c.state.in_(("pending", "deferred"))
    connection.execute(delivery.update().where(_of_event(event_id), waiting).values(state="paused"))


def resume_event(connection: sa.Connection, event_id: str) -> None:
    """Put them back."""
    connection.execute(
        delivery.update().where(_of_event(event_id), delivery.c.state == "paused").values(state="pending")
    )


def settle_unknown(connection: sa.Connection, delivery_id: int, was_sent: bool, now: datetime) -> bool:
    """What a person found out about a delivery whose answer was lost; False if it is not unknown."""
    unknown = (delivery.c.id == delivery_id) & (delivery.c.state == "unknown")
    if was_sent:
        changed = connection.execute(delivery.update().where(unknown).values(state="sent", sent_at=now))
    else:
        changed = connection.execute(
            delivery.update().where(unknown).values(state="pending", ready_at=now, maybe_double=False)
        )
    if changed.rowcount:
        reopened = sa.select(delivery.c.message_id).where(delivery.c.id == delivery_id).scalar_subquery()
        finals = [s.value for s in (MessageState.FAILED, MessageState.PARTLY_SENT)]
        connection.execute(
            message.update().where(message.c.id == reopened, message.c.state.in_(finals)).values(state="sending")
        )
    return changed.rowcount == 1
