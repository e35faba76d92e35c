"""What a change of facts means for the issues of digests: who read the old value there, and what has to be worded anew.

An issue that has left is wrong if it would be worded otherwise now: whoever
received it gets the notice of the change, as if it were the campaign's own
mail. One that waits is worded anew in the transaction of the change itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.campaign import Message
from announcer.model.changes import Facts
from announcer.model.content import Limits, Payload
from announcer.model.facts import EventStatus, PubStatus
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import editions, issue_words, wording
from announcer.office.house import House
from announcer.store import campaign as store
from announcer.store import codec, contents, digests, journal, queueing
from announcer.store.digests import Issue


@dataclass(frozen=True, slots=True)
class Retold:
    """An issue that has left and would be worded otherwise now; `payloads` is empty if nothing is left to say."""

    message: Message
    payloads: tuple[tuple[str, Payload], ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Touched:
    """The issues that tell what a change is about."""

    told: bool = False  #: Whether any of them has left.
    wrong: tuple[Retold, ...] = ()
    waiting: tuple[Message, ...] = ()  #: They are worded anew when the change is confirmed.
    limits: Mapping[str, Limits] | None = None  #: By channel.

    @property
    def stale(self) -> list[int]:
        """The messages whose readers have to be told."""
        return [one.message.id for one in self.wrong]


def touched(house: House, before: Facts, after: Facts, now: datetime) -> Touched:
    """The issues that tell the announcement of these facts. Changes nothing."""
    announcement = before.announcement
    if announcement is None:
        return Touched()
    with house.database.read() as connection:
        found = digests.issues(connection, telling=announcement.id)
        reached = queueing.reached(connection, [issue.message.id for issue in found])
        left = [issue for issue in found if _has_left(issue, reached)]
        others = {issue.message.id: _others(connection, issue, announcement.id) for issue in left}
        titles = {row.id: editions.digest_of(row).title for row in digests.rows(connection, active=False)}
    limits = {issue.message.planned.channel: _limits(house, issue, now) for issue in found}
    wrong = []
    for issue in left:
        known, title = limits[issue.message.planned.channel], titles[issue.digest_id]
        told = [{**others[issue.message.id], announcement.id: facts} for facts in (before, after)]
        old, new = (_words(house, title, issue, facts, known) for facts in told)
        if old != new:
            wrong.append(Retold(issue.message, tuple(new), known))
    waiting = tuple(issue.message for issue in found if issue.message.state in store.OPEN)
    return Touched(bool(left), tuple(wrong), waiting, limits)


def _has_left(issue: Issue, reached: set[int]) -> bool:
    return issue.message.id in reached or issue.message.state is MessageState.SENDING


def _limits(house: House, issue: Issue, now: datetime) -> Limits:
    return house.limits(issue.message.planned.channel, now)


def _others(connection: sa.Connection, issue: Issue, announcement_id: str) -> dict[str, Facts]:
    """What else an issue tells; in its place stands what the change is about."""
    return {
        id_: Facts(None, None) if id_ == announcement_id else editions.read_facts(connection, id_)
        for id_ in issue.items
    }


def _words(
    house: House, title: str, issue: Issue, told: Mapping[str, Facts], limits: Limits
) -> list[tuple[str, Payload]]:
    still = [told[id_] for id_ in issue.items if _is_so(told[id_])]
    if not still:
        return []
    edition = editions.edition(house, title, issue.number, still)
    return wording.payloads(house, editions.scene(house, title, [(issue, edition)], ""), issue.message.planned, limits)


def _is_so(told: Facts) -> bool:
    off = told.event is not None and told.event.status is EventStatus.CANCELLED
    return not off and (told.announcement is None or told.announcement.status is PubStatus.USABLE)


def follow(connection: sa.Connection, house: House, found: Touched, actor: Actor, now: datetime) -> None:
    """In the transaction of the change: word anew what waits, and what is on its way.

    Raises `Conflict` if one of the issues left or changed since the proposal.
    """
    for before in (*found.waiting, *(one.message for one in found.wrong)):
        if store.message_by_id(connection, before.id).state is not before.state:
            raise Conflict("an issue of a digest left or changed meanwhile; look at the change again")
    for message in found.waiting:
        assert found.limits is not None
        issue_words.reword(connection, house, message.id, found.limits[message.planned.channel], now)
    for one in found.wrong:
        if one.message.state is MessageState.SENDING:
            _follow_on_its_way(connection, one, actor, now)


def _follow_on_its_way(connection: sa.Connection, one: Retold, actor: Actor, now: datetime) -> None:
    """What has not left yet takes the new words; there may be none left."""
    if not one.payloads:
        store.cancel(connection, one.message, "issue_empty")
        return
    kept: Sequence[tuple[str, Payload]] = one.payloads
    contents.keep(connection, one.message.id, kept, facts_version="", limits=codec.dump_object(one.limits), now=now)
    contents.approve(connection, one.message, actor, now)
    contents.repoint_unsent(connection, one.message.id)
    journal.note(connection, actor, now, "compose", f"message {one.message.id}", after=f"{len(kept)} texts")
