"""Days counted from the release: "morgen", "am kommenden Freitag", "nächste Woche Dienstag", "in zwei Wochen"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from announcer.intake.dates.mention import Precision, Span
from announcer.intake.dates.tokens import WORD, Tokens
from announcer.intake.dates.vocabulary import (
    AFTER_NEXT,
    COMING,
    COUNTS,
    DAYPART_WEEKDAYS,
    DAYPARTS,
    LAST,
    NEXT,
    RELATIVE_DAYS,
    THIS,
    UNITS,
    WEEKDAYS,
)
from announcer.intake.wordlist import words

_WEEKS = frozenset({"woche", "week"})
#: "von heute auf morgen", "bis heute", "noch heute": no day is meant.
_NOT_AFTER = words("bis noch von auf wie guten gute jeden jedem am gegen pro den im vom schon erst until even")
_NOT_BEFORE = words("auf wie noch schon s")
_SENTENCE_END = frozenset('.!?:•-–*"„|')
_NAMED_WEEKDAY = words("black good casual bloody ash easter cyber giving super robinson")


@dataclass(frozen=True, slots=True)
class Relative:
    """A day that only the release date makes one; `which` is day, coming, next, this, last, after_next or week."""

    end: int
    which: str
    offset: int = 0
    weekday: int | None = None

    @property
    def past(self) -> bool:
        """Whether it lies behind the release."""
        return self.which == "last" or self.offset < 0


def read_relative(tokens: Tokens, index: int) -> Relative | None:
    """The relative day that begins at this token, if one does."""
    if tokens.kind(index) != WORD:
        return None
    word = tokens.word(index)
    if word in RELATIVE_DAYS:
        return _named_day(tokens, index)
    if which := _which(word):
        return _that_day(tokens, index, which)
    if word in {"in", "vor"}:
        return _counted(tokens, index)
    if tokens.word(index + 2) == "ago" and word in COUNTS and tokens.word(index + 1) in UNITS:
        return Relative(index + 3, "day", -COUNTS[word] * UNITS[tokens.word(index + 1)])
    return None


def _which(word: str) -> str:
    groups = {"coming": COMING, "next": NEXT, "this": THIS, "last": LAST, "after_next": AFTER_NEXT}
    return next((name for name, words in groups.items() if word in words), "")


def _named_day(tokens: Tokens, index: int) -> Relative | None:
    word, before, after = tokens.word(index), tokens.word(index - 1), tokens.word(index + 1)
    unsaid = before in _NOT_AFTER and not (before in {"von", "ab"} and after == "bis")
    if unsaid or after in _NOT_BEFORE or (tokens.joined(index) and tokens.kind(index - 1) == WORD):
        return None
    if after in {"'", "’", "-"} and tokens.joined(index + 1):
        return None  # "today's", "Heute-Journal"
    if before in {"-", "’", "'"} and tokens.joined(index):
        return None
    first_of_sentence = tokens.line_start(index) or before in _SENTENCE_END
    if word == "morgen":
        if before in RELATIVE_DAYS or before in WEEKDAYS:
            return None  # "heute morgen", "Freitag Morgen": the time of day
        if tokens.as_written(index) == "Morgen" and not (first_of_sentence and after not in {"des", "der"}):
            return None  # the noun
    elif tokens.as_written(index)[:1].isupper() and not first_of_sentence:
        return None
    end = index + 2 if after in DAYPARTS and tokens.near(index + 1) else index + 1
    further = _counted(tokens, end) if tokens.word(end) == "in" else None
    if further is not None:  # "heute in einer Woche"
        return Relative(further.end, "day", RELATIVE_DAYS[word] + further.offset)
    return Relative(end, "day", RELATIVE_DAYS[word])


def _that_day(tokens: Tokens, index: int, which: str) -> Relative | None:
    """ "kommenden Freitag", "next week", "nächste Woche Dienstag", "this Friday evening"."""
    after = tokens.word(index + 1)
    if not tokens.near(index + 1):
        return None
    weekday = WEEKDAYS.get(after, DAYPART_WEEKDAYS.get(after))
    if weekday is not None:
        end = index + 3 if tokens.word(index + 2) in DAYPARTS else index + 2
        return Relative(end, which, weekday=weekday)
    if after not in _WEEKS or which == "after_next":
        return None
    offset = {"coming": 7, "next": 7, "this": 0, "last": -7}[which]
    following = tokens.word(index + 2)
    ahead = index + 3 if following in {"am", "on"} else index + 2
    if tokens.word(ahead) in WEEKDAYS and tokens.near(ahead):
        return Relative(ahead + 1, "week", offset, WEEKDAYS[tokens.word(ahead)])
    return Relative(index + 2, "week", offset)


def _counted(tokens: Tokens, index: int) -> Relative | None:
    """ "in zwei Wochen", "vor drei Tagen"."""
    number = COUNTS.get(tokens.word(index + 1)) or tokens.number(index + 1)
    unit = UNITS.get(tokens.word(index + 2))
    if not number or unit is None or number > 60 or not tokens.near(index + 2):
        return None
    if unit == 1 and tokens.word(index) == "in" and tokens.word(index + 2) in {"tage", "day"}:
        return None
    sign = -1 if tokens.word(index) == "vor" else 1
    return Relative(index + 3, "day", sign * number * unit)


def stands_alone(tokens: Tokens, index: int, end: int, timed: bool) -> bool:
    """Whether a weekday without a date ("am Freitag") means one certain day."""
    before = tokens.word(index - 1)
    if before in _NAMED_WEEKDAY or (tokens.joined(index) and tokens.kind(index - 1) == WORD):
        return False
    if tokens.word(end) in {"-", "’", "'"} and tokens.joined(end):
        return False
    if tokens.word(end) in {"bis", "to", "und", "and", "–", "-", "/"} and tokens.word(end + 1) in WEEKDAYS:
        return False  # "Montag bis Freitag" are opening hours
    if before in {"bis", "to", "und", "and", "–", "-", "/"} and tokens.word(index - 2) in WEEKDAYS:
        return False
    return timed or before in {"am", "ab", "bis", "seit", "vom", "zum", "on", "from", "until", "till", "by", "since"}


def span_of(found: Relative, release: date) -> tuple[Span, Precision, tuple[Span, ...]]:
    """The days meant, how exactly, and what else it may mean."""
    if found.which == "day":
        day = release + timedelta(days=found.offset)
        return (day, day), Precision.DAY, ()
    if found.which == "week":
        monday = release - timedelta(days=release.weekday()) + timedelta(days=found.offset)
        if found.weekday is None:
            return (monday, monday + timedelta(days=6)), Precision.WEEK, ()
        day = monday + timedelta(days=found.weekday)
        return (day, day), Precision.DAY, ()
    assert found.weekday is not None
    return _weekday_span(found.which, found.weekday, release)


def _weekday_span(which: str, weekday: int, release: date) -> tuple[Span, Precision, tuple[Span, ...]]:
    ahead = (weekday - release.weekday()) % 7
    after = release + timedelta(days=ahead or 7)
    if which == "last":
        day = release - timedelta(days=(release.weekday() - weekday) % 7 or 7)
    elif which == "bare" and not ahead:
        # Written on a Friday, "am Freitag" is today, or in a week.
        return (after, after), Precision.DAY, ((after, after), (release, release))
    elif which == "after_next":
        day = after + timedelta(days=7)
    else:
        day = after
    same_week = day.isocalendar()[:2] == release.isocalendar()[:2]
    if which == "next" and same_week:
        # Spoken on a Tuesday, "nächsten Freitag" is this Friday to some and the next one to others.
        later = day + timedelta(days=7)
        return (day, day), Precision.DAY, ((day, day), (later, later))
    return (day, day), Precision.DAY, ()
