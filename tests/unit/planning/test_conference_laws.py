"""The shipped conference playbook: the table it was made from, line by line, and laws for any event it is used on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.intake.event_file import read_event
from announcer.model.campaign import Anchor, Planned, Rule
from announcer.model.changes import Facts
from announcer.model.facts import Announcement, Event, Registration, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.moments import Missing, event_days, resolve
from announcer.planning.plan import Campaign, plan
from announcer.planning.rules import SESSION_ANCHORS, shipped_playbooks
from announcer.planning.sentences import moment_sentence
from announcer.planning.timing import is_exempt
from announcer.planning.wallclock import at_wall_clock

BERLIN = ZoneInfo("Europe/Berlin")
CONFERENCE = shipped_playbooks(BERLIN)["conference"]
RULES = {rule.id: rule for rule in CONFERENCE.rules}
CHANNELS = {"feed": ("feed",), "social": ("mastodon",), "mail": ("newsletter",)}
EXAMPLE = Path(__file__).parents[3] / "examples" / "kommunen-innovativ" / "event.toml"
#: Why a message of a playbook may be left out: its moment is past, or the facts of the event make it pointless.
MAY_DROP = {"past", "event_past", "too_late", "after_start", "not_open_yet", "session_cap", "superseded"}
#: Rules whose end a fact of the event can bring before their moment; all others only lose it to an embargo.
MAY_BE_TOO_LATE = {"save-the-date", "registration-opens", "practical", "practical-mail"}
SHIFTS = {"embargo", "quiet_hours", "working_day", "collision"}


# -- The table. --

ALL = {"feed", "social", "mail"}
TABLE: list[tuple[str, str, set[str], str | None]] = [
    ("save-the-date", "12 weeks before start at 10:00", ALL, "registration opens"),
    ("registration-opens", "registration opens", ALL, "registration closes"),
    ("programme", "4 weeks before start at 10:00", ALL, "start"),
    ("registration-closes-3-days", "3 days before registration closes at 10:00", {"mail", "social"},
     "registration closes"),
    ("registration-closes-1-day", "1 day before registration closes at 10:00", {"mail", "social"},
     "registration closes"),
    ("reminder-1-week", "1 week before start at 10:00", {"mail", "social"}, "1 day before start at 10:00"),
    ("reminder-1-day", "1 day before start at 10:00", {"mail", "social"}, "1 day before start at 23:59"),
    ("practical", "start at 07:30", {"social"}, "1 hour after doors"),
    ("practical-mail", "start at 07:30", {"mail"}, "1 hour after doors"),
    ("session-soon", "15 minutes before session start", {"social"}, "session start"),
    ("session-live", "session start", {"social"}, "session end"),
    ("room-change", "at once on a change", {"feed", "social"}, "session end"),
    ("room-change-mail", "at once on a change", {"mail"}, "2 hours before session start"),
    ("move", "at once on a change", ALL, "end"),
    ("cancellation", "at once on a change", ALL, "end"),
    ("recap", "each day at 18:00", {"feed", "social"}, "start of the next day"),
    ("thanks", "1 working day after end at 10:00", {"mail"}, "5 days after end at 23:59"),
    ("documentation", "2 days after end at 10:00", {"feed", "mail"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "when", "channels", "until"), TABLE, ids=[row[0] for row in TABLE])
def test_a_line_of_the_table(rule_id: str, when: str, channels: set[str], until: str | None) -> None:
    rule = RULES[rule_id]
    said = moment_sentence(rule.not_after, "en") if rule.not_after else None
    assert (moment_sentence(rule.when, "en"), set(rule.channels), said) == (when, channels, until)


def test_what_else_the_table_says() -> None:
    assert [rule.id for rule in CONFERENCE.rules if not rule.enabled] == ["session-live"]
    assert RULES["practical-mail"].audience.value == "opted_in"
    assert {RULES[id_].audience.value for id_ in ("cancellation", "move")} == {"public"}  # and so to every list
    assert [RULES[id_].urgency.name for id_ in ("cancellation", "move", "registration-closes-1-day", "recap")] == [
        "CANCELLATION", "CHANGE", "DEADLINE", "RECAP",
    ]  # fmt: skip
    assert {r.id for r in CONFERENCE.rules if r.working_days} == {
        "save-the-date", "programme", "thanks", "documentation",
    }  # fmt: skip
    assert {r.id for r in CONFERENCE.rules if r.needs_words} == {"recap", "documentation"}


# -- The example's event. --


def test_the_example_runs_through_without_losing_a_message() -> None:
    event = read_event(EXAMPLE.read_text(encoding="utf-8"), "event.toml")
    first = datetime(2018, 6, 1, 9, tzinfo=BERLIN)
    release = Announcement("a", "A", embargoed_until=datetime(2018, 6, 25, 10, tzinfo=BERLIN))
    messages = plan(Campaign(Facts(event, release), CONFERENCE, CHANNELS, OfficeCalendar(), first))
    assert [(m.occurrence.rule_id, m.why) for m in messages if m.drop] == []
    wanted = {r.id for r in CONFERENCE.rules if r.enabled and r.when.anchor is not Anchor.CHANGE}
    assert {m.occurrence.rule_id for m in messages} == wanted
    assert [m.why for m in messages if {key.partition(":")[0] for key in m.why} & SHIFTS] == []


# -- Any event. --


@lru_cache(maxsize=1)
def zones() -> list[str]:
    return sorted(available_timezones() - {"localtime", "Factory"})


@lru_cache(maxsize=4096)
def clock_changes(zone: str, year: int) -> tuple[date, ...]:
    """The days of a year on which the clocks of a zone change."""
    place, first = ZoneInfo(zone), date(year, 1, 1)
    offsets = [
        (day, datetime.combine(day, time(), place).utcoffset())
        for day in (first + timedelta(days=number) for number in range(366))
    ]
    return tuple(day for (day, one), (_, other) in pairwise(offsets) if one != other)


@st.composite
def days(draw: st.DrawFn, zone: str) -> date:
    """Any day from 2025 to 2035, often one on which the clocks change, or the days around it."""
    year = draw(st.integers(2025, 2035))
    nights = clock_changes(zone, year)
    near: bool = draw(st.booleans())
    if near and nights:
        return draw(st.sampled_from(nights)) + timedelta(days=draw(st.integers(-2, 2)))
    return date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))


_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """An event of one to four days with whatever else may be known of it, planned at any moment before or after."""
    zone = draw(st.sampled_from(zones()))
    place, first = ZoneInfo(zone), draw(days(zone))
    start = at_wall_clock(first, draw(_times), place)
    last = first + timedelta(days=draw(st.integers(0, 3)))
    end = draw(st.none() | _times.map(lambda at: at_wall_clock(last, at, place)))
    end = end if end is not None and end > start else None
    doors = draw(st.none() | st.integers(0, 180).map(lambda minutes: start - timedelta(minutes=minutes)))
    opens = draw(st.none() | st.integers(1, 150).map(lambda n: start - timedelta(days=n, hours=n % 24)))
    closes = draw(st.none() | st.integers(0, 60).map(lambda n: start - timedelta(days=n, minutes=7 * n)))
    event = Event(
        "e",
        "E",
        start=start,
        end=end,
        timezone=zone,
        doors=doors,
        registration=Registration(opens, closes),
        sessions=tuple(_session(draw, number, first, last, place) for number in range(draw(st.integers(0, 8)))),
    )
    embargo = draw(st.none() | st.integers(0, 200).map(lambda n: start - timedelta(days=n, hours=n % 24)))
    release = Announcement("a", "A", embargoed_until=embargo, event_id="e")
    now = start - timedelta(hours=draw(st.integers(-24 * 20, 24 * 200)))
    off = frozenset({first - timedelta(days=84), first - timedelta(days=28)}) if draw(st.booleans()) else frozenset()
    return Campaign(Facts(event, release), CONFERENCE, CHANNELS, OfficeCalendar(days_off=off), now)


def _session(draw: st.DrawFn, number: int, first: date, last: date, place: ZoneInfo) -> Session:
    day = first + timedelta(days=draw(st.integers(0, (last - first).days)))
    start = draw(st.none() | _times.map(lambda at: at_wall_clock(day, at, place)))
    end = start + timedelta(minutes=draw(st.sampled_from([20, 45, 90]))) if start and draw(st.booleans()) else None
    kind, public = draw(st.sampled_from(["Keynote", "Talk", "Workshop", ""])), draw(st.booleans())
    return Session(f"s{number}", f"S{number}", kind, day=day, start=start, end=end, public=public)


def keys(message: Planned) -> set[str]:
    return {key.partition(":")[0] for key in message.why}


def raw_moment(message: Planned, rule: Rule, campaign: Campaign) -> datetime | None:
    """The moment the rule itself gives, before anything shifts it."""
    event = campaign.facts.event
    assert event is not None
    number = message.occurrence.anchor.removeprefix("day:")
    day = event_days(event)[int(number) - 1] if number.isdecimal() else None
    session = event.session(message.occurrence.subject_id.removeprefix("e/"))
    found = resolve(
        rule.when, campaign.facts, calendar=campaign.calendar, published=campaign.approved_at, session=session, day=day
    )
    return None if isinstance(found, Missing) else found


@settings(deadline=None)
@given(campaigns())
def test_nothing_is_lost_to_its_own_rules(campaign: Campaign) -> None:
    messages = plan(campaign)
    event, release = campaign.facts.event, campaign.facts.announcement
    assert event is not None
    assert release is not None
    wanted = {
        (rule.id, name)
        for rule in CONFERENCE.rules
        if rule.enabled and rule.when.anchor not in SESSION_ANCHORS | {Anchor.CHANGE}
        for kind in rule.channels
        for name in CHANNELS[kind]
    }
    assert {(m.occurrence.rule_id, m.channel) for m in messages if m.occurrence.rule_id != "session-soon"} == wanted
    assert sum(m.occurrence.rule_id == "recap" for m in messages) == 2 * len(event_days(event))
    spoken_for = [(s.occurrence, m.channel) for m in messages if not m.drop for s in m.speaks_for]
    for message in messages:
        if not message.drop:
            continue
        reason, rule_id = message.why[-1].partition(":")[0], message.occurrence.rule_id
        assert reason in MAY_DROP
        if reason == "past":
            assert message.due_at is not None
            assert message.due_at < campaign.now
        if reason == "superseded":
            assert spoken_for.count((message.occurrence, message.channel)) == 1
        if reason == "too_late" and message.due_at is not None:
            assert message.not_after is not None
            assert message.due_at > message.not_after
            assert rule_id in MAY_BE_TOO_LATE or "embargo" in keys(message)
        if reason == "after_start":
            assert message.due_at is not None
            assert event.start is not None
            assert message.due_at >= event.start
        if reason == "session_cap":
            said = [m for m in messages if m.occurrence.rule_id == "session-soon" and not m.drop]
            assert len(said) >= campaign.session_cap


@settings(deadline=None)
@given(campaigns())
def test_each_leaves_when_it_may_and_says_why_it_was_moved(campaign: Campaign) -> None:
    messages = plan(campaign)
    event, release = campaign.facts.event, campaign.facts.announcement
    assert event is not None
    assert event.start is not None
    assert release is not None
    zone, places = event.zone, [(m.occurrence, m.channel) for m in messages]
    assert len(places) == len(set(places))
    for message in messages:
        rule, due = RULES[message.occurrence.rule_id], message.due_at
        if message.drop or due is None:
            assert due is not None or message.waits_for
            continue
        raw, said = raw_moment(message, rule, campaign), keys(message)
        assert raw is not None
        assert release.embargoed_until is None or due >= release.embargoed_until
        assert message.not_after is None or due <= message.not_after
        local = due.astimezone(zone)
        if campaign.calendar.is_quiet(local.time()):
            assert is_exempt(rule) or "quiet_hours_kept" in said
        if rule.working_days and not campaign.calendar.is_working_day(local.date()):
            assert "working_day_kept" in said
        assert (due != raw) == bool(said & SHIFTS)
        if local.date() < raw.astimezone(zone).date():
            assert said & {"quiet_hours", "working_day"}
            assert rule.id != "reminder-1-day" or "quiet_hours" in said
        if "embargo" not in said:
            assert (due < event.start) == (raw < event.start)


@pytest.mark.parametrize(
    ("days_off", "day"), [(frozenset(), date(2026, 12, 28)), (frozenset({date(2026, 12, 28)}), date(2026, 12, 29))]
)
def test_thanks_are_said_after_the_longest_holidays(days_off: frozenset[date], day: date) -> None:
    """Christmas Eve 2026 is a Thursday: the next working day is four days later, still within the five."""
    start = datetime(2026, 12, 24, 8, tzinfo=BERLIN)
    event = Event("e", "E", start=start, end=start + timedelta(hours=1))
    calendar, now = OfficeCalendar(days_off=days_off), datetime(2026, 6, 1, 9, tzinfo=BERLIN)
    messages = plan(Campaign(Facts(event, None), CONFERENCE, CHANNELS, calendar, now))
    (thanks,) = [m for m in messages if m.occurrence.rule_id == "thanks"]
    assert thanks.due_at is not None
    assert (thanks.due_at.astimezone(BERLIN).date(), thanks.drop) == (day, False)
