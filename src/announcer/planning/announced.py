"""A change in words, German and English. What happened is said, never only coloured or crossed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    Withdraw,
)
from announcer.model.facts import Event, EventStatus, Session
from announcer.planning.moments import is_confirmed
from announcer.planning.phrases import (
    day_words,
    quoted,
    sentence_case,
    session_words,
    span_words,
    time_words,
)

_PREFIXES: dict[type, tuple[str, str]] = {
    MoveEvent: ("VERLEGT", "MOVED"),
    PostponeEvent: ("VERSCHOBEN", "POSTPONED"),
    CancelEvent: ("ABSAGE", "CANCELLED"),
    ChangeRoom: ("NEUER RAUM", "ROOM CHANGE"),
    MoveSession: ("NEUE UHRZEIT", "NEW TIME"),
    CancelSession: ("ENTFÄLLT", "CANCELLED"),
    Delay: ("VERSPÄTUNG", "DELAYED"),
    ReplacePerson: ("PROGRAMMÄNDERUNG", "PROGRAMME CHANGE"),
    CorrectWording: ("KORREKTUR", "CORRECTION"),
    CorrectAnnouncement: ("KORREKTUR", "CORRECTION"),
    Withdraw: ("ZURÜCKGEZOGEN", "WITHDRAWN"),
}


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of a change."""

    headline: str  #: Short, without full stop and without the prefix.
    sentence: str  #: One or two whole sentences.
    prefix: str  #: Set before headlines and subjects: VERLEGT, ABSAGE, KORREKTUR …


def in_words(change: Change, before: Facts, after: Facts, language: str) -> ChangeWords:
    """The change in German ("de") or English (anything else), times on the venue's wall clock."""
    german = language == "de"
    language = "de" if german else "en"
    headline, sentence = _said(change, before, after, language)
    return ChangeWords(headline, sentence, _PREFIXES[type(change)][not german])


def _said(change: Change, before: Facts, after: Facts, language: str) -> tuple[str, str]:
    match change:
        case CorrectWording():
            return _reworded(change, language)
        case CorrectAnnouncement():
            return _corrected(change, after, language)
        case Withdraw():
            return _withdrawn(before, language)
        case ReplacePerson():
            return _recast(change, language)
    if before.event is None or after.event is None:
        return "", ""
    match change:
        case MoveEvent():
            return _moved(before.event, after.event, language)
        case PostponeEvent() | CancelEvent():
            return _called_off(change, before.event, language)
    old, new = before.event.session(change.session_id), after.event.session(change.session_id)
    if old is None or new is None:
        return "", ""
    return _of_session(change, _Item(old, new, before.event, language))


@dataclass(frozen=True, slots=True)
class _Item:
    """A session before and after, with the event it belongs to."""

    old: Session
    new: Session
    event: Event
    language: str

    def named(self, *, accusative: bool = False) -> str:
        same_kind = [s for s in self.event.sessions if s.kind.lower() == self.old.kind.lower()]
        return session_words(self.old, len(same_kind) == 1, self.language, accusative=accusative)


def _of_session(change: ChangeRoom | MoveSession | CancelSession | Delay, item: _Item) -> tuple[str, str]:
    german = item.language == "de"
    match change:
        case ChangeRoom():
            return _in_room(item)
        case CancelSession():
            words = f"{item.named()} {'entfällt' if german else 'will not take place'}"
            return sentence_case(words), f"{sentence_case(words)}."
        case MoveSession():
            words = sentence_case(_starts(item))
            return words, f"{words}."
        case Delay():
            words = sentence_case(_starts(item))
            return words, f"{words}.{_rest(change, item)}"


def _in_room(item: _Item) -> tuple[str, str]:
    new, old = item.new.room, item.old.room
    label = item.new.kind or quoted(item.new.title, item.language)
    if item.language == "de":
        change = f"{new} statt {old}" if old else new
        return f"{label}: {change}", f"Neuer Raum für {item.named(accusative=True)}: {change}."
    change = f"{new} instead of {old}" if old else new
    return f"{label}: {change}", f"New room for {item.named()}: {change}."


def _starts(item: _Item) -> str:
    german = item.language == "de"
    if item.new.start is None:
        return item.named()
    zone = item.event.zone
    new = item.new.start.astimezone(zone)
    old = item.old.start.astimezone(zone) if item.old.start else None
    whole = old is not None and old.date() != new.date()
    verb = "beginnt" if german else "starts"
    words = f"{item.named()} {verb} {_when(new, item.language, with_day=whole)}"
    if old is None:
        return words
    return f"{words} {'statt' if german else 'instead of'} {_when(old, item.language, with_day=whole)}"


def _when(local: datetime, language: str, *, with_day: bool) -> str:
    at = time_words(local.time(), language)
    if language == "de":
        return f"am {day_words(local.date(), language)}, um {at}" if with_day else f"um {at}"
    return f"on {day_words(local.date(), language)} at {at}" if with_day else f"at {at}"


def _rest(change: Delay, item: _Item) -> str:
    start = item.old.start
    zone = item.event.zone
    later = [
        s
        for s in item.event.sessions
        if s.start is not None
        and start is not None
        and s.start > start
        and s.start.astimezone(zone).date() == start.astimezone(zone).date()
        and s.status is not EventStatus.CANCELLED
    ]
    if not change.rest or not later:
        return ""
    if item.language == "de":
        unit = "Minute" if change.minutes == 1 else "Minuten"
        return f" Alle späteren Programmpunkte des Tages verschieben sich um {change.minutes} {unit}."
    unit = "minute" if change.minutes == 1 else "minutes"
    return f" Everything later that day moves by {change.minutes} {unit}."


def _moved(before: Event, after: Event, language: str) -> tuple[str, str]:
    german = language == "de"
    name = quoted(after.name, language)
    if before.start is None or after.start is None:
        return name, ""
    zone = after.zone
    old, new = span_words(before.start, before.end, zone, language), span_words(after.start, after.end, zone, language)
    was, starts = before.start.astimezone(zone), after.start.astimezone(zone)
    if old == new:
        words = f"{name} {'beginnt' if german else 'starts'} {_when(starts, language, with_day=False)} "
        words += f"{'statt' if german else 'instead of'} {_when(was, language, with_day=False)}"
        return words, f"{words}, {'am' if german else 'on'} {day_words(starts.date(), language)}."
    at = time_words(starts.time(), language)
    other_time = was.time() != starts.time()
    if german:
        on_new, on_old = _on(new), _on(old)
        sentence = f"{name} findet {on_new} statt und nicht, wie angekündigt, {on_old}."
        return f"{name} jetzt {on_new}", sentence + (f" Beginn ist um {at}." if other_time else "")
    sentence = f"{name} takes place on {new}, not on {old} as announced."
    return f"{name} now on {new}", sentence + (f" It starts at {at}." if other_time else "")


def _on(dates: str) -> str:
    return f"vom {dates}" if " bis " in dates else f"am {dates}"


def _called_off(change: PostponeEvent | CancelEvent, event: Event, language: str) -> tuple[str, str]:
    off = isinstance(change, CancelEvent)
    name = quoted(event.name, language)
    dates = span_words(event.start, event.end, event.zone, language) if event.start and is_confirmed(event) else ""
    if language == "de":
        what = f"Die Veranstaltung {name}" + (f" ({dates})" if dates else "")
        if off:
            return f"{name} fällt aus", f"{what} findet nicht statt."
        return f"{name} wird verschoben", f"{what} wird verschoben. Ein neuer Termin steht noch nicht fest."
    what = f"{name}" + (f" ({dates})" if dates else "")
    if off:
        return f"{name} is cancelled", f"{what} will not take place."
    return f"{name} is postponed", f"{what} is postponed. A new date has not been set yet."


def _recast(change: ReplacePerson, language: str) -> tuple[str, str]:
    german = language == "de"
    if not change.new:
        words = f"{change.old} {'ist nicht dabei' if german else 'will not take part'}"
        return words, f"{words}."
    new = f"{change.new} ({change.role})" if change.role else change.new
    headline = f"{change.new} {'statt' if german else 'instead of'} {change.old}"
    verb = "wirkt mit" if german else "takes part"
    return headline, f"{new} {verb} statt {change.old}." if german else f"{new} {verb} instead of {change.old}."


def _reworded(change: CorrectWording, language: str) -> tuple[str, str]:
    old, new = quoted(change.old, language), quoted(change.new, language)
    if language == "de":
        headline = f"{new} statt {old}" if change.new else f"{old} war falsch"
        right = f"Richtig ist: {new}. " if change.new else ""
        return headline, f"{right}In einer früheren Fassung stand irrtümlich {old}."
    headline = f"{new} instead of {old}" if change.new else f"{old} was wrong"
    right = f"Correct is: {new}. " if change.new else ""
    return headline, f"{right}An earlier version wrongly said {old}."


def _corrected(change: CorrectAnnouncement, after: Facts, language: str) -> tuple[str, str]:
    headline = after.announcement.headline if after.announcement else ""
    plain = "Diese Mitteilung wurde berichtigt." if language == "de" else "This announcement has been corrected."
    return headline, change.note or plain


def _withdrawn(before: Facts, language: str) -> tuple[str, str]:
    headline = before.announcement.headline if before.announcement else ""
    if language == "de":
        return headline, "Die Pressestelle hat diese Mitteilung zurückgezogen."
    return headline, "The press office has withdrawn this announcement."
