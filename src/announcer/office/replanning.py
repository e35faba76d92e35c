"""A campaign planned anew: what would move, drop, appear or lose its approval, and the doing of it.

An approval is of a text. A message that would say something else under the
new plan is worded again and has to be approved again; one that only moves
keeps its approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import AnnouncerError, Conflict
from announcer.model.campaign import Message, Planned, Playbook
from announcer.model.content import Limits, Payload, digest
from announcer.model.ledger import MessageState
from announcer.office import wording
from announcer.office.campaigns import apply, keep
from announcer.office.house import House
from announcer.office.worlds import World, read_world, scene_version
from announcer.planning.difference import Difference, difference
from announcer.planning.plan import plan
from announcer.store import campaign as store
from announcer.store import contents
from announcer.store.campaign import Campaign

#: A message in one of these may have been approved and has not begun to leave.
_APPROVED = (MessageState.SCHEDULED, MessageState.PAUSED, MessageState.HELD)
_Payloads = tuple[tuple[str, Payload], ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """What a message says under the new plan."""

    payloads: _Payloads
    late: _Payloads  #: The words for being late, where its rule has them.
    limits: Limits

    @property
    def hashes(self) -> dict[tuple[str, str], str]:
        """By language and variant."""
        hashes = {(language, ""): digest(payload) for language, payload in self.payloads}
        return hashes | {(language, contents.LATE): digest(payload) for language, payload in self.late}


@dataclass(frozen=True, slots=True)
class Replan:
    """What a new plan makes of a campaign."""

    world: World
    wanted: tuple[Planned, ...]
    difference: Difference
    past: tuple[Planned, ...]  #: New, but their moment has passed: they don't leave unasked.
    unapproved: tuple[Message, ...]  #: Approved, and would say something else or to others.
    reworded: Mapping[int, Worded | None]  #: The new texts by message; None: it can't be said (yet).
    states: Mapping[int, MessageState]

    @property
    def key(self) -> Campaign:
        """Whose plan it is."""
        return self.world.key


def look(house: House, keys: Iterable[Campaign], playbook: Playbook, now: datetime) -> tuple[Replan, ...]:
    """What these campaigns would be under a playbook. Changes nothing; what was never planned stays so."""
    found = (_look(house, key, playbook, now) for key in keys)
    return tuple(one for one in found if one is not None)


def _look(house: House, key: Campaign, playbook: Playbook, now: datetime) -> Replan | None:
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        messages = store.messages(connection, key)
        stored = {m.id: contents.covered(connection, m.id) for m in messages if m.state in store.OPEN}
    if world.planning.first_planned is None:
        return None
    world = replace(world, planning=replace(world.planning, playbook=playbook))
    wanted = plan(world.planning)
    found = difference(messages, wanted)
    known = {store.place_of(message.planned) for message in messages}
    reworded: dict[int, Worded | None] = {}
    unapproved: list[Message] = []
    for one in found.moved:
        kept = {(c.language, c.variant): c.hash for c in stored.get(one.message.id, ())}
        if not kept:
            continue
        worded = None if one.planned.waits_for else _worded(house, world, one.planned, now)
        says_else = worded is None or worded.hashes != kept
        if says_else:
            reworded[one.message.id] = worded
        others = one.message.planned.audience is not one.planned.audience
        if one.message.state in _APPROVED and one.message.approved_hash and (says_else or others):
            unapproved.append(one.message)
    return Replan(
        world=world,
        wanted=wanted,
        difference=found,
        past=tuple(p for p in wanted if store.place_of(p) not in known and p.why and p.why[-1].startswith("past:")),
        unapproved=tuple(unapproved),
        reworded=reworded,
        states={m.id: m.state for m in messages},
    )


def _worded(house: House, world: World, planned: Planned, now: datetime) -> Worded | None:
    try:
        limits = house.limits(planned.channel, now)
        late = wording.late_payloads(house, world.scene, planned, limits)
        return Worded(tuple(wording.payloads(house, world.scene, planned, limits)), tuple(late), limits)
    except AnnouncerError:
        return None  # said again where the message is previewed


def refuse_if_moved(connection: sa.Connection, replan: Replan) -> None:
    """Raises `Conflict` if the facts or the messages are no longer those that were looked at."""
    states = {m.id: m.state for m in store.messages(connection, replan.key)}
    if states != replan.states or scene_version(connection, replan.key) != replan.world.scene.version:
        raise Conflict(f"{replan.key} was changed, or messages of it left meanwhile; look at it again")


def carry_out(connection: sa.Connection, replan: Replan, now: datetime) -> None:
    """Make the open messages what the plan says, in the caller's transaction."""
    apply(connection, replan.world, replan.wanted)
    lost = {message.id for message in replan.unapproved}
    for message in store.messages(connection, replan.key, states=store.OPEN):
        if message.id in lost:
            contents.void_approval(connection, message, "text_changed")
        if message.id in replan.reworded:
            worded = replan.reworded[message.id]
            if worded is None:
                contents.set_aside(connection, message.id)
            else:
                keep(connection, replan.world, message, worded.payloads, worded.limits, now, worded.late)
