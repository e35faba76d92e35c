"""An event with its programme as a TOML table. Times without offset are the venue's wall clock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from announcer.errors import IntakeError
from announcer.model.facts import Event, Person, Place, Registration, Session

_PARTS: Mapping[str, type] = {"place": Place, "registration": Registration}
_NOT_FROM_FILE = {"version", "sequence", "previous_start", "previous_end", "status"}
#: What the file calls otherwise.
_IN_FILE = {"sessions": "session"}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_adapter = TypeAdapter(Event)


def read_event(text: str, name: str) -> Event:
    """Read an event; raises `IntakeError` naming file, key and remedy."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: {error}; correct the line") from error
    _check_keys(data, Event, name, "")
    if "session" in data:
        data["sessions"] = data.pop("session")
    zone = _zone(data.get("timezone", "Europe/Berlin"), name)
    try:
        event = _adapter.validate_python(_localised(data, zone))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise IntakeError(
            f"{name}: {where}: {first['msg'].lower()}; correct it (docs/events.md shows an event)"
        ) from error
    _check_sense(event, name)
    return event


def read_programme(text: str, name: str, event: Event) -> tuple[Session, ...]:
    """The sessions of a file: an event's whole file, or one with nothing but [[session]] tables.

    Times without offset are the wall clock of `event`. Raises `IntakeError`
    naming file, key and remedy.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: {error}; correct the line") from error
    if "session" not in data:
        raise IntakeError(f"{name}: there is no [[session]]; write the whole programme, one table for each item")
    if data.get("id", event.id) != event.id:
        raise IntakeError(f"{name}: this is the file of '{data['id']}', not of '{event.id}'; choose the right one")
    _check_keys(data, Event, name, "")
    own = {"id": event.id, "name": event.name, "timezone": event.timezone, "session": data["session"]}
    try:
        parsed = _adapter.validate_python(_localised({**own, "sessions": own.pop("session")}, event.zone))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise IntakeError(
            f"{name}: {where}: {first['msg'].lower()}; correct it (docs/events.md shows an event)"
        ) from error
    _check_sense(parsed, name)
    return parsed.sessions


def _check_keys(data: Mapping[str, Any], kind: type, name: str, where: str) -> None:
    assert is_dataclass(kind)
    known = {_IN_FILE.get(field.name, field.name) for field in fields(kind)} - _NOT_FROM_FILE
    if unknown := sorted(set(data) - known):
        raise IntakeError(f"{name}: {where}{unknown[0]!r} is not a known key; known are {', '.join(sorted(known))}")
    for key, value in data.items():
        if key in _PARTS and isinstance(value, dict):
            _check_keys(value, _PARTS[key], name, f"[{key}] ")
        if key == "session" and isinstance(value, list):
            for number, item in enumerate(value, 1):
                _check_session(item, name, f"[[session]] {number}: ")


def _check_session(item: Any, name: str, where: str) -> None:
    if not isinstance(item, dict):
        raise IntakeError(f"{name}: {where}is not a table; write [[session]] above it")
    _check_keys(item, Session, name, where)
    performers = item.get("performers", [])
    if not isinstance(performers, list):
        raise IntakeError(f'{name}: {where}performers is a list of people, like [{{name = "…", role = "…"}}]')
    for person in performers:
        if not isinstance(person, dict):
            raise IntakeError(f'{name}: {where}a person looks like {{name = "…", role = "…"}}')
        _check_keys(person, Person, name, f"{where}performers ")


def _zone(value: object, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise IntakeError(f"{name}: timezone {value!r} is not known; write it like Europe/Berlin") from error


def _localised(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=zone)
    if isinstance(value, dict):
        return {key: _localised(item, zone) for key, item in value.items()}
    if isinstance(value, list):
        return [_localised(item, zone) for item in value]
    return value


def _check_sense(event: Event, name: str) -> None:
    for id_ in (event.id, *(session.id for session in event.sessions)):
        if not _ID.fullmatch(id_):
            raise IntakeError(f"{name}: {id_!r} can't be an id; use small letters, digits and hyphens, at most 80")
    if event.start and event.end and event.end <= event.start:
        raise IntakeError(f"{name}: end is not after start; correct one of them")
    if event.start and event.end and event.end - event.start > timedelta(days=366):
        raise IntakeError(f"{name}: the event lasts more than a year; check the years of start and end")
    registration = event.registration
    if registration.opens and registration.closes and registration.closes <= registration.opens:
        raise IntakeError(f"{name}: [registration] closes is not after opens; correct one of them")
    seen: set[str] = set()
    for session in event.sessions:
        if session.id in seen:
            raise IntakeError(f"{name}: two sessions have the id {session.id!r}; ids tell them apart")
        seen.add(session.id)
        if session.start and session.end and session.end <= session.start:
            raise IntakeError(f"{name}: session {session.id!r} ends before it begins; correct one of its times")
