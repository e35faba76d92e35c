"""Entries → the bytes of an .ics file. The same entries always give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar

from announcer.calendars.items import Item
from announcer.calendars.zones import vtimezone

#: How often a subscribed calendar is read again; programs round it up as they like.
REFRESH = timedelta(hours=1)
_PRODUCT = "-//announcer//calendar//EN"


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """What the calendar says of itself."""

    name: str
    url: str  #: The page it belongs to.
    source: str = ""  #: Its own address, if it can be subscribed to.


def calendar_file(info: CalendarInfo, items: Sequence[Item]) -> bytes:
    """A calendar to subscribe to; without `source` a file to add once (METHOD:PUBLISH, RFC 5546 §3.2.1)."""
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", _PRODUCT)
    if info.source:
        _subscribed(calendar, info)
    else:
        calendar.add("METHOD", "PUBLISH")
    for zone in sorted({item.zone for item in items if isinstance(item.start, datetime)}, key=str):
        years = [_year(item) for item in items if item.zone == zone]
        calendar.add_component(vtimezone(zone, min(years), max(years) + 1))
    for item in items:
        calendar.add_component(_event(item))
    return bytes(calendar.to_ical())


def _subscribed(calendar: icalendar.Calendar, info: CalendarInfo) -> None:
    calendar.add("NAME", info.name)
    calendar.add("X-WR-CALNAME", info.name)
    calendar.add("URL", info.url)
    calendar.add("SOURCE", icalendar.vUri(info.source), parameters={"VALUE": "URI"})
    calendar.add("REFRESH-INTERVAL", icalendar.vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))


def _event(item: Item) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", item.uid)
    event.add("DTSTAMP", _stamp(item.changed))
    event.add("LAST-MODIFIED", _stamp(item.changed))
    event.add("SEQUENCE", item.sequence)
    event.add("DTSTART", _local(item, item.start))
    if item.end is not None:
        event.add("DTEND", _local(item, item.end))
    event.add("SUMMARY", item.summary)
    event.add("STATUS", "CANCELLED" if item.cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if item.transparent or item.cancelled else "OPAQUE")
    texts: dict[str, Any] = {"LOCATION": item.location, "DESCRIPTION": item.description, "URL": item.url}
    for name, text in texts.items():
        if text:
            event.add(name, text)
    return event


def _stamp(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _local(item: Item, moment: datetime | date) -> datetime | date:
    return moment.astimezone(item.zone) if isinstance(moment, datetime) else moment


def _year(item: Item) -> int:
    return _local(item, item.start).year
