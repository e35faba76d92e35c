"""Which days of the calendar a chain means: years filled in, weekdays checked, doubts kept."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from announcer.intake.dates.days import Day
from announcer.intake.dates.mention import Mention, Precision, Span, Sure
from announcer.intake.dates.spans import Chain

#: A date without a year that lies so many days before the release may as well be meant as past.
_JUST_PAST = 120


@dataclass(frozen=True, slots=True)
class Frame:
    """What a mention is read against."""

    release: date | None
    past: bool = False  #: "seit", "vergangenen": the last such day, not the next
    told_as_past: bool = False  #: The sentence tells what happened.


def resolve(chain: Chain, frame: Frame, bare: Mention) -> Mention:
    """The mention with its days; `bare` brings place, text and times."""
    days = chain.days
    if frame.release is not None and any(day.year_shift is not None for day in days):
        release = frame.release
        shifted = [replace(day, year=_shifted(day, release), year_shift=None) for day in days]
        read = resolve(replace(chain, days=tuple(shifted)), frame, bare)
        return replace(read, sure=Sure.INFERRED) if read.sure is Sure.STATED else read
    if any(day.form == "weekday" for day in days):
        return _with_weekdays(chain, frame, bare)
    if days[0].form == "month":
        return _months(days, frame, bare)
    if len(days) == 1 and days[0].other is not None:
        return _both_ways(days[0], bare)
    years = _years(days, frame)
    if years is None:
        partial = tuple((day.month or 0, day.day or 0) for day in days)
        return replace(bare, sure=Sure.INCOMPLETE, partial=partial, notes=(*bare.notes, "no_year"))
    found = [_date(year, day) for year, day in zip(years, days, strict=True)]
    known = [day for day in found if day is not None]
    if len(known) < len(found):
        return _impossible(days, years, bare)
    return _checked(chain, known, frame, bare)


def parts(chain: Chain) -> list[Chain]:
    """What is one span each: "8. und 9. Mai sowie am 12. Juni" are two, "3., 10. und 17. Mai" three."""
    if any(day.form in {"weekday", "month"} for day in chain.days):
        return [chain]
    days = _years_passed_on(chain.days)
    groups: list[list[int]] = [[0]]
    for at, joint in enumerate(chain.joints, 1):
        timed = chain.clocks[at - 1] is not None and chain.clocks[at] is not None
        if joint == "until" or (not timed and _next_day(days[at - 1], days[at])):
            groups[-1].append(at)
        else:
            groups.append([at])
    return [_part(chain, days, group, last=group is groups[-1]) for group in groups]


def _part(chain: Chain, days: Sequence[Day], group: Sequence[int], *, last: bool) -> Chain:
    clocks = tuple(chain.clocks[at] for at in group)
    if not any(clocks):  # "am 3. und 10. Mai, 19 Uhr": the time holds for both
        clocks = (*clocks[:-1], next((clock for clock in chain.clocks[group[-1] :] if clock), None))
    return Chain(
        tuple(days[at] for at in group),
        tuple(chain.joints[at - 1] for at in group[1:]),
        clocks,
        chain.end if last else days[group[-1]].end,
        chain.until_clock,
    )


def _years_passed_on(days: Sequence[Day]) -> list[Day]:
    """A year that stands once holds for the neighbours, over New Year for the next or last one."""
    result = list(days)
    for at in range(len(result) - 2, -1, -1):
        right = result[at + 1].year
        if result[at].year is None and right is not None:
            result[at] = replace(result[at], year=right - (_key(result[at]) > _key(result[at + 1])))
    for at in range(1, len(result)):
        left = result[at - 1].year
        if result[at].year is None and left is not None:
            result[at] = replace(result[at], year=left + (_key(result[at]) < _key(result[at - 1])))
    return result


def _next_day(left: Day, right: Day) -> bool:
    """Whether one follows the other in the calendar; without a year, in a year that has no leap day."""
    one, other = _date(left.year or 2001, left), _date(right.year or 2001, right)
    return one is not None and other is not None and other - one in {timedelta(days=1), timedelta(days=-364)}


def _shifted(day: Day, release: date) -> int | None:
    return day.year if day.year_shift is None else release.year + day.year_shift


def _date(year: int, day: Day) -> date | None:
    try:
        return date(year, day.month or 0, day.day or 0)
    except ValueError:
        return None


def _years(days: Sequence[Day], frame: Frame) -> list[int] | None:
    """The year of each day; None if nothing tells it."""
    given = [day.year for day in _years_passed_on(days) if day.year is not None]
    if len(given) == len(days):
        return given
    return None if frame.release is None else _around_release(days, frame.release, frame.past)


def _key(day: Day) -> tuple[int, int]:
    return day.month or 0, day.day or 0


def _around_release(days: Sequence[Day], release: date, past: bool) -> list[int]:
    """So that the last day is the first such day on or after the release (before it, if it is past)."""
    last = days[-1]
    year = _near(last, release, past)
    years = [year]
    for left, right in zip(reversed(days[:-1]), reversed(days[1:]), strict=True):
        year -= _key(left) > _key(right)
        years.insert(0, year)
    return years


def _near(day: Day, release: date, past: bool) -> int:
    key = (release.month, release.day)
    year = release.year
    if past:
        year -= _key(day) > key
    else:
        year += _key(day) < key
    if _key(day) == (2, 29):
        while not calendar.isleap(year):
            year += -1 if past else 1
    return year


def _impossible(days: Sequence[Day], years: Sequence[int], bare: Mention) -> Mention:
    """ "31. Juni": the last day of the month, or the first of the next?"""
    spans: list[list[date]] = [[], []]
    for day, year in zip(days, years, strict=True):
        exact = _date(year, day)
        month = day.month or 1
        length = calendar.monthrange(year, month)[1]
        end = date(year, month, length)
        spans[0].append(exact or end)
        spans[1].append(exact or end + timedelta(days=1))
    alternatives = tuple((span[0], span[-1]) for span in spans)
    return replace(bare, sure=Sure.AMBIGUOUS, alternatives=alternatives, notes=(*bare.notes, "no_such_day"))


def _both_ways(day: Day, bare: Mention) -> Mention:
    """04/05/2027: day first, or month first."""
    assert day.year is not None
    assert day.other is not None
    one, other = date(day.year, day.month or 1, day.day or 1), date(day.year, *day.other)
    if day.weekday is not None:
        fits = [each for each in (one, other) if each.weekday() == day.weekday]
        if len(fits) == 1:
            return replace(bare, first=fits[0], last=fits[0], weekdays=(day.weekday,))
    return replace(
        bare, first=one, last=one, sure=Sure.AMBIGUOUS, alternatives=((one, one), (other, other)),
        notes=(*bare.notes, "day_or_month_first"),
    )  # fmt: skip


def _months(days: Sequence[Day], frame: Frame, bare: Mention) -> Mention:
    months = [replace(day, day=1) for day in days]
    bare = replace(bare, precision=Precision.MONTH)
    given = any(day.year is not None for day in days)
    ends = [replace(day, day=28) for day in days]
    years = _years(ends if not given else months, frame)
    if years is None:
        partial = tuple((day.month or 0, 0) for day in days)
        return replace(bare, sure=Sure.INCOMPLETE, partial=partial, notes=(*bare.notes, "no_year"))
    first = date(years[0], days[0].month or 1, 1)
    length = calendar.monthrange(years[-1], days[-1].month or 1)[1]
    last = date(years[-1], days[-1].month or 1, length)
    sure = Sure.STATED if given else Sure.INFERRED
    return replace(bare, first=first, last=last, sure=sure, notes=(*bare.notes, *(() if given else ("year_inferred",))))


def _checked(chain: Chain, found: list[date], frame: Frame, bare: Mention) -> Mention:
    """Order and weekdays are looked at; what contradicts itself is kept as a question."""
    days = chain.days
    weekdays = tuple(day.weekday for day in days if day.weekday is not None)
    stated = any(day.year is not None for day in days)
    mention = replace(bare, first=found[0], last=found[-1], weekdays=weekdays)
    if found[0] > found[-1]:
        return replace(
            mention, first=found[-1], last=found[0], sure=Sure.AMBIGUOUS, notes=(*bare.notes, "ends_before_it_begins"),
            alternatives=((found[-1], found[0]), (found[0], found[0])),
        )  # fmt: skip
    if not stated:
        partial = tuple((day.month or 0, day.day or 0) for day in days)
        mention = replace(mention, sure=Sure.INFERRED, notes=(*mention.notes, "year_inferred"), partial=partial)
    if not _fit(days, found):
        return _mismatch(mention, days, found, stated)
    if stated:
        return mention
    if weekdays:
        return replace(mention, notes=(*mention.notes, "weekday_fits"))
    return _perhaps_past(mention, found, frame)


def _perhaps_past(mention: Mention, found: list[date], frame: Frame) -> Mention:
    """In a sentence about the past, a date without a year may be the last one or the next."""
    assert frame.release is not None
    earlier = [day for on in found if (day := _other_year(on, -1)) is not None]
    if len(earlier) < len(found):
        return mention
    coming, gone = (found[0], found[-1]), (earlier[0], earlier[-1])
    if frame.told_as_past and not frame.past:
        return replace(
            mention, first=gone[0], last=gone[1], sure=Sure.AMBIGUOUS, alternatives=(gone, coming), past=True,
            notes=(*mention.notes, "past_or_coming"),
        )  # fmt: skip
    if not frame.past and 0 < (frame.release - gone[1]).days <= _JUST_PAST:
        return replace(mention, alternatives=(coming, gone))
    return mention


def _other_year(day: date, years: int) -> date | None:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return None


def _mismatch(mention: Mention, days: Sequence[Day], found: Sequence[date], stated: bool) -> Mention:
    """The weekday is another one: a wrong day, a wrong weekday, or another year is meant."""
    readings: list[Span] = [(found[0], found[-1])]
    for years in (1, -1) if stated else (1, -1, 2, 3):
        moved = [_other_year(day, years) for day in found]
        known = [day for day in moved if day is not None]
        if len(known) == len(found) and _fit(days, known):
            readings.append((known[0], known[-1]))
    for shift in (1, -1, 2, -2, 3, -3):
        near = [day + timedelta(days=shift) for day in found]
        if _fit(days, near):
            readings.append((near[0], near[-1]))
            break
    return replace(
        mention, sure=Sure.AMBIGUOUS, alternatives=tuple(readings), notes=(*mention.notes, "weekday_mismatch")
    )


def _fit(days: Sequence[Day], found: Iterable[date]) -> bool:
    return all(day.weekday is None or day.weekday == on.weekday() for day, on in zip(days, found, strict=True))


def _with_weekdays(chain: Chain, frame: Frame, bare: Mention) -> Mention:
    """ "Freitag, 3. Mai, bis Sonntag", "von Freitag bis Sonntag, 5. Mai": the open end lies within a week."""
    days = chain.days
    dated = [day for day in days if day.complete]
    if not dated or len(days) != 2:
        dated_chain = replace(chain, days=tuple(dated), joints=chain.joints[: max(0, len(dated) - 1)])
        return resolve(dated_chain, frame, bare) if dated else bare
    anchor = resolve(replace(chain, days=tuple(dated), joints=()), frame, bare)
    begins = anchor.first
    if begins is None:
        return anchor
    if anchor.sure is Sure.STATED:
        anchor = replace(anchor, sure=Sure.INFERRED)
    open_day = next(day for day in days if not day.complete)
    if days[0].complete:
        distance = ((open_day.weekday or 0) - begins.weekday()) % 7 or 7
        return replace(anchor, last=begins + timedelta(days=distance), alternatives=())
    distance = (begins.weekday() - (open_day.weekday or 0)) % 7 or 7
    return replace(anchor, first=begins - timedelta(days=distance), alternatives=())
