"""The words of an issue of a digest, made from the facts as they are, kept true until it leaves.

If something in it is corrected, taken back or no longer public, the issue is
worded anew, and an approval of the earlier words is void.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import AnnouncerError
from announcer.model.campaign import Message
from announcer.model.content import Limits
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import editions, wording
from announcer.office.house import House
from announcer.planning.digests import is_public, is_telling
from announcer.planning.why import why
from announcer.store import campaign as store
from announcer.store import codec, contents, digests, journal, published
from announcer.store.campaign import Campaign
from announcer.store.digests import DigestRow, Issue
from announcer.store.writelock import Lane

#: Reasons that a later version of an issue takes back.
_PASSING = ("item_changed", "item_gone", "not_sayable")


def is_stale(connection: sa.Connection, issue: Issue, now: datetime) -> bool:
    """Whether an issue has to be worded anew: no words yet, other facts, or something in it is not public any more."""
    current = digests.versions(connection, issue.items)
    if tuple(current[id_] for id_ in issue.items) != issue.worded:
        return True
    due = issue.message.planned.due_at
    found = published.publications(connection, only=issue.items)
    return due is not None and not all(
        id_ in found and is_public(found[id_].at, found[id_].sure_at, due, now) for id_ in issue.items
    )


def refresh(house: House, message_id: int, now: datetime) -> None:
    """Word an issue that has not left from the facts as they are now."""
    with house.database.read() as connection:
        channel = store.message_by_id(connection, message_id).planned.channel
    limits = house.limits(channel, now)  # before the transaction: it may wait for the network
    with house.database.write(Lane.TICK) as connection:
        reword(connection, house, message_id, limits, now)


def reword(connection: sa.Connection, house: House, message_id: int, limits: Limits, now: datetime) -> None:
    """The same in the caller's transaction: what no longer holds is taken out, an approval of other words is void."""
    issue = digests.issue_of(connection, message_id)
    if issue is None or issue.message.state not in store.OPEN or issue.message.planned.due_at is None:
        return
    gone = _gone(connection, issue, issue.message.planned.due_at, now)
    if gone:
        digests.take_out(connection, message_id, gone)
        issue = digests.issue_of(connection, message_id) or issue
    if not issue.items:
        store.cancel(connection, issue.message, "issue_empty")
        journal.note(connection, Actor.clock(), now, "drop", f"message {message_id}", why="issue_empty")
        return
    _store_words(connection, house, issue, limits, gone, now)


def _gone(connection: sa.Connection, issue: Issue, due: datetime, now: datetime) -> list[str]:
    found = published.publications(connection, only=issue.items)
    return [
        id_
        for id_ in issue.items
        if id_ not in found or not is_telling(editions.candidate(connection, found[id_]), due, now)
    ]


def _store_words(
    connection: sa.Connection, house: House, issue: Issue, limits: Limits, gone: Sequence[str], now: datetime
) -> None:
    message, versions = issue.message, digests.versions(connection, issue.items)
    reason = _reason(connection, issue, versions, gone)
    digests.mark_worded(connection, message.id, versions)
    stamp = editions.stamp(connection, [issue])
    try:
        edition = editions.edition_of(connection, house, issue)
        scene = editions.scene(house, edition.title, [(issue, edition)], stamp)
        payloads = wording.payloads(house, scene, message.planned, limits)
    except AnnouncerError as error:
        # Kept as a draft that says why; tried again when a fact changes, or when somebody approves it.
        _void(connection, message, why("not_sayable", str(error).replace("|", "/")), now)
        return
    kept = codec.dump_object(limits)
    if not contents.keep(connection, message.id, payloads, facts_version=stamp, limits=kept, now=now):
        return
    if any(issue.worded):
        _void(connection, message, reason, now)
    row = digests.row(connection, issue.digest_id)
    if editions.digest_of(row).standing_approval:
        _approve_standing(connection, message.id, row, now)


def _reason(connection: sa.Connection, issue: Issue, versions: Mapping[str, str], gone: Sequence[str]) -> str:
    """What was taken out, or which item says something else."""
    other = [id_ for id_, before in zip(issue.items, issue.worded, strict=True) if versions[id_] != before]
    key, (id_, *_) = ("item_gone", gone) if gone else ("item_changed", other or issue.items)
    return why(key, editions.headline(editions.read_facts(connection, id_).announcement))


def _void(connection: sa.Connection, message: Message, reason: str, now: datetime) -> None:
    """An approval of other words no longer counts; the message says why."""
    kept = tuple(old for old in message.planned.why if old.partition(":")[0] not in _PASSING)
    cleared = replace(message, planned=replace(message.planned, why=kept))
    verb = "void" if message.state is MessageState.SCHEDULED else "compose"
    if message.state is MessageState.SCHEDULED:
        contents.void_approval(connection, cleared, reason)
    else:
        store.set_why(connection, cleared, reason)
    journal.note(connection, Actor.clock(), now, verb, f"message {message.id}", why=reason)


def _approve_standing(connection: sa.Connection, message_id: int, row: DigestRow, now: datetime) -> None:
    message = store.message_by_id(connection, message_id)
    actor = Actor(f"standing approval ({row.set_by})"[:120])
    contents.approve(connection, message, actor, now)
    journal.note(connection, actor, now, "approve", f"message {message_id}", after=str(Campaign(digest_id=row.id)))
