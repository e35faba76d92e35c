"""A day and its time that stand apart in one sentence: "am 3. Mai in der Halle um 19 Uhr"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from announcer.intake.dates.mention import Mention, Precision, Sure
from announcer.intake.dates.vocabulary import RECURRING
from announcer.intake.sentences import Sentences

#: So many characters may stand between a day and the time behind it, or between a time and the day behind it.
_TIME_BEHIND, _DAY_BEHIND = 160, 50


_UNTIL = re.compile(r"\s*,?\s*(?:bis|to|until|till|–|-|—)\s+(?:zum\s+)?")
_LASTS = re.compile(r"\b(?:dauer[nt]|läuft|laufen|endet|enden|geht|gehen|gezeigt|lasts?|runs?|continues?|ends?)\b")
_YEARLESS = frozenset({"year_inferred", "no_year", "past_or_coming", "weekday_fits"})
_WEEKLY = sorted(word for word in RECURRING if "day" in word or "tag" in word or "woch" in word)
_EVERY = re.compile(rf"\b(?:{'|'.join(_WEEKLY)})\b", re.IGNORECASE)


def joined(text: str, sentences: Sentences, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions, with times put to their days, and a year that stands once in a sentence put to all its days."""
    waiting: Mention | None = None
    for mention in _years_of_sentence(sentences, list(mentions)):
        if waiting is None:
            waiting = mention
            continue
        together = _together(text, sentences, waiting, mention)
        if together is None:
            yield waiting
            waiting = _of_same_day(sentences, waiting, mention)
        else:
            waiting = together
    if waiting is not None:
        yield waiting


def _years_of_sentence(sentences: Sentences, mentions: list[Mention]) -> Iterator[Mention]:
    for at, mention in enumerate(mentions):
        if not mention.partial or not _YEARLESS & set(mention.notes):
            yield mention
            continue
        number = sentences.number(mention.start)
        near = [other for other in mentions[max(0, at - 6) : at + 7] if sentences.number(other.start) == number]
        told = [m.first for m in near if m.first and m.sure is Sure.STATED and m.precision is not Precision.MONTH]
        yield _with_year(mention, told[0]) if told else mention


def _with_year(mention: Mention, told: date) -> Mention:
    """The nearest such day to one whose year is told."""
    first, last = mention.partial[0], mention.partial[-1]
    if first == (0, 0):
        return mention
    candidates = [day for year in (told.year - 1, told.year, told.year + 1) if (day := _day(year, *first)) is not None]
    if not candidates:
        return mention
    begin = min(candidates, key=lambda day: abs((day - told).days))
    end = _day(begin.year + (last < first), *last)
    if end is None or (mention.weekdays and begin.weekday() != mention.weekdays[0]):
        return mention
    notes = tuple(note for note in mention.notes if note not in _YEARLESS)
    return replace(mention, first=begin, last=end, sure=Sure.STATED, alternatives=(), notes=notes, partial=())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _together(text: str, sentences: Sentences, left: Mention, right: Mention) -> Mention | None:
    between = text[left.end : right.start]
    if len(between) > _TIME_BEHIND or sentences.number(left.start) != sentences.number(right.start):
        return None
    if between.count("\n") > 1:
        return None
    if left.dated and right.dated:
        return _as_span(text, left, right, between)
    if left.precision is Precision.DAY and left.dated and _only_time(right):
        day, clock = left, right
        if _EVERY.search(between):
            return None
    elif _only_time(left) and right.precision is Precision.DAY and right.dated and len(between) <= _DAY_BEHIND:
        day, clock = right, left
    else:
        return None
    if clock.until != day.until:
        return None
    sure = Sure.AMBIGUOUS if clock.sure is Sure.AMBIGUOUS else day.sure
    return replace(
        day, start=left.start, end=right.end, text=text[left.start : right.end], begins=clock.begins, ends=clock.ends,
        precision=Precision.TIME, notes=(*day.notes, *clock.notes), sure=sure, other_times=clock.other_times,
    )  # fmt: skip


def _as_span(text: str, left: Mention, right: Mention, between: str) -> Mention | None:
    """ "8 pm on Friday to 5 am on Monday"; "beginnt am 7. September und dauert bis zum 18. September 2026"."""
    if left.first is None or right.last is None or left.first != left.last or not left.first < right.last:
        return None
    timed = left.begins is not None and left.ends is None and right.begins is not None
    if not (timed and _UNTIL.fullmatch(between)) and not (right.until and not left.until and _LASTS.search(between)):
        return None
    sure = Sure.STATED if left.sure is right.sure is Sure.STATED else Sure.INFERRED
    if Sure.AMBIGUOUS in (left.sure, right.sure):
        return None
    return replace(
        left, end=right.end, text=text[left.start : right.end], last=right.last, ends=right.begins if timed else None,
        sure=sure,
    )  # fmt: skip


def _of_same_day(sentences: Sentences, left: Mention, right: Mention) -> Mention:
    """ "am 5. Dezember um 10 und um 15 Uhr": the second time is of the same day."""
    same = sentences.number(left.start) == sentences.number(right.start)
    if not (same and _only_time(right) and left.begins and left.first and left.first == left.last):
        return right
    if right.until or right.start - left.end > _TIME_BEHIND:
        return right
    return replace(right, first=left.first, last=left.last, sure=left.sure, alternatives=left.alternatives)


def _only_time(mention: Mention) -> bool:
    return not mention.dated and mention.precision is Precision.TIME


def told_elsewhere(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """A day without a year is that of the same day, or the same month, whose year stands elsewhere in the text."""
    days: dict[tuple[int, int], set[int]] = {}
    months: dict[int, set[int]] = {}
    for mention in mentions:
        if mention.first is None or mention.last is None or mention.sure is not Sure.STATED:
            continue
        if mention.precision is Precision.MONTH:
            month = mention.first
            while month <= mention.last:
                months.setdefault(month.month, set()).add(month.year)
                month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            for day in (mention.first, mention.last):
                days.setdefault((day.month, day.day), set()).add(day.year)
    return tuple(_told(mention, days, months) for mention in mentions)


def _told(mention: Mention, days: dict[tuple[int, int], set[int]], months: dict[int, set[int]]) -> Mention:
    if not mention.partial or mention.partial[0] == (0, 0) or not _YEARLESS & set(mention.notes):
        return mention
    key = mention.partial[0]
    years = days.get(key) or (months.get(key[0]) if mention.precision is not Precision.MONTH else None) or set()
    day = _day(next(iter(years)), *key) if len(years) == 1 else None
    return mention if day is None else _with_year(mention, day)
