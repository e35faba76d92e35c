"""A campaign over time: a lane for each channel with its messages, and what else the days bring. Pure.

The data of the timeline; how it is drawn and worded is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from announcer.model.campaign import Message
from announcer.model.facts import Event, EventStatus
from announcer.model.ledger import MessageState
from announcer.planning.calendar import OfficeCalendar, days_between, holiday_names
from announcer.planning.wallclock import at_wall_clock

#: A timeline of at most so many days shows the quiet hours of each night.
NIGHTS_SHOWN = 14
_MARGIN = 2  # days before the first and behind the last of a campaign
#: A change may take this much of what it says away again; what planning itself dropped was never meant to leave.
_OVER = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED})


class Look(StrEnum):
    """How a message stands, as far as a picture tells it: states that ask for the same of a reader look the same."""

    SENT = "sent"
    SENDING = "sending"
    SCHEDULED = "scheduled"
    DRAFT = "draft"  #: Waits for an approval.
    WAITING = "waiting"  #: Waits for a fact or a text.
    PAUSED = "paused"
    TROUBLE = "trouble"  #: Held, failed or sent in part: a person looks at it.
    MISSED = "missed"
    OVER = "over"  #: Called off, or overtaken by another.


_LOOKS: Mapping[MessageState, Look] = {
    MessageState.SENT: Look.SENT,
    MessageState.SENDING: Look.SENDING,
    MessageState.SCHEDULED: Look.SCHEDULED,
    MessageState.DRAFT: Look.DRAFT,
    MessageState.WAITING: Look.WAITING,
    MessageState.PAUSED: Look.PAUSED,
    MessageState.HELD: Look.TROUBLE,
    MessageState.FAILED: Look.TROUBLE,
    MessageState.PARTLY_SENT: Look.TROUBLE,
    MessageState.MISSED: Look.MISSED,
    MessageState.CANCELLED: Look.OVER,
    MessageState.SUPERSEDED: Look.OVER,
}
#: Of several messages that stand too close to be told apart, the first of these is what they look like.
URGENT = (
    Look.TROUBLE, Look.WAITING, Look.DRAFT, Look.PAUSED, Look.SENDING, Look.SCHEDULED, Look.MISSED, Look.SENT, Look.OVER
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One message at its place in time."""

    message: Message
    at: datetime  #: When it began to leave; before that, when it is due.

    @property
    def look(self) -> Look:
        """How it stands."""
        return _LOOKS[self.message.state]


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel, with its messages in the order of time."""

    channel: str
    kind: str  #: feed, social or mail
    marks: tuple[Mark, ...]


class BandKind(StrEnum):
    """What a stretch of time is."""

    EVENT = "event"  #: A day of the event.
    EMBARGO = "embargo"
    HOLIDAY = "holiday"
    QUIET = "quiet"  #: Nobody wants to be disturbed.


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time that means something to every channel."""

    kind: BandKind
    start: datetime
    end: datetime
    name: str = ""  #: Of a holiday, what it is called; of a day of the event, its number.


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are looked at, by the calendar of a zone."""

    first: date
    days: int
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The midnight at which the first day begins."""
        return at_wall_clock(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The midnight that ends the last day."""
        return at_wall_clock(self.first + timedelta(days=self.days), time(), self.zone)

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= moment < self.end

    def moved(self, steps: int) -> Window:
        """As many days, so many times later, or earlier."""
        return Window(self.first + timedelta(days=steps * self.days), self.days, self.zone)


class Zoom(StrEnum):
    """How much of a campaign is looked at."""

    CAMPAIGN = "campaign"  #: All of it.
    TWELVE_WEEKS = "12w"
    FOUR_WEEKS = "4w"
    WEEK = "1w"
    DAY = "1d"


_DAYS = {Zoom.TWELVE_WEEKS: 84, Zoom.FOUR_WEEKS: 28, Zoom.WEEK: 7, Zoom.DAY: 1}


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn."""

    window: Window
    zoom: Zoom
    now: datetime
    lanes: tuple[Lane, ...]  #: Only what lies in the window; a lane without a message stays.
    bands: tuple[Band, ...]
    undated: tuple[Message, ...] = ()  #: Messages that have no moment yet.
    before: int = 0  #: How many messages lie before the window …
    after: int = 0  #: … and behind it.

    @property
    def marks(self) -> list[Mark]:
        """All messages in the window, in the order of time."""
        found = (mark for lane in self.lanes for mark in lane.marks)
        return sorted(found, key=lambda mark: (mark.at, mark.message.id))


def event_days(event: Event | None) -> list[date]:
    """The days on which the event takes place, by its own calendar; none while it has no date, or is called off."""
    if event is None or event.start is None or event.status in (EventStatus.CANCELLED, EventStatus.POSTPONED):
        return []
    first = event.start.astimezone(event.zone).date()
    last = (event.end or event.start).astimezone(event.zone).date()
    return list(days_between(first, max(first, last)))


def window_of(
    zoom: Zoom, at: date | None, *, event: Event | None, marks: Sequence[Mark], today: date, zone: ZoneInfo
) -> Window:
    """The days a zoom shows, beginning with `at`; without it, where there is most to see.

    The whole campaign: from its first message to its last, the event with it.
    Twelve weeks: those that end with the event. Less: from today on while the
    campaign runs, else around the event.
    """
    days = event_days(event)
    if zoom is Zoom.CAMPAIGN:
        known = [mark.at.astimezone(zone).date() for mark in marks] + days
        first, last = (min(known), max(known)) if known else (today, today + timedelta(days=27))
        first, last = first - timedelta(days=_MARGIN), last + timedelta(days=_MARGIN)
        return Window(first, (last - first).days + 1, zone)
    length = _DAYS[zoom]
    if at is None:
        at = _where_most_is(zoom, days, marks, today, zone)
    return Window(at, length, zone)


def _where_most_is(zoom: Zoom, days: Sequence[date], marks: Sequence[Mark], today: date, zone: ZoneInfo) -> date:
    if zoom is Zoom.TWELVE_WEEKS:
        # The weeks before the event, and the event itself at their end.
        return days[-1] - timedelta(days=_DAYS[zoom] - 1) if days else today
    known = [mark.at.astimezone(zone).date() for mark in marks] + list(days)
    running = bool(known) and min(known) <= today <= max(known)
    if zoom is Zoom.DAY:
        return today if today in days or not days else days[0]
    middle = today if running or not days else days[0]
    monday = middle - timedelta(days=middle.weekday())
    return monday if zoom is Zoom.WEEK or running else monday - timedelta(weeks=3)


def timeline(
    marks: Sequence[Mark],
    channels: Mapping[str, str],
    window: Window,
    *,
    zoom: Zoom,
    now: datetime,
    calendar: OfficeCalendar,
    event: Event | None,
    embargo: datetime | None,
    language: str,
    undated: Sequence[Message] = (),
) -> Timeline:
    """Put messages and days together. `channels` are the ways out with their kinds, in the order of the lanes."""
    shown = [mark for mark in marks if not mark.message.was_dropped]
    inside = [mark for mark in shown if window.holds(mark.at)]
    names = {**channels, **{mark.message.planned.channel: "" for mark in inside if _channel(mark) not in channels}}
    lanes = tuple(Lane(name, kind, tuple(_of(inside, name))) for name, kind in names.items())
    return Timeline(
        window=window,
        zoom=zoom,
        now=now,
        lanes=lanes,
        bands=tuple(bands(window, calendar, event, embargo, language, _begin(shown, now))),
        undated=tuple(message for message in undated if message.state not in _OVER and not message.was_dropped),
        before=sum(mark.at < window.start for mark in shown),
        after=sum(mark.at >= window.end for mark in shown),
    )


def _channel(mark: Mark) -> str:
    return mark.message.planned.channel


def _of(marks: Iterable[Mark], channel: str) -> list[Mark]:
    return sorted((m for m in marks if _channel(m) == channel), key=lambda m: (m.at, m.message.id))


def _begin(marks: Sequence[Mark], now: datetime) -> datetime:
    """When the campaign begins: an embargo counts from there."""
    return min([now, *(mark.at for mark in marks)])


def bands(
    window: Window,
    calendar: OfficeCalendar,
    event: Event | None,
    embargo: datetime | None,
    language: str,
    campaign_begins: datetime,
) -> Iterator[Band]:
    """What the days of a window bring, cut to it, in the order in which they are drawn."""
    if embargo is not None and embargo > window.start:
        since = max(window.start, min(campaign_begins, embargo))
        if since < window.end and since < embargo:
            yield Band(BandKind.EMBARGO, since, min(embargo, window.end))
    yield from _holidays(window, calendar, language)
    for number, day in enumerate(event_days(event), 1):
        start = at_wall_clock(day, time(), window.zone)
        if window.holds(start):
            yield Band(BandKind.EVENT, start, at_wall_clock(day + timedelta(days=1), time(), window.zone), str(number))
    if window.days <= NIGHTS_SHOWN:
        yield from _nights(window, calendar)


def _holidays(window: Window, calendar: OfficeCalendar, language: str) -> Iterator[Band]:
    for day in days_between(window.first, window.last):
        name = holiday_names(calendar.holidays, day.year, language).get(day, "")
        if name or day in calendar.days_off:
            start = at_wall_clock(day, time(), window.zone)
            yield Band(BandKind.HOLIDAY, start, at_wall_clock(day + timedelta(days=1), time(), window.zone), name)


def _nights(window: Window, calendar: OfficeCalendar) -> Iterator[Band]:
    begin, end = calendar.quiet_from, calendar.quiet_until
    if begin == end:
        return
    for day in days_between(window.first - timedelta(days=1), window.last):
        start = at_wall_clock(day, begin, window.zone)
        stop = at_wall_clock(day + timedelta(days=begin > end), end, window.zone)
        start, stop = max(start, window.start), min(stop, window.end)
        if start < stop:
            yield Band(BandKind.QUIET, start, stop)
