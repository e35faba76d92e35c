"""Giving one message another moment, within the rules of its playbook; the plan keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from announcer.errors import Conflict, NotFound
from announcer.model.campaign import Message, Planned, Rule
from announcer.model.people import Actor
from announcer.office import approval, campaigns, staff, wording
from announcer.office.house import House
from announcer.office.worlds import World, read_world
from announcer.planning import retiming
from announcer.planning.campaign import Retimed
from announcer.planning.plan import plan, scene_of
from announcer.store import campaign as store
from announcer.store import contents, journal, retimed
from announcer.store.campaign import Campaign, place_of


def retime(
    house: House, key: Campaign, message_id: int, due: datetime | None, actor: Actor, now: datetime, why: str = ""
) -> Message:
    """Let a message leave at `due`; None gives it back to its rule.

    Its approval covers what it says and to whom: it stays if the words are the
    same at the new moment and `actor` may approve, and ends otherwise. Raises
    `NotAllowed` in both languages for a moment that the rules forbid,
    `NotFound` or `Conflict`.
    """
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        old = next((m for m in store.messages(connection, key) if m.id == message_id), None)
    if old is None:
        raise NotFound(f"{key} has no message {message_id}; 'announcer plan' shows the numbers")
    if old.state not in store.OPEN:
        raise Conflict(f"message {message_id} is {old.state.value}; only what has not left takes another moment")
    chosen = dict(world.planning.retimed)
    by_rule = _by_rule(world, old)
    if due is None:
        chosen.pop(place_of(old.planned), None)
    else:
        _refuse(world, old, by_rule, due, now)
        assert by_rule.due_at is not None
        chosen[place_of(old.planned)] = Retimed(due.astimezone(UTC), by_rule.due_at)
    with house.database.write() as connection:
        retimed.keep(connection, key, chosen)
        was = old.planned.due_at.isoformat() if old.planned.due_at else ""
        after = due.astimezone(UTC).isoformat() if due else "by its rule"
        journal.note(connection, actor, now, "retime", f"message {message_id}", before=was, after=after, why=why)
    campaigns.plan_campaign(house, key, actor, now)
    return _worded_again(house, key, message_id, actor, now)


def _by_rule(world: World, old: Message) -> Planned:
    """The message as the plan alone has it."""
    alone = plan(replace(world.planning, retimed={}))
    found = next((p for p in alone if place_of(p) == place_of(old.planned)), None)
    if found is None or found.due_at is None:
        raise Conflict(f"message {old.id} has no moment by its rule yet; give the facts that it waits for first")
    return found


def _refuse(world: World, old: Message, by_rule: Planned, due: datetime, now: datetime) -> None:
    scene = scene_of(world.planning)
    session = world.facts.event.session(_session_id(old)) if world.facts.event else None
    against = retiming.against(_rule(world, old), by_rule, due, replace(scene, session=session), now)
    if against is not None:
        raise against


def _session_id(old: Message) -> str:
    return old.planned.occurrence.subject_id.rpartition("/")[2]


def _rule(world: World, old: Message) -> Rule:
    wanted = old.planned.occurrence.rule_id
    found = next((rule for rule in world.planning.playbook.rules if rule.id == wanted), None)
    if found is None:
        raise Conflict(f"message {old.id} follows the rule {wanted!r}, which the playbook has no longer")
    return found


def _worded_again(house: House, key: Campaign, message_id: int, actor: Actor, now: datetime) -> Message:
    """What says something else at its new moment ("tomorrow"), or was moved by somebody who does not approve."""
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        message = store.message_by_id(connection, message_id)
        known = contents.current(connection, message_id)
        people = staff.read(connection, house)
    if not known:
        return message
    limits = house.limits(message.planned.channel, now)
    worded = wording.payloads(house, world.scene, message.planned, limits)
    late = wording.late_payloads(house, world.scene, message.planned, limits)
    barred = approval.refusal(people, actor, (), staff.today(house, now)) is not None
    with house.database.write() as connection:
        other = campaigns.keep(connection, world, message, worded, limits, now, late)
        if other or barred:
            contents.void_approval(connection, message, "text_changed" if other else "retimed_unapproved")
        return store.message_by_id(connection, message_id)
