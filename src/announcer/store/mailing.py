"""Claiming mails, a round at a time.

Each statement does the work of the whole round in one step. One that hands
over row by row lets go of the interpreter at every row, and with a relay's
connections at work beside it that costs more than the statement itself. So
SQLite gives the rows as one JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from announcer.model.ledger import DeliveryState
from announcer.planning.lateness import LATE
from announcer.planning.manners import Manners
from announcer.store import campaign, caps, contents, journal, ledger
from announcer.store.database import LEASE_SECONDS, database_now
from announcer.store.driver import Statement
from announcer.store.limits import MailLimits, in_time
from announcer.store.tables import delivery, to_micros


class DueMail(NamedTuple):
    """A mail as it is claimed, with what personalises it. `fence` and `attempts` count this claim already."""

    id: int
    fence: int
    content_id: int
    key: str
    subscriber_id: int
    address: str
    name: str
    language: str
    list_id: str
    attempts: int
    maybe_double: bool
    corrects_key: str | None
    message_id: int
    not_after: int | None  #: In microseconds, as it is stored.
    suppressed: bool
    subscription: str | None  #: The state of the subscription to `list_id`; None if it or the person is gone.
    recount: bool  #: It was put off or is late: this week's mails are counted once more.


class Claimed(list[DueMail]):
    """What was claimed."""

    more = False  #: Others are due, but looking at them as well would have taken too long.


#: Mails looked at in one step, and in one transaction, where a domain's limit puts many off.
_LOOKED_AT, _MOST_LOOKED_AT = 1_000, 10_000

_DUE = """
WITH d AS MATERIALIZED (
    SELECT id, fence + 1 AS fence, content_id, key, subscriber_id, language, target, attempts + 1 AS attempts,
           maybe_double, corrects_id, message_id, not_after, coalesce(said <> 'decided', ready_at < :late) AS recount
    FROM delivery
    WHERE channel = :channel AND lane = :lane AND state IN ('pending', 'deferred') AND ready_at <= :now
    ORDER BY ready_at, id LIMIT :most {lock}
)
SELECT {columns}
FROM d
LEFT JOIN subscriber s ON s.id = d.subscriber_id
LEFT JOIN subscription n ON n.subscriber_id = d.subscriber_id AND n.list_id = d.target
LEFT JOIN delivery o ON o.id = d.corrects_id
"""
_COLUMNS = (
    "d.id, d.fence, d.content_id, d.key, d.subscriber_id, s.address, s.name, d.language, d.target, d.attempts,"
    " d.maybe_double, o.key, d.message_id, d.not_after, s.suppressed, n.state, d.recount"
)
_FIND_DUE = Statement(
    _DUE.format(lock="", columns=f"json_group_array(json_array({_COLUMNS}))"),
    _DUE.format(lock="FOR UPDATE SKIP LOCKED", columns=_COLUMNS),
)
_MARK = """
UPDATE delivery SET state = 'sending', owner = :owner, fence = fence + 1, attempts = attempts + 1,
    lease_until = {now} + :lease
WHERE id IN (SELECT {id} FROM {ids})
"""
_MARK_CLAIMED = Statement(
    _MARK.format(now=database_now(True), id="value", ids="json_each(:ids)"),
    _MARK.format(now=database_now(False), id="value::bigint", ids="json_array_elements_text(CAST(:ids AS json))"),
)


def claim_mail(
    connection: sa.Connection,
    channel: str,
    now: datetime,
    owner: str,
    limit: int,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
    limits: MailLimits | None = None,
) -> Claimed:
    """Claim up to `limit` due mails, urgent ones first.

    Suppression and withdrawal are looked at once more, in the transaction that claims.
    """
    if journal.stopped(connection, channel):
        return Claimed()
    claimed = Claimed()
    if not ledger.hold_back_paused(connection, channel):
        claimed.more = True
        return claimed
    looked = put_off = 0
    for lane in (0, 1):
        # Until it is full: what is not to be sent any more must not take the place of what is.
        while most := limit - len(claimed):
            # Behind mails that were put off there may be thousands for the same domain.
            some = max(most, _LOOKED_AT) if put_off else most
            due = _find_due(connection, channel, lane, now, some)
            wanted = _in_present_words(connection, _take_out(connection, due, now))
            wanted = _not_too_many(connection, wanted, now, manners)
            if limits is not None and limits.domains:
                may, over = in_time(connection, wanted, limits, most, now)
                wanted = [mail for mail in wanted if mail.id in may]
                put_off += over
            wanted = wanted[:most]
            _mark_claimed(connection, wanted, owner)
            claimed.extend(wanted)
            looked += len(due)
            if len(due) < some:
                break
            if looked > _MOST_LOOKED_AT:
                claimed.more = True
                return claimed
    return claimed


def _find_due(connection: sa.Connection, channel: str, lane: int, now: datetime, most: int) -> list[DueMail]:
    rows = _FIND_DUE.rows(
        connection,
        {"late": to_micros(now - LATE), "channel": channel, "lane": lane, "now": to_micros(now), "most": most},
    )
    if connection.dialect.name == "sqlite":
        ((text,),) = rows
        rows = json.loads(text)
    return [DueMail._make(row) for row in rows]


def _take_out(connection: sa.Connection, due: Sequence[DueMail], now: datetime) -> list[DueMail]:
    """End those whose moment has passed and those whose recipients left; the others are to be sent."""
    micros = to_micros(now)
    late = {mail.id: mail.message_id for mail in due if mail.not_after is not None and mail.not_after < micros}
    left = {mail.id for mail in due if mail.suppressed or mail.subscription != "confirmed"}
    if not late and not left:
        return list(due)
    _end(connection, left, DeliveryState.SUPPRESSED, "left before it was sent")
    _end(connection, late.keys() - left, DeliveryState.MISSED, ledger.TOO_LATE)
    ledger.miss_the_rest(connection, set(late.values()), now)
    return [mail for mail in due if mail.id not in left and mail.id not in late]


def _not_too_many(connection: sa.Connection, due: Sequence[DueMail], now: datetime, manners: Manners) -> list[DueMail]:
    """Put off what is one mail too many for its recipient after all; only what was put off or is late can be."""
    people: dict[int, list[int]] = {}
    for mail in due:
        # What may have arrived already is the same mail again, not one more.
        if mail.recount and not mail.maybe_double:
            people.setdefault(mail.message_id, []).append(mail.subscriber_id)
    over: set[tuple[int, int]] = set()
    for message_id, subscribers in people.items() if manners.mails_per_week else ():
        one = campaign.message_by_id(connection, message_id)
        cap = caps.cap_of(connection, one, manners)
        if cap is not None:
            caps.lock(connection)
            over |= {(message_id, id_) for id_ in caps.recount(connection, one, cap, subscribers, now)}
    return [mail for mail in due if (mail.message_id, mail.subscriber_id) not in over]


def _in_present_words(connection: sa.Connection, due: Sequence[DueMail]) -> list[DueMail]:
    """The facts may have changed while a worker held a mail: it says what is true now, or ends if it may have arrived.

    The notice of the change goes to whoever may have read the old text.
    """
    ids = {mail.content_id for mail in due}
    outdated = contents.outdated(connection, ids) if ids else {}
    if not outdated:
        return list(due)
    doubtful = {mail.id for mail in due if mail.content_id in outdated and mail.maybe_double}
    _end(connection, doubtful, DeliveryState.SUPERSEDED, "the facts changed before it was clear whether it had arrived")
    for old, new in outdated.items():
        repointed = [mail.id for mail in due if mail.content_id == old and mail.id not in doubtful]
        connection.execute(delivery.update().where(delivery.c.id.in_(repointed)).values(content_id=new))
    kept = (mail for mail in due if mail.id not in doubtful)
    return [mail._replace(content_id=outdated.get(mail.content_id, mail.content_id)) for mail in kept]


def _end(connection: sa.Connection, ids: Iterable[int], state: DeliveryState, said: str) -> None:
    connection.execute(delivery.update().where(delivery.c.id.in_(list(ids))).values(state=state, said=said))


def _mark_claimed(connection: sa.Connection, mails: Sequence[DueMail], owner: str) -> None:
    if mails:
        ids = json.dumps([mail.id for mail in mails])
        _MARK_CLAIMED.change(connection, {"owner": owner, "lease": LEASE_SECONDS * 1_000_000, "ids": ids})
