"""An event out of what a text says of it: instants on its own clock, its programme, how sure its date is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.intake.dates import Mention, Precision, Sure
from announcer.intake.occasion import Occasion
from announcer.intake.programme import Item
from announcer.intake.proposal import EventDraft
from announcer.intake.slugs import slug, unique
from announcer.model.facts import Certainty, Event, EventStatus, Person, Place, Registration, Session

_STATUS = {
    "cancelled": EventStatus.CANCELLED,
    "postponed": EventStatus.POSTPONED,
    "rescheduled": EventStatus.RESCHEDULED,
}


def draft_of(occasion: Occasion, items: Sequence[Item], zone: ZoneInfo) -> EventDraft:
    """The event as it would be stored, unconfirmed, and as exact as the text says it."""
    occasion = _beginning(occasion, items)
    when = occasion.when
    certainty = _certainty(occasion)
    first = when.first if when else None
    last = when.last if when else None
    start, end = _span(first, last, occasion.begins, occasion.ends, zone)
    place = Place(occasion.place, occasion.street, occasion.postal_code, occasion.city) if occasion.place else None
    closes = occasion.registration_closes
    closing = datetime.combine(closes.first, closes.begins or time(23, 59), zone) if closes and closes.first else None
    known = certainty in {"stated", "inferred", "ambiguous"} and start is not None
    doors = datetime.combine(first, occasion.doors, zone) if first and occasion.doors else None
    event = Event(
        id=slug(occasion.name)[:70].strip("-")
        + (f"-{first.year}" if first and str(first.year) not in occasion.name else ""),
        name=occasion.name,
        start=start,
        end=end,
        timezone=zone.key,
        certainty=Certainty.INFERRED if known else Certainty.MISSING,
        doors=doors,
        place=place,
        registration=Registration(closes=closing),
        sessions=tuple(_sessions(items, first, last, zone)),
        status=_STATUS.get(occasion.status, EventStatus.SCHEDULED),
    )
    return EventDraft(
        event=event, certainty=certainty, status=occasion.status, when=when, previous=occasion.previous,
        previous_place=occasion.previous_place, start=_shown(when, occasion.begins, first=True),
        end=_shown(when, occasion.ends, first=False, begins=occasion.begins), alternatives=_alternatives(occasion),
        registration_closes=_shown(closes, closes.begins if closes else None, first=True) if closes else "",
        doors=f"{occasion.doors:%H:%M}" if occasion.doors else "", recurring=occasion.recurring, items=tuple(items),
    )  # fmt: skip


def _beginning(occasion: Occasion, items: Sequence[Item]) -> Occasion:
    """An event without a time of its own begins with the first item of its first day; a series ends with its last."""
    when = occasion.when
    if when is None or when.first is None or len(items) < 2:
        return occasion
    one_day = when.first == when.last
    starts = [
        item.start
        for item in items
        if item.start and (item.on == when.first if item.on else item.day == 1 or (item.day is None and one_day))
    ]
    days = [item.on for item in items if item.on]
    if one_day and len(days) == len(items) and min(days) == when.first:
        occasion = replace(occasion, when=replace(when, last=max(days)))
    return replace(occasion, begins=min(starts)) if starts and occasion.begins is None else occasion


def _certainty(occasion: Occasion) -> str:
    if occasion.when is None:
        return "missing"
    if occasion.contradicting or occasion.when.sure is Sure.AMBIGUOUS:
        return "ambiguous"
    if occasion.when.sure is Sure.INCOMPLETE:
        return "open"
    return occasion.when.sure.value


def _span(
    first: date | None, last: date | None, begins: time | None, ends: time | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """Start and end as instants; a day without a time begins at midnight, and stays to be confirmed."""
    if first is None or last is None:
        return None, None
    start = datetime.combine(first, begins or time(), zone)
    if ends is not None:
        end = datetime.combine(last, ends, zone)
        return start, end if end > start else end + timedelta(days=1)
    if last != first:
        return start, datetime.combine(last, time(23, 59), zone)
    return start, None


def _shown(when: Mention | None, clock: time | None, *, first: bool, begins: time | None = None) -> str:
    """A start or end as exact as the text says it."""
    if when is None:
        return ""
    day = when.first if first else when.last
    if day is None:
        if not when.partial or when.partial[0] == (0, 0):
            return ""
        month, number = when.partial[0 if first else -1]
        shown = f"--{month:02}-{number:02}"
        return shown + (f"T{clock:%H:%M}" if clock else "") if first or len(when.partial) > 1 or clock else ""
    if not first and clock is not None and when.first == when.last and begins and clock <= begins:
        day += timedelta(days=1)
    if not first and clock is None and when.first == when.last:
        return ""
    if when.precision is Precision.MONTH:
        return f"{day:%Y-%m}"
    return day.isoformat() + (f"T{clock:%H:%M}" if clock else "")


def _alternatives(occasion: Occasion) -> tuple[str, ...]:
    when = occasion.when
    if when is None:
        return ()
    clock = f"T{occasion.begins:%H:%M}" if occasion.begins else ""
    spans = [*when.alternatives, *((m.first, m.last) for m in occasion.contradicting if m.first)]
    return tuple(dict.fromkeys(f"{first}{clock}" for first, _ in spans))


def _sessions(items: Sequence[Item], first: date | None, last: date | None, zone: ZoneInfo) -> list[Session]:
    taken: set[str] = set()
    result = []
    for item in items:
        day = _day(item, first, last)
        start = datetime.combine(day, item.start, zone) if day and item.start else None
        end = datetime.combine(day, item.end, zone) if day and item.end and start else None
        if start and end and end <= start:
            end += timedelta(days=1)
        id_ = unique(slug(item.kind or item.title)[:40].strip("-"), taken)
        performers = tuple(
            Person(" ".join(filter(None, (p.title, p.name))), p.role, p.affiliation) for p in item.people
        )
        result.append(Session(id_, item.title, item.kind, day, start, end, item.room, performers))
    return result


def _day(item: Item, first: date | None, last: date | None) -> date | None:
    if item.on is not None:
        return item.on
    if first is None or last is None:
        return None
    if item.day is None:
        return first if first == last else None
    if item.day == -1:
        return last
    day = first + timedelta(days=item.day - 1)
    return day if day <= last else None
