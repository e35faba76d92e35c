"""The programme of an event from another program's file: compared first, stored when somebody agreed.

Before anything of the event has left, its items become what the file says.
Afterwards only new items are added: what changed takes the way of every
change ('announcer move', 'room', 'person'), so that everybody is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from announcer.errors import Conflict
from announcer.intake.programmes import read_programme
from announcer.intake.slugs import unique
from announcer.model.facts import Event, Session
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.office.taking_in import read_bytes
from announcer.store import campaign as store
from announcer.store import facts, journal, queueing
from announcer.store.campaign import Campaign


@dataclass(frozen=True, slots=True)
class Compared:
    """What a file would do to an event's programme."""

    event: Event
    added: tuple[Session, ...]
    changed: tuple[tuple[Session, Session], ...]  #: As it is, and as the file has it.
    missing: tuple[Session, ...]  #: On the programme, not in the file; they stay.
    told: bool  #: Something has left: changed items are shown, not stored.


def compare(house: House, event_id: str, path: Path) -> Compared:
    """Read a programme and put it beside the event's; raises `IntakeError`, `NotFound`."""
    return compare_bytes(house, event_id, read_bytes(path), path.name)


def compare_bytes(house: House, event_id: str, data: bytes, name: str) -> Compared:
    """The same with a file that was uploaded."""
    with house.database.read() as connection:
        event = facts.event_facts(connection, event_id)
        messages = store.messages(connection, Campaign(event_id, None))
        told = bool(queueing.reached(connection, [message.id for message in messages]))
    first = event.start.astimezone(event.zone).date() if event.start else None
    return compared(event, read_programme(data, name, event.zone, first), told=told)


def compared(event: Event, items: tuple[Session, ...], *, told: bool) -> Compared:
    """Items belong together by what the other program calls them, else by id, else by title and day."""
    added: list[Session] = []
    changed: list[tuple[Session, Session]] = []
    left = list(event.sessions)
    taken = {session.id for session in event.sessions}
    for item in items:
        known = next((one for one in left if _same(one, item)), None)
        if known is None:
            added.append(replace(item, id=unique(item.id, taken)))
            continue
        left.remove(known)
        new = replace(item, id=known.id, public=known.public, status=known.status, note=known.note or item.note)
        if new != known:
            changed.append((known, new))
    return Compared(event, tuple(added), tuple(changed), tuple(left), told)


def _same(known: Session, item: Session) -> bool:
    if known.external_id and item.external_id:
        return known.external_id == item.external_id
    return known.id == item.id or (known.title == item.title and known.day == item.day)


def store_programme(house: House, found: Compared, actor: Actor, now: datetime) -> Event:
    """Store what was shown, as the event's next version. Raises `Conflict` if there is nothing to store."""
    new = {known.id: item for known, item in found.changed} if not found.told else {}
    sessions = (*(new.get(one.id, one) for one in found.event.sessions), *found.added)
    if sessions == found.event.sessions:
        raise Conflict(f"the programme of event {found.event.id!r} has nothing new to store")
    event = replace(found.event, sessions=sessions, version=found.event.version + 1)
    with house.database.write() as connection:
        facts.save_event(connection, event, actor, now)
        said = f"{len(found.added)} added, {len(new)} changed"
        journal.note(connection, actor, now, "programme", f"event {event.id}", after=said)
    return event
