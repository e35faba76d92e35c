from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Moment, Unit
from announcer.planning.sentences import moment_sentence, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
D, W, WD, M, H = Unit.DAYS, Unit.WEEKS, Unit.WORKING_DAYS, Unit.MINUTES, Unit.HOURS


@pytest.mark.parametrize(
    ("sentence", "moment"),
    [
        ("12 weeks before start", Moment(Anchor.START, -12, W)),
        ("1 week before start at 10:00", Moment(Anchor.START, -1, W, time(10))),
        ("a week before the start at 10:00", Moment(Anchor.START, -1, W, time(10))),
        ("3 days before registration closes", Moment(Anchor.REGISTRATION_CLOSES, -3, D)),
        ("registration opens", Moment(Anchor.REGISTRATION_OPENS)),
        ("at registration opening", Moment(Anchor.REGISTRATION_OPENS)),
        ("1 working day after end at 09:00", Moment(Anchor.END, 1, WD, time(9))),
        ("each day at 18:00", Moment(Anchor.EACH_DAY, at=time(18))),
        ("Each day at 07:30", Moment(Anchor.EACH_DAY, at=time(7, 30))),
        ("start of the next day", Moment(Anchor.EACH_DAY, 1, D)),
        ("15 minutes before session", Moment(Anchor.SESSION_START, -15, M)),
        ("session start", Moment(Anchor.SESSION_START)),
        ("session end", Moment(Anchor.SESSION_END)),
        ("doors + 1 hour", Moment(Anchor.DOORS, 1, H)),
        ("1 hour after doors", Moment(Anchor.DOORS, 1, H)),
        ("at once on a change", Moment(Anchor.CHANGE)),
        ("at publication", Moment(Anchor.PUBLICATION)),
        ("2 days after publication at 9:30", Moment(Anchor.PUBLICATION, 2, D, time(9, 30))),
        ("on the day of start at 07:30", Moment(Anchor.START, at=time(7, 30))),
        ("start at 07:30", Moment(Anchor.START, at=time(7, 30))),
        ("on 2026-09-01 at 09:00", Moment(Anchor.ABSOLUTE, absolute=datetime(2026, 9, 1, 9, tzinfo=BERLIN))),
        ("12 Wochen vor Beginn um 10 Uhr", Moment(Anchor.START, -12, W, time(10))),
        ("1 Werktag nach Ende um 9:00 Uhr", Moment(Anchor.END, 1, WD, time(9))),
        ("drei Tage vor Anmeldeschluss", Moment(Anchor.REGISTRATION_CLOSES, -3, D)),
        ("jeden Tag um 18:00", Moment(Anchor.EACH_DAY, at=time(18))),
        ("15 Minuten vor dem Programmpunkt", Moment(Anchor.SESSION_START, -15, M)),
        ("sofort bei einer Änderung", Moment(Anchor.CHANGE)),
        ("am 1.9.2026 um 9 Uhr", Moment(Anchor.ABSOLUTE, absolute=datetime(2026, 9, 1, 9, tzinfo=BERLIN))),
    ],
)
def test_a_moment_reads_like_a_sentence(sentence: str, moment: Moment) -> None:
    assert parse_moment(sentence, BERLIN) == moment


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("", "the moment is empty; write it like '1 week before start at 10:00'"),
        (
            "3 fortnights before start",
            "'3 fortnights before start' gives no moment: 'fortnights' is no unit; write minutes, hours, days, "
            "working days or weeks; write it like '1 week before start at 10:00'",
        ),
        (
            "start at 25:00",
            "'start at 25:00' gives no moment: there is no such time of day; "
            "write it like '1 week before start at 10:00'",
        ),
        (
            "2 hours before start at 09:00",
            "'2 hours before start at 09:00' gives no moment: minutes and hours are counted exactly and take no time "
            "of day; write it like '2 hours before start'",
        ),
        (
            "each day",
            "'each day' gives no moment: the time of day is missing; write it like 'each day at 18:00'",
        ),
        (
            "on 2026-02-30 at 09:00",
            "'on 2026-02-30 at 09:00' gives no moment: there is no such date; write it like 'on 2026-09-01 at 09:00'",
        ),
        (
            "on 2026-02-03",
            "'on 2026-02-03' gives no moment: a date needs a time of day; write it like 'on 2026-09-01 at 09:00'",
        ),
        (
            "some days before start",
            "'some days before start' gives no moment: 'some' is no number to count with; "
            "write it like '1 week before start at 10:00'",
        ),
    ],
)
def test_what_is_no_moment_is_explained_with_an_example(sentence: str, problem: str) -> None:
    with pytest.raises(PlanningError) as refused:
        parse_moment(sentence, BERLIN)
    assert str(refused.value) == problem


def test_an_unknown_anchor_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PlanningError, match=r"'lunch' is nothing to count from; there are start, end, doors"):
        parse_moment("1 day before lunch", BERLIN)


_times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
_counted = st.sampled_from([a for a in Anchor if a not in {Anchor.ABSOLUTE, Anchor.CHANGE}])
_counts = st.integers(-10_000, 10_000).filter(bool)
_moments = st.one_of(
    st.builds(Moment, _counted, _counts, st.sampled_from([D, WD, W]), st.none() | _times),
    st.builds(Moment, _counted, _counts, st.sampled_from([M, H])),
    st.builds(Moment, _counted, at=st.none() | _times),
    st.just(Moment(Anchor.CHANGE)),
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001  Hypothesis wants naive bounds
        lambda d: Moment(Anchor.ABSOLUTE, absolute=d.replace(second=0, microsecond=0, fold=0, tzinfo=BERLIN))
    ),
)


@given(_moments, st.sampled_from(["en", "de"]))
def test_every_moment_survives_its_sentence(moment: Moment, language: str) -> None:
    assert parse_moment(moment_sentence(moment, language), BERLIN) == moment


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        moment = parse_moment(text, BERLIN)
    except PlanningError:
        return
    assert parse_moment(moment_sentence(moment, "en"), BERLIN) == moment
