"""What an event's calendar entries say, or would say were it public now. Reads only."""

from __future__ import annotations

from datetime import datetime

from announcer.calendars.items import Item, Subject, Version, items
from announcer.model.facts import Event
from announcer.office.house import House
from announcer.store import facts, published


def entries(house: House, event: Event, now: datetime) -> tuple[Item, ...]:
    """Every entry of an event with its history; empty while no date was ever confirmed."""
    with house.database.read() as connection:
        versions = [Version(one, at) for one, at in facts.event_history(connection, event.id)]
        first = published.event_first_sent(connection, event.id)
        announced = facts.announcement_ids(connection, event.id)
        language: str = house.settings.site.language
        if announced:
            language = facts.announcement_facts(connection, announced[0]).language
    if not versions:
        return ()
    return items(Subject(versions, first or now, f"{house.settings.site.url}/e/{event.id}", language))
