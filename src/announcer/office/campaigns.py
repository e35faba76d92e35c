"""Campaigns: read the facts, plan, word and approve. One store transaction per verb."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import AnnouncerError, Conflict, NotFound
from announcer.model.campaign import Message, Planned
from announcer.model.changes import Facts
from announcer.model.content import Limits, Payload
from announcer.model.facts import EventStatus, PubStatus
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import staff, wording
from announcer.office.house import House
from announcer.office.worlds import World, _read_words, playbook_id, read_playbook, read_world, scene_version
from announcer.planning.plan import plan
from announcer.planning.why import explain, why
from announcer.store import campaign as store
from announcer.store import (
    codec,
    contents,
    digests,
    facts,
    journal,
    replanned,
)
from announcer.store.campaign import Campaign


def find(connection: sa.Connection, name: str) -> Campaign:
    """The campaign of an event or an announcement by its id, of a digest as `digest:NAME`; raises `NotFound`."""
    if name.startswith("digest:"):
        return Campaign(digest_id=digests.row(connection, name.removeprefix("digest:")).id)
    if name in facts.event_ids(connection):
        return Campaign(event_id=name)
    if name in facts.announcement_ids(connection):
        announcement = facts.announcement_facts(connection, name)
        if announcement.event_id is not None:
            return Campaign(event_id=announcement.event_id)
        return Campaign(announcement_id=name)
    raise NotFound(f"there is no event or announcement {name!r}; 'announcer status' lists all")


def all_campaigns(connection: sa.Connection) -> list[Campaign]:
    """Every campaign, events first, digests last."""
    events = [Campaign(event_id=id_) for id_ in facts.event_ids(connection)]
    alone = [
        Campaign(announcement_id=id_)
        for id_ in facts.announcement_ids(connection)
        if facts.announcement_facts(connection, id_).event_id is None
    ]
    return events + alone + [Campaign(digest_id=row.id) for row in digests.rows(connection)]


# -- Planning --


def plan_campaign(house: House, key: Campaign, actor: Actor, now: datetime) -> list[Message]:
    """Plan, or plan again: the open messages become what the playbook says of the facts.

    Those of a digest come by themselves and stay as they are. Raises
    `PlanningError` with nothing changed.
    """
    if key.digest_id is not None:
        with house.database.read() as connection:
            return store.messages(connection, key)
    with house.database.write() as connection:
        world = read_world(connection, house, key, now)
        wanted = plan(world.planning)
        if world.planning.first_planned is None:
            journal.remember(connection, f"first-planned:{key}", now.isoformat())
        before = {m.id: m.planned for m in store.messages(connection, key, states=store.OPEN)}
        apply(connection, world, wanted)
        _set_aside_old_words(connection, key, before)
        journal.note(connection, actor, now, "plan", str(key), after=f"{len(wanted)} messages")
        return store.messages(connection, key)


def _set_aside_old_words(connection: sa.Connection, key: Campaign, before: Mapping[int, Planned]) -> None:
    """What would say something else by now, or to others, is worded and approved anew."""
    for message in store.messages(connection, key, states=store.OPEN):
        if message.id in before and before[message.id].says != message.planned.says:
            contents.void_approval(connection, message, "text_changed")
            contents.set_aside(connection, message.id)


def apply(connection: sa.Connection, world: World, wanted: Sequence[Planned]) -> None:
    """Make the store's open messages what a plan says."""
    announcement = world.facts.announcement
    replanned.apply_plan(
        connection, world.key, announcement.id if announcement else None, wanted, world.anchors, _why_gone(world.facts)
    )


def _why_gone(current: Facts) -> str:
    """Why a message is no longer in the plan, as a key of planning.why."""
    event, announcement = current.event, current.announcement
    if event is not None and event.status is EventStatus.CANCELLED:
        return "event_cancelled"
    if event is not None and event.status is EventStatus.POSTPONED:
        return "event_postponed"
    if announcement is not None and announcement.status is PubStatus.CANCELED:
        return "withdrawn"
    return "not_planned"


def give_words(house: House, key: Campaign, rule: str, text: str, actor: Actor, now: datetime) -> list[Message]:
    """A person's own text for a message that waits for it (`rule`, or `rule@day:2`); plans again."""
    with house.database.write() as connection:
        playbook = read_playbook(connection, playbook_id(connection, key))
        known = [r.id for r in playbook.rules if r.needs_words]
        if rule.partition("@")[0] not in known:
            raise NotFound(f"no message waits for words under {rule!r}; known: {', '.join(known) or 'none'}")
        words = {**_read_words(connection, key), rule: text}
        journal.remember(connection, f"words:{key}", json.dumps(words, ensure_ascii=False))
        journal.note(connection, actor, now, "words", f"{key} {rule}", after=text)
    return plan_campaign(house, key, actor, now)


# -- Wording and approval --


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a message sends in one language, or why it can't be said."""

    message: Message
    language: str
    payload: Payload
    problem: str = ""
    late: bool = False  #: These words leave in place of the others if it is late.


def preview(house: House, key: Campaign, now: datetime, ids: Collection[int] | None = None) -> list[Preview]:
    """What the messages of a campaign say: the stored content where there is one, else as it would be worded now."""
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        chosen = [m for m in store.messages(connection, key) if ids is None or m.id in ids]
        stored = {m.id: contents.covered(connection, m.id) for m in chosen}
    result: list[Preview] = []
    for message in chosen:
        if stored[message.id]:
            result += [Preview(message, c.language, c.payload, late=bool(c.variant)) for c in stored[message.id]]
        else:
            result += _worded_preview(house, world, message, now)
    return result


def _worded_preview(house: House, world: World, message: Message, now: datetime) -> list[Preview]:
    try:
        limits = house.limits(message.planned.channel, now)
        worded = wording.payloads(house, world.scene, message.planned, limits)
        late = wording.late_payloads(house, world.scene, message.planned, limits)
    except AnnouncerError as error:
        return [Preview(message, world.scene.language, {}, str(error))]
    cut = [why("no_room", rule) for rule in wording.left_out(house, world.scene, message.planned, worded)]
    problem = "; ".join(explain(key, house.settings.site.language) for key in cut)
    return [
        *(Preview(message, language, payload, problem) for language, payload in worded),
        *(Preview(message, language, payload, late=True) for language, payload in late),
    ]


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval did."""

    approved: tuple[int, ...]
    problems: tuple[tuple[int, str], ...]  #: Messages that can't be said, and why.


def facts_version(house: House, key: Campaign) -> str:
    """Which versions of the facts a campaign speaks from now; hand it to `approve` to approve what was looked at."""
    with house.database.read() as connection:
        return scene_version(connection, key)


def approve(
    house: House,
    key: Campaign,
    actor: Actor,
    now: datetime,
    ids: Collection[int] | None = None,
    seen: str | None = None,
) -> Approval:
    """Word and approve the drafts of a campaign, or those of `ids`: from here on exactly this text is sent.

    Raises `Conflict` if the facts are no longer those of `seen`: what somebody
    looked at is not what would be sent. Raises `NotAllowed` if none of it may
    be approved by `actor`; what they may not approve of several is a problem.
    """
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        drafts = [m for m in store.messages(connection, key) if _wants_approval(m, ids)]
        barred = staff.barred(connection, house, key, drafts, actor, now)
    if barred and len(barred) == len(drafts):
        raise next(iter(barred.values()))
    drafts = [m for m in drafts if m.id not in barred]
    if seen is not None and seen != world.scene.version:
        raise Conflict(f"{key} was changed while you looked at it; look again")
    worded: dict[int, list[tuple[str, Payload]]] = {}
    late: dict[int, list[tuple[str, Payload]]] = {}
    language = house.settings.site.language
    problems = [(id_, why.said(language)) for id_, why in barred.items()]
    known: dict[str, Limits] = {}
    for message in drafts:
        try:
            channel = message.planned.channel
            known[channel] = house.limits(channel, now)
            late[message.id] = wording.late_payloads(house, world.scene, message.planned, known[channel])
            worded[message.id] = wording.payloads(house, world.scene, message.planned, known[channel])
        except AnnouncerError as error:
            problems.append((message.id, str(error)))
    with house.database.write() as connection:
        _refuse_outdated(connection, world)
        for message in drafts:
            if message.id in worded:
                limits = known[message.planned.channel]
                keep(connection, world, message, worded[message.id], limits, now, late[message.id])
                contents.approve(connection, message, actor, now)
                for rule in wording.left_out(house, world.scene, message.planned, worded[message.id]):
                    store.set_why(connection, message, why("no_room", rule))
                journal.note(connection, actor, now, "approve", f"message {message.id}", after=str(key))
    return Approval(tuple(worded), tuple(problems))


def let_go(house: House, key: Campaign, ids: Collection[int], actor: Actor, why: str, now: datetime) -> list[int]:
    """Strike out messages that have not left; planning anew does not bring them back. The ids struck out."""
    with house.database.write() as connection:
        chosen = [m for m in store.messages(connection, key, states=store.OPEN) if m.id in ids]
        for message in chosen:
            store.cancel(connection, message, store.LET_GO)
            journal.note(connection, actor, now, "drop", f"message {message.id}", after=str(key), why=why)
    if any(message.planned.speaks_for for message in chosen):
        plan_campaign(house, key, actor, now)  # what it would have said along has to be said otherwise
    return [message.id for message in chosen]


def _wants_approval(message: Message, ids: Collection[int] | None) -> bool:
    return message.state in (MessageState.DRAFT, MessageState.HELD) and (ids is None or message.id in ids)


def _refuse_outdated(connection: sa.Connection, world: World) -> None:
    """What was worded from older facts must not be approved."""
    if scene_version(connection, world.key) != world.scene.version:
        raise Conflict(f"{world.key} was changed while this ran; look at it and try again")


def keep(
    connection: sa.Connection,
    world: World,
    message: Message,
    worded: Iterable[tuple[str, Payload]],
    limits: Limits,
    now: datetime,
    late: Iterable[tuple[str, Payload]] = (),
) -> bool:
    """Store the payloads of a message as its current contents, `late` those for being late; whether any changed."""
    return contents.keep(
        connection,
        message.id,
        list(worded),
        facts_version=world.scene.version,
        limits=codec.dump_object(limits),
        now=now,
        late=list(late),
    )
