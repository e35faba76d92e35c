"""Taking in events, and confirming their dates; `taking_in` has the announcements."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from announcer.errors import Conflict, IntakeError
from announcer.intake.event_file import read_event
from announcer.model.facts import Certainty, Event, Session
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import facts, journal, playbooks

LARGEST_FILE = 5_000_000


def read_file(path: Path) -> str:
    """A text file from outside; raises `IntakeError` if it can't be read as text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IntakeError(f"{path}: {error.strerror}; check the path") from error
    if len(data) > LARGEST_FILE:
        raise IntakeError(
            f"{path} has {len(data) // 1_000_000} MB, more than {LARGEST_FILE // 1_000_000}; give the text alone"
        )
    if data.startswith(b"%PDF"):
        raise IntakeError(f"{path} is a PDF, which is not taken; copy its text into a .txt or .md file")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise IntakeError(f"{path} is no text this program can read; save it as UTF-8")


def add_event(house: House, path: Path, playbook: str, actor: Actor, now: datetime) -> Event:
    """Store an event from its TOML file; raises `Conflict` if its id is taken."""
    event = _with_days(read_event(read_file(path), path.name))
    with house.database.write() as connection:
        if playbook:
            playbooks.require(connection, playbook)
        facts.save_event(connection, event, actor, now)
        facts.choose_playbook(connection, event.id, playbook)
        journal.note(connection, actor, now, "add", f"event {event.id}", after=event.name)
    return event


def _with_days(event: Event) -> Event:
    """Sessions with a time know their day."""

    def dated(session: Session) -> Session:
        day = session.start.astimezone(event.zone).date() if session.start else session.day
        return replace(session, day=day)

    certainty = event.certainty if event.start is not None else Certainty.MISSING
    return replace(event, certainty=certainty, sessions=tuple(dated(s) for s in event.sessions))


def confirm_date(
    house: House,
    event_id: str,
    actor: Actor,
    now: datetime,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Event:
    """A person says that the date is right, or gives the one that was missing: from here on it plans.

    Raises `Conflict` for an event without a date if none is given, and for a
    date that was confirmed already: that one is moved, and everybody told.
    """
    with house.database.write() as connection:
        event = facts.event_facts(connection, event_id)
        if start is not None and event.certainty is Certainty.CONFIRMED:
            raise Conflict(f"the date of event {event_id!r} is confirmed; give another with 'announcer move'")
        if start is None and event.start is None:
            raise Conflict(f"event {event_id!r} has no date to confirm; give one with --start")
        if start is not None and end is not None and end <= start:
            raise Conflict(f"event {event_id!r} would end before it begins; correct --start or --end")
        dated = replace(event, start=start or event.start, end=end or (event.end if start is None else None))
        confirmed = replace(dated, certainty=Certainty.CONFIRMED, version=event.version + 1)
        facts.save_event(connection, confirmed, actor, now)
        journal.note(connection, actor, now, "confirm", f"event {event_id}", after=str(confirmed.start))
    return confirmed
