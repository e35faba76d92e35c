"""What a change makes of single values, for the log: "keynote room: Großer Saal", then "keynote room: Saal 2"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from announcer.model.changes import Facts
from announcer.model.facts import Announcement, Event, Link, Person, Picture, Place, Registration, Session

_COUNTERS = frozenset({"id", "version", "sequence", "previous_start", "previous_end"})
_LONGEST = 60  # characters shown on either side of where a long text differs
_OFFICE = ZoneInfo("Europe/Berlin")


def values(before: Facts, after: Facts) -> tuple[str, str]:
    """Every value that differs, as it was and as it is, in the same order on both sides."""
    pairs = [*_event(before.event, after.event), *_fields("", before.announcement, after.announcement, _OFFICE)]
    return "; ".join(old for old, _ in pairs), "; ".join(new for _, new in pairs)


def _event(before: Event | None, after: Event | None) -> Iterator[tuple[str, str]]:
    if before is None or after is None:
        return
    yield from _fields("", before, after, after.zone, leave_out=("sessions",))
    known = {session.id: session for session in before.sessions}
    for session in after.sessions:
        old = known.get(session.id)
        if old is None:
            yield f"{session.id}: –", f"{session.id}: {session.title}"
        else:
            yield from _fields(f"{session.id} ", old, session, after.zone)


def _fields(
    prefix: str, before: Event | Announcement | Session | None, after: Event | Announcement | Session | None,
    zone: ZoneInfo, leave_out: tuple[str, ...] = (),
) -> Iterator[tuple[str, str]]:  # fmt: skip
    if before is None or after is None or before == after:
        return
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new or field.name in _COUNTERS or field.name in leave_out:
            continue
        was, now = _differing(_shown(old, zone), _shown(new, zone))
        name = f"{prefix}{field.name.replace('_', ' ')}"
        yield f"{name}: {was}", f"{name}: {now}"


def _shown(value: Any, zone: ZoneInfo) -> str:
    match value:
        case None | "" | ():
            return "–"
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case Person():
            return ", ".join(part for part in (value.name, value.role, value.affiliation) if part)
        case Place():
            city = f"{value.postal_code} {value.city}".strip()
            return ", ".join(part for part in (value.name, value.street, city) if part)
        case Registration():
            moments = (f"{name} {_shown(getattr(value, name), zone)}" for name in ("opens", "closes"))
            return ", ".join([*moments, value.url] if value.url else moments)
        case Link():
            return value.label
        case Picture():
            return value.alt
        case tuple():
            return ", ".join(_shown(one, zone) for one in value)
    return " ".join(str(value).split())


def _differing(old: str, new: str) -> tuple[str, str]:
    """Two texts as they are, or around the place where long ones begin to differ."""
    if max(len(old), len(new)) <= 3 * _LONGEST:
        return old, new
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return _around(old, at), _around(new, at)


def _around(text: str, at: int) -> str:
    start, end = max(0, at - _LONGEST), at + _LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")
