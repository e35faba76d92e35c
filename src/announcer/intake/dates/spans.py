"""Days put together: "vom 18. bis 19. September", "9./10. Juni", "3., 10. und 17. Mai", each with its times."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time

from announcer.intake.dates.clock_times import Clock, read_clock
from announcer.intake.dates.days import Day, DayReader
from announcer.intake.dates.tokens import Tokens
from announcer.intake.dates.vocabulary import (
    AND,
    DASHES,
    UNTIL,
)
from announcer.intake.wordlist import words

LONGEST_CHAIN = 31
_AFTER_UNTIL = words("zum zu einschl einschließlich einschliesslich inklusive inkl including the and am den dem")
_AFTER_AND = words(". am den dem zum vom der the on")
_BEFORE_CLOCK = words(
    "um ab von gegen jeweils zwischen circa ca beginn at from starting about around jeweils bis der uhrzeit "
    "beginnend beginning between until"
)
_SIGNS_BEFORE_CLOCK = frozenset(",(|:;-–—•·/@")


@dataclass(frozen=True, slots=True)
class Chain:
    """Days with what joins them, and the time that stands behind each."""

    days: tuple[Day, ...]
    joints: tuple[str, ...] = ()  #: until, and, or a comma; one less than days
    clocks: tuple[Clock | None, ...] = ()
    end: int = 0
    until_clock: bool = False  #: The only time is an end: "am 18. September bis 12 Uhr".


@dataclass(slots=True)
class _Growing:
    days: list[Day] = field(default_factory=list)
    joints: list[str] = field(default_factory=list)
    clocks: list[Clock | None] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    until_clock: bool = False


class SpanReader:
    """Reads days and what follows them."""

    def __init__(self, tokens: Tokens, english: bool, german: bool) -> None:
        self.tokens = tokens
        self.days = DayReader(tokens, english, german)
        self.english = english
        self._hopeless = 0  #: Up to here there are only numbers that lead to no month.

    def read(self, index: int) -> Chain | None:
        """The day or span that begins at this token, as far as it is one."""
        if index < self._hopeless:
            return None
        first = self.days.read(index, inside=True)
        if first is None:
            return None
        growing = _Growing()
        self._take(growing, first)
        while len(growing.days) < LONGEST_CHAIN and self._grow(growing):
            pass
        return self._finish(growing, index)

    def _take(self, growing: _Growing, day: Day) -> None:
        end, clock = day.end, None
        if day.opened and self.tokens.word(end) == ")":
            end += 1
        if day.form not in {"bare", "loose", "month"}:
            found = self._clock(end, day)
            if found is not None:
                clock, end, until = found
                growing.until_clock = until
        growing.days.append(day)
        growing.clocks.append(clock)
        growing.ends.append(end)

    def _grow(self, growing: _Growing) -> bool:
        joint = self._joint(growing.ends[-1], growing.days[-1])
        if joint is None:
            return False
        kind, start = joint
        day = self.days.read(start, inside=True) if self.tokens.near(start) or self.tokens.joined(start) else None
        if day is None or not self._may_follow(growing, kind, day):
            return False
        if day.form in {"bare", "loose"} and growing.days[-1].month_first:
            year, end = self.days.year(day.end)
            day = replace(day, month=growing.days[-1].month, year=year, end=end, form="words", month_first=True)
        growing.joints.append(kind)
        self._take(growing, day)
        return True

    def _may_follow(self, growing: _Growing, kind: str, day: Day) -> bool:
        before = growing.days[-1]
        if day.form == "month" and before.form not in {"month"}:
            return False
        if before.form == "month" and day.form != "month":
            return False
        if kind == "," and (before.form == "weekday" or day.form == "weekday" or before.year is not None):
            return False
        if kind == "and" and day.form == "weekday" and before.form != "weekday":
            return False
        if before.form == "loose" and (kind != "until" and not self.english):
            return False
        if before.month_first and day.form == "loose" and day.day is not None and before.day is not None:
            return day.day > before.day
        return True

    def _joint(self, index: int, before: Day) -> tuple[str, int] | None:
        tokens = self.tokens
        if not tokens.near(index) and not tokens.joined(index):
            return None
        at = index
        comma = tokens.word(at) == ","
        if comma:
            at += 1
        word = tokens.word(at)
        if word in UNTIL:
            return "until", self._past(at + 1, _AFTER_UNTIL)
        if word == "auf" or (word == "zum" and before.form in {"bare", "weekday"}):  # "vom 24. auf den 25. Oktober"
            return "until", self._past(at + 1, _AFTER_UNTIL)
        if word in DASHES:
            return "until", self._past(at + 1, frozenset({"zum", "bis"}))
        if word in AND or word in {"&", "+"}:
            return "and", self._past(at + 1, _AFTER_AND)
        if word == "/":
            return "and", at + 1
        return (",", at) if comma and before.form not in {"weekday", "month"} else None

    def _past(self, index: int, words: frozenset[str]) -> int:
        for _ in range(3):
            abbreviated = self.tokens.word(index) == "." and self.tokens.joined(index)
            if self.tokens.word(index) not in words and not abbreviated:
                break
            index += 1
        return index

    def _clock(self, index: int, day: Day) -> tuple[Clock, int, bool] | None:
        """The time behind a day."""
        tokens = self.tokens
        if day.form == "iso" and tokens.word(index) == "t" and tokens.joined(index):
            return self._iso_clock(index + 1)
        if not tokens.near(index) and not tokens.joined(index):
            return None
        at = index
        opened = tokens.word(at) == "("
        if tokens.word(at) in _SIGNS_BEFORE_CLOCK and not (tokens.word(at) in "-/" and tokens.joined(at)):
            at += 1
        until = False
        for _ in range(3):
            word = tokens.word(at)
            if word not in _BEFORE_CLOCK and not (word in {":", "."} and at > index + 1 and tokens.joined(at)):
                break
            until = word in {"bis", "until"} or (until and word in {":", "."})
            at += 1
        if not tokens.near(at) and not tokens.joined(at):
            return None
        clock = read_clock(tokens, at, self.english, beside_date=True)
        if clock is None:
            return None
        end = clock.end + 1 if opened and tokens.word(clock.end) == ")" else clock.end
        return clock, end, until and clock.ends is None

    def clock_after(self, index: int) -> tuple[Clock, int] | None:
        """The time behind something that says a day, and the token after it."""
        found = self._clock(index, Day(index))
        return None if found is None else (found[0], found[1])

    def _iso_clock(self, index: int) -> tuple[Clock, int, bool] | None:
        """ "T19:00", "T19:00:00+02:00", "T19:00:00Z"; the offset is not taken for the venue's."""
        tokens = self.tokens
        hour, minute = tokens.number(index), tokens.number(index + 2)
        if hour is None or minute is None or hour > 23 or minute > 59 or tokens.word(index + 1) != ":":
            return None
        clock = Clock(time(hour, minute), None, index + 3)
        end = clock.end
        while tokens.joined(end) and (tokens.word(end) in {":", ".", "+", "-", "z"} or tokens.kind(end) == 1):
            end += 1
        return clock, end, False

    def _finish(self, growing: _Growing, index: int) -> Chain | None:
        """Drop what hangs open at the end ("18. September und 3."), fill what the neighbours say."""
        hopeless = growing.ends[-1]
        while growing.days and not (growing.days[-1].complete or growing.days[-1].form == "weekday"):
            growing.days.pop()
            growing.clocks.pop()
            growing.ends.pop()
            if growing.joints:
                growing.joints.pop()
        if not growing.days:
            self._hopeless = hopeless  # or a list of a million numbers would be read again from each of them
            return None
        if len(growing.days) == 1:
            alone = self.days.read(index)
            if alone is None or alone.form in {"bare", "loose"}:
                return None
        elif not self._trustworthy(growing, index):
            return None
        end = growing.ends[-1]
        if any(day.opened for day in growing.days) and self.tokens.word(end) == ")":
            end += 1
        days, joints, clocks = _unfold(growing.days, growing.joints, growing.clocks)
        if joints == ["and"] and self._between(index):
            joints = ["until"]
        return Chain(_filled(days), tuple(joints), tuple(clocks), end, growing.until_clock)

    def _between(self, index: int) -> bool:
        """ "zwischen dem 2. und dem 13. November" is one span."""
        back = index - 2 if self.tokens.word(index - 1) in {"dem", "den", "the"} else index - 1
        return self.tokens.word(back) in {"zwischen", "between"}

    def _trustworthy(self, growing: _Growing, index: int) -> bool:
        """ "2.1. und 3.2." may be chapters: a year, a month's name or a place where a date stands makes it one."""
        if any(day.year is not None or day.form not in {"dotted", "bare", "loose"} for day in growing.days):
            return True
        return self.days.read(index) is not None


def _unfold(
    days: list[Day], joints: list[str], clocks: list[Clock | None]
) -> tuple[list[Day], list[str], list[Clock | None]]:
    """ "Freitag bis Sonntag, 3. bis 5. Mai": the weekdays belong to the dates."""
    if len(days) == 3 and days[0].form == "weekday" and days[1].weekday is not None and days[2].weekday is None:
        first, second = replace(days[1], weekday=days[0].weekday), replace(days[2], weekday=days[1].weekday)
        return [first, second], joints[1:], clocks[1:]
    return days, joints, clocks


def _filled(days: list[Day]) -> tuple[Day, ...]:
    """The right day's month and year hold for the days before it that have none."""
    result = list(days)
    for at in range(len(result) - 2, -1, -1):
        day, right = result[at], result[at + 1]
        if day.month is None and day.day is not None:
            result[at] = replace(day, month=right.month, year=right.year)
    for at in range(1, len(result)):
        day, left = result[at], result[at - 1]
        if day.month is None and day.day is not None:
            result[at] = replace(day, month=left.month, year=left.year)
    return tuple(result)
