"""The staff as config.toml and the database have it; deputies entered and taken out; who wrote what."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from announcer.errors import Conflict, NotAllowed, NotFound
from announcer.model.campaign import Message
from announcer.model.people import Actor, Deputy
from announcer.office import approval
from announcer.office.approval import Staff
from announcer.office.house import House
from announcer.office.wording import own_name
from announcer.store import deputies, facts, journal
from announcer.store.campaign import Campaign
from announcer.store.tables import audit


def read(connection: sa.Connection, house: House) -> Staff:
    """Who works here and who stands in for whom."""
    people = house.settings.people
    return approval.staff_of(house.settings, deputies.listed(connection) if people else ())


def today(house: House, now: datetime) -> date:
    """The day by the office's own calendar: deputies count on it."""
    return now.astimezone(house.planning_zone).date()


# -- Who wrote it. --


def authors(connection: sa.Connection, key: Campaign, message: Message) -> frozenset[str]:
    """Whose text a message says: of the newest event and announcement, of the words given for it, of its own text."""
    found = facts.latest_actors(connection, key.event_id, _announcement_id(connection, key))
    occurrence = message.planned.occurrence
    own = json.loads(journal.recall(connection, f"own:{key}") or "{}")
    if own_name(message.planned) in own:
        subject = f"{occurrence.rule_id}@{occurrence.anchor}"
        writer = _gave_words(connection, key, subject, message.planned.channel)
        return frozenset({*found, writer} if writer is not None else found)
    given = json.loads(journal.recall(connection, f"words:{key}") or "{}")
    for rule in (f"{occurrence.rule_id}@{occurrence.anchor}", occurrence.rule_id):
        if rule in given and (writer := _gave_words(connection, key, rule)) is not None:
            return frozenset({*found, writer})
    return frozenset(found)


def _announcement_id(connection: sa.Connection, key: Campaign) -> str | None:
    if key.event_id is None:
        return key.announcement_id
    return next(iter(facts.announcement_ids(connection, key.event_id)), None)


def _gave_words(connection: sa.Connection, key: Campaign, rule: str, channel: str = "") -> str | None:
    """Who gave the words under a rule last; of a person's own text for one message, with the channel it is for."""
    query = (
        sa.select(audit.c.actor)
        .where(audit.c.verb == "words", audit.c.subject == f"{key} {rule}"[:200], audit.c.why == channel)
        .order_by(audit.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def barred(
    connection: sa.Connection, house: House, key: Campaign, messages: Collection[Message], actor: Actor, now: datetime
) -> Mapping[int, NotAllowed]:
    """Which of these messages `actor` may not approve now, and why."""
    staff = read(connection, house)
    if not staff.people:
        return {}
    day, found = today(house, now), {}
    for message in messages:
        wrote = authors(connection, key, message) if staff.four_eyes else frozenset[str]()
        if (why := approval.refusal(staff, actor, wrote, day)) is not None:
            found[message.id] = why
    return found


# -- Deputies. --


def add_deputy(
    house: House, person: str, stand_in: str, first: date, last: date, actor: Actor, now: datetime
) -> Deputy:
    """Let somebody stand in for a person who approves.

    Raises `NotFound` for a name that is nobody's, `Conflict` for days or
    people that make no sense, `NotAllowed` for an actor who does not approve:
    nobody makes themselves a deputy.
    """
    with house.database.write() as connection:
        staff = read(connection, house)
        absent, present = (_known(staff, name) for name in (person, stand_in))
        _only_who_approves(staff, actor, now, house)
        if not next(one for one in staff.people if one.id == absent).approves:
            raise Conflict(f"{absent} does not approve, so nobody has to stand in; set 'approves' in config.toml")
        if absent == present:
            raise Conflict(f"{absent} can't stand in for themselves; name somebody else")
        if last < first:
            raise Conflict(f"the deputy would end on {last}, before it begins on {first}; exchange the days")
        made = deputies.add(connection, absent, present, first, last)
        journal.note(connection, actor, now, "deputy", f"person {absent}", after=_said(made))
        return made


def remove_deputy(house: House, id_: int, actor: Actor, now: datetime) -> Deputy:
    """Take a deputy out again; raises `NotFound`, or `NotAllowed` for an actor who does not approve."""
    with house.database.write() as connection:
        _only_who_approves(read(connection, house), actor, now, house)
        gone = deputies.remove(connection, id_)
        journal.note(connection, actor, now, "deputy removed", f"person {gone.person}", before=_said(gone))
        return gone


def _only_who_approves(staff: Staff, actor: Actor, now: datetime, house: House) -> None:
    # Deputies are left out: nobody prolongs what they were lent.
    why = approval.refusal(replace(staff, deputies=()), actor, (), today(house, now))
    if why is not None:
        raise why


def _known(staff: Staff, name: str) -> str:
    found = staff.who(name)
    if found is None:
        known = ", ".join(one.id for one in staff.people) or "none"
        raise NotFound(f"config.toml has no [people.{name}]; known: {known}")
    return found.id


def _said(one: Deputy) -> str:
    return f"{one.deputy}, {one.first} – {one.last}"
