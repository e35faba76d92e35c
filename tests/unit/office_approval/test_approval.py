"""Who may approve what: the matrix of four eyes, deputies over days and zones, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model import changes
from announcer.model.changes import Change, CorrectWording, Withdraw
from announcer.model.people import Actor, Colleague, Deputy
from announcer.office import approval, staff
from announcer.office.approval import Release, Staff
from announcer.settings import from_dict

ANNA = Colleague("anna", "Anna Amsel", "anna@city.example", approves=True)
BEN = Colleague("ben", "Ben Buche", "ben@city.example", approves=True)
CEM = Colleague("cem", "Cem Dachs", "cem@city.example")
DAY = date(2026, 9, 11)


def deputy(person: str, stand_in: str, first: date = DAY, last: date = DAY) -> Deputy:
    return Deputy(1, person, stand_in, first, last)


def office(*people: Colleague, four_eyes: bool = True, deputies: tuple[Deputy, ...] = ()) -> Staff:
    return Staff(people, deputies, four_eyes)


def may(people: Staff, name: str, *authors: str, today: date = DAY) -> bool:
    return approval.refusal(people, Actor(name), authors, today) is None


@pytest.mark.parametrize(
    ("people", "name", "authors", "allowed"),
    [
        # Nobody configured: as ever.
        (office(), "root", (), True),
        (office(), "root", ("root",), True),
        # Only those who approve.
        (office(ANNA, BEN, CEM), "anna", (), True),
        (office(ANNA, BEN, CEM), "cem", (), False),
        (office(ANNA, BEN, CEM), "root", (), False),
        # Four eyes, by either name, in any spelling.
        (office(ANNA, BEN, CEM), "anna", ("anna",), False),
        (office(ANNA, BEN, CEM), "anna", ("Anna Amsel",), False),
        (office(ANNA, BEN, CEM), "ANNA AMSEL", ("anna",), False),
        (office(ANNA, BEN, CEM), "anna", ("ben", "anna"), False),
        (office(ANNA, BEN, CEM), "anna", ("ben",), True),
        (office(ANNA, BEN, CEM), "anna", ("root",), True),
        # Two eyes: one's own text as well.
        (office(ANNA, BEN, CEM, four_eyes=False), "anna", ("anna",), True),
        (office(ANNA, BEN, CEM, four_eyes=False), "cem", ("anna",), False),
        # A deputy approves, but not what they wrote themselves, and not for somebody who doesn't approve.
        (office(ANNA, CEM, deputies=(deputy("anna", "cem"),)), "cem", ("anna",), True),
        (office(ANNA, CEM, deputies=(deputy("anna", "cem"),)), "cem", ("cem",), False),
        (office(ANNA, BEN, CEM, deputies=(deputy("cem", "ben"),)), "cem", (), False),
        (office(ANNA, CEM, BEN, deputies=(deputy("nobody", "cem"),)), "cem", (), False),
    ],
)
def test_who_may_approve_what(people: Staff, name: str, authors: tuple[str, ...], allowed: bool) -> None:
    assert may(people, name, *authors) is allowed


@pytest.mark.parametrize(
    ("people", "name", "authors", "english", "german"),
    [
        (
            office(ANNA, BEN, CEM), "anna", ("anna",),
            "Anna Amsel wrote this, and nobody approves their own text; Ben Buche can",
            "Anna Amsel hat das selbst geschrieben, und niemand gibt den eigenen Text frei; Ben Buche kann es",
        ),
        (
            office(ANNA, BEN, CEM), "cem", (),
            "Cem Dachs does not approve; Anna Amsel or Ben Buche can",
            "Cem Dachs gibt nicht frei; Anna Amsel oder Ben Buche kann es",
        ),
        (
            office(ANNA, CEM), "anna", ("anna",),
            "Anna Amsel wrote this, and nobody approves their own text; "
            "nobody else can today: enter a deputy with 'announcer deputies add'",
            "Anna Amsel hat das selbst geschrieben, und niemand gibt den eigenen Text frei; "
            "heute kann es niemand sonst: Tragen Sie mit „announcer deputies add“ eine Vertretung ein",
        ),
        (
            office(ANNA, BEN), "root", (),
            "'root' is nobody of [people] in config.toml, and only people who approve may do this "
            "(Anna Amsel or Ben Buche can); give your name with --as",
            "„root“ steht nicht unter [people] in config.toml, und freigeben können nur die, die es dort dürfen "
            "(Anna Amsel oder Ben Buche kann es); nennen Sie sich mit --as",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_who_can(people: Staff, name: str, authors: tuple[str, ...], english: str, german: str) -> None:
    why = approval.refusal(people, Actor(name), authors, DAY)
    assert why is not None
    assert (why.said("en"), why.said("de")) == (english, german)


@pytest.mark.parametrize(
    ("approvers", "wanted", "on"),
    [
        (0, None, False),
        (1, None, False),
        (2, None, True),
        (3, None, True),
        (2, False, False),
        (1, True, True),
        (0, True, False),
    ],
)
def test_when_four_eyes_are_on(approvers: int, wanted: bool | None, on: bool) -> None:
    """Unset: from two people on who approve. Without any people it can't be."""
    people = {
        f"p{number}": {"mail": f"p{number}@city.example", "approves": number < approvers}
        for number in range(approvers + 1 if approvers else 0)
    }
    data: dict[str, Any] = {"people": people, "approval": {} if wanted is None else {"four_eyes": wanted}}
    assert approval.staff_of(from_dict(data, _PATH)).four_eyes is on


_PATH = Path("config.toml")


@given(first=st.dates(date(2025, 1, 1), date(2035, 1, 1)), days=st.integers(0, 400), today=st.integers(-5, 410))
def test_a_deputy_stands_in_from_the_first_to_the_last_day(first: date, days: int, today: int) -> None:
    people = office(ANNA, CEM, deputies=(deputy("anna", "cem", first, first + timedelta(days=days)),))
    assert may(people, "cem", today=first + timedelta(days=today)) is (0 <= today <= days)


@given(
    moment=st.integers(0, 11 * 366 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"]),
)
def test_days_are_those_of_the_office(moment: datetime, zone: str) -> None:
    """A deputy "from the 1st" begins at midnight of the office, wherever the server stands."""
    house = cast(Any, SimpleNamespace(planning_zone=ZoneInfo(zone)))
    day = staff.today(house, moment)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    following = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    assert midnight <= moment < following


@given(
    approves=st.lists(st.booleans(), min_size=1, max_size=5),
    deputies=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=5),
    authors=st.sets(st.integers(0, 5), max_size=5),
    actor=st.integers(0, 5),
    four_eyes=st.booleans(),
)
def test_nobody_approves_their_own_text_and_whoever_is_named_really_can(
    approves: list[bool], deputies: list[tuple[int, int]], authors: set[int], actor: int, four_eyes: bool
) -> None:
    people = Staff(
        tuple(Colleague(f"p{n}", f"P {n}", f"p{n}@city.example", one) for n, one in enumerate(approves)),
        tuple(deputy(f"p{person}", f"p{stand_in}") for person, stand_in in deputies),
        four_eyes,
    )
    wrote = {f"P {n}" for n in authors}
    why = approval.refusal(people, Actor(f"p{actor}"), wrote, DAY)
    able = people.able(wrote, DAY)
    for one in able:
        assert may(people, one.id, *wrote)
    if why is None:
        assert not (four_eyes and actor in authors)
    else:
        assert all(one.name in why.said("en") for one in able)


# -- Changes. --

_EXAMPLES: dict[type, Change] = {
    changes.MoveEvent: changes.MoveEvent(datetime(2026, 1, 1, tzinfo=UTC)),
    changes.PostponeEvent: changes.PostponeEvent(),
    changes.CancelEvent: changes.CancelEvent(),
    changes.ChangeRoom: changes.ChangeRoom("a", "B"),
    changes.MoveSession: changes.MoveSession("a", datetime(2026, 1, 1, tzinfo=UTC)),
    changes.CancelSession: changes.CancelSession("a"),
    changes.Delay: changes.Delay("a", 5),
    changes.ReplacePerson: changes.ReplacePerson("A", "B"),
    changes.ChangeRegistration: changes.ChangeRegistration(datetime(2026, 1, 1, tzinfo=UTC)),
    changes.UpdateProgramme: changes.UpdateProgramme(()),
}


@pytest.mark.parametrize("kind", get_args(Change), ids=lambda kind: kind.__name__)
def test_what_one_person_may_release(kind: type) -> None:
    """The world has changed: alone, with a reason. Other words: only with a second person."""
    if kind in _EXAMPLES:
        assert approval.release(office(ANNA, BEN), Actor("anna"), _EXAMPLES[kind], DAY) is Release.TOLD
    else:
        assert not issubclass(kind, approval.FACTUAL)


@pytest.mark.parametrize(
    ("people", "name", "change", "found"),
    [
        (office(), "root", Withdraw(), Release.FREE),
        (office(ANNA, BEN, CEM, four_eyes=False), "anna", Withdraw(), Release.FREE),
        (office(ANNA, BEN, CEM, four_eyes=False), "cem", Withdraw(), Release.REQUEST),
        (office(ANNA, BEN, CEM), "anna", CorrectWording("a", "b"), Release.REQUEST),
        (office(ANNA, BEN, CEM), "anna", CorrectWording("a", "b", material=False), Release.REQUEST),
        (office(ANNA, BEN, CEM), "cem", changes.CancelEvent(), Release.REQUEST),
        (office(ANNA, BEN, CEM), "root", changes.CancelEvent(), Release.REQUEST),
        (office(ANNA, CEM, deputies=(deputy("anna", "cem"),)), "cem", changes.CancelEvent(), Release.TOLD),
    ],
)
def test_how_a_change_may_be_released(people: Staff, name: str, change: Change, found: Release) -> None:
    assert approval.release(people, Actor(name), change, DAY) is found
