"""A programme as other programs write it: pretalx and frab (JSON, XML), iCalendar, CSV, Excel, a Word table, TOML.

What an item is called elsewhere (its code, UID or number) stays with it, so
that a later export of the same programme finds it again.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from announcer.errors import IntakeError
from announcer.intake.event_file import read_event
from announcer.intake.files import decoded, refuse
from announcer.intake.programme_tables import from_rows, rows_of_csv, rows_of_docx, rows_of_xlsx
from announcer.intake.slugs import slug, unique
from announcer.model.facts import Person, Session

MOST_ITEMS = 5_000


def read_programme(data: bytes, name: str, zone: ZoneInfo, first_day: date | None = None) -> tuple[Session, ...]:
    """The items of a programme; raises `IntakeError` naming file, place and remedy.

    `first_day` is the event's first day: of it are times that name no day, and "Tag 2" counts from it.
    """
    refuse(data, name)
    found = _read(data, name, zone, first_day)
    if not found:
        raise IntakeError(f"{name}: no programme item is found; docs/intake.md lists what is read")
    if len(found) > MOST_ITEMS:
        raise IntakeError(f"{name} has {len(found)} items, more than {MOST_ITEMS}; give the programme of one event")
    return _with_ids(found)


def _read(data: bytes, name: str, zone: ZoneInfo, first_day: date | None) -> list[Session]:
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PK\x03\x04"):
        rows = rows_of_docx(data, name) if ending == "docx" else rows_of_xlsx(data, name)
        return from_rows(rows, name, zone, first_day)
    text = decoded(data, name).lstrip()
    if text.startswith("BEGIN:VCALENDAR"):
        return _calendar(data, name, zone)
    if text.startswith(("{", "[")) and ending != "toml":
        return _json(text, name, zone)
    if text.startswith("<"):
        return _xml(data, name, zone)
    if ending == "toml" or text.startswith("[[session]]"):
        return _toml(text, name, zone)
    return from_rows(rows_of_csv(text, name), name, zone, first_day)


def _with_ids(found: Iterable[Session]) -> tuple[Session, ...]:
    taken: set[str] = set()
    return tuple(
        replace(one, id=unique((slug(one.id) if one.id else slug(one.title))[:60].strip("-"), taken)) for one in found
    )


# pretalx and frab.


def _json(text: str, name: str, zone: ZoneInfo) -> list[Session]:
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise IntakeError(f"{name} is no JSON that can be read; export it again") from error
    if isinstance(data, dict) and isinstance(data.get("schedule"), dict):
        conference = data["schedule"].get("conference")
        days = conference.get("days") if isinstance(conference, dict) else None
        rooms = [(room, talks) for day in _list(days) for room, talks in _table(day.get("rooms")).items()]
        return [_talk(talk, str(room), zone) for room, talks in rooms for talk in _list(talks)]
    talks = data.get("results", data.get("talks", data.get("sessions"))) if isinstance(data, dict) else data
    return [_submission(talk, zone) for talk in _list(talks)]


def _talk(talk: Mapping[str, Any], room: str, zone: ZoneInfo) -> Session:
    """One event of a frab schedule."""
    start = _instant(talk.get("date"), zone)
    people = tuple(
        Person(str(one.get("public_name") or one.get("full_public_name") or one.get("name") or ""))
        for one in _list(talk.get("persons"))
    )
    code = str(talk.get("guid") or talk.get("code") or talk.get("id") or "")
    return _session(
        external=code,
        id_=str(talk.get("code") or talk.get("id") or ""),
        title=_said(talk.get("title")),
        kind=_said(talk.get("type")),
        start=start,
        end=_after(start, talk.get("duration")),
        room=_said(talk.get("room")) or room,
        people=people,
    )


def _submission(talk: Mapping[str, Any], zone: ZoneInfo) -> Session:
    """One talk of pretalx's own interface."""
    slot = _table(talk.get("slot") or next(iter(_list(talk.get("slots"))), {}))
    start = _instant(slot.get("start", talk.get("start")), zone)
    end = _instant(slot.get("end", talk.get("end")), zone)
    people = tuple(
        Person(_said(one.get("name"))) if isinstance(one, dict) else Person(str(one))
        for one in talk.get("speakers") or []
    )
    return _session(
        external=str(talk.get("code") or talk.get("id") or ""),
        id_=str(talk.get("code") or ""),
        title=_said(talk.get("title")),
        kind=_said(talk.get("submission_type") or talk.get("type")),
        start=start,
        end=end or _after(start, talk.get("duration")),
        room=_said(slot.get("room", talk.get("room"))),
        people=tuple(p for p in people if p.name),
    )


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _said(value: object) -> str:
    """A text, or the German or first of several languages."""
    if isinstance(value, dict):
        value = value.get("de") or value.get("en") or value.get("name") or next(iter(value.values()), "")
        return _said(value)
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _session(
    *,
    external: str,
    id_: str,
    title: str,
    kind: str,
    start: datetime | None,
    end: datetime | None,
    room: str,
    people: tuple[Person, ...],
) -> Session:
    day = start.date() if start else None
    return Session(
        id=id_,
        title=title or kind or "?",
        kind=kind if kind != title else "",
        day=day,
        start=start,
        end=end,
        room=room,
        performers=people,
        external_id=external,
    )


def _instant(value: object, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and value.strip():
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    else:
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _after(start: datetime | None, duration: object) -> datetime | None:
    """ "00:45", or 45 minutes."""
    if start is None:
        return None
    if isinstance(duration, int) and 0 < duration < 6000:
        return start + timedelta(minutes=duration)
    found = re.fullmatch(r"(\d{1,3}):(\d\d)(?::\d\d)?", str(duration or ""))
    return start + timedelta(hours=int(found[1]), minutes=int(found[2])) if found and found[0].strip("0:") else None


def _xml(data: bytes, name: str, zone: ZoneInfo) -> list[Session]:
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", data[:100_000], re.IGNORECASE):
        raise IntakeError(f"{name} declares entities, which no programme does; it is not opened")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise IntakeError(f"{name} is no XML that can be read ({error}); export it again") from error
    found = []
    for day in root.iter("day"):
        for room in day.iter("room"):
            found += [
                _xml_event(event, day.get("date") or "", room.get("name") or "", zone) for event in room.iter("event")
            ]
    return found


def _xml_event(event: Any, day: str, room: str, zone: ZoneInfo) -> Session:
    start = _instant(event.findtext("date"), zone) or _instant(f"{day}T{event.findtext('start') or ''}", zone)
    people = tuple(
        Person(" ".join((one.text or "").split())) for one in event.iter("person") if (one.text or "").strip()
    )
    return _session(
        external=event.get("guid") or event.get("id") or "",
        id_=event.get("code") or event.get("id") or "",
        title=_said(event.findtext("title")),
        kind=_said(event.findtext("type")),
        start=start,
        end=_after(start, event.findtext("duration")),
        room=_said(event.findtext("room")) or room,
        people=people,
    )


# iCalendar and TOML.


def _calendar(data: bytes, name: str, zone: ZoneInfo) -> list[Session]:
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise IntakeError(f"{name} is no calendar that can be read ({error}); export it again") from error
    found = []
    for event in calendar.walk("VEVENT"):
        start, end = (_decoded(event, key, zone) for key in ("DTSTART", "DTEND"))
        moment = start if isinstance(start, datetime) else None
        session = _session(
            external=str(event.get("UID", "")),
            id_="",
            title=str(event.get("SUMMARY", "")).strip(),
            kind="",
            start=moment,
            end=end if isinstance(end, datetime) else None,
            room=str(event.get("LOCATION", "")).strip(),
            people=(),
        )
        found.append(session if moment else replace(session, day=start if isinstance(start, date) else None))
    return sorted(found, key=lambda one: (one.day or date.max, one.start.time() if one.start else time.max))


def _decoded(event: Any, key: str, zone: ZoneInfo) -> date | datetime | None:
    try:
        value = getattr(event.get(key), "dt", None)
    except ValueError:  # icalendar keeps a time it can't read, and complains only when somebody looks
        return None
    if isinstance(value, datetime):
        return _instant(value, zone)
    return value if isinstance(value, date) else None


def _toml(text: str, name: str, zone: ZoneInfo) -> list[Session]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: {error}; correct the line") from error
    if "id" not in data and "name" not in data:
        text = f'id = "x"\nname = "x"\ntimezone = "{zone.key}"\n{text}'
    return [
        replace(one, day=one.start.astimezone(zone).date() if one.start else one.day)
        for one in read_event(text, name).sessions
    ]
