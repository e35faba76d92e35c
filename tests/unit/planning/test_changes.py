from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import PlanningError
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    Withdraw,
)
from announcer.model.facts import Event, EventStatus, Person, PubStatus, Session
from announcer.planning.changes import apply

BERLIN = ZoneInfo("Europe/Berlin")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


NOW = at(8, 1, 9)


def event_after(change: Change, facts: Facts) -> Event:
    event = apply(change, facts, NOW).event
    assert event is not None
    return event


def with_session(event: Event, session_id: str, **changed: Any) -> tuple[Session, ...]:
    return tuple(replace(s, **changed) if s.id == session_id else s for s in event.sessions)


def next_version(event: Event, **changed: Any) -> Event:
    return replace(event, **{"version": 2, "sequence": 1, **changed})


def test_a_moved_event_takes_everything_but_the_registration_along(facts: Facts, event: Event) -> None:
    moved = event_after(MoveEvent(at(10, 30, 14)), facts)  # beyond the end of summer time
    assert replace(moved, sessions=()) == next_version(
        event,
        start=at(10, 30, 14),
        end=at(10, 31, 17),
        doors=at(10, 30, 13),
        status=EventStatus.RESCHEDULED,
        previous_start=at(9, 18, 13),
        previous_end=at(9, 19, 16),
        sessions=(),
    )
    keynote, tours = moved.session("keynote"), moved.session("fuehrungen")
    assert keynote is not None
    assert (keynote.day, keynote.start, keynote.end) == (date(2018, 10, 30), at(10, 30, 14, 30), at(10, 30, 15, 15))
    assert tours == event.session("fuehrungen")


def test_a_moved_event_may_have_another_end(facts: Facts) -> None:
    assert event_after(MoveEvent(at(10, 1, 13), at(10, 1, 18)), facts).end == at(10, 1, 18)


def test_a_session_without_a_time_keeps_its_place_among_the_days(facts: Facts, event: Event) -> None:
    dated = replace(event, sessions=with_session(event, "fuehrungen", day=date(2018, 9, 19)))
    moved = event_after(MoveEvent(at(9, 25, 13)), replace(facts, event=dated)).session("fuehrungen")
    assert moved is not None
    assert (moved.day, moved.start) == (date(2018, 9, 26), None)


def test_what_happens_to_the_whole_event(facts: Facts, event: Event) -> None:
    assert event_after(CancelEvent(), facts) == next_version(event, status=EventStatus.CANCELLED)
    assert event_after(PostponeEvent(), facts) == next_version(event, status=EventStatus.POSTPONED)


def test_what_happens_to_one_session(facts: Facts, event: Event) -> None:
    assert event_after(ChangeRoom("keynote", "Saal 2"), facts) == next_version(
        event, sessions=with_session(event, "keynote", room="Saal 2")
    )
    assert event_after(CancelSession("keynote"), facts) == next_version(
        event, sessions=with_session(event, "keynote", status=EventStatus.CANCELLED)
    )
    moved = {"start": at(9, 19, 15), "end": at(9, 19, 15, 45), "day": date(2018, 9, 19)}
    assert event_after(MoveSession("keynote", at(9, 19, 15)), facts) == next_version(
        event, sessions=with_session(event, "keynote", status=EventStatus.RESCHEDULED, **moved)
    )


def test_a_delay_shifts_the_rest_of_the_day_and_no_more(facts: Facts, event: Event) -> None:
    after = event_after(Delay("talk", 20), facts)
    starts = {s.id: s.start for s in after.sessions}
    assert starts == {s.id: s.start for s in event.sessions} | {
        "talk": at(9, 18, 14, 35),
        "kaffee": at(9, 18, 15, 5),
        "forum-1": at(9, 18, 15, 50),
        "forum-2": at(9, 18, 15, 50),
    }
    assert after.sequence == 1
    alone = event_after(Delay("talk", 20, rest=False), facts)
    talk = {"start": at(9, 18, 14, 35), "end": at(9, 18, 15, 5)}
    assert alone == next_version(event, sessions=with_session(event, "talk", **talk))


def test_the_event_ends_no_earlier_than_its_last_session(facts: Facts, event: Event) -> None:
    last = replace(event, sessions=with_session(event, "grusswort", end=at(9, 19, 15, 50)))
    assert event_after(Delay("grusswort", 20), replace(facts, event=last)).end == at(9, 19, 16, 10)


def test_another_person_speaks(facts: Facts, event: Event) -> None:
    assert event_after(ReplacePerson("Gesine Schwan", "Erika Muster", "Autorin"), facts) == replace(
        event, version=2, sessions=with_session(event, "keynote", performers=(Person("Erika Muster", "Autorin"),))
    )
    assert event_after(ReplacePerson("Ullrich Sierau"), facts) == replace(
        event, version=2, sessions=with_session(event, "grusswort", performers=())
    )


def test_a_wrong_word_is_mended_wherever_it_stands_alone(facts: Facts, event: Event) -> None:
    after = apply(CorrectWording("Gesine Schwan", "Gesine Schwahn"), facts, NOW)
    assert facts.announcement is not None
    assert after == Facts(
        replace(
            event,
            version=2,
            sessions=with_session(event, "keynote", performers=(Person("Prof. Dr. Gesine Schwahn"),)),
        ),
        replace(
            facts.announcement,
            version=2,
            headline="Gesine Schwahn und OB Ullrich Sierau sprechen bei bundesweiter Konferenz",
            correction="Richtig ist: „Gesine Schwahn“. In einer früheren Fassung stand irrtümlich „Gesine Schwan“.",
        ),
    )


def test_a_silent_correction_mends_without_a_note_and_words_inside_words_stay(facts: Facts) -> None:
    after = apply(CorrectWording("Konferenz", "Tagung", material=False), facts, NOW)
    assert after.announcement is not None
    assert after.announcement.correction == ""
    assert after.announcement.headline.endswith("bundesweiter Tagung")
    assert after.event == facts.event  # "Fachkonferenz" is another word


def test_a_corrected_place_counts_for_the_calendar(facts: Facts) -> None:
    after = event_after(CorrectWording("44147", "44137"), facts)
    assert (after.sequence, after.place and after.place.postal_code) == (1, "44137")


def test_the_announcement_gets_a_new_text_or_is_taken_back(facts: Facts) -> None:
    announcement = facts.announcement
    assert announcement is not None
    change = CorrectAnnouncement(lead="Neu.", note="Der Vorspann war falsch.")
    assert apply(change, facts, NOW).announcement == replace(
        announcement, lead="Neu.", version=2, correction="Der Vorspann war falsch."
    )
    assert apply(Withdraw(), facts, NOW).announcement == replace(announcement, status=PubStatus.CANCELED, version=2)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (ChangeRoom("x", "Saal 2"), "no session 'x'; known: anmeldung, begruessung, keynote, talk, kaffee, "),
        (ChangeRoom("keynote", "Großer Saal"), "the session 'keynote' is already in 'Großer Saal'; "),
        (MoveEvent(at(7, 1, 9)), "the event 'kommunen-innovativ' can't be moved into the past; "),
        (MoveEvent(at(9, 18, 13)), "the event 'kommunen-innovativ' already starts then; "),
        (MoveEvent(at(9, 20, 13), at(9, 20, 12)), "the event 'kommunen-innovativ' would end before it starts; "),
        (MoveEvent(datetime(2018, 9, 20)), "the event 'kommunen-innovativ' got a time without a zone; "),  # noqa: DTZ001  that is the mistake
        (MoveSession("keynote", at(9, 18, 13, 30)), "the session 'keynote' already starts then; "),
        (Delay("keynote", 0), "a delay of 0 minutes is none; "),
        (Delay("fuehrungen", 5), "the session 'fuehrungen' has no time that could be delayed; "),
        (ReplacePerson("Erika Muster"), "nobody called 'Erika Muster' is on the programme; known: Prof. Dr. Gesine "),
        (CorrectWording("Bochum", "Dortmund"), "'Bochum' stands neither in the event nor in its announcement; "),
        (CorrectWording("", "x"), "a correction needs the wrong words and other, right ones; "),
        (CorrectAnnouncement(), "the announcement 'dortmund' already says this; "),
    ],
)
def test_what_cannot_be_is_refused(facts: Facts, change: Change, problem: str) -> None:
    with pytest.raises(PlanningError) as refused:
        apply(change, facts, NOW)
    assert str(refused.value)[: len(problem)] == problem


def test_what_is_over_is_not_changed_again(facts: Facts) -> None:
    twice: list[tuple[Change, Change]] = [
        (CancelEvent(), ChangeRoom("keynote", "Saal 2")),
        (CancelSession("keynote"), ChangeRoom("keynote", "Saal 2")),
        (PostponeEvent(), PostponeEvent()),
        (Withdraw(), Withdraw()),
    ]
    for change, then in twice:
        with pytest.raises(PlanningError):
            apply(then, apply(change, facts, NOW), NOW)


def test_a_postponed_event_may_get_its_old_date_back(facts: Facts) -> None:
    again = event_after(MoveEvent(at(9, 18, 13)), apply(PostponeEvent(), facts, NOW))
    assert (again.status, again.version, again.sequence) == (EventStatus.RESCHEDULED, 3, 2)


def test_without_an_event_or_announcement_the_remedy_is_named(facts: Facts) -> None:
    with pytest.raises(PlanningError, match="there is no event to change; correct the announcement instead"):
        apply(CancelEvent(), Facts(None, facts.announcement), NOW)
    with pytest.raises(PlanningError, match="there is no announcement to change; change the event instead"):
        apply(Withdraw(), Facts(facts.event, None), NOW)
