"""A rehearsal as it is watched: one line for each arrival, one for each happening, a table at the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from announcer.cli.terminal import Terminal, row, seen, table
from announcer.cli.timeline import View
from announcer.errors import PlanningError
from announcer.model.changes import Facts
from announcer.model.facts import Session
from announcer.planning.changes import apply, in_words
from announcer.planning.phrases import session_words
from announcer.rehearsal.drive import Skipped, Tally
from announcer.rehearsal.run import Source, Told
from announcer.rehearsal.story import Happening, Words
from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post, PostDelete, PostEdit
from announcer.sandbox.words import Speech as Countdown

_STYLES = {"post": "magenta", "mail": "cyan", "feed": "green"}
_ACTIONS = (("publish", "published"), ("correct", "corrected"), ("withdraw", "withdrawn"))


@dataclass(frozen=True, slots=True)
class _Mails:
    """What mails have in common that are shown as one line."""

    at: datetime
    mark: str
    language: str
    subject: str


def _mails(mail: Mail) -> _Mails:
    letter = mail.letter
    return _Mails(mail.at, "reply" if letter.answers else "", letter.header("Content-Language"), letter.subject)


def _joined(mails: Counter[_Mails]) -> list[tuple[_Mails, int]]:
    """A mail and its translations are one line, in the words most people read, where it is clear what belongs together.

    That is so for those of one moment, answers apart, with one subject in each language.
    """
    alike: dict[tuple[datetime, str], list[_Mails]] = {}
    for one in mails:
        alike.setdefault((one.at, one.mark), []).append(one)
    found: list[tuple[_Mails, int]] = []
    for group in alike.values():
        if len({one.language for one in group}) == len(group):
            found.append((max(group, key=lambda one: mails[one]), sum(mails[one] for one in group)))
        else:
            found += [(one, mails[one]) for one in group]
    return found


class Live:
    """Prints while the rehearsal plays. Its methods are called from several threads."""

    def __init__(self, terminal: Terminal, source: Source) -> None:
        self._terminal = terminal
        self._source = source
        self._speech = terminal.speech
        self._zone = source.event.zone
        self._view = View(terminal.speech, self._zone, source.event)
        self._countdown = Countdown(terminal.speech.language)
        self._lock = threading.RLock()
        self._last = ""
        self._mails: Counter[_Mails] = Counter()
        self._facts = source.facts
        self._progress = _progress(terminal)
        self._bar: TaskID | None = None
        self._begin = source.begin

    def __enter__(self) -> Live:
        self._terminal.show(self._head())
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush_mails()
        self._progress.stop()

    def _head(self) -> Panel:
        event, speech = self._source.event, self._speech
        lines = [
            Text(seen(event.name), "bold"),
            Text(seen(f"{self._countdown.when(event)}, {event.place.name}" if event.place else ""), ""),
            Text(speech("rehearsed"), "dim"),
            Text(speech("zone", zone=speech.zone_name(self._zone, event.start)), "dim"),
        ]
        title = Text(speech("rehearsal"), "bold")
        return Panel(Group(*lines), title=title, title_align="left", box=box.ROUNDED, border_style="blue")

    # What the rehearsal tells.

    def began(self, title: str) -> None:
        """A course of events begins."""
        with self._lock:
            self._flush_mails()
            variant = next((v for v in self._source.story.variants if v.title == title), None)
            self._begin = variant.since if variant else self._source.begin
            self._facts = self._facts_at(self._begin)
            self._last = ""
            self._print(Text())
            self._print(Rule(Text(seen(title), "bold"), style="blue", align="left", characters="━"))
            self._restart_bar()

    def _restart_bar(self) -> None:
        if self._bar is not None:
            self._progress.remove_task(self._bar)
        length = (self._source.end - self._begin).total_seconds()
        self._bar = self._progress.add_task("", total=length)

    def moved(self, now: datetime) -> None:
        """The simulated time goes on."""
        with self._lock:
            self._flush_mails()
            if self._bar is not None:
                local = now.astimezone(self._zone)
                words = f"{self._speech.moment(now, self._zone)} · "
                words += self._countdown.countdown(local.date(), self._source.event)
                done = (now - self._begin).total_seconds()
                self._progress.update(self._bar, completed=done, description=words)

    def happened(self, happening: Happening) -> None:
        """Something happens on the way."""
        with self._lock:
            self._flush_mails()
            said = Text(seen(f"▸ {self._when(happening)}: "), "bold yellow")
            said.append(seen(self._what(happening)), "yellow")
            self._print(Rule(said, style="yellow", align="left"))
            if happening.reason:
                self._print(Text(f"  {seen(happening.reason)}", "dim italic"))

    def arrived(self, arrival: Arrival) -> None:
        """Something came out of the house; mails of one moment and subject are counted."""
        with self._lock:
            match arrival:
                case Mail():
                    self._mails[_mails(arrival)] += 1
                case Post():
                    self._arrival(arrival.at, "post", arrival.text, "reply" if arrival.in_reply_to else "")
                case PostEdit():
                    self._arrival(arrival.at, "post", arrival.after, "edited")
                case PostDelete():
                    self._arrival(arrival.at, "post", arrival.text, "deleted")
                case FeedItem():
                    mark = "edited" if arrival.change == "changed" else ""
                    self._arrival(arrival.at, "feed", arrival.text.title, mark)

    def _flush_mails(self) -> None:
        with self._lock:
            mails, self._mails = self._mails, Counter()
            for one, number in _joined(mails):
                self._line(one.at, "mail", one.subject, one.mark, self._speech.count("recipient", number))

    def _arrival(self, at: datetime, channel: str, text: str, mark: str) -> None:
        self._flush_mails()
        self._line(at, channel, text, mark, "")

    def _line(self, at: datetime, channel: str, text: str, mark: str, end: str) -> None:
        when = self._speech.moment(at, self._zone)
        repeated, self._last = when == self._last, when
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{when:<21} ", "dim" if repeated else "")
        line.append(f"● {self._speech(channel):<8}", _STYLES[channel])
        if mark:
            line.append(f"{self._speech(mark)}: ", "yellow")
        room = self._terminal.out.width - line.cell_len - (len(end) + 2 if end else 0)
        what = Text(seen(text.strip().partition("\n")[0]))
        what.truncate(max(room, 1), overflow="ellipsis", pad=bool(end))
        line.append_text(what)
        if end:
            line.append(f"  {end}", "dim")
        self._print(line)

    def _print(self, what: Text | Rule) -> None:
        self._progress.console.print(what)

    # What happens, in words.

    def _when(self, happening: Happening) -> str:
        """`40 Minuten vor der Keynote`, `3 Wochen vor dem Beginn`, `Tag 1, 17:30`."""
        speech, event, at = self._speech, self._source.event, happening.at
        session = self._session(happening)
        if session is not None and session.start is not None and abs((session.start - at).days) < 1:
            return self._beside(at, session.start, speech.dative(self._item(session)))
        assert event.start is not None
        if at < event.start:
            return self._beside(at, event.start, speech("the_start"))
        if event.end is not None and at <= event.end:
            day = (at.astimezone(self._zone).date() - event.start.astimezone(self._zone).date()).days + 1
            return speech("during", n=day, time=speech.time(at, self._zone))
        return self._beside(at, event.end or event.start, speech("the_end"))

    def _beside(self, at: datetime, anchor: datetime, item: str) -> str:
        key = "before_item" if at <= anchor else "after_item"
        return self._speech(key, span=self._speech.span(anchor - at), item=item)

    def _session(self, happening: Happening) -> Session | None:
        session_id = getattr(happening.what, "session_id", None)
        return self._source.event.session(session_id) if session_id else None

    def _item(self, session: Session) -> str:
        alone = sum(other.kind == session.kind for other in self._source.event.sessions) == 1
        return session_words(session, alone, self._speech.language)

    def _what(self, happening: Happening) -> str:
        if isinstance(happening.what, Words):
            return self._speech("words_handed_in", rule=happening.what.rule)
        before, self._facts = self._facts, _after(self._facts, happening)
        said = in_words(happening.what, before, self._facts, self._speech.language)
        return f"{said.prefix} – {said.headline}"

    def _facts_at(self, moment: datetime) -> Facts:
        """The facts after what the main course of events brought strictly before a moment."""
        found = self._source.facts
        for happening in self._source.story.happens:
            if happening.at < moment:
                found = _after(found, happening)
        return found

    # How it ended.

    def tell(self, told: Sequence[Told]) -> None:
        """A table for each course of events, what was skipped and why, and every problem."""
        for one in told:
            self._terminal.line("")
            self._terminal.show(_numbers(self._terminal, one))
            for why, rules in self._skipped(one.tally.skipped).items():
                text = Text(f"{self._speech('skipped')}: ", "dim")
                text.append(seen(", ".join(rules))).append(f" – {seen(why)}", "dim")
                self._terminal.show(text)
            for problem in one.tally.problems:
                self._terminal.line(problem, style="bold red")
            if not one.tally.problems:
                self._terminal.say("no_problems", style="green")

    def _skipped(self, skipped: Sequence[Skipped]) -> dict[str, list[str]]:
        """Rules by why they were skipped."""
        found: dict[str, list[str]] = {}
        for one in skipped:
            rules = found.setdefault(self._why(one), [])
            if one.rule not in rules:
                rules.append(one.rule)
        return found

    def _why(self, skipped: Skipped) -> str:
        why = self._view.why(skipped.why[-1:])
        return "; ".join(why) or self._speech.state(skipped.state.value)


def _after(facts: Facts, happening: Happening) -> Facts:
    """The facts after a happening; as they were if it can't happen, which the rehearsal reports itself."""
    if isinstance(happening.what, Words):
        return facts
    try:
        return apply(happening.what, facts, happening.at)
    except PlanningError:
        return facts


def _numbers(terminal: Terminal, told: Told) -> Table:
    tally: Tally = told.tally
    shown = table(terminal.speech("channel"), title=Text(seen(told.title), "bold"), title_justify="left")
    actions = [(action, key) for action, key in _ACTIONS if any(action in sent for sent in tally.sent.values())]
    for _, key in actions:
        shown.add_column(terminal.speech(key), justify="right")
    for channel, sent in tally.sent.items():
        row(shown, [channel, *(sent.get(action, 0) for action, _ in actions)])
    return shown


def _progress(terminal: Terminal) -> Progress:
    """A bar over the simulated time below the lines; nothing where there is no terminal."""
    return Progress(
        BarColumn(bar_width=None, complete_style="blue", finished_style="blue"),
        TextColumn("{task.description}", style="dim", markup=False),
        console=terminal.out,
        transient=True,
        expand=True,
        disable=not terminal.out.is_terminal,
    )
