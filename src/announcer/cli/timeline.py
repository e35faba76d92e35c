"""A plan as a timeline: day by day on the event's wall clock, each message with its reasons below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.text import Text

from announcer.cli.terminal import row, seen, table
from announcer.cli.words import Speech
from announcer.model.campaign import Audience, Message, Planned
from announcer.model.facts import Event
from announcer.planning.message_words import what_words
from announcer.planning.why import explain, waits_for_words

if TYPE_CHECKING:
    from rich.table import Table

STATE_STYLES = {
    "draft": "yellow",
    "waiting": "yellow",
    "scheduled": "green",
    "sending": "cyan",
    "sent": "cyan",
    "held": "red",
    "failed": "red",
    "partly_sent": "red",
    "missed": "dim",
    "cancelled": "dim",
    "superseded": "dim",
    "paused": "yellow",
}


@dataclass(frozen=True, slots=True)
class View:
    """In whose words and on whose clock something is shown."""

    speech: Speech
    zone: ZoneInfo
    event: Event | None

    def what(self, planned: Planned) -> str:
        """`Rückblick, Tag 1`, `Gleich beginnt: Keynote „…“`."""
        return what_words(planned, self.event, self.speech.language)

    def reasons(self, planned: Planned) -> list[str]:
        """Why it stands where it stands, and what it waits for."""
        waits = [waits_for_words(key, self.event, self.speech.language) for key in planned.waits_for]
        return [*self.why(planned.why), *(self.speech("waits_for", what=what) for what in waits)]

    def why(self, keys: Iterable[str]) -> list[str]:
        """Reasons in words."""
        return [explain(key, self.speech.language) for key in keys]

    def moment(self, moment: datetime | None) -> str:
        """A moment on this clock, or that there is none yet."""
        return self.speech.moment(moment, self.zone) if moment else self.speech("no_time")

    def clock(self, moments: Iterable[datetime | None]) -> str:
        """Which zone the times are in."""
        first = min((moment for moment in moments if moment is not None), default=None)
        return self.speech("zone", zone=self.speech.zone_name(self.zone, first))


def timeline(view: View, messages: Sequence[Message]) -> Table:
    """The messages in the order of their moments."""
    lines = [(str(m.id), m.planned, m.state.value) for m in messages]
    return _timeline(view, lines)


def draft_timeline(view: View, plan: Sequence[Planned]) -> Table:
    """A plan that is not stored: without numbers, what drops out marked as such."""
    return _timeline(view, [("", planned, "missed" if planned.drop else "") for planned in plan])


def _timeline(view: View, lines: Sequence[tuple[str, Planned, str]]) -> Table:
    speech = view.speech
    heads = [speech(key) for key in ("number", "time", "what", "channel", "until", "state")]
    result = table(*heads, caption=view.clock(planned.due_at for _, planned, _ in lines), caption_justify="left")
    result.columns[0].justify = "right"
    result.columns[2].ratio = 1
    for column in (1, 3, 4, 5):
        result.columns[column].no_wrap = True
    shown: date | str | None = None
    for number, planned, state in lines:
        day = planned.due_at.astimezone(view.zone).date() if planned.due_at else ""
        if day != shown:
            shown = day
            row(result, ["", "", Text(speech.day(day) if isinstance(day, date) else speech("no_time"), "bold blue")])
        row(result, _cells(view, number, planned, state))
    return result


def _cells(view: View, number: str, planned: Planned, state: str) -> list[str | Text]:
    due, end = planned.due_at, planned.not_after
    quiet = "dim" if STATE_STYLES.get(state) == "dim" else ""
    what = Text(seen(view.what(planned)), quiet)
    what.append(f"  {planned.occurrence.rule_id}", "dim")
    # What is over no longer waits for anything.
    for reason in view.why(planned.why) if quiet else view.reasons(planned):
        what.append(f"\n{seen(reason)}", "dim italic")
    return [
        number,
        Text(view.speech.time(due, view.zone) if due else "–", quiet),
        what,
        _channel(view, planned, quiet),
        Text(view.speech.until(end, due, view.zone) if end else "", quiet),
        Text(view.speech.state(state) if state else "", STATE_STYLES.get(state, "")),
    ]


def _channel(view: View, planned: Planned, quiet: str) -> Text:
    """By which channel, and below it for whom, where that is not everybody."""
    shown = Text(planned.channel, quiet)
    if planned.audience is not Audience.PUBLIC:
        shown.append(f"\n{view.speech('audience')}: {view.speech.audience(planned.audience.value)}", "dim")
    return shown
