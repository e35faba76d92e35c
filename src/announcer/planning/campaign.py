"""Everything planning has to know, and nothing it would have to look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from announcer.model.campaign import Occurrence, Playbook
from announcer.model.changes import Change, Facts
from announcer.model.facts import EventStatus, PubStatus
from announcer.planning.calendar import OfficeCalendar

_OFFICE_ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class ConfirmedChange:
    """A change as a person confirmed it, under its number in the ledger."""

    id: int
    change: Change
    at: datetime  #: When it was confirmed.
    told: bool = True  #: False: nothing had been announced yet, so there is nothing to take back.


@dataclass(frozen=True, slots=True)
class Retimed:
    """The moment a person gave a message, and the one it had by the plan."""

    due_at: datetime
    instead_of: datetime


@dataclass(frozen=True, slots=True)
class Campaign:
    """One event or notice with its playbook, at the moment of planning. All instants are aware."""

    facts: Facts
    playbook: Playbook
    channels: Mapping[str, tuple[str, ...]]  #: Names of the channels by kind: feed, social, mail.
    calendar: OfficeCalendar
    now: datetime
    changes: tuple[ConfirmedChange, ...] = ()
    words: frozenset[str] = frozenset()  #: Rules with a person's text: "documentation", of one day "recap@day:2".
    first_planned: datetime | None = None  #: When this campaign was planned first; None means now.
    known: frozenset[Occurrence] = frozenset()  #: What earlier plans already contained.
    placed: frozenset[tuple[Occurrence, str]] | None = None  #: The same by channel; None: on every channel.
    out: frozenset[tuple[Occurrence, str]] = frozenset()  #: What has left, or begun to: it can say nothing more.
    ended: frozenset[tuple[Occurrence, str]] = frozenset()  #: Struck out or missed: it will not leave.
    said: Mapping[tuple[Occurrence, str], str] = field(default_factory=dict)  #: Said along by this rule's, which left.
    left: Mapping[Occurrence, datetime] = field(default_factory=dict)  #: What has begun to leave, and since when.
    retimed: Mapping[tuple[Occurrence, str], Retimed] = field(default_factory=dict)  #: Moments that people chose.
    published: datetime | None = None  #: When the announcement was approved; None means when first planned.
    collision_minutes: int = 60
    session_cap: int = 6  #: Most session messages per local day and channel.
    zone: ZoneInfo = _OFFICE_ZONE  #: For an announcement without an event.

    @property
    def place_zone(self) -> ZoneInfo:
        """The zone whose wall clock counts: the event's, else the office's."""
        return self.facts.event.zone if self.facts.event else self.zone

    @property
    def approved_at(self) -> datetime:
        """What "at publication" counts from; it doesn't wander when a campaign is planned again."""
        return self.published or self.first_planned or self.now

    @property
    def is_silent(self) -> bool:
        """Cancelled, postponed or taken back: only notices of changes are left to say."""
        event, announcement = self.facts.event, self.facts.announcement
        called_off = event is not None and event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        return called_off or (announcement is not None and announcement.status is PubStatus.CANCELED)
