"""A new programme in words: one notice that lists what changed, in the order of the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from announcer.model.facts import Event, Person, Session
from announcer.planning.phrases import quoted, sentence_case, time_words
from announcer.planning.programme import Differs, What, differences
from announcer.planning.session_words import Item, in_room, starts, when

#: So many changes are told one by one; where room is short, so many.
MOST, MOST_IN_BRIEF = 8, 2


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a new programme."""

    headline: str
    sentence: str
    brief: str  #: The same for where room is short.


def said(before: Event, after: Event, language: str) -> Said:
    """Every change the public sees, each as a sentence; what is too much is counted."""
    told = [words for one in differences(before, after) for words in _told(one, before, after, language)]
    name = quoted(after.name, language)
    headline = f"{name}: {'Änderungen im Programm' if language == 'de' else 'changes in the programme'}"
    if len(told) == 1:
        headline = told[0].rstrip(".")
    return Said(headline, _listed(told, MOST, language), _listed(told, MOST_IN_BRIEF, language))


def _listed(told: Sequence[str], most: int, language: str) -> str:
    left = len(told) - most
    if left <= 0:
        return " ".join(told)
    if left == 1:
        most, left = most - 1, 2  # "and 1 more" takes as much room as the change itself
    if language == "de":
        return f"{' '.join(told[:most])} Dazu kommen {left} weitere Änderungen; das ganze Programm steht auf der Seite."
    return f"{' '.join(told[:most])} There are {left} more changes; the page has the whole programme."


def _told(one: Differs, before: Event, after: Event, language: str) -> list[str]:
    if one.old is None:
        return [_added(one.new, after, language)]
    item = Item(one.old, one.new, before, language)
    if What.FALLEN_OUT in one.what:
        words = "entfällt" if language == "de" else "will not take place"
        return [f"{sentence_case(item.named())} {words}."]
    sayings = {What.TIME: _timed, What.ROOM: _roomed, What.PEOPLE: _peopled, What.TITLE: _titled}
    return [words for what in one.what if (words := sayings[what](item))]


def _added(session: Session, event: Event, language: str) -> str:
    german = language == "de"
    kind = f"{session.kind} " if session.kind else ""
    parts = [f"{'Neu im Programm' if german else 'New in the programme'}: {kind}{quoted(session.title, language)}"]
    if session.start is not None:
        parts.append(when(session.start.astimezone(event.zone), language, with_day=True))
    if session.room:
        parts.append(session.room)
    people = _named(session.performers, language)
    if people:
        parts.append(f"{'mit' if german else 'with'} {people}")
    return ", ".join(parts) + "."


def _timed(item: Item) -> str:
    old, new, zone = item.old, item.new, item.event.zone
    german = item.language == "de"
    if old.start != new.start:
        if new.start is None:
            open_ = "hat noch keine neue Uhrzeit" if german else "has no new time yet"
            return f"{sentence_case(item.named())} {open_}."
        return f"{sentence_case(starts(item))}."
    if old.start is None or new.end is None:
        return ""  # only the day it was written under, or an end that is open now
    ends = time_words(new.end.astimezone(zone).time(), item.language)
    was = time_words(old.end.astimezone(zone).time(), item.language) if old.end else ""
    if german:
        instead = f" statt bis {was}" if was else ""
        return f"{sentence_case(item.named())} dauert bis {ends}{instead}."
    instead = f" instead of {was}" if was else ""
    return f"{sentence_case(item.named())} lasts until {ends}{instead}."


def _roomed(item: Item) -> str:
    german = item.language == "de"
    if not item.new.room:
        return f"{sentence_case(item.named())}: {'der Raum ist noch offen' if german else 'the room is open'}."
    return in_room(item)[1]


def _peopled(item: Item) -> str:
    names = [{p.name for p in side.performers} for side in (item.old, item.new)]
    gone = [p for p in item.old.performers if p.name not in names[1]]
    come = [p for p in item.new.performers if p.name not in names[0]]
    language, german = item.language, item.language == "de"
    subject = f"{sentence_case(item.named())}: "
    if gone and come:
        return f"{subject}{_named(come, language)} {'statt' if german else 'instead of'} {_bare(gone, language)}."
    if come:
        return f"{subject}{'neu dabei' if german else 'now also with'}{':' if german else ''} {_named(come, language)}."
    if gone:
        without = f"ohne {_bare(gone, language)}" if german else f"without {_bare(gone, language)}"
        return f"{subject}{without}."
    return ""  # only a role or an affiliation; the programme shows it


def _titled(item: Item) -> str:
    old, new, language = item.old, item.new, item.language
    german = language == "de"
    if old.title != new.title:
        verb = "heißt jetzt" if german else "is now called"
        return f"{sentence_case(item.named())} {verb} {quoted(new.title, language)}."
    if not new.kind or not old.kind:
        return ""
    instead = "statt" if german else "instead of"
    return f"{quoted(new.title, language)}: {'jetzt' if german else 'now'} {new.kind} {instead} {old.kind}."


def _named(people: Sequence[Person], language: str) -> str:
    return _joined([f"{p.name} ({p.role})" if p.role else p.name for p in people], language)


def _bare(people: Sequence[Person], language: str) -> str:
    return _joined([p.name for p in people], language)


def _joined(names: Sequence[str], language: str) -> str:
    *first, last = names or [""]
    return f"{', '.join(first)} {'und' if language == 'de' else 'and'} {last}" if first else last
