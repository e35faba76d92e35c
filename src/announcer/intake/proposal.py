"""What the intake proposes: every field with its place, what is missing, what looks wrong. A person decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from announcer.intake.contacts import Contact
from announcer.intake.dates import Mention
from announcer.intake.document import Block, Enclosure, Picture, Removed
from announcer.intake.names import Named
from announcer.intake.programme import Item
from announcer.intake.quotes import Quote
from announcer.model.facts import Announcement, Event


class Confidence(StrEnum):
    """How far a field is the text's own word."""

    STATED = "stated"  #: It stands there, marked as what it is.
    LIKELY = "likely"  #: It stands there; that it is this field follows from its place.
    INFERRED = "inferred"  #: Counted or completed from something else.
    UNCERTAIN = "uncertain"  #: Several readings; there is a question about it.


@dataclass(frozen=True, slots=True)
class Passage:
    """Where something stands: the words, and the line of the text, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Known:
    """How sure a field is, and where it was read."""

    confidence: Confidence
    passage: Passage


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person knows. `key` says what about; `options` are answers that suggest themselves."""

    key: str
    slots: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at; nothing waits for it."""

    key: str
    slots: Mapping[str, str] = field(default_factory=dict)
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class EventDraft:
    """The event as far as the text tells; `event` is what would be stored."""

    event: Event
    certainty: str  #: stated, inferred, ambiguous, open or missing.
    status: str
    when: Mention | None = None
    previous: Mention | None = None
    previous_place: str = ""
    start: str = ""  #: As exact as it is known: `2018-09-18`, `2018-09-18T19:00`, `--09-18`.
    end: str = ""
    alternatives: tuple[str, ...] = ()
    registration_closes: str = ""
    doors: str = ""
    recurring: bool = False
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A release as read, what was taken out, what to ask and what to look at."""

    announcement: Announcement
    stripped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  #: In English, for programs; `remarks` has them for people.
    event_id: str | None = None
    draft: EventDraft | None = None
    further: tuple[EventDraft, ...] = ()  #: More events of equal weight.
    number: str = ""
    released: date | None = None
    deck: str = ""
    sections: tuple[Block, ...] = ()
    boilerplate: str = ""
    contact: Contact | None = None
    embargo_said: str = ""
    people: tuple[Named, ...] = ()
    quotes: tuple[Quote, ...] = ()
    pictures: tuple[Picture, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    removed: tuple[Removed, ...] = ()
    questions: tuple[Question, ...] = ()
    remarks: tuple[Remark, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)
