"""Where an old value still stands in free texts after a change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
)
from announcer.model.facts import Event, Session

_NEAR = 12  # characters on either side that tell one place from another
_MARKS = re.compile(r"[*_#>`\\\[\]()]")
_AROUND = 40  # characters shown on either side
_TITLES = frozenset({"dr", "prof", "dipl", "ing", "frau", "herr", "mr", "mrs", "ms"})


@dataclass(frozen=True, slots=True)
class StalePlace:
    """One place in a free text that still says the old value."""

    text: str  #: Which text: the key under which it was given.
    said: str  #: What stands there.
    start: int  #: Where, in characters.
    end: int
    excerpt: str
    fragment: str  #: The place with a few words around it: a message that contains it says the old value.


def plain(text: str) -> str:
    """A text without the marks of Markdown and with single blanks, so that it is found again in what was made of it."""
    return " ".join(_MARKS.sub("", text).split())


def stale_places(change: Change, before: Facts, texts: Mapping[str, str]) -> tuple[StalePlace, ...]:
    """Every place in `texts` that says what `change` makes wrong, in reading order.

    Words are matched whole, names also in the genitive ("Schwans Rede"),
    dates and times in the spellings usual in German and English. It is a
    proposal for a person to look at; nothing is replaced here.
    """
    patterns = list(dict.fromkeys(_patterns(change, before)))
    if not patterns:
        return ()
    pattern = re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)
    return tuple(
        StalePlace(
            name,
            found[0],
            found.start(),
            found.end(),
            _excerpt(text, found.start(), found.end()),
            plain(text[max(0, found.start() - _NEAR) : found.end() + _NEAR]),
        )
        for name, text in texts.items()
        for found in pattern.finditer(text)
    )


def _patterns(change: Change, before: Facts) -> Iterator[str]:
    match change:
        case CorrectWording():
            yield _whole(change.old)
        case ReplacePerson():
            yield _whole(change.old, genitive=True)
            if surname := _surname(change.old):
                yield _whole(surname, genitive=True)
        case MoveEvent():
            yield from _moved_patterns(change, before.event)
        case PostponeEvent() | CancelEvent():
            if before.event is not None:
                yield from _event_patterns(before.event)
        case ChangeRegistration():
            yield from _registration_patterns(change, before.event)
        case UpdateProgramme():
            yield from _programme_patterns(change, before.event)
        case ChangeRoom() | CancelSession() | MoveSession() | Delay():
            session = before.event.session(change.session_id) if before.event else None
            if session is not None and before.event is not None:
                yield from _session_patterns(change, session, before.event.zone)


def _moved_patterns(change: MoveEvent, event: Event | None) -> Iterator[str]:
    if event is None:
        return
    if change.start is not None:
        yield from _event_patterns(event)
    if change.place is not None and event.place is not None:
        kept = {change.place.name, change.place.street}
        yield from (_whole(name) for name in (event.place.name, event.place.street) if name and name not in kept)


def _registration_patterns(change: ChangeRegistration, event: Event | None) -> Iterator[str]:
    if event is None:
        return
    old = event.registration
    for moment, wanted in ((old.opens, change.opens), (old.closes, change.closes)):
        if moment is not None and wanted is not None and moment != wanted:
            yield from _day_patterns(moment.astimezone(event.zone).date(), weekday=False)
    if change.url and old.url and change.url != old.url:
        yield _whole(old.url)


def _programme_patterns(change: UpdateProgramme, event: Event | None) -> Iterator[str]:
    """What each session said before: of one that falls out its title and its people, else what is otherwise."""
    if event is None:
        return
    wanted = {session.id: session for session in change.sessions}
    for old in event.sessions:
        new = wanted.get(old.id)
        if new is None:
            yield from _session_patterns(CancelSession(old.id), old, event.zone)
            continue
        if old.start is not None and new.start is not None and old.start != new.start:
            yield from _session_patterns(MoveSession(old.id, new.start), old, event.zone)
        if old.room and old.room != new.room:
            yield _whole(old.room)
        names = {person.name for person in new.performers}
        yield from (_whole(p.name, genitive=True) for p in old.performers if p.name not in names)


def _event_patterns(event: Event) -> Iterator[str]:
    if event.start is None:
        return
    first = event.start.astimezone(event.zone)
    last = (event.end or event.start).astimezone(event.zone)
    if first.date() != last.date():
        yield _range_pattern(first.date(), last.date())
        yield from _day_patterns(last.date())
    yield from _day_patterns(first.date())
    yield _time_pattern(first.time())


def _session_patterns(
    change: ChangeRoom | CancelSession | MoveSession | Delay, session: Session, zone: ZoneInfo
) -> Iterator[str]:
    if isinstance(change, ChangeRoom):
        if session.room:
            yield _whole(session.room)
        return
    if isinstance(change, CancelSession):
        yield _whole(session.title)
        for person in session.performers:
            yield _whole(person.name, genitive=True)
    if session.start is not None:
        local = session.start.astimezone(zone)
        yield _time_pattern(local.time())
        if isinstance(change, MoveSession) and _changes_day(change.start, local, zone):
            yield from _day_patterns(local.date())


def _changes_day(start: datetime, local: datetime, zone: ZoneInfo) -> bool:
    return start.astimezone(zone).date() != local.date()


def _day_patterns(day: date, *, weekday: bool = True) -> Iterator[str]:
    names = [format_date(day, pattern, locale="de") for pattern in ("MMMM", "MMM")]
    names += [format_date(day, pattern, locale="en_GB") for pattern in ("MMMM", "MMM")]
    month = "|".join(re.escape(name.rstrip(".")) for name in dict.fromkeys(names))
    yield rf"(?<!\d){day.day}\.? ?(?:{month})\b"
    yield rf"\b(?:{month})\.? {day.day}(?:st|nd|rd|th)?\b"
    yield rf"(?<!\d)0?{day.day}\. ?0?{day.month}\.(?: ?(?:{day.year}|{day.year % 100:02}))?(?!\d)"
    yield rf"\b{day.isoformat()}\b"
    for locale in ("de", "en_GB") if weekday else ():
        yield rf"\b{format_date(day, 'EEEE', locale=locale)}\b"


def _range_pattern(first: date, last: date) -> str:
    month = "|".join(format_date(last, "MMMM", locale=locale) for locale in ("de", "en_GB"))
    joint = r"\.? ?(?:bis zum|bis|und|to|and|–|-|/) ?"
    return rf"(?<!\d){first.day}{joint}{last.day}\.? ?(?:{month})\b"


def _time_pattern(at: time) -> str:
    if at.minute == 0:
        return rf"(?<!\d)(?:0?{at.hour}(?:[:.]00)? ?Uhr|0?{at.hour}:00)(?!\d)"
    return rf"(?<!\d)0?{at.hour}[:.]{at:%M}(?: ?Uhr)?(?!\d)"


def _whole(words: str, *, genitive: bool = False) -> str:
    ending = "(?:['’]?s)?" if genitive else ""
    return rf"(?<!\w){re.escape(words)}{ending}(?!\w)"


def _surname(name: str) -> str:
    last = name.split()[-1] if name.split() else ""
    return last if len(last) > 2 and last.lower().rstrip(".") not in _TITLES else ""


def _excerpt(text: str, start: int, end: int) -> str:
    """The place with whole words around it, on one line."""
    left, right = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if start > _AROUND:
        left = "…" + left[left.find(" ") + 1 :]
    if end + _AROUND < len(text):
        right = right[: right.rfind(" ") + 1].rstrip() + "…" if " " in right else right + "…"
    return " ".join(f"{left}{text[start:end]}{right}".split())
