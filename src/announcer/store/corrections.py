"""What stands of a message out there, and the corrections it gets: edits, answers, deletions, tasks for a person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from announcer.model.changes import Remedy
from announcer.model.ledger import Action, DeliveryState
from announcer.store.campaign import LONG_AGO
from announcer.store.driver import Statement
from announcer.store.queueing import MAY_HAVE_ARRIVED
from announcer.store.tables import content, delivery

_UNSENT = ("pending", "deferred", "paused", "held")
#: Of these nothing stands and nothing will.
_NEVER = ("cancelled", "failed", "missed", "superseded")


@dataclass(frozen=True, slots=True)
class Post:
    """A post or feed entry that stands, or may."""

    id: int  #: Its delivery.
    message_id: int
    channel: str
    language: str
    part: int  #: Of a thread.
    variant: str  #: Which of its message's wordings it has: that for its moment, or that for being late.
    says: str  #: The hash of the text of its message that it says, or will once what is under way has arrived.
    answers: tuple[int, ...] = ()  #: The answers below it that stand or may.
    untold: tuple[int, ...] = ()  #: The changes of which no correction has left yet.
    moving: bool = False  #: It is being deleted and a new one follows, which says what is true by then.


@dataclass(frozen=True, slots=True)
class Correction:
    """What to do about a post, by which content."""

    post: Post
    remedy: Remedy
    content_id: int


def standing(connection: sa.Connection, message_ids: Sequence[int]) -> list[Post]:
    """What of these messages stands on the networks and in the feeds, or may; mail apart."""
    whole = content.alias("whole")
    query = (
        sa.select(delivery, content.c.variant, sa.func.coalesce(whole.c.hash, content.c.hash).label("says"))
        .join(content, content.c.id == delivery.c.content_id)
        .outerjoin(whole, whole.c.id == content.c.stands_for)
        .where(delivery.c.message_id.in_(list(message_ids)), delivery.c.subscriber_id.is_(None))
        .order_by(delivery.c.message_id, delivery.c.target, delivery.c.part, delivery.c.revision)
    )
    groups = groupby(connection.execute(query), key=lambda row: (row.message_id, row.target, row.part))
    return [post for _, rows in groups if (post := _standing(list(rows))) is not None]


def _standing(rows: Sequence[Any]) -> Post | None:
    """Of one target's deliveries, the oldest first."""
    alive = [row for row in rows if row.state not in _NEVER]
    own = [row for row in alive if row.action == Action.PUBLISH and row.corrects_id is None]
    out = [row for row in own if _may_stand(row)]
    if not out:
        return None
    post, moving = out[-1], own[-1] is not out[-1]
    taken_back = {row.corrects_id for row in alive if row.action == Action.WITHDRAW}
    if post.id in taken_back and not moving:
        return None
    saying = [row for row in alive if row.action != Action.WITHDRAW]
    answers = [row for row in alive if row.action == Action.PUBLISH and row.corrects_id == post.id and _may_stand(row)]
    # Also what was superseded or failed since then: nobody was told of it.
    last = max(row.revision for row in rows if row.action != Action.WITHDRAW and _may_stand(row))
    untold = [row.change_id for row in rows if row.revision > last and row.corrects_id is not None]
    return Post(
        id=post.id,
        message_id=post.message_id,
        channel=post.channel,
        language=post.language,
        part=post.part,
        variant=saying[-1].variant,
        says=saying[-1].says,
        answers=tuple(row.id for row in answers if row.id not in taken_back),
        untold=tuple(dict.fromkeys(id_ for id_ in untold if id_ is not None)),
        moving=moving,
    )


def _may_stand(row: Any) -> bool:
    return row.state in MAY_HAVE_ARRIVED or bool(row.maybe_double)


def queue(connection: sa.Connection, corrections: Sequence[Correction], change_id: int, now: datetime) -> int:
    """Write the corrections of what stands to the ledger, threads in the order of their parts; how many there are."""
    return sum(_queue_one(connection, wanted, change_id, now) for wanted in corrections)


def _queue_one(connection: sa.Connection, wanted: Correction, change_id: int, now: datetime) -> bool:
    post, remedy = wanted.post, wanted.remedy
    if remedy in (Remedy.LEAVE, Remedy.MAIL):
        return False
    if post.moving:
        # The new post takes the new text as it is; only a withdrawal has to stop it.
        if remedy is Remedy.DELETE:
            _stop_reposting(connection, post)
        return True
    _supersede(connection, post)
    write = _Writer(connection, wanted, change_id, now)
    match remedy:
        case Remedy.EDIT | Remedy.NOTICE:
            write(Action.CORRECT, corrects_id=post.id)
        case Remedy.REPLY:
            write(Action.PUBLISH, corrects_id=post.id)
        case Remedy.HAND:
            write(Action.CORRECT, corrects_id=post.id, state=DeliveryState.MANUAL)
        case Remedy.DELETE | Remedy.REPOST:
            for answer in post.answers:
                write(Action.WITHDRAW, corrects_id=answer)
            deletion = write(Action.WITHDRAW, corrects_id=post.id)
            if remedy is Remedy.REPOST:
                # Claimed only once the deletion is known to have happened: the two never stand together.
                write(Action.PUBLISH, after_id=_part_before(connection, post) or deletion)
    return True


def _part_before(connection: sa.Connection, post: Post) -> int | None:
    """Of a thread that is published anew: the new post of the part before this one."""
    if post.part == 0:
        return None
    original = connection.execute(sa.select(delivery).where(delivery.c.id == post.id)).one()
    found: int | None = connection.scalar(
        sa.select(sa.func.max(delivery.c.id)).where(
            delivery.c.message_id == original.message_id,
            delivery.c.target == original.target,
            delivery.c.part == post.part - 1,
            delivery.c.action == "publish",
            delivery.c.corrects_id.is_(None),
        )
    )
    return found


class _Writer:
    """Writes the next revisions of one post."""

    def __init__(self, connection: sa.Connection, wanted: Correction, change_id: int, now: datetime) -> None:
        self._connection = connection
        self._wanted = wanted
        self._change_id = change_id
        self._now = now
        self._original = connection.execute(sa.select(delivery).where(delivery.c.id == wanted.post.id)).one()

    def __call__(self, action: Action, *, state: DeliveryState = DeliveryState.PENDING, **refers: int) -> int:
        original = self._original
        same = _of_target(original)
        last = self._connection.scalar(sa.select(sa.func.max(delivery.c.revision)).where(same)) or 0
        values = {
            "message_id": original.message_id,
            "occurrence_id": original.occurrence_id,
            "channel": original.channel,
            "target": original.target,
            "language": original.language,
            "part": original.part,
            "action": action,
            "revision": last + 1,
            "content_id": self._wanted.content_id,
            "change_id": self._change_id,
            "state": state,
            "lane": 0,
            "ready_at": self._now,
            "key": uuid.uuid4().hex,
            "moment": self._now,
            **refers,
        }
        id_ = self._connection.scalar(delivery.insert().values(**values).returning(delivery.c.id))
        assert id_ is not None
        return int(id_)


def _of_target(row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        delivery.c.message_id == row.message_id, delivery.c.target == row.target, delivery.c.part == row.part
    )


def _supersede(connection: sa.Connection, post: Post) -> None:
    """An earlier correction that has not left would say what is wrong by now."""
    original = connection.execute(sa.select(delivery).where(delivery.c.id == post.id)).one()
    earlier = sa.and_(
        _of_target(original), delivery.c.corrects_id.isnot(None), delivery.c.action.in_(("publish", "correct"))
    )
    # An answer that may be there is looked for; like one that a worker holds it is not sent again.
    doubtful = sa.and_(delivery.c.action == "publish", delivery.c.maybe_double, delivery.c.state.in_(_UNSENT))
    connection.execute(
        delivery.update().where(earlier, sa.or_(delivery.c.state == "sending", doubtful)).values(not_after=LONG_AGO)
    )
    connection.execute(
        delivery.update()
        .where(earlier, sa.not_(doubtful), delivery.c.state.in_((*_UNSENT, "manual")))
        .values(state="superseded", said="a later correction says it")
    )


def _stop_reposting(connection: sa.Connection, post: Post) -> None:
    original = connection.execute(sa.select(delivery).where(delivery.c.id == post.id)).one()
    connection.execute(
        delivery.update()
        .where(
            _of_target(original),
            delivery.c.revision > original.revision,
            delivery.c.action == "publish",
            delivery.c.state.in_(_UNSENT),
        )
        .values(state="superseded", said="it was withdrawn meanwhile")
    )


_POINTLESS = Statement(
    "UPDATE delivery SET state = 'superseded', said = 'what it corrects never arrived'"
    " WHERE channel = :channel AND state IN ('pending', 'deferred') AND EXISTS"
    " (SELECT 1 FROM delivery o WHERE o.id = delivery.corrects_id"
    " AND o.state IN ('cancelled', 'missed', 'failed', 'superseded'))"
)
# What follows a deletion that failed waits: a person may delete by hand, or have it tried again.
_ORPHANED = Statement(
    "UPDATE delivery SET state = 'superseded', said = 'what it follows never came'"
    " WHERE channel = :channel AND state IN ('pending', 'deferred') AND EXISTS"
    " (SELECT 1 FROM delivery o WHERE o.id = delivery.after_id"
    " AND o.state IN ('cancelled', 'missed', 'superseded'))"
)


def drop_pointless(connection: sa.Connection, channel: str) -> None:
    """End what would correct or follow something that never came."""
    _POINTLESS.change(connection, {"channel": channel})
    _ORPHANED.change(connection, {"channel": channel})
