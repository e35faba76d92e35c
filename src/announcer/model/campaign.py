"""When something is said: rules, playbooks, occurrences and messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum

from announcer.model.ledger import MessageState


class Kind(StrEnum):
    """What a message says; each kind has its templates."""

    ANNOUNCEMENT = "announcement"
    SAVE_THE_DATE = "save_the_date"
    REGISTRATION_OPENS = "registration_opens"
    PROGRAMME = "programme"
    REGISTRATION_CLOSES = "registration_closes"
    REMINDER = "reminder"
    PRACTICAL = "practical"
    SESSION_SOON = "session_soon"
    SESSION_LIVE = "session_live"
    RECAP = "recap"
    THANKS = "thanks"
    DOCUMENTATION = "documentation"
    DIGEST = "digest"  #: An issue of a list's newsletter; no rule of a playbook has it.
    ROOM_CHANGE = "room_change"
    PROGRAMME_CHANGE = "programme_change"  #: Another person, a delay, a session that falls out.
    REGISTRATION_CHANGE = "registration_change"  #: Another deadline, mostly a later one.
    MOVE = "move"
    CANCELLATION = "cancellation"
    POSTPONEMENT = "postponement"
    CORRECTION = "correction"


class Anchor(StrEnum):
    """What a moment is counted from."""

    START = "start"
    END = "end"
    EACH_DAY = "each_day"
    DOORS = "doors"
    REGISTRATION_OPENS = "registration_opens"
    REGISTRATION_CLOSES = "registration_closes"
    SESSION_START = "session_start"
    SESSION_END = "session_end"
    PUBLICATION = "publication"  #: The announcement's embargo, else its approval.
    APPROVAL = "approval"  #: Its approval, whatever the embargo.
    CHANGE = "change"  #: The moment a change is confirmed.
    ABSOLUTE = "absolute"


class Unit(StrEnum):
    """What a moment counts in. Days and weeks keep the wall-clock time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a rule states it: "1 week before start at 10:00"."""

    anchor: Anchor
    count: int = 0  #: Negative is before the anchor, positive after it.
    unit: Unit = Unit.DAYS
    at: time | None = None  #: Local time of day; None keeps the anchor's.
    absolute: datetime | None = None  #: Only with `Anchor.ABSOLUTE`.


class Audience(StrEnum):
    """For whom a message is."""

    PUBLIC = "public"
    PRESS = "press"
    OPTED_IN = "opted_in"  #: Those who asked for practical mails about this event.


class Late(StrEnum):
    """What happens to a message that could not leave at its moment but is still worth it."""

    SEND = "send"
    REWRITE = "rewrite"
    ASK = "ask"
    DROP = "drop"


class Urgency(IntEnum):
    """Order among messages that collide; the lower number goes first."""

    CANCELLATION = 0
    CHANGE = 1
    DEADLINE = 2
    REMINDER = 3
    RECAP = 4


class Sessions(StrEnum):
    """Which programme items a session rule speaks of."""

    NONE = "none"
    ALL = "all"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a playbook. `id` is permanent: renaming never re-sends."""

    id: str
    kind: Kind
    when: Moment
    channels: tuple[str, ...]  #: Channel kinds: feed, social, mail.
    not_after: Moment | None = None
    audience: Audience = Audience.PUBLIC
    late: Late = Late.SEND
    urgency: Urgency = Urgency.REMINDER
    sessions: Sessions = Sessions.NONE
    session_kinds: tuple[str, ...] = ()  #: Only items of these kinds; empty means all.
    needs_words: bool = False  #: A slot that waits for a person's text.
    template: str = ""  #: The template that speaks instead of the kind's own.
    working_days: bool = False  #: Moves off days on which the office does not work.
    under_embargo: bool = False  #: Goes to the press ahead of the embargo's end, marked as such.
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Playbook:
    """A named list of rules."""

    id: str
    rules: tuple[Rule, ...]


class Subject(StrEnum):
    """What an occurrence is about."""

    ANNOUNCEMENT = "announcement"
    EVENT = "event"
    SESSION = "session"
    LIST = "list"  #: The issues of a digest; `rule_id` is the digest.


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Subject × rule × anchor: "the reminder one week before X". It happens at most once.

    `anchor` tells repetitions of one rule apart: `start`, `day:2` (the second
    day, so that a moved event keeps it), `change:17`.
    """

    subject: Subject
    subject_id: str  #: For a session: `event/session`.
    rule_id: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message that another one says along, because its own would have left too close to it."""

    occurrence: Occurrence
    kind: Kind
    template: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One message as planning wants it: an occurrence on one channel."""

    occurrence: Occurrence
    channel: str  #: A channel's name, not its kind.
    kind: Kind
    due_at: datetime | None  #: UTC; None while a fact is missing.
    not_after: datetime | None  #: UTC; None means it is worth sending for ever.
    audience: Audience = Audience.PUBLIC
    late: Late = Late.SEND
    urgency: Urgency = Urgency.REMINDER
    waits_for: tuple[str, ...] = ()  #: Facts or words that are missing, as keys like `session.start:grusswort`.
    why: tuple[str, ...] = ()  #: Why it was shifted, merged or dropped, in words.
    drop: bool = False  #: Not worth planning: its moment is past or a rule forbids it; `why` says so.
    merged: tuple[str, ...] = ()  #: Session ids that this one message speaks of as well.
    template: str = ""  #: The template that speaks instead of the kind's own.
    speaks_for: tuple[Spoken, ...] = ()  #: Lesser messages whose fact this one says as well ("Außerdem: …").

    @property
    def says(self) -> tuple[object, ...]:
        """What its words depend on beside the facts, and to whom it says them."""
        return self.kind, self.template, self.merged, self.speaks_for, self.audience


#: The reasons, keys of planning.why, for which planning itself drops a message.
_DROPPED = frozenset(
    {"past", "event_past", "too_late", "after_start", "not_open_yet", "session_cap", "superseded", "superseded_change"}
)


@dataclass(frozen=True, slots=True)
class Message:
    """A planned message as the store holds it."""

    id: int
    occurrence_id: int
    event_id: str | None
    announcement_id: str | None
    state: MessageState
    planned: Planned
    approved_by: str | None = None
    approved_at: datetime | None = None
    approved_hash: str | None = None
    change_id: int | None = None
    variant: str = ""  #: Which of its texts leaves: `late` once that is decided.

    @property
    def was_dropped(self) -> bool:
        """Whether planning let it fall from the start: nobody misses it, and a later plan may want it after all."""
        reason = self.planned.why[-1].partition(":")[0] if self.planned.why else ""
        return self.state is MessageState.MISSED and reason in _DROPPED
