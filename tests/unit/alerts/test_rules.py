"""Which notices are due when: as tables, and for whatever comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.alerts import rules
from announcer.alerts.notices import Due, Happened, Kind, Recipient, To, Waiting
from announcer.alerts.rules import DAY, GRACE, LAST, SHORT, Memory
from announcer.model import campaign
from announcer.model.campaign import Message, Occurrence, Planned, Subject
from announcer.model.ledger import MessageState
from announcer.model.people import Colleague, Deputy
from announcer.office.approval import Staff
from announcer.planning.calendar import OfficeCalendar
from announcer.store.campaign import Campaign

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2026, 9, 11, 10, tzinfo=BERLIN)
TODAY = MOMENT.date()
ANNA = Colleague("anna", "Anna Amsel", "anna@city.example", approves=True)
BEN = Colleague("ben", "Ben Buche", "ben@city.example", approves=True)
CEM = Colleague("cem", "Cem Dachs", "cem@city.example")
DORA = Colleague("dora", "Dora Eiche", "dora@city.example")
HOOK = Recipient("@webhook", "webhook")
FEST = Campaign("fest")


def waiting(
    id_: int = 1, moment: datetime = MOMENT, needs: Kind = Kind.APPROVE, authors: Iterable[str] = (), worth: int = 48
) -> Waiting:
    planned = Planned(
        Occurrence(Subject.EVENT, "fest", f"rule{id_}", "start"), "newsletter", campaign.Kind.REMINDER,
        moment, moment + timedelta(hours=worth),
    )  # fmt: skip
    state = MessageState.DRAFT if needs is Kind.APPROVE else MessageState.WAITING
    return Waiting(Message(id_, id_, "fest", None, state, planned), FEST, needs, moment, frozenset(authors))


def staff(*people: Colleague, four_eyes: bool = True, deputies: Sequence[tuple[str, str]] = ()) -> Staff:
    entered = tuple(Deputy(n, person, stand_in, TODAY, TODAY) for n, (person, stand_in) in enumerate(deputies))
    return Staff(people, entered, four_eyes)


class Office:
    """Ticks, and remembers what it told as the outbox would."""

    def __init__(self, people: Staff, items: Sequence[Waiting], ways: Sequence[Recipient] = ()) -> None:
        self.people, self.items, self.ways = people, list(items), ways
        self.memory = Memory()
        self.mails: list[tuple[datetime, Due]] = []

    def tick(self, now: datetime) -> list[Due]:
        today = now.astimezone(BERLIN).date()
        due = list(rules.reminders(self.items, self.people, self.ways, self.memory, now, today))
        told = {(one.key, due_.recipient.id) for due_ in due for one in due_.told}
        assert not told & self.memory.told
        lately = dict(self.memory.lately)
        for one in due:
            number, _ = lately.get((one.kind.value, one.recipient.id), (0, now))
            lately[one.kind.value, one.recipient.id] = (number + 1, now)
        lately = {key: value for key, value in lately.items() if now - value[1] < timedelta(hours=1)}
        self.memory = Memory(self.memory.told | told, lately)
        self.mails += [(now, one) for one in due]
        return due

    def walk(self, *before: timedelta) -> list[tuple[str, list[str]]]:
        """Who is written to at these distances before the moment."""
        return [(str(span), sorted(due.recipient.id for due in self.tick(MOMENT - span))) for span in before]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("people", "authors", "expected"),
    [
        # Both approve, neither wrote it: both are reminded twice.
        (staff(ANNA, BEN, CEM), (), [["anna", "ben"], ["anna", "ben"], []]),
        # Who wrote it can't approve it, so she is not asked.
        (staff(ANNA, BEN, CEM), ("anna",), [["ben"], ["ben"], []]),
        (staff(ANNA, BEN, CEM, four_eyes=False), ("anna",), [["anna", "ben"], ["anna", "ben"], []]),
        # Deputies two hours before, and once more an hour before.
        (staff(ANNA, BEN, CEM, deputies=[("ben", "cem")]), ("anna",), [["ben"], ["ben", "cem"], ["cem"]]),
        # The deputy of somebody who can't approve it only in the last hour.
        (
            staff(ANNA, BEN, CEM, DORA, deputies=[("ben", "cem"), ("anna", "dora")]), ("anna",),
            [["ben"], ["ben", "cem"], ["cem", "dora"]],
        ),
        # A deputy who wrote it is no help.
        (staff(ANNA, BEN, CEM, deputies=[("ben", "cem")]), ("anna", "cem"), [["ben"], ["ben"], []]),
        # Nobody can: then those who approve have to know, for they can enter a deputy.
        (staff(ANNA, CEM), ("anna",), [["anna"], ["anna"], []]),
        # Nobody approves at all.
        (staff(CEM, DORA), (), [["cem", "dora"], ["cem", "dora"], []]),
        (staff(), (), [[], [], []]),
    ],
)  # fmt: skip
def test_who_is_reminded_to_approve(people: Staff, authors: tuple[str, ...], expected: list[list[str]]) -> None:
    office = Office(people, [waiting(authors=authors)])
    assert [found for _, found in office.walk(hours(24), hours(2), hours(1))] == expected


def test_reminders_come_at_their_time_and_once() -> None:
    office = Office(staff(ANNA, BEN, four_eyes=False), [waiting()], [HOOK])
    minute = timedelta(minutes=1)
    found = office.walk(
        hours(24) + minute, hours(24), hours(24) - minute, hours(10), hours(2) + minute, hours(2), hours(1), minute
    )
    both = ["@webhook", "anna", "ben"]
    assert [who for _, who in found] == [[], both, [], [], [], both, ["@webhook"], []]


def test_words_are_asked_for_of_everybody_twice() -> None:
    office = Office(staff(ANNA, CEM), [waiting(needs=Kind.WORDS)], [HOOK])
    found = office.walk(hours(24), hours(2), hours(1))
    assert [who for _, who in found] == [["@webhook", "anna", "cem"], ["@webhook", "anna", "cem"], ["@webhook"]]


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (hours(23), [hours(23), hours(2)]),
        (hours(3), [hours(3), hours(2)]),
        (hours(1.5), [hours(1.5)]),
        (timedelta(minutes=5), [timedelta(minutes=5)]),
    ],
)
def test_a_moment_that_is_near_when_planned_gets_one_notice_at_once(
    planned: timedelta, expected: list[timedelta]
) -> None:
    office = Office(staff(ANNA, four_eyes=False), [waiting()])
    for minutes in range(int(planned / timedelta(minutes=1)), -1, -1):
        office.tick(MOMENT - timedelta(minutes=minutes))
    assert [MOMENT - at for at, _ in office.mails] == expected


def test_whoever_has_just_planned_gets_some_minutes_to_approve() -> None:
    """Unless the moment is nearly there, or the time of the reminder is now."""
    people = staff(ANNA, four_eyes=False)
    ready = [
        next(iter(rules.reminders([waiting()], people, (), Memory(), now, TODAY))).ready_at - now
        for now in (
            MOMENT - hours(24),
            MOMENT - hours(20),
            MOMENT - timedelta(minutes=10),
            MOMENT + timedelta(seconds=1),
        )
    ]
    assert ready == [timedelta(0), GRACE, timedelta(0), GRACE]


def test_another_moment_is_reminded_of_anew() -> None:
    office = Office(staff(ANNA, four_eyes=False), [waiting()])
    office.tick(MOMENT - hours(24))
    office.items = [waiting(moment=MOMENT + timedelta(days=7))]
    later = [office.tick(MOMENT - hours(2)), office.tick(MOMENT + timedelta(days=6))]
    assert [len(due) for due in later] == [0, 1]


def test_a_full_programme_makes_few_mails() -> None:
    """Forty sessions within ten hours, none approved."""
    items = [waiting(n, MOMENT + timedelta(minutes=15 * n)) for n in range(40)]
    office = Office(staff(ANNA, four_eyes=False), items)
    now = MOMENT - hours(30)
    while now < MOMENT - hours(2.5):
        office.tick(now)
        now += timedelta(minutes=1)
    assert [len(due.told) for _, due in office.mails] == [40]
    assert office.mails[0][0] == MOMENT - hours(24)


def test_a_new_start_repeats_and_misses_nothing() -> None:
    """The service was away from before the reminder until after it."""
    office = Office(staff(ANNA, four_eyes=False), [waiting()])
    assert office.walk(hours(30), hours(5), hours(4.9)) == [
        ("1 day, 6:00:00", []), ("5:00:00", ["anna"]), ("4:54:00", []),
    ]  # fmt: skip


_PEOPLE = st.lists(st.booleans(), min_size=1, max_size=4)


@given(
    approves=_PEOPLE,
    deputies=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3),
    authors=st.sets(st.integers(0, 3), max_size=3),
    items=st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from([Kind.APPROVE, Kind.WORDS])), min_size=1, max_size=12
    ),
    ticks=st.lists(st.integers(-3000, 3000), min_size=1, max_size=60),
)
def test_whatever_comes_nobody_is_told_twice_too_early_or_forty_times(
    approves: list[bool],
    deputies: list[tuple[int, int]],
    authors: set[int],
    items: list[tuple[int, Kind]],
    ticks: list[int],
) -> None:
    people = staff(
        *(Colleague(f"p{n}", f"P {n}", f"p{n}@city.example", one) for n, one in enumerate(approves)),
        deputies=[(f"p{person}", f"p{stand_in}") for person, stand_in in deputies],
    )
    waits = [
        waiting(n, MOMENT + timedelta(minutes=minutes), needs, {f"p{a}" for a in authors})
        for n, (minutes, needs) in enumerate(items)
    ]
    office = Office(people, waits, [HOOK])
    for minutes in sorted(ticks):
        due = office.tick(MOMENT + timedelta(minutes=minutes))
        assert len({(one.recipient.id, one.kind) for one in due}) == len(due)  # one mail per person and kind
        for one in due:
            assert one.told
            assert one.ready_at <= one.not_after
            for told in one.told:
                item = told.item
                assert isinstance(item, Waiting)
                assert item.moment - (MOMENT + timedelta(minutes=minutes)) <= DAY + rules.AHEAD[DAY]
    keys = [(told.key, due.recipient.id) for _, due in office.mails for told in due.told]
    assert len(keys) == len(set(keys))


@given(
    minutes=st.integers(-3 * 1440, 1440),
    when=st.sets(st.sampled_from([DAY, SHORT, LAST]), min_size=1),
    ahead=st.booleans(),
)
def test_of_several_reminders_that_are_past_only_the_last_counts(
    minutes: int, when: set[timedelta], ahead: bool
) -> None:
    now = MOMENT + timedelta(minutes=minutes)
    found = rules.stage_of(when, MOMENT, now, ahead=ahead)
    past = [stage for stage in when if MOMENT - stage - (rules.AHEAD[stage] if ahead else hours(0)) <= now]
    assert (found is None) == (not past)
    assert found is None or all(found <= stage for stage in past)


# -- What has happened. --


def news(key: str = "failed:1", kind: Kind = Kind.TROUBLE, to: To = To.EVERYBODY, *authors: str) -> Happened:
    return Happened(key, kind, to, FEST, authors=frozenset(authors))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (news(), {"anna", "ben", "cem"}),
        (news(to=To.APPROVERS), {"anna", "ben"}),
        (replace(news(to=To.ABLE), authors=frozenset({"anna"})), {"ben"}),
        (replace(news(to=To.AUTHORS), authors=frozenset({"Cem Dachs"})), {"cem"}),
        (replace(news(to=To.AUTHORS), authors=frozenset({"root"})), set()),
    ],
)
def test_who_has_to_know(one: Happened, expected: set[str]) -> None:
    people = staff(ANNA, BEN, CEM)
    due = list(rules.alerts([one], people, [HOOK], Memory(), MOMENT, TODAY))
    assert {each.recipient.id for each in due} == expected | {"@webhook"}


def test_forty_failures_make_a_handful_of_mails_and_none_is_lost() -> None:
    """The first at once; the more there were, the longer the next gathers."""
    people = staff(ANNA, four_eyes=False)
    told: set[tuple[str, str]] = set()
    sent: list[datetime] = []
    for minute in range(60):
        now = MOMENT + timedelta(minutes=minute)
        happened = [news(f"failed:{n}") for n in range(min(minute + 1, 40))]
        lately = [at for at in sent if now - at < timedelta(hours=1)]
        memory = Memory(frozenset(told), {("trouble", "anna"): (len(lately), lately[-1])} if lately else {})
        for due in rules.alerts(happened, people, (), memory, now, TODAY):
            told |= {(one.key, "anna") for one in due.told}
            sent.append(now)
    assert sent[:3] == [MOMENT, MOMENT + timedelta(minutes=1), MOMENT + timedelta(minutes=3)]
    assert len(sent) <= 11
    assert {key for key, _ in told} == {f"failed:{n}" for n in range(40)}


# -- The morning. --


@pytest.mark.parametrize(
    ("now", "since", "due"),
    [
        (datetime(2026, 9, 11, 7, 29, tzinfo=BERLIN), datetime(2026, 9, 1, tzinfo=UTC), False),
        (datetime(2026, 9, 11, 7, 30, tzinfo=BERLIN), datetime(2026, 9, 1, tzinfo=UTC), True),
        (datetime(2026, 9, 11, 12, 0, tzinfo=BERLIN), datetime(2026, 9, 1, tzinfo=UTC), True),  # after an outage
        (datetime(2026, 9, 11, 14, 0, tzinfo=BERLIN), datetime(2026, 9, 1, tzinfo=UTC), False),
        (datetime(2026, 9, 11, 12, 0, tzinfo=BERLIN), datetime(2026, 9, 11, 8, tzinfo=BERLIN), False),  # began at eight
    ],
)
def test_when_the_morning_mail_is_written(now: datetime, since: datetime, due: bool) -> None:
    assert rules.is_morning(now, now.date(), time(7, 30), BERLIN, since) is due


@pytest.mark.parametrize(
    ("day", "leaving", "open_ends", "says"),
    [
        (date(2026, 9, 11), 0, 0, False),  # a Friday, and nothing to say
        (date(2026, 9, 11), 1, 0, True),
        (date(2026, 9, 11), 0, 1, True),
        (date(2026, 9, 12), 0, 1, False),  # a Saturday
        (date(2026, 9, 12), 1, 0, True),
        (date(2026, 10, 3), 0, 1, False),  # a holiday
        (date(2026, 12, 24), 0, 1, False),  # a day off of this office
    ],
)
def test_when_the_morning_mail_has_something_to_say(day: date, leaving: int, open_ends: int, says: bool) -> None:
    calendar = OfficeCalendar(days_off=frozenset({date(2026, 12, 24)}))
    assert rules.has_news(calendar, day, leaving, open_ends) is says


@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)), st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]))
def test_the_morning_is_the_offices_own_also_when_the_clocks_change(day: date, zone: str) -> None:
    moment = rules.morning_moment(day, time(7, 30), ZoneInfo(zone))
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, time(7, 30))
