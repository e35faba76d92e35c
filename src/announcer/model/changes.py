"""What can happen to an event or an announcement after it was announced.

One frozen value per kind of change, as a person asks for it. Applying it to
the facts and finding what follows is the work of `planning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from announcer.model.facts import Announcement, Event, Place, Session


@dataclass(frozen=True, slots=True)
class MoveEvent:
    """Another date, another place, or both. With the date, sessions, doors and end move along on the wall clock."""

    start: datetime | None = None  #: None keeps the date.
    end: datetime | None = None
    place: Place | None = None  #: None keeps the place.


@dataclass(frozen=True, slots=True)
class PostponeEvent:
    """Put off without a new date: everything unsent stops."""


@dataclass(frozen=True, slots=True)
class CancelEvent:
    """It does not take place: everything unsent stops, the notice goes everywhere."""


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """A session is elsewhere in the house."""

    session_id: str
    room: str


@dataclass(frozen=True, slots=True)
class MoveSession:
    """A session has another time."""

    session_id: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelSession:
    """A session falls out."""

    session_id: str


@dataclass(frozen=True, slots=True)
class Delay:
    """A session runs late; with `rest`, all later ones of that day shift along."""

    session_id: str
    minutes: int
    rest: bool = True


@dataclass(frozen=True, slots=True)
class ReplacePerson:
    """Somebody else speaks, or nobody (`new` is empty)."""

    old: str
    new: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRegistration:
    """Registration opens or closes at another moment, or elsewhere; None keeps each."""

    closes: datetime | None = None
    opens: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateProgramme:
    """The whole programme anew. A session that is missing falls out; ids tell which is which."""

    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class CorrectWording:
    """A word, name or figure was wrong wherever it stands: `old` becomes `new`.

    A material correction is announced; a silent one only mends what stands.
    """

    old: str
    new: str
    material: bool = True


@dataclass(frozen=True, slots=True)
class CorrectAnnouncement:
    """A new text of the announcement itself; None keeps a field."""

    headline: str | None = None
    lead: str | None = None
    body: str | None = None
    material: bool = True
    note: str = ""  #: What was wrong, for the correction's text.


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The announcement is taken back; its address answers with the notice."""


Change = (
    MoveEvent
    | PostponeEvent
    | CancelEvent
    | ChangeRoom
    | MoveSession
    | CancelSession
    | Delay
    | ReplacePerson
    | ChangeRegistration
    | UpdateProgramme
    | CorrectWording
    | CorrectAnnouncement
    | Withdraw
)


class Remedy(StrEnum):
    """How something that has left and says what is no longer true is put right."""

    EDIT = "edit"  #: Changed where it stands: a post, a feed entry.
    REPLY = "reply"  #: An answer below it says what was wrong.
    REPOST = "repost"  #: Deleted, then published anew.
    DELETE = "delete"  #: Deleted.
    NOTICE = "notice"  #: A feed entry becomes the notice that it was withdrawn.
    MAIL = "mail"  #: The notice of the change goes to whoever received it.
    HAND = "hand"  #: The network can do none of this: a person has to.
    LEAVE = "leave"  #: It stays: mended in silence, and here only something loud could be done.


@dataclass(frozen=True, slots=True)
class Facts:
    """One state of the world a message may speak of: the event and its announcement."""

    event: Event | None
    announcement: Announcement | None
