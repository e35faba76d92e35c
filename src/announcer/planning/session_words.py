"""One session's new time or room in a sentence, German and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from announcer.model.facts import Event, Session
from announcer.planning.phrases import day_words, quoted, session_words, time_words


@dataclass(frozen=True, slots=True)
class Item:
    """A session before and after, with the event it belongs to."""

    old: Session
    new: Session
    event: Event
    language: str

    def named(self, *, accusative: bool = False) -> str:
        """The session as a sentence names it."""
        same_kind = [s for s in self.event.sessions if s.kind.lower() == self.old.kind.lower()]
        return session_words(self.old, len(same_kind) == 1, self.language, accusative=accusative)


def in_room(item: Item) -> tuple[str, str]:
    """Headline and sentence: "Keynote: Saal 2 statt Großer Saal"."""
    new, old = item.new.room, item.old.room
    label = item.new.kind or quoted(item.new.title, item.language)
    if item.language == "de":
        change = f"{new} statt {old}" if old else new
        return f"{label}: {change}", f"Neuer Raum für {item.named(accusative=True)}: {change}."
    change = f"{new} instead of {old}" if old else new
    return f"{label}: {change}", f"New room for {item.named()}: {change}."


def starts(item: Item) -> str:
    """When it starts now, and when it was to: "die Keynote beginnt um 15 Uhr statt um 14 Uhr"."""
    german = item.language == "de"
    if item.new.start is None:
        return item.named()
    zone = item.event.zone
    new = item.new.start.astimezone(zone)
    old = item.old.start.astimezone(zone) if item.old.start else None
    whole = old is not None and old.date() != new.date()
    verb = "beginnt" if german else "starts"
    words = f"{item.named()} {verb} {when(new, item.language, with_day=whole)}"
    if old is None:
        return words
    return f"{words} {'statt' if german else 'instead of'} {when(old, item.language, with_day=whole)}"


def when(local: datetime, language: str, *, with_day: bool) -> str:
    """A time with its preposition, with its day if that matters."""
    at = time_words(local.time(), language)
    if language == "de":
        return f"am {day_words(local.date(), language)}, um {at}" if with_day else f"um {at}"
    return f"on {day_words(local.date(), language)} at {at}" if with_day else f"at {at}"
