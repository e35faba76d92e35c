"""The facts as templates see them: cleaned, in the language's words, on the venue's wall clock.

A missing fact is an empty string or None, never a half sentence; templates ask `{% if event.place %}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby

from announcer.model.facts import Certainty, Event, EventStatus, Person, Place, Registration, Session
from announcer.rendering import clean, words

_LONGEST_NAME = 300
_LONGEST_NOTE = 600
_MOST_PEOPLE = 20
#: Nothing is held at these for now: what was planned is told as that.
_STOPPED = {EventStatus.CANCELLED, EventStatus.POSTPONED}


@dataclass(frozen=True, slots=True)
class RichText:
    """Markdown a person wrote; a template shows it as its own format needs it."""

    source: str

    def __bool__(self) -> bool:
        return bool(self.source)


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where: `whole` has name and full address, `brief` name and city."""

    name: str
    address: str
    whole: str
    brief: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One fact of the event with its label, as a box or list shows it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """When and where to register; moments in words, empty where unknown."""

    opens: str
    closes: str
    url: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """One programme item. `facts` is when, where and who in one line."""

    id: str
    label: str  #: Kind and title: 'Keynote „Zukunft vor Ort gestalten“'.
    title: str
    kind: str
    time: str  #: "13.30 bis 14.15 Uhr"
    start: datetime | None
    end: datetime | None  #: If it is later on the same day.
    day: date | None
    when: str  #: "Dienstag, 18. September 2018, 13.30 Uhr"
    room: str
    names: str  #: "Gesine Schwan und Ullrich Sierau"
    people: str  #: With their roles.
    note: str
    cancelled: bool
    facts: str


@dataclass(frozen=True, slots=True)
class DayView:
    """The programme of one day; `label` is the date, or empty for items without one."""

    day: date | None
    label: str
    sessions: tuple[SessionView, ...]
    timed: bool  #: Some item has a time.
    roomed: bool  #: Some item has a room.


@dataclass(frozen=True, slots=True)
class EventView:
    """The event. `when` is empty while its date is not confirmed."""

    name: str
    when: str
    previously: str  #: When it was to be, if it was moved.
    facts: str  #: When and where (in brief) in one line.
    start: datetime | None
    end: datetime | None
    doors: str
    place: PlaceView | None
    organizer: str
    host: str
    url: str
    hashtags: tuple[str, ...]
    registration: RegistrationView
    status: str
    stopped: bool  #: Cancelled, or put off without a new date.
    days: tuple[DayView, ...]

    def sessions_on(self, day: date) -> tuple[DayView, ...]:
        """The programme of that day only."""
        return tuple(each for each in self.days if each.day == day)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Turns facts into what templates see, for one event's clock and one language.

    A registration that is closed when the message is read is not told any more.
    """

    event: Event
    language: str
    registration_closed: bool = False

    def local(self, instant: datetime | None) -> datetime | None:
        """On the venue's wall clock; None while the event's date is not confirmed."""
        if instant is None or self.event.certainty is not Certainty.CONFIRMED:
            return None
        return instant.astimezone(self.event.zone)

    def view(self) -> EventView:
        """The whole event; kept, because all messages of a campaign show the same one."""
        key = id(self.event), self.language, self.registration_closed
        kept = _SEEN.get(key)
        if kept is not None and kept[0] is self.event:
            return kept[1]
        drawn = _view(self)
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        _SEEN[key] = self.event, drawn
        return drawn

    def draw(self) -> EventView:
        """The whole event, drawn anew."""
        event = self.event
        name = clean.line(event.name, _LONGEST_NAME)
        when = self._period(event.start, event.end)
        place = _place(event.place)
        return EventView(
            name=name,
            when=when,
            previously=self._previously(when),
            facts=_joined(when, place.brief if place else ""),
            start=self.local(event.start),
            end=self.local(event.end),
            doors=self._doors(),
            place=place,
            organizer=clean.line(event.organizer, _LONGEST_NAME),
            host=clean.line(event.host, _LONGEST_NAME),
            url=clean.address(event.url),
            hashtags=hashtags(event.hashtags),
            registration=self._registration(event.registration),
            status=event.status.value,
            stopped=event.status in _STOPPED,
            days=self._days(),
        )

    def _period(self, start: datetime | None, end: datetime | None) -> str:
        first = self.local(start)
        return words.period(first, self.local(end), self.language) if first else ""

    def _previously(self, when: str) -> str:
        before = self._period(self.event.previous_start, self.event.previous_end)
        return "" if before == when else before

    def _doors(self) -> str:
        doors, start = self.local(self.event.doors), self.local(self.event.start)
        if doors is None:
            return ""
        same_day = start is not None and doors.date() == start.date()
        return words.clock(doors, self.language) if same_day else words.moment(doors, self.language)

    def _registration(self, registration: Registration) -> RegistrationView:
        # A deadline stands in the release itself: it is known even while the event's own date is not.
        if self.registration_closed:
            return RegistrationView("", "", "")
        opens, closes = (
            instant.astimezone(self.event.zone) if instant else None
            for instant in (registration.opens, registration.closes)
        )
        return RegistrationView(
            opens=words.moment(opens, self.language) if opens else "",
            closes=words.deadline(closes, self.language) if closes else "",
            url=clean.address(registration.url),
        )

    def _days(self) -> tuple[DayView, ...]:
        views = sorted((self.session(each) for each in self.event.sessions if each.public), key=_order)
        return tuple(self._day(day, tuple(items)) for day, items in groupby(views, key=lambda view: view.day))

    def _day(self, day: date | None, sessions: tuple[SessionView, ...]) -> DayView:
        return DayView(
            day=day,
            label=words.day(day, self.language) if day else "",
            sessions=sessions,
            timed=any(view.time for view in sessions),
            roomed=any(view.room for view in sessions),
        )

    def session(self, session: Session) -> SessionView:
        """One programme item."""
        start, end = self.local(session.start), self.local(session.end)
        day = start.date() if start else session.day if self.event.certainty is Certainty.CONFIRMED else None
        title, kind = clean.line(session.title, _LONGEST_NAME), clean.line(session.kind, 60)
        when = words.moment(start, self.language) if start else words.day(day, self.language) if day else ""
        room, place = clean.line(session.room, _LONGEST_NAME), _place(self.event.place)
        performers = session.performers[:_MOST_PEOPLE]
        names = [name for each in performers if (name := clean.line(each.name, 120))]
        with_names = _with(words.listed(names, self.language), self.language)
        return SessionView(
            id=session.id,
            label=_label(kind, title, self.language),
            title=title,
            kind=kind,
            time=words.hours(start, end, self.language) if start else "",
            start=start,
            end=end if words.same_day(start, end) else None,
            day=day,
            when=when,
            room=room,
            names=words.listed(names, self.language),
            people="; ".join(filter(None, map(_person, performers))),
            note=clean.line(session.note, _LONGEST_NOTE),
            cancelled=session.status is EventStatus.CANCELLED,
            facts=_joined(when, room, place.brief if place else "", with_names),
        )


#: The same once more by the very object: to hash a thousand sessions takes as long as to word a post.
_SEEN: dict[tuple[int, str, bool], tuple[Event, EventView]] = {}
_MOST_SEEN = 16


@lru_cache(maxsize=64)
def _view(viewer: Viewer) -> EventView:
    return viewer.draw()


def _order(view: SessionView) -> tuple[date, time]:
    return view.day or date.max, view.start.time() if view.start else time.max


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _with(names: str, language: str) -> str:
    return f"{'mit' if language == 'de' else 'with'} {names}" if names else ""


def _label(kind: str, title: str, language: str) -> str:
    """A title that already says what it is needs no second "Grußwort"."""
    if not kind or not title or kind.casefold() in title.casefold():
        return title or kind
    return f"{kind} {words.quoted(title, language)}"


def _person(person: Person) -> str:
    return _joined(*(clean.line(part, 160) for part in (person.name, person.role, person.affiliation)))


def _place(place: Place | None) -> PlaceView | None:
    if place is None:
        return None
    name, street, code, city = (
        clean.line(part, 160) for part in (place.name, place.street, place.postal_code, place.city)
    )
    address = _joined(street, f"{code} {city}".strip())
    if not name and not address:
        return None
    brief = _joined(name, city) if name and city and city not in name else name or address
    return PlaceView(name=name or address, address=address if name else "", whole=_joined(name, address), brief=brief)


def hashtags(names: tuple[str, ...]) -> tuple[str, ...]:
    """As networks take them: "#" and only letters, digits and "_", at least one letter, each once."""
    tags: dict[str, str] = {}
    for name in names:
        tag = "".join(mark for mark in clean.line(name) if mark.isalnum() or mark == "_")
        if any(mark.isalpha() for mark in tag):
            tags.setdefault(tag.casefold(), f"#{tag}")
    return tuple(tags.values())
