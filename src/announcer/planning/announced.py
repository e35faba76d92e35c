"""A change in words, German and English. What happened is said, never only coloured or crossed out."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import Event, EventStatus
from announcer.planning import programme, programme_words
from announcer.planning.moments import is_confirmed
from announcer.planning.phrases import (
    day_words,
    moment_words,
    place_words,
    quoted,
    sentence_case,
    span_words,
    time_words,
    until_words,
)
from announcer.planning.session_words import Item, in_room, starts, when

_PREFIXES: dict[type, tuple[str, str]] = {
    MoveEvent: ("VERLEGT", "MOVED"),
    PostponeEvent: ("VERSCHOBEN", "POSTPONED"),
    CancelEvent: ("ABSAGE", "CANCELLED"),
    ChangeRoom: ("NEUER RAUM", "ROOM CHANGE"),
    MoveSession: ("NEUE UHRZEIT", "NEW TIME"),
    CancelSession: ("ENTFÄLLT", "CANCELLED"),
    Delay: ("VERSPÄTUNG", "DELAYED"),
    ChangeRegistration: ("ANMELDUNG", "REGISTRATION"),
    UpdateProgramme: ("PROGRAMMÄNDERUNG", "PROGRAMME CHANGE"),
    ReplacePerson: ("PROGRAMMÄNDERUNG", "PROGRAMME CHANGE"),
    CorrectWording: ("KORREKTUR", "CORRECTION"),
    CorrectAnnouncement: ("KORREKTUR", "CORRECTION"),
    Withdraw: ("ZURÜCKGEZOGEN", "WITHDRAWN"),
}


_NEW_PLACE = ("NEUER ORT", "NEW VENUE")
_EXTENDED = ("ANMELDUNG VERLÄNGERT", "REGISTRATION EXTENDED")


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of a change."""

    headline: str  #: Short, without full stop and without the prefix.
    sentence: str  #: One or two whole sentences.
    prefix: str  #: Set before headlines and subjects: VERLEGT, ABSAGE, KORREKTUR …
    brief: str = ""  #: The sentence for where room is short, if it needs another.


def in_words(change: Change, before: Facts, after: Facts, language: str) -> ChangeWords:
    """The change in German ("de") or English (anything else), times on the venue's wall clock."""
    german = language == "de"
    language = "de" if german else "en"
    prefix = _PREFIXES[type(change)][not german]
    if before.event is not None and after.event is not None and _is_of_programme(change, before.event, after.event):
        whole = programme_words.said(before.event, after.event, language)
        return ChangeWords(whole.headline, whole.sentence, prefix, whole.brief)
    headline, sentence = _said(change, before, after, language)
    if isinstance(change, MoveEvent) and before.event is not None and after.event is not None:
        same_date = (before.event.start, before.event.end) == (after.event.start, after.event.end)
        if same_date and before.event.place != after.event.place:
            prefix = _NEW_PLACE[not german]
    if isinstance(change, ChangeRegistration) and _is_extended(before.event, after.event):
        prefix = _EXTENDED[not german]
    return ChangeWords(headline, sentence, prefix)


def _is_of_programme(change: Change, before: Event, after: Event) -> bool:
    """Whether the programme is told: all of it is new, or a session that stays inside took public ones along."""
    if isinstance(change, Delay):
        session = after.session(change.session_id)
        return session is not None and not session.public and bool(programme.differences(before, after))
    return isinstance(change, UpdateProgramme)


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
        case ChangeRegistration():
            return _registered(before.event, after.event, language)
        case UpdateProgramme():
            return "", ""
        case PostponeEvent() | CancelEvent():
            return _called_off(change, before.event, language)
    old, new = before.event.session(change.session_id), after.event.session(change.session_id)
    if old is None or new is None:
        return "", ""
    return _of_session(change, Item(old, new, before.event, language), after.event)


def _of_session(change: ChangeRoom | MoveSession | CancelSession | Delay, item: Item, after: Event) -> tuple[str, str]:
    german = item.language == "de"
    match change:
        case ChangeRoom():
            return in_room(item)
        case CancelSession():
            words = sentence_case(f"{item.named()} {'entfällt' if german else 'will not take place'}")
            return words, f"{words}.{_rest(item, after)}"
        case MoveSession() | Delay():
            same = f"{item.named()} {'beginnt wie angekündigt' if german else 'starts as announced'}"
            words = sentence_case(same if item.old.start == item.new.start else starts(item))
            return words, f"{words}.{_rest(item, after)}"


def _rest(item: Item, after: Event) -> str:
    """By how much the later sessions of the day moved along, "" if none did.

    Read from the facts, not from the change: a notice may tell a delay together
    with what was changed after it. Only a delay takes others along; one that
    moved to an earlier time has a notice of its own.
    """
    shifts = set[int]()
    for session in item.event.sessions:
        new = after.session(session.id)
        if new is None or new.status is EventStatus.CANCELLED or not programme.follows(session, item.old, item.event):
            continue
        if session.start is not None and new.start is not None:
            shifts.add(round((new.start - session.start).total_seconds() / 60))
    return f" {_shifted(shifts, item.language)}" if max(shifts, default=0) > 0 else ""


def _shifted(shifts: Set[int], language: str) -> str:
    german = language == "de"
    minutes = max(shifts)
    amount = f"{minutes} {'Minute' if german else 'minute'}"
    if minutes != 1:
        amount += "n" if german else "s"
    if len(shifts) > 1:
        if german:
            return f"Auch spätere Programmpunkte des Tages verschieben sich, um bis zu {amount}."
        return f"Later sessions of the day move as well, by up to {amount}."
    if german:
        return f"Alle späteren Programmpunkte des Tages verschieben sich um {amount}."
    return f"Everything later that day moves by {amount}."


def _moved(before: Event, after: Event, language: str) -> tuple[str, str]:
    """Another date, another place, or both: what is otherwise between the two, whatever was asked for last."""
    elsewhere = _elsewhere(before, after, language) if after.place != before.place else ""
    if (before.start, before.end) == (after.start, after.end) and after.status is not EventStatus.RESCHEDULED:
        return _only_elsewhere(before, after, elsewhere, language)
    headline, sentence = _on_date(before, after, language)
    if not elsewhere:
        return headline, sentence
    if (before.start, before.end) == (after.start, after.end):
        return _only_elsewhere(before, after, elsewhere, language)
    return headline, f"{sentence} {elsewhere}."


def _elsewhere(before: Event, after: Event, language: str) -> str:
    new = place_words(after.place) if after.place else ""
    old = before.place.name if before.place else ""
    german = language == "de"
    words = f"{'Neuer Ort' if german else 'New venue'}: {new}"
    return f"{words} ({'statt' if german else 'instead of'} {old})" if old else words


def _only_elsewhere(before: Event, after: Event, elsewhere: str, language: str) -> tuple[str, str]:
    """The prefix says "new venue" already; the headline names both, the sentence gives the address."""
    name = quoted(after.name, language)
    place = after.place.name if after.place else ""
    german = language == "de"
    same = "Am Termin ändert sich nichts." if german else "The date stays as announced."
    if after.status is EventStatus.POSTPONED or after.start is None:
        same = ""
    was = f" {'statt' if german else 'instead of'} {before.place.name}" if before.place else ""
    where = elsewhere.partition(": ")[2]
    moved = "zieht um" if german else "moves to another venue"
    return f"{name}: {place}{was}", f"{name} {moved}: {where}. {same}".strip()


def _on_date(before: Event, after: Event, language: str) -> tuple[str, str]:
    german = language == "de"
    name = quoted(after.name, language)
    if before.start is None or after.start is None:
        return name, ""
    zone = after.zone
    old, new = span_words(before.start, before.end, zone, language), span_words(after.start, after.end, zone, language)
    was, starts = before.start.astimezone(zone), after.start.astimezone(zone)
    if old == new:
        words = f"{name} {'beginnt' if german else 'starts'} {when(starts, language, with_day=False)} "
        words += f"{'statt' if german else 'instead of'} {when(was, language, with_day=False)}"
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


def _is_extended(before: Event | None, after: Event | None) -> bool:
    """Whether only the end of registration moved, and to a later moment."""
    if before is None or after is None:
        return False
    old, new = before.registration, after.registration
    return old.closes is not None and new.closes is not None and new.closes > old.closes and old.opens == new.opens


def _registered(before: Event, after: Event, language: str) -> tuple[str, str]:
    old, new, zone = before.registration, after.registration, after.zone
    german, name = language == "de", quoted(after.name, language)
    instead = "statt" if german else "instead of"
    parts: list[str] = []
    if new.closes is not None and new.closes != old.closes:
        ends = until_words(new.closes.astimezone(zone), language)
        was = f" ({instead} {until_words(old.closes.astimezone(zone), language)})" if old.closes else ""
        if _is_extended(before, after):
            parts.append(f"{'bis' if german else 'until'} {ends}{was}")
        else:
            parts.append(f"{'Anmeldeschluss ist' if german else 'it closes on'} {ends}{was}")
    if new.opens is not None and new.opens != old.opens:
        begins = moment_words(new.opens.astimezone(zone), language)
        was = f" ({instead} {moment_words(old.opens.astimezone(zone), language)})" if old.opens else ""
        parts.append(f"{'sie beginnt' if german else 'it opens on'} {begins}{was}")
    if new.url != old.url and new.url:
        parts.append(f"{'sie ist jetzt unter' if german else 'it is now at'} {new.url}{' möglich' if german else ''}")
    if _is_extended(before, after):
        first, *rest = parts
        verb = "verlängert" if german else "extended"
        what = "Die Anmeldung" if german else "Registration"
        headline = f"{name}: {'Anmeldung verlängert' if german else 'registration extended'} {first.partition(' (')[0]}"
        words = f"{what} {'ist' if german else 'is'} {verb} {first}"
        return headline, "; ".join([words, *rest]) + "."
    headline = f"{name}: {'Änderung bei der Anmeldung' if german else 'change of registration'}"
    return headline, f"{'Zur Anmeldung' if german else 'Registration'}: {'; '.join(parts)}."


def _called_off(change: PostponeEvent | CancelEvent, event: Event, language: str) -> tuple[str, str]:
    off = isinstance(change, CancelEvent)
    name = quoted(event.name, language)
    dates = span_words(event.start, event.end, event.zone, language) if event.start and is_confirmed(event) else ""
    what = f"{name} ({dates})" if dates else name
    if language == "de":
        if off:
            return f"{name} fällt aus", f"{what} findet nicht statt."
        return f"{name} wird verschoben", f"{what} wird verschoben. Ein neuer Termin steht noch nicht fest."
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
