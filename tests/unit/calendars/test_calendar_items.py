"""What stands in a calendar after any history of an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from announcer.calendars.items import Item, Subject, Version, entry, items, uid
from announcer.model.facts import Certainty, Event, EventStatus, Person, Place, Session

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, 9, day, hour, minute, tzinfo=BERLIN)


def made(number: int) -> datetime:
    return datetime(2018, 6, number, 10, tzinfo=UTC)


KEYNOTE = Session(
    "keynote", "Zukunft vor Ort", "Keynote", at(18, 0).date(), at(18, 13, 30), at(18, 14, 15), "Großer Saal",
    (Person("Gesine Schwan", "Politikwissenschaftlerin"),),
)  # fmt: skip
TOUR = Session("tour", "Führung durch die Stadt", "Führung", day=date(2018, 9, 19), note="Uhrzeit folgt")
STAFF = Session("aufbau", "Aufbau", start=at(18, 8), public=False)
EVENT = Event(
    "kommunen", "Kommunen innovativ", start=at(18, 12), end=at(19, 16), doors=at(18, 11, 30),
    place=Place("Keuning-Haus", "Leopoldstr. 50", "44147", "Dortmund"), organizer="BMBF",
    sessions=(KEYNOTE, TOUR, STAFF),
)  # fmt: skip


def subject(*events: Event, published: int = 1, language: str = "de") -> Subject:
    versions = [Version(replace(event, version=n), made(n)) for n, event in enumerate(events, 1)]
    return Subject(versions, made(published), "https://presse.city.example/e/kommunen", language)


def with_keynote(**changes: object) -> Event:
    return replace(EVENT, sessions=(replace(KEYNOTE, **changes), TOUR, STAFF))  # type: ignore[arg-type]  # its fields


def keynote(of: Subject) -> Item:
    return next(item for item in items(of) if item.uid == uid("kommunen", "keynote"))


def test_an_event_and_its_public_sessions() -> None:
    page = "https://presse.city.example/e/kommunen"
    where = "Keuning-Haus, Leopoldstr. 50, 44147 Dortmund"
    assert items(subject(EVENT)) == (
        Item(
            uid("kommunen"), "Kommunen innovativ", date(2018, 9, 18), date(2018, 9, 20), BERLIN, where,
            "Beginn am 18.09.2018 um 12:00 Uhr\nEinlass am 18.09.2018 ab 11:30 Uhr\nVeranstalter: BMBF",
            page, cancelled=False, transparent=True, changed=made(1),
        ),
        Item(
            uid("kommunen", "keynote"), "Keynote: Zukunft vor Ort", at(18, 13, 30), at(18, 14, 15), BERLIN,
            f"Großer Saal, {where}", "Kommunen innovativ\nGesine Schwan, Politikwissenschaftlerin",
            page, cancelled=False, transparent=False, changed=made(1),
        ),
        Item(
            uid("kommunen", "tour"), "Führung durch die Stadt", date(2018, 9, 19), None, BERLIN, where,
            "Kommunen innovativ\nUhrzeit folgt", page, cancelled=False, transparent=True, changed=made(1),
        ),
    )  # fmt: skip


def test_what_nobody_confirmed_is_in_no_calendar() -> None:
    assert items(subject(replace(EVENT, certainty=Certainty.INFERRED))) == ()
    assert entry(subject(replace(EVENT, start=None, end=None))) is None


def test_a_new_room_and_a_new_time_count_for_one_session_alone() -> None:
    moved = subject(EVENT, with_keynote(room="Saal 2"), with_keynote(room="Saal 2", start=at(18, 15), end=at(18, 16)))
    assert (keynote(moved).sequence, keynote(moved).changed, keynote(moved).start) == (2, made(3), at(18, 15))
    others = [item for item in items(moved) if item.uid != uid("kommunen", "keynote")]
    assert [(item.sequence, item.changed) for item in others] == [(0, made(1)), (0, made(1))]


def test_another_title_is_a_change_but_not_one_of_the_schedule() -> None:
    renamed = keynote(subject(EVENT, with_keynote(title="Zukunft")))
    assert (renamed.sequence, renamed.changed, renamed.summary) == (0, made(2), "Keynote: Zukunft")


def test_what_falls_out_stays_as_cancelled_and_may_come_back() -> None:
    gone = replace(EVENT, sessions=(TOUR,))
    fallen = keynote(subject(EVENT, gone, gone))
    assert (fallen.cancelled, fallen.sequence, fallen.changed) == (True, 1, made(2))
    assert fallen.summary == "ENTFÄLLT: Keynote: Zukunft vor Ort"
    back = keynote(subject(EVENT, gone, EVENT))
    assert (back.cancelled, back.sequence, back.summary) == (False, 2, "Keynote: Zukunft vor Ort")


def test_cancelled_and_put_off() -> None:
    off = items(subject(EVENT, replace(EVENT, status=EventStatus.CANCELLED)))
    assert [(item.cancelled, item.sequence) for item in off] == [(True, 1)] * 3
    later = subject(EVENT, replace(EVENT, status=EventStatus.POSTPONED), language="en")
    assert {item.cancelled for item in items(later)} == {True}
    found = entry(later)
    assert found is not None
    assert found.summary == "POSTPONED: Kommunen innovativ"
    assert found.description.startswith("A new date has not been set yet.")


def test_what_changed_before_it_was_public_was_never_seen() -> None:
    tidied = subject(EVENT, replace(EVENT, sessions=(TOUR,)), published=2)
    assert [item.uid for item in items(tidied)] == [uid("kommunen"), uid("kommunen", "tour")]


def test_a_day_that_ends_at_midnight_is_one_day() -> None:
    night = replace(EVENT, end=datetime(2018, 9, 19, tzinfo=BERLIN), sessions=())
    found = entry(subject(night))
    assert found is not None
    assert (found.start, found.end, found.transparent) == (night.start, night.end, False)


_times = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(BERLIN))  # noqa: DTZ001  Hypothesis wants naive bounds
_sessions = st.builds(
    Session,
    id=st.sampled_from(["a", "b", "c"]),
    title=st.just("Titel"),
    start=st.none() | _times,
    room=st.sampled_from(["", "1", "2"]),
    status=st.sampled_from([EventStatus.SCHEDULED, EventStatus.CANCELLED]),
    public=st.booleans(),
)
_events = st.builds(
    Event,
    id=st.just("e"),
    name=st.just("Fest"),
    start=_times,
    sessions=st.lists(_sessions, max_size=3, unique_by=lambda s: s.id).map(tuple),
    status=st.sampled_from(EventStatus),
)


@given(st.lists(_events, min_size=1, max_size=6), st.integers(1, 6))
def test_sequence_grows_with_every_change_of_the_schedule_and_nothing_ever_vanishes(
    events: list[Event], published: int
) -> None:
    versions = [Version(event, made(n)) for n, event in enumerate(events, 1)]
    published = min(published, len(events))
    before: dict[str, Item] = {}
    for number in range(published, len(events) + 1):
        now = {item.uid: item for item in items(Subject(versions[:number], made(published), "", "de"))}
        assert before.keys() <= now.keys()
        for uid_, old in before.items():
            new = now[uid_]
            assert new.sequence == old.sequence + (new.schedule != old.schedule)
            assert (new == old) == (new.changed == old.changed)
        before = now


def test_uids_are_apart() -> None:
    assert len({uid("a"), uid("a", "b"), uid("a/b"), uid("b", "a"), uid("", "a")}) == 5
