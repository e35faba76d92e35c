"""What the timeline says, in German and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from announcer.model.campaign import Planned
from announcer.model.facts import Event
from announcer.planning.lanes import Band, BandKind, Look, Mark, Timeline
from announcer.planning.message_words import what_words

_LOCALES = {"de": "de", "en": "en_GB"}
LOOKS: Final[Mapping[Look, tuple[str, str]]] = {
    Look.SENT: ("gesendet", "sent"),
    Look.SENDING: ("geht gerade hinaus", "being sent"),
    Look.SCHEDULED: ("freigegeben", "approved"),
    Look.DRAFT: ("wartet auf Freigabe", "waits for approval"),
    Look.WAITING: ("es fehlt noch etwas", "something is missing"),
    Look.PAUSED: ("angehalten", "paused"),
    Look.TROUBLE: ("bitte ansehen", "needs a look"),
    Look.MISSED: ("nicht gesendet", "not sent"),
    Look.OVER: ("abgesagt oder überholt", "called off or overtaken"),
}
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("Zeitachse: {title}", "Timeline: {title}"),
    "now": ("jetzt", "now"),
    "day": ("Tag {n}", "Day {n}"),
    "event": ("Veranstaltung, {day}", "event, {day}"),
    "embargo": ("Sperrfrist bis {until}", "embargo until {until}"),
    "holiday": ("Feiertag: {name}", "holiday: {name}"),
    "day_off": ("freier Tag", "day off"),
    "quiet": ("Ruhezeit", "quiet hours"),
    "several": ("{n} Nachrichten, {span}: {names}", "{n} messages, {span}: {names}"),
    "and_more": ("und {n} weitere", "and {n} more"),
    "told": (
        "{first} bis {last}, Zeiten in {zone}. {n} Nachrichten auf {channels}: {counts}.",
        "{first} to {last}, times in {zone}. {n} messages on {channels}: {counts}.",
    ),
    "none": ("keine", "none"),
}


@dataclass(frozen=True, slots=True)
class PictureWords:
    """The words of one language about one campaign, on the clock of its zone."""

    language: str
    zone: ZoneInfo
    event: Event | None
    name: str  #: What the campaign is called.

    def __call__(self, key: str, **slots: object) -> str:
        """The words under `key`."""
        return _WORDS[key][self.language != "de"].format(**slots)

    @property
    def title(self) -> str:
        """What the picture is called."""
        return self("title", title=self.name)

    @property
    def now(self) -> str:
        """What stands at the line of this moment."""
        return self("now")

    def what(self, planned: Planned) -> str:
        """What a message says: "Rückblick, Tag 1"."""
        return what_words(planned, self.event, self.language)

    def look(self, look: Look) -> str:
        """How a message stands."""
        return LOOKS[look][self.language != "de"]

    def told(self, timeline: Timeline) -> str:
        """The whole picture in two sentences, for whoever doesn't see it."""
        marks = timeline.marks
        counts = {look: sum(mark.look is look for mark in marks) for look in Look}
        said = ", ".join(f"{number} {self.look(look)}" for look, number in counts.items() if number)
        window = timeline.window
        return self(
            "told", first=self._day(window.first), last=self._day(window.last), zone=self.zone.key, n=len(marks),
            channels=", ".join(lane.channel for lane in timeline.lanes) or self("none"), counts=said or self("none"),
        )  # fmt: skip

    def marks(self, marks: Sequence[Mark]) -> str:
        """A single message, or several that are drawn as one."""
        if len(marks) == 1:
            return f"{self.moment(marks[0].at)}: {self.what(marks[0].message.planned)} ({self.look(marks[0].look)})"
        names = list(dict.fromkeys(self.what(mark.message.planned) for mark in marks))
        if len(names) > 4:
            names = [*names[:3], self("and_more", n=len(names) - 3)]
        first, last = self.moment(marks[0].at), self.moment(marks[-1].at)
        span = first if first == last else f"{first} – {last}"
        return self("several", n=len(marks), span=span, names=", ".join(names))

    def band(self, band: Band) -> str:
        """What a stretch of time is."""
        match band.kind:
            case BandKind.EVENT:
                return f"{self.short_day(band)} · {self.weekday(band.start.astimezone(self.zone).date())}"
            case BandKind.EMBARGO:
                return self("embargo", until=self.moment(band.end))
            case BandKind.HOLIDAY:
                return self("holiday", name=band.name) if band.name else self("day_off")
            case BandKind.QUIET:
                return self("quiet")

    def short_day(self, band: Band) -> str:
        """ "Tag 1"."""
        return self("day", n=band.name)

    def moment(self, moment: datetime) -> str:
        """ "Di 18.09.2018, 13:30"."""
        local = moment.astimezone(self.zone)
        return f"{self._day(local.date())}, {local:%H:%M}"

    def _day(self, day: date) -> str:
        return self._format(day, "EEE dd.MM.y" if self.language == "de" else "EEE d MMM y").replace("., ", " ")

    def weekday(self, day: date) -> str:
        """ "Di 18.9."."""
        return self._format(day, "EEE d.M." if self.language == "de" else "EEE d MMM")

    def weekday_of(self, day: str) -> str:
        """The same of a day written as 2018-09-18."""
        return self.weekday(date.fromisoformat(day))

    def short_date(self, day: date) -> str:
        """ "18.9."."""
        return self._format(day, "d.M." if self.language == "de" else "d MMM")

    def month(self, day: date, *, short: bool) -> str:
        """ "September", "Sept."."""
        shape = "LLL" if short else "LLLL"
        return self._format(day, f"{shape} y" if day.month == 1 and not short else shape)

    def _format(self, day: date, shape: str) -> str:
        # Babel writes "Di."; a point in the middle of a date only disturbs.
        said: str = format_date(day, shape, locale=_LOCALES[self.language])
        head, point, tail = said.partition(". ")
        return f"{head} {tail}" if point and len(head) == 2 else said
