"""What pictures and files of an announcement have in common: each change makes its next version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import facts, journal


def announcement_of(house: House, announcement_id: str) -> Announcement:
    """The announcement they belong to; raises `NotFound`."""
    with house.database.read() as connection:
        return facts.announcement_facts(connection, announcement_id)


def save(house: House, changed: Announcement, verb: str, said: str, actor: Actor, now: datetime) -> None:
    """Store the changed announcement as its next version, with a line in the log."""
    with house.database.write() as connection:
        facts.save_announcement(connection, replace(changed, version=changed.version + 1), actor, now)
        journal.note(connection, actor, now, verb, f"announcement {changed.id}", after=said)
