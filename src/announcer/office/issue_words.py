"""The words of an issue of a digest, made from the facts as they are, kept true until it leaves.

If something in it is corrected, taken back or no longer public, the issue is
worded anew, and an approval of the earlier words is void.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import AnnouncerError
from announcer.model.campaign import Message
from announcer.model.changes import Facts
from announcer.model.content import Limits, Payload
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import editions, wording
from announcer.office.house import House
from announcer.planning.digests import is_public, is_telling
from announcer.planning.why import why
from announcer.rendering.request import Edition
from announcer.store import campaign as store
from announcer.store import codec, contents, digests, journal, published
from announcer.store.campaign import Campaign
from announcer.store.digests import DigestRow, Issue
from announcer.store.published import Publication
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


@dataclass(frozen=True, slots=True)
class _Material:
    """What an issue is worded from."""

    gone: tuple[str, ...]  #: Items it no longer tells.
    versions: Mapping[str, str]  #: Of all its items, those too.
    public: Mapping[str, Publication]
    edition: Edition
    stamp: str


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of an issue in each of its languages, or why there are none."""

    payloads: tuple[tuple[str, Payload], ...] = ()
    problem: str = ""


def refresh(house: House, message_id: int, now: datetime) -> None:
    """Word an issue that has not left from the facts as they are now."""
    with house.database.read() as connection:
        issue = _open_issue(connection, message_id)
        material = _material(connection, house, issue, now) if issue is not None else None
    if issue is None or material is None:
        return
    # Before the transaction: the network may be asked, and forty items take a while to word.
    limits = house.limits(issue.message.planned.channel, now)
    words = _word(house, issue, material, limits)
    with house.database.write(Lane.TICK) as connection:
        digests.lock(connection, issue.digest_id)
        if _open_issue(connection, message_id) == issue and _is_unchanged(connection, issue, material):
            _store(connection, issue, material, words, limits, now)
        else:
            reword(connection, house, message_id, limits, now)


def reword(connection: sa.Connection, house: House, message_id: int, limits: Limits, now: datetime) -> None:
    """The same in the caller's transaction: what no longer holds is taken out, an approval of other words is void."""
    issue = _open_issue(connection, message_id)
    if issue is not None:
        digests.lock(connection, issue.digest_id)
        issue = _open_issue(connection, message_id)
    if issue is not None:
        material = _material(connection, house, issue, now)
        _store(connection, issue, material, _word(house, issue, material, limits), limits, now)


def _open_issue(connection: sa.Connection, message_id: int) -> Issue | None:
    issue = digests.issue_of(connection, message_id)
    return issue if issue is not None and issue.message.state in store.OPEN else None


def _material(connection: sa.Connection, house: House, issue: Issue, now: datetime) -> _Material:
    due, public = issue.message.planned.due_at, published.publications(connection, only=issue.items)
    assert due is not None  # an issue is put together for its moment
    known = {id_: editions.candidate(connection, public[id_]) for id_ in issue.items if id_ in public}
    still = {id_: one for id_, one in known.items() if is_telling(one, due, now)}
    told = [Facts(one.event, one.announcement) for one in still.values()]
    return _Material(
        gone=tuple(id_ for id_ in issue.items if id_ not in still),
        versions=digests.versions(connection, issue.items),
        public=public,
        edition=editions.edition_of(connection, house, issue, told),
        stamp=editions.stamp(connection, [issue]),
    )


def _is_unchanged(connection: sa.Connection, issue: Issue, material: _Material) -> bool:
    same = digests.versions(connection, issue.items) == material.versions
    return same and published.publications(connection, only=issue.items) == material.public


def _word(house: House, issue: Issue, material: _Material, limits: Limits) -> _Words:
    if not material.edition.items:
        return _Words()
    scene = editions.scene(house, material.edition.title, [(issue, material.edition)], material.stamp)
    try:
        return _Words(tuple(wording.payloads(house, scene, issue.message.planned, limits)))
    except AnnouncerError as error:
        return _Words(problem=str(error))


def _store(
    connection: sa.Connection, issue: Issue, material: _Material, words: _Words, limits: Limits, now: datetime
) -> None:
    message = issue.message
    if not material.edition.items:
        store.cancel(connection, message, "issue_empty")
        journal.note(connection, Actor.clock(), now, "drop", f"message {message.id}", why="issue_empty")
        return
    reason = _reason(connection, issue, material)
    digests.take_out(connection, message.id, material.gone)
    digests.mark_worded(connection, message.id, material.versions)
    if words.problem:
        # Kept as a draft that says why; tried again when a fact changes, or when somebody approves it.
        _void(connection, message, why("not_sayable", words.problem.replace("|", "/")), now)
        return
    kept = codec.dump_object(limits)
    if not contents.keep(connection, message.id, words.payloads, facts_version=material.stamp, limits=kept, now=now):
        return
    if any(issue.worded):
        _void(connection, message, reason, now)
    row = digests.row(connection, issue.digest_id)
    if editions.digest_of(row).standing_approval:
        _approve_standing(connection, message.id, row, now)


def _reason(connection: sa.Connection, issue: Issue, material: _Material) -> str:
    """What was taken out, or which item says something else."""
    worded = zip(issue.items, issue.worded, strict=True)
    other = [id_ for id_, before in worded if material.versions[id_] != before]
    key, (id_, *_) = ("item_gone", material.gone) if material.gone else ("item_changed", other or issue.items)
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
