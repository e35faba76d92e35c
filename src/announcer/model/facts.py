"""What is announced: announcements, events and their sessions.

Every instant is timezone-aware. Versions are immutable: a change makes the
next version, it never edits one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class PubStatus(StrEnum):
    """Whether an announcement may be shown (ninjs `pubstatus`)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class EventStatus(StrEnum):
    """schema.org `eventStatus`."""

    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    POSTPONED = "postponed"  #: Put off without a new date.
    CANCELLED = "cancelled"


class Certainty(StrEnum):
    """How sure the date of an event is. Only a confirmed date plans anything."""

    CONFIRMED = "confirmed"
    INFERRED = "inferred"  #: Guessed from the text; a person has to confirm it.
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its label; `url` is empty where the source lost it."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with an announcement; its bytes are kept under its hash (`store.assets`)."""

    file: str  #: The name it came with.
    hash: str = ""  #: SHA-256 in hex; empty until it was taken in.
    alt: str = ""  #: What it shows, for those who can't see it. Needed before anything with it is approved.
    credit: str = ""
    licence: str = ""  #: What others may do with it, e.g. "frei zur Berichterstattung" or "CC BY 4.0".
    caption: str = ""  #: What the text says below it.


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an announcement, such as its programme as PDF; kept like a picture."""

    file: str  #: The name it came with.
    hash: str = ""  #: SHA-256 in hex; empty until it was taken in.
    title: str = ""  #: What it is, in words; empty: the file's name.
    media_type: str = ""
    size: int = 0  #: Bytes.


@dataclass(frozen=True, slots=True)
class Announcement:
    """A press-release entry, in one version."""

    id: str
    headline: str
    version: int = 1
    kicker: str = ""
    lead: str = ""
    body: str = ""  #: Markdown; paragraphs and `##` subheads.
    language: str = "de"  #: BCP 47.
    source: str = ""
    contact: str = ""
    topics: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    ed_note: str = ""  #: For colleagues; never published.
    embargoed_until: datetime | None = None
    status: PubStatus = PubStatus.USABLE
    event_id: str | None = None
    correction: str = ""  #: What a material correction says was wrong.
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the programme, with the role held at that time."""

    name: str
    role: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """When and where one can register."""

    opens: datetime | None = None
    closes: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A programme item (schema.org subEvent); its times may not be known yet."""

    id: str
    title: str
    kind: str = ""  #: Keynote, Grußwort, Talk, Workshop, Führung …
    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    room: str = ""
    performers: tuple[Person, ...] = ()
    public: bool = True
    status: EventStatus = EventStatus.SCHEDULED
    note: str = ""  #: Shown beside the item, e.g. that its time is made up.
    external_id: str = ""  #: What it is called where the programme comes from.


@dataclass(frozen=True, slots=True)
class Event:
    """What an announcement announces, in one version with all its sessions."""

    id: str
    name: str
    version: int = 1
    sequence: int = 0  #: iCalendar SEQUENCE: +1 with each change of time, place or status.
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "Europe/Berlin"
    certainty: Certainty = Certainty.CONFIRMED
    doors: datetime | None = None
    place: Place | None = None
    organizer: str = ""
    host: str = ""
    url: str = ""
    hashtags: tuple[str, ...] = ()
    registration: Registration = Registration()
    sessions: tuple[Session, ...] = ()
    status: EventStatus = EventStatus.SCHEDULED
    previous_start: datetime | None = None
    previous_end: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the venue; every rule counts on its wall clock."""
        return ZoneInfo(self.timezone)

    def session(self, session_id: str) -> Session | None:
        """The programme item with this id, if there is one."""
        return next((s for s in self.sessions if s.id == session_id), None)
