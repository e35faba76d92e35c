"""A change of facts: first everything that follows from it, then one confirmation, then one transaction.

`propose` words every message the change touches and compares; `confirm`
stores exactly what was shown. What has left and says the old value is put
right as its network can (`correcting`); mail is corrected by the notice of the change,
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
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import correcting, issue_changes, release, wording
from announcer.office.campaigns import apply, keep
from announcer.office.correcting import Key, Wished, Worded, Worder, Wrong, key_of
from announcer.office.house import House
from announcer.office.issue_changes import Touched
from announcer.office.staleness import Held, free_texts, hold, is_cured, still_said
from announcer.office.worlds import World, read_world, with_change
from announcer.planning import changes as planned_changes
from announcer.planning.changes import ChangeWords, Difference, StalePlace
from announcer.planning.plan import plan
from announcer.planning.remedies import check_wishes
from announcer.planning.values import values
from announcer.store import campaign as store
from announcer.store import changes, contents, corrections, facts, journal, queueing
from announcer.store.campaign import Campaign
from announcer.store.corrections import Post
from announcer.store.requests import Request

#: The number a change has until it is confirmed: the last, also among changes of the same moment.
_UNCONFIRMED = 2**31 - 1


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
    worded: Mapping[Key, Worded]  #: New notices, and unsent messages whose text changes.
    wrong: tuple[Wrong, ...]
    posts: tuple[Post, ...]  #: What stood out there when it was proposed.
    places: tuple[StalePlace, ...]  #: Where a free text still says the old value.
    held: tuple[Held, ...]  #: Unsent messages that would go on saying it.
    recipients: Mapping[Key, int]  #: To how many people each new mail goes.
    states: Mapping[int, MessageState]
    told: bool  #: False: nothing was announced yet, so nobody has to be told.
    issues: Touched  #: Issues of digests that tell what changes.
    wishes: Mapping[str, str]  #: How posts that are out are to be put right, by channel.
    unreachable: tuple[Message, ...] = ()  #: Left by channels that config.toml has no longer: a person has to look.

    @property
    def reworded(self) -> list[Message]:
        """Messages that stay at their moment and say something else."""
        return [m for m in self.difference.unchanged if key_of(m.planned) in self.worded]

    @property
    def stale(self) -> list[int]:
        """The messages, own and of digests, that said the old value: their readers are told."""
        return [*(wrong.message.id for wrong in self.wrong), *self.issues.stale]


def propose(
    house: House, key: Campaign, change: Change, now: datetime, wishes: Mapping[str, str] | None = None
) -> Proposal:
    """What would follow. Changes nothing; raises `PlanningError` if the change makes no sense.

    `wishes` say how posts that have left are to be put right, by channel, or
    for all under "" (`planning.remedies`); without one each network does its best.
    """
    wishes = wishes or {}
    check_wishes(change, wishes, {name: (way.kind, way.can) for name, way in house.exits.items()})
    with house.database.read() as connection:
        before = read_world(connection, house, key, now)
        messages = store.messages(connection, key)
        stored = contents.covered_of(connection, [m.id for m in messages if m.state in store.OPEN])
        variants = contents.variants_out(connection, [m.id for m in messages])
        out = queueing.reached(connection, [m.id for m in messages])
        out |= {m.id for m in messages if m.state is MessageState.SENDING}
        posts = corrections.standing(connection, sorted(out))
    facts_after = planned_changes.apply(change, before.facts, now)
    issues = issue_changes.touched(house, before.facts, facts_after, now)
    # Before the first message there is nothing to take back.
    after = with_change(before, change, facts_after, _UNCONFIRMED, now, told=True)
    told = (bool(out) or issues.told) and _is_news(house, after)
    after = after if told else with_change(before, change, facts_after, _UNCONFIRMED, now, told)
    wanted = plan(after.planning)
    worder = Worder(house, before, after, now)
    left = [m for m in messages if m.id in out and m.planned.channel in house.exits]
    worded = {**worder.notices(wanted, f"change:{_UNCONFIRMED}"), **worder.unsent(messages, wanted, stored)}
    wrong = worder.wrong(left, posts, variants, Wished(change, _UNCONFIRMED, wishes))
    places = planned_changes.stale_places(change, before.facts, free_texts(after))
    stale = [*(one.message.id for one in wrong), *issues.stale]
    return Proposal(
        key=key,
        change=change,
        before=before,
        after=after,
        wanted=wanted,
        difference=planned_changes.difference(messages, wanted),
        said=planned_changes.in_words(change, before.facts, facts_after, before.scene.language),
        worded=worded,
        wrong=wrong,
        posts=tuple(posts),
        places=places,
        held=still_said(messages, wanted, worded, stored, places),
        recipients=_recipients(house, key, wanted, stale),
        states={m.id: m.state for m in messages},
        told=told,
        issues=issues,
        wishes=wishes,
        unreachable=tuple(m for m in messages if m.id in out and m.planned.channel not in house.exits),
    )


def _is_news(house: House, after: World) -> bool:
    """Whether it tells anybody anything: not if it only takes back what nobody was told of yet."""
    found = (wording.telling(after.scene, f"change:{_UNCONFIRMED}", channel) for channel in house.exits)
    return any(planned_changes.is_seen(told.change, told.before, told.after) for told in found if told is not None)


def _recipients(house: House, key: Campaign, wanted: Sequence[Planned], stale: list[int]) -> dict[Key, int]:
    """To how many people each mail that tells of the change would go now."""
    mine = [p for p in wanted if p.occurrence.anchor == f"change:{_UNCONFIRMED}" and not p.drop]
    with house.database.read() as connection:
        return {
            key_of(p): queueing.audience_size(
                connection, Message(0, 0, key.event_id, key.announcement_id, MessageState.DRAFT, p), stale
            )
            for p in mine
            if house.exits[p.channel].kind == "mail"
        }


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmed change did."""

    change_id: int
    corrections: int  #: Posts and feed items that are being put right.
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
        hold(connection, proposal.held)
        corrected = correcting.store(connection, proposal.wrong, after, change_id, actor, now)
        issue_changes.follow(connection, house, proposal.issues, actor, now)
        wrong_mails = queueing.received(connection, proposal.stale)
        return Confirmed(change_id, corrected, wrong_mails, tuple(notices))


def _refuse_if_moved(connection: sa.Connection, proposal: Proposal) -> None:
    found = {m.id: m.state for m in store.messages(connection, proposal.key)}
    wrong = {w.message.id for w in proposal.wrong}
    then = [post for post in proposal.posts if post.message_id in wrong]
    now = corrections.standing(connection, sorted(wrong))
    if found != proposal.states or now != then:
        raise Conflict(f"messages of {proposal.key} left or changed meanwhile; look at the change again")


def _save(connection: sa.Connection, proposal: Proposal, actor: Actor, reason: str, now: datetime) -> int:
    before, after = proposal.before.facts, proposal.after.facts
    # A version number that is taken already raises Conflict: nobody's change is overwritten.
    if after.event is not None and after.event != before.event:
        facts.save_event(connection, after.event, actor, now)
    if after.announcement is not None and after.announcement != before.announcement:
        facts.save_announcement(connection, after.announcement, actor, now)
    was, now_is = values(before, after)
    journal.note(
        connection, actor, now, type(proposal.change).__name__, str(proposal.key),
        before=was, after=f"{proposal.said.sentence} ({now_is})" if now_is else proposal.said.sentence, why=reason,
    )  # fmt: skip
    return changes.record(
        connection, proposal.key, proposal.change, facts_before=proposal.before.scene.version,
        stale=proposal.stale, told=proposal.told, reason=reason, actor=actor, now=now,
    )  # fmt: skip


def _numbered(planned: Planned, change_id: int) -> Planned:
    return replace(planned, occurrence=_renumbered(planned.occurrence, change_id))


def _store_texts(
    connection: sa.Connection, proposal: Proposal, after: World, change_id: int, actor: Actor, now: datetime
) -> list[int]:
    """Store and approve the shown texts: the notices, and what was approved before and says something else now."""
    worded = {
        (_renumbered(occurrence, change_id), channel): text for (occurrence, channel), text in proposal.worded.items()
    }
    notices = []
    for message in store.messages(connection, proposal.key):
        text = worded.get(key_of(message.planned))
        if text is None:
            continue
        keep(connection, after, message, text.payloads, text.limits, now, text.late)
        is_notice = message.planned.occurrence.anchor == f"change:{change_id}"
        if is_notice:
            notices.append(message.id)
        shown = [payload for _, payload in (*text.payloads, *text.late)]
        if is_notice or message.state in (MessageState.SCHEDULED, MessageState.PAUSED) or is_cured(message, shown):
            contents.approve(connection, message, actor, now)
    return notices


def _renumbered(occurrence: Occurrence, change_id: int) -> Occurrence:
    """The number stands at the end: `change:17`, `registration_closes:17`."""
    anchor, _, number = occurrence.anchor.rpartition(":")
    return replace(occurrence, anchor=f"{anchor}:{change_id}") if number == str(_UNCONFIRMED) else occurrence
