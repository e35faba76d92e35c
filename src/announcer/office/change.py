"""A change of facts: first everything that follows from it, then one confirmation, then one transaction.

`propose` words every message the change touches and compares; `confirm`
stores exactly what was shown. What has left and says the old value is
corrected on its own network; mail is corrected by the notice of the change,
to whoever received a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.campaign import Message, Occurrence, Planned
from announcer.model.changes import Change
from announcer.model.content import Limits, Payload, digest
from announcer.model.ledger import Action, MessageState
from announcer.model.people import Actor
from announcer.office import issue_changes, release, wording
from announcer.office.campaigns import World, apply, keep, read_world, with_change
from announcer.office.house import House
from announcer.office.issue_changes import Touched
from announcer.planning import changes as planned_changes
from announcer.planning.changes import ChangeWords, Difference, StalePlace
from announcer.planning.plan import plan
from announcer.store import campaign as store
from announcer.store import changes, contents, facts, journal, queueing
from announcer.store.campaign import Campaign
from announcer.store.requests import Request

#: The number a change has until it is confirmed.
_UNCONFIRMED = 0
_Key = tuple[Occurrence, str]


@dataclass(frozen=True, slots=True)
class Worded:
    """What a message says after the change."""

    payloads: tuple[tuple[str, Payload], ...]
    limits: Limits
    late: tuple[tuple[str, Payload], ...] = ()  #: The words for being late, where its rule has them.


@dataclass(frozen=True, slots=True)
class Wrong:
    """A message that has left and says what is no longer true."""

    message: Message
    worded: Worded


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that follows from a change, to be shown before it is confirmed."""

    key: Campaign
    change: Change
    before: World
    after: World
    wanted: tuple[Planned, ...]
    difference: Difference
    said: ChangeWords
    worded: Mapping[_Key, Worded]  #: New notices, and unsent messages whose text changes.
    wrong: tuple[Wrong, ...]
    places: tuple[StalePlace, ...]  #: Where a free text still says the old value.
    states: Mapping[int, MessageState]
    told: bool  #: False: nothing was announced yet, so nobody has to be told.
    issues: Touched  #: Issues of digests that tell what changes.

    @property
    def stale(self) -> list[int]:
        """The messages, own and of digests, that said the old value: their readers are told."""
        return [*(wrong.message.id for wrong in self.wrong), *self.issues.stale]


def propose(house: House, key: Campaign, change: Change, now: datetime) -> Proposal:
    """What would follow. Changes nothing; raises `PlanningError` if the change makes no sense."""
    with house.database.read() as connection:
        before = read_world(connection, house, key, now)
        messages = store.messages(connection, key)
        stored = {m.id: contents.covered(connection, m.id) for m in messages if m.state in store.OPEN}
        variants = contents.variants_out(connection, [m.id for m in messages])
        out = queueing.reached(connection, [m.id for m in messages])
        out |= {m.id for m in messages if m.state is MessageState.SENDING}
    facts_after = planned_changes.apply(change, before.facts, now)
    issues = issue_changes.touched(house, before.facts, facts_after, now)
    told = bool(out) or issues.told  # before the first message there is nothing to take back
    after = with_change(before, change, facts_after, _UNCONFIRMED, now, told)
    wanted = plan(after.planning)
    worder = _Worder(house, before, after, now)
    return Proposal(
        key=key,
        change=change,
        before=before,
        after=after,
        wanted=wanted,
        difference=planned_changes.difference(messages, wanted),
        said=planned_changes.in_words(change, before.facts, facts_after, before.scene.language),
        worded={**worder.notices(wanted), **worder.unsent(messages, wanted, stored)},
        wrong=worder.wrong([m for m in messages if m.id in out], variants),
        places=planned_changes.stale_places(change, before.facts, _free_texts(after)),
        states={m.id: m.state for m in messages},
        told=told,
        issues=issues,
    )


class _Worder:
    """Words messages before and after a change, asking each network's limits once."""

    def __init__(self, house: House, before: World, after: World, now: datetime) -> None:
        self._house = house
        self._before = before
        self._after = after
        self._now = now

    def notices(self, wanted: Sequence[Planned]) -> dict[_Key, Worded]:
        """What the change itself makes us say."""
        anchor = f"change:{_UNCONFIRMED}"
        return {_key(p): self._word(self._after, p) for p in wanted if p.occurrence.anchor == anchor and not p.drop}

    def unsent(
        self, messages: Sequence[Message], wanted: Sequence[Planned], stored: Mapping[int, Sequence[contents.Stored]]
    ) -> dict[_Key, Worded]:
        """Messages with a stored text, not sent yet, that say something else now."""
        by_key = {_key(p): p for p in wanted if not p.drop and not p.waits_for}
        result = {}
        for message in messages:
            planned = by_key.get(_key(message.planned))
            if planned is not None and stored.get(message.id):
                worded = self._word(self._after, planned)
                if {(c.language, c.variant): c.hash for c in stored[message.id]} != _hashes(worded):
                    result[_key(planned)] = worded
        return result

    def wrong(self, messages: Sequence[Message], variants: Mapping[int, frozenset[str]]) -> tuple[Wrong, ...]:
        """Those of what has left that would be worded otherwise now. The same templates word both sides.

        Only the variants that left, or are about to, count: nobody was told the others.
        """
        found = []
        for message in messages:
            out = variants.get(message.id, frozenset({message.variant}))
            after = self._word(self._after, message.planned)
            before = _hashes(self._word(self._before, message.planned))
            if _of(out, before) != _of(out, _hashes(after)):
                found.append(Wrong(message, after))
        return tuple(found)

    def _word(self, world: World, planned: Planned) -> Worded:
        limits = self._house.limits(planned.channel, self._now)
        late = wording.late_payloads(self._house, world.scene, planned, limits)
        return Worded(tuple(wording.payloads(self._house, world.scene, planned, limits)), limits, tuple(late))


def _key(planned: Planned) -> _Key:
    return planned.occurrence, planned.channel


def _hashes(worded: Worded) -> dict[tuple[str, str], str]:
    """By language and variant."""
    hashes = {(language, ""): digest(payload) for language, payload in worded.payloads}
    return hashes | {(language, contents.LATE): digest(payload) for language, payload in worded.late}


def _of(variants: frozenset[str], hashes: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {key: value for key, value in hashes.items() if key[1] in variants}


def _free_texts(world: World) -> dict[str, str]:
    announcement = world.facts.announcement
    texts = {f"words for {rule}": text for rule, text in world.scene.words.items()}
    if announcement is not None:
        texts |= {name: getattr(announcement, name) for name in ("headline", "kicker", "lead", "body")}
    return texts


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmed change did."""

    change_id: int
    corrections: int  #: Posts and feed items that are being corrected in place.
    wrong_mails: int  #: Mails that said the old value.
    notices: tuple[int, ...]  #: The messages that tell of the change.


def confirm(
    house: House, proposal: Proposal, actor: Actor, reason: str, now: datetime, request: Request | None = None
) -> Confirmed:
    """Do all of it in one transaction, approved by this confirmation.

    Raises `Conflict` if anything has moved since the proposal: it has to be
    looked at again. Raises `NotAllowed` if `actor` may not release it, or not
    alone (`office.release`); a `request` is somebody else's, and ends with it.
    """
    with house.database.write() as connection:
        author = release.permit(connection, house, proposal.change, actor, reason, now, request)
        _refuse_if_moved(connection, proposal)
        change_id = _save(connection, proposal, author, reason, now)
        after = with_change(proposal.before, proposal.change, proposal.after.facts, change_id, now, proposal.told)
        apply(connection, after, [_numbered(p, change_id) for p in proposal.wanted])
        notices = _store_texts(connection, proposal, after, change_id, actor, now)
        corrections = _correct(connection, proposal, after, actor, now)
        issue_changes.follow(connection, house, proposal.issues, actor, now)
        wrong_mails = queueing.received(connection, proposal.stale)
        return Confirmed(change_id, corrections, wrong_mails, tuple(notices))


def _refuse_if_moved(connection: sa.Connection, proposal: Proposal) -> None:
    found = {m.id: m.state for m in store.messages(connection, proposal.key)}
    if found != proposal.states:
        raise Conflict(f"messages of {proposal.key} left or changed meanwhile; look at the change again")


def _save(connection: sa.Connection, proposal: Proposal, actor: Actor, reason: str, now: datetime) -> int:
    before, after = proposal.before.facts, proposal.after.facts
    # A version number that is taken already raises Conflict: nobody's change is overwritten.
    if after.event is not None and after.event != before.event:
        facts.save_event(connection, after.event, actor, now)
    if after.announcement is not None and after.announcement != before.announcement:
        facts.save_announcement(connection, after.announcement, actor, now)
    journal.note(
        connection, actor, now, type(proposal.change).__name__, str(proposal.key),
        before=proposal.before.scene.version, after=proposal.said.sentence, why=reason,
    )  # fmt: skip
    return changes.record(
        connection, proposal.key, proposal.change, facts_before=proposal.before.scene.version,
        stale=proposal.stale, told=proposal.told, reason=reason, actor=actor, now=now,
    )  # fmt: skip


def _numbered(planned: Planned, change_id: int) -> Planned:
    if planned.occurrence.anchor != f"change:{_UNCONFIRMED}":
        return planned
    return replace(planned, occurrence=replace(planned.occurrence, anchor=f"change:{change_id}"))


def _store_texts(
    connection: sa.Connection, proposal: Proposal, after: World, change_id: int, actor: Actor, now: datetime
) -> list[int]:
    """Store and approve the shown texts: the notices, and what was approved before and says something else now."""
    worded = {
        (_renumbered(occurrence, change_id), channel): text for (occurrence, channel), text in proposal.worded.items()
    }
    notices = []
    for message in store.messages(connection, proposal.key):
        text = worded.get(_key(message.planned))
        if text is None:
            continue
        keep(connection, after, message, text.payloads, text.limits, now, text.late)
        is_notice = message.planned.occurrence.anchor == f"change:{change_id}"
        if is_notice:
            notices.append(message.id)
        if is_notice or message.state in (MessageState.SCHEDULED, MessageState.PAUSED):
            contents.approve(connection, message, actor, now)
    return notices


def _renumbered(occurrence: Occurrence, change_id: int) -> Occurrence:
    if occurrence.anchor != f"change:{_UNCONFIRMED}":
        return occurrence
    return replace(occurrence, anchor=f"change:{change_id}")


def _correct(connection: sa.Connection, proposal: Proposal, after: World, actor: Actor, now: datetime) -> int:
    """Queue the correction of every post and feed item that says the old value; unsent deliveries take the new text."""
    wrong = {w.message.id: w for w in proposal.wrong}
    for message in store.messages(connection, proposal.key):
        if message.id in wrong:
            worded = wrong[message.id].worded
            keep(connection, after, message, worded.payloads, worded.limits, now, worded.late)
            contents.approve(connection, message, actor, now)
            contents.repoint_unsent(connection, message.id)
    wanted = []
    for row in queueing.published(connection, list(wrong)):
        current = contents.in_place_of(connection, row.content_id)
        if current is not None and current.id != row.content_id:
            wanted.append(queueing.Correction(row.id, Action.CORRECT, current.id))
    return queueing.queue_corrections(connection, wanted, now)
