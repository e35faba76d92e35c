from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.campaign import Planned, Playbook
from announcer.model.changes import CancelEvent, Change, ChangeRoom, Delay, Facts, MoveEvent
from announcer.model.facts import Announcement, Certainty, Event, EventStatus, PubStatus, Registration, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.changes import apply
from announcer.planning.plan import Campaign, ConfirmedChange, plan
from announcer.planning.rules import playbook_from, shipped_playbooks

BERLIN = ZoneInfo("Europe/Berlin")
CHANNELS = {"feed": ("feed",), "social": ("mastodon",), "mail": ("newsletter",)}
CONFERENCE = shipped_playbooks(BERLIN)["conference"]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN)


def one_rule(when: str, **more: Any) -> Playbook:
    return playbook_from("p", {"rule": {"kind": "reminder", "when": when, "channels": ["social"], **more}}, BERLIN)


EVENT = Event(
    "e",
    "Stadtfest",
    start=berlin("09-18T13:00"),
    end=berlin("09-19T16:00"),
    registration=Registration(berlin("07-01T00:00"), berlin("09-04T18:00")),
)


def campaign(playbook: Playbook, event: Event | None = EVENT, **more: Any) -> Campaign:
    facts = Facts(event, more.pop("announcement", None))
    settings = {"now": berlin("03-02T09:00"), **more}
    return Campaign(facts, playbook, CHANNELS, OfficeCalendar(), **settings)


def gist(messages: Sequence[Planned]) -> list[tuple[str | None, tuple[str, ...], bool]]:
    return [
        (m.due_at.astimezone(BERLIN).strftime("%m-%dT%H:%M") if m.due_at else None, m.why, m.drop) for m in messages
    ]


def planned(when: str, event: Event | None = EVENT, **more: Any) -> list[tuple[str | None, tuple[str, ...], bool]]:
    keys = ("not_after", "kind", "needs_words", "sessions", "working_days", "under_embargo", "audience", "channels")
    rule = {key: more.pop(key) for key in keys if key in more}
    return gist(plan(campaign(one_rule(when, **rule), event, **more)))


class TestQuietHours:
    def test_ahead_of_the_event_a_message_shifts_earlier(self) -> None:
        assert planned("1 week before start at 21:00") == [("09-11T20:00", ("quiet_hours:2026-09-11T21:00",), False)]
        assert planned("1 week before start at 05:00") == [("09-10T20:00", ("quiet_hours:2026-09-11T05:00",), False)]

    def test_from_the_start_on_it_shifts_later(self) -> None:
        assert planned("1 day after end at 22:30") == [("09-21T07:00", ("quiet_hours:2026-09-20T22:30",), False)]

    def test_the_opening_of_the_registration_at_midnight_is_told_in_the_morning(self) -> None:
        assert planned("registration opens") == [("07-01T07:00", ("quiet_hours:2026-07-01T00:00",), False)]

    def test_an_early_start_is_not_crossed(self) -> None:
        early = replace(EVENT, start=berlin("09-18T06:00"))
        assert planned("30 minutes before start", early) == [("09-17T20:00", ("quiet_hours:2026-09-18T05:30",), False)]

    def test_what_may_move_to_neither_side_stays_and_says_so(self) -> None:
        tonight = berlin("09-17T22:00")
        assert planned("1 day before start at 23:00", now=tonight, not_after="1 day before start at 23:59") == [
            ("09-17T23:00", ("quiet_hours_kept:2026-09-17T23:00",), False)
        ]

    def test_an_embargo_is_not_crossed(self) -> None:
        embargo = Announcement("a", "A", embargoed_until=berlin("09-10T21:30"))
        assert planned("9 days before start at 12:00", announcement=embargo) == [
            ("09-11T07:00", ("embargo:2026-09-09T12:00", "quiet_hours:2026-09-10T21:30"), False)
        ]

    def test_publication_at_night_is_what_a_person_chose(self) -> None:
        embargo = Announcement("a", "A", embargoed_until=berlin("09-10T22:00"))
        assert planned("at publication", announcement=embargo) == [
            ("09-10T22:00", ("quiet_hours_exempt:2026-09-10T22:00",), False)
        ]

    def test_urgent_changes_are_exempt_and_it_is_noted(self) -> None:
        change = ConfirmedChange(7, CancelEvent(), berlin("09-17T23:00"))
        cancelled = replace(EVENT, status=EventStatus.CANCELLED)
        assert planned(
            "at once on a change", cancelled, kind="cancellation", changes=(change,), now=berlin("09-17T23:00")
        ) == [("09-17T23:00", ("quiet_hours_exempt:2026-09-17T23:00",), False)]


class TestWorkingDays:
    """EVENT begins on Friday 18 September 2026; the Sunday before is the 13th, the Sunday after the 20th."""

    def test_ahead_of_the_event_it_moves_earlier(self) -> None:
        assert planned("5 days before start at 10:00", working_days=True) == [
            ("09-11T10:00", ("working_day:2026-09-13T10:00",), False)
        ]

    def test_from_the_start_on_it_moves_later(self) -> None:
        assert planned("1 day after end at 10:00", working_days=True) == [
            ("09-21T10:00", ("working_day:2026-09-20T10:00",), False)
        ]

    def test_without_the_key_it_stays_on_its_day(self) -> None:
        assert planned("5 days before start at 10:00") == [("09-13T10:00", (), False)]

    def test_holidays_and_days_off_count(self) -> None:
        unity = replace(EVENT, start=berlin("10-08T13:00"), end=None)
        # 3 October 2026 is a Saturday and a holiday; the office is closed on the 2nd.
        closed = campaign(one_rule("5 days before start at 10:00", working_days=True), unity)
        closed = replace(closed, calendar=OfficeCalendar(days_off=frozenset({date(2026, 10, 2)})))
        assert gist(plan(closed)) == [("10-01T10:00", ("working_day:2026-10-03T10:00",), False)]

    def test_out_of_the_quiet_hours_it_does_not_land_on_a_sunday(self) -> None:
        assert planned("4 days before start at 05:00", working_days=True) == [
            ("09-11T20:00", ("quiet_hours:2026-09-14T05:00", "working_day:2026-09-13T20:00"), False)
        ]

    def test_an_embargo_that_ends_on_a_weekend_moves_it_later(self) -> None:
        embargo = Announcement("a", "A", embargoed_until=berlin("09-12T10:00"))
        assert planned("2 weeks before start at 10:00", working_days=True, announcement=embargo) == [
            ("09-14T10:00", ("embargo:2026-09-04T10:00", "working_day:2026-09-12T10:00"), False)
        ]

    @pytest.mark.parametrize(
        ("when", "more"),
        [
            ("5 days before start at 10:00", {"now": berlin("09-12T09:00"), "not_after": "5 days before start"}),
            ("1 day after end at 10:00", {"not_after": "1 day after end at 23:59"}),
            ("registration opens", {"event": replace(EVENT, registration=Registration(berlin("07-05T10:00"))),
                                    "not_after": "12 hours after registration opens"}),
        ],
    )  # fmt: skip
    def test_where_it_may_not_move_it_stays_and_says_so(self, when: str, more: dict[str, Any]) -> None:
        ((due, why, drop),) = planned(when, working_days=True, **more)
        assert (why, drop) == ((f"working_day_kept:2026-{due}",), False)


class TestUnderEmbargo:
    PRESS: ClassVar[dict[str, Any]] = {
        "kind": "announcement", "channels": ["mail"], "audience": "press", "under_embargo": True,
    }  # fmt: skip
    RELEASE = Announcement("a", "A", embargoed_until=berlin("06-01T10:00"))

    def test_it_leaves_with_the_approval_and_says_why(self) -> None:
        assert planned("at approval", announcement=self.RELEASE, **self.PRESS) == [
            ("03-02T09:00", ("under_embargo:2026-06-01T10:00",), False)
        ]

    def test_it_can_be_counted_from_the_publication(self) -> None:
        assert planned("2 working days before publication at 10:00", announcement=self.RELEASE, **self.PRESS) == [
            ("05-28T10:00", ("under_embargo:2026-06-01T10:00",), False)
        ]

    def test_without_the_key_even_the_approval_waits(self) -> None:
        assert planned("at approval", announcement=self.RELEASE) == [
            ("06-01T10:00", ("embargo:2026-03-02T09:00",), False)
        ]

    def test_after_the_embargo_it_is_a_mail_like_any_other(self) -> None:
        assert planned("1 day before start at 10:00", announcement=self.RELEASE, **self.PRESS) == [
            ("09-17T10:00", (), False)
        ]


def test_until_when_one_can_register_is_not_told_before_one_can() -> None:
    late = replace(EVENT, registration=Registration(berlin("09-02T12:00"), berlin("09-04T18:00")))
    when = "3 days before registration closes at 10:00"
    assert planned(when, late, kind="registration_closes") == [("09-01T10:00", ("not_open_yet",), True)]
    assert planned(when, late) == [("09-01T10:00", (), False)]


class TestPast:
    def test_a_new_rule_never_fires_for_a_past_moment(self) -> None:
        assert planned("12 weeks before start at 10:00", now=berlin("08-01T12:00")) == [
            ("06-26T10:00", ("past:2026-06-26T10:00",), True)
        ]

    def test_a_moment_that_passed_since_is_not_planning_s_to_drop(self) -> None:
        early = campaign(one_rule("12 weeks before start at 10:00"))
        known = frozenset(m.occurrence for m in plan(early))
        later = replace(early, now=berlin("08-01T12:00"), known=known, first_planned=early.now)
        assert gist(plan(later)) == [("06-26T10:00", (), False)]

    def test_what_was_past_at_the_first_planning_stays_dropped(self) -> None:
        late = campaign(one_rule("12 weeks before start at 10:00"), now=berlin("08-01T12:00"))
        known = frozenset(m.occurrence for m in plan(late))
        again = replace(late, now=berlin("08-02T12:00"), known=known, first_planned=late.now)
        assert gist(plan(again)) == [("06-26T10:00", ("past:2026-06-26T10:00",), True)]

    def test_an_event_moved_nearer_does_not_fire_what_it_left_behind(self) -> None:
        first = campaign(one_rule("4 weeks before start at 10:00"))
        known = frozenset(m.occurrence for m in plan(first))
        moved_at = berlin("06-01T12:00")
        change = MoveEvent(berlin("06-10T13:00"))
        moved = replace(
            first,
            facts=apply(change, first.facts, moved_at),
            now=moved_at,
            known=known,
            first_planned=first.now,
            changes=(ConfirmedChange(1, change, moved_at),),
        )
        assert gist(plan(moved)) == [("05-13T10:00", ("past:2026-05-13T10:00",), True)]

    def test_of_an_event_that_is_over_everything_is_dropped_with_its_reason(self) -> None:
        untimed = replace(EVENT, sessions=(Session("s", "S"),))
        messages = plan(campaign(CONFERENCE, untimed, now=berlin("12-01T09:00")))
        assert [m for m in messages if not m.drop] == []
        assert {m.why for m in messages if m.occurrence.rule_id == "announcement"} == {("event_past",)}
        assert {m.why[-1].partition(":")[0] for m in messages} == {"past", "too_late", "event_past"}

    def test_what_still_waits_when_the_event_is_over_is_dropped(self) -> None:
        assert planned("1 hour before doors", now=berlin("12-01T09:00")) == [(None, ("event_past",), True)]

    def test_what_follows_an_event_is_planned_although_it_is_over(self) -> None:
        assert planned("1 working day after end at 10:00", now=berlin("09-20T09:00")) == [("09-21T10:00", (), False)]

    def test_publication_does_not_wander_when_planned_again(self) -> None:
        first = campaign(one_rule("at publication"), announcement=Announcement("a", "A"))
        known = frozenset(m.occurrence for m in plan(first))
        again = replace(first, now=berlin("04-01T12:00"), known=known, first_planned=first.now)
        assert gist(plan(again)) == gist(plan(first)) == [("03-02T09:00", (), False)]


class TestWaiting:
    def test_an_unconfirmed_date_blocks_everything_relative(self) -> None:
        guessed = campaign(CONFERENCE, replace(EVENT, certainty=Certainty.INFERRED))
        messages = plan(replace(guessed, playbook=CONFERENCE))
        assert {(m.due_at, m.waits_for[0]) for m in messages if m.occurrence.rule_id != "announcement"} == {
            (None, "event.start")
        }

    def test_words_are_waited_for_and_supplied_by_rule_or_by_day(self) -> None:
        recap = campaign(one_rule("each day at 18:00", kind="recap", needs_words=True))
        assert [m.waits_for for m in plan(recap)] == [("words:rule",), ("words:rule",)]
        assert [m.waits_for for m in plan(replace(recap, words=frozenset({"rule@day:1"})))] == [(), ("words:rule",)]
        assert [m.waits_for for m in plan(replace(recap, words=frozenset({"rule"})))] == [(), ()]

    def test_a_withheld_announcement_lets_nothing_out(self) -> None:
        withheld = Announcement("a", "A", status=PubStatus.WITHHELD)
        messages = plan(campaign(CONFERENCE, announcement=withheld))
        assert all("announcement.withheld" in m.waits_for for m in messages)
        assert messages

    def test_a_missing_end_of_worth_falls_back_to_the_start(self) -> None:
        unknown = replace(EVENT, registration=Registration())
        (message,) = plan(campaign(one_rule("1 week before start at 10:00", not_after="registration opens"), unknown))
        assert (message.not_after, message.why) == (
            EVENT.start,
            ("not_after_fallback:registration.opens|2026-09-18T13:00",),
        )


class TestWorth:
    def test_an_embargo_past_the_worth_drops_with_the_reason(self) -> None:
        embargo = Announcement("a", "A", embargoed_until=berlin("09-18T14:00"))
        assert planned("1 day before start at 10:00", not_after="start", announcement=embargo) == [
            ("09-18T14:00", ("embargo:2026-09-17T10:00", "too_late:2026-09-18T13:00"), True)
        ]

    def test_registration_is_no_matter_once_the_event_has_begun(self) -> None:
        sooner = replace(EVENT, start=berlin("09-02T13:00"), end=None)
        assert planned("1 day before registration closes at 10:00", sooner) == [("09-03T10:00", ("after_start",), True)]

    def test_summer_time_is_said(self) -> None:
        spring = replace(EVENT, start=berlin("03-30T13:00"), end=None)
        (message,) = plan(
            replace(
                campaign(one_rule("1 day before start at 02:30"), spring),
                calendar=OfficeCalendar(quiet_from=EVENT.start.time(), quiet_until=EVENT.start.time()),  # type: ignore[union-attr]
            )
        )
        assert gist([message]) == [("03-29T03:30", ("summer_time:2026-03-29T02:30",), False)]


class TestSilence:
    @pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.POSTPONED])
    def test_a_cancelled_or_postponed_event_has_only_notices(self, status: EventStatus) -> None:
        change = ConfirmedChange(3, CancelEvent(), berlin("09-01T10:00"))
        silent = campaign(CONFERENCE, replace(EVENT, status=status), changes=(change,), now=berlin("09-01T10:00"))
        assert [(m.occurrence.rule_id, m.channel, m.due_at) for m in plan(silent)] == [
            ("cancellation", "feed", change.at),
            ("cancellation", "mastodon", change.at),
            ("cancellation", "newsletter", change.at),
        ]

    def test_a_withdrawn_announcement_silences_its_campaign(self) -> None:
        assert plan(campaign(CONFERENCE, announcement=Announcement("a", "A", status=PubStatus.CANCELED))) == ()


class TestSessions:
    def sessions(self, *rows: tuple[str, str, str, bool]) -> Event:
        return replace(
            EVENT,
            sessions=tuple(
                Session(name, name.title(), kind, start=berlin(f"09-{start}"), public=public)
                for name, kind, start, public in rows
            ),
        )

    def soon(self, event: Event, sessions: str = "public", **more: Any) -> list[tuple[object, ...]]:
        rule = one_rule("15 minutes before session", kind="session_soon", sessions=sessions, not_after="session start")
        messages = plan(campaign(rule, event, **more))
        return [(m.occurrence.subject_id, m.merged, m.drop) for m in messages]

    def test_only_public_ones_unless_all_are_asked_for(self) -> None:
        event = self.sessions(("a", "Talk", "18T14:00", True), ("b", "Talk", "18T16:00", False))
        assert self.soon(event) == [("e/a", (), False)]
        assert self.soon(event, "all") == [("e/a", (), False), ("e/b", (), False)]

    def test_cancelled_ones_are_silent_and_leave_their_parallel_ones(self) -> None:
        event = self.sessions(("a", "Talk", "18T14:00", True), ("b", "Talk", "18T14:00", True))
        assert self.soon(event) == [("e/a", ("b",), False)]
        fallen = replace(event, sessions=(replace(event.sessions[0], status=EventStatus.CANCELLED), event.sessions[1]))
        assert self.soon(fallen) == [("e/b", (), False)]

    def test_the_keynote_leads_and_comes_first_under_the_cap(self) -> None:
        rows = [(f"t{n}", "Talk", f"18T{n + 9}:00", True) for n in range(4, 8)]
        event = self.sessions(*rows, ("z", "Keynote", "18T14:00", True), ("x", "Führung", "18T14:00", True))
        assert self.soon(event, session_cap=2) == [
            ("e/t4", (), False),
            ("e/z", ("t5", "x"), False),
            ("e/t6", (), True),
            ("e/t7", (), True),
        ]

    def test_the_cap_is_per_day(self) -> None:
        event = self.sessions(("a", "Talk", "18T14:00", True), ("b", "Talk", "19T14:00", True))
        assert self.soon(event, session_cap=1) == [("e/a", (), False), ("e/b", (), False)]

    def test_the_evening_s_sessions_are_not_moved_out_of_the_quiet_hours(self) -> None:
        event = self.sessions(("a", "Konzert", "18T21:00", True))
        (message,) = plan(campaign(one_rule("15 minutes before session", sessions="public"), event))
        assert message.due_at == berlin("09-18T20:45")

    def test_a_delayed_session_takes_its_message_along(self) -> None:
        event = self.sessions(("a", "Talk", "18T14:00", True), ("b", "Talk", "18T16:00", True))
        after = apply(Delay("a", 20), Facts(event, None), berlin("09-18T13:00"))
        messages = plan(campaign(one_rule("15 minutes before session", sessions="public"), after.event))
        assert [m.due_at for m in messages] == [berlin("09-18T14:05"), berlin("09-18T16:05")]


class TestSaidAlong:
    """A deadline at 10:00, and a reminder at 10:30 that is only worth it until 10:40."""

    PLAYBOOK = playbook_from(
        "p",
        {
            "deadline": {"kind": "registration_closes", "when": "3 days before registration closes at 10:00",
                         "channels": ["social", "mail"], "urgency": "deadline"},
            "reminder": {"kind": "reminder", "when": "17 days before start at 10:30", "channels": ["social", "mail"],
                         "not_after": "17 days before start at 10:40"},
        },
        BERLIN,
    )  # fmt: skip

    def said(self, **more: Any) -> dict[tuple[str, str], tuple[bool, tuple[str, ...], list[str]]]:
        return {
            (m.occurrence.rule_id, m.channel): (m.drop, m.why, [s.occurrence.rule_id for s in m.speaks_for])
            for m in plan(campaign(self.PLAYBOOK, **more))
        }

    def test_the_deadline_says_both(self) -> None:
        found = self.said()
        assert found["deadline", "mastodon"] == (False, ("also_says:reminder",), ["reminder"])
        assert found["reminder", "mastodon"] == (True, ("superseded:deadline",), [])
        assert found["reminder", "newsletter"] == found["reminder", "mastodon"]

    def test_what_has_left_can_say_nothing_more(self) -> None:
        deadline = next(m for m in plan(campaign(self.PLAYBOOK)) if m.occurrence.rule_id == "deadline")
        found = self.said(out=frozenset({(deadline.occurrence, "mastodon")}))
        assert found["reminder", "mastodon"] == (False, ("collision_kept:deadline",), [])
        assert found["reminder", "newsletter"][0]

    def test_what_was_said_along_is_not_said_again(self) -> None:
        later = replace(EVENT, registration=replace(EVENT.registration, closes=berlin("08-04T18:00")))
        reminder = next(m for m in plan(campaign(self.PLAYBOOK)) if m.occurrence.rule_id == "reminder")
        said = {(reminder.occurrence, "mastodon"): "deadline"}
        found = self.said(event=later, said=said)
        assert found["reminder", "mastodon"] == (True, ("superseded:deadline",), [])
        assert found["reminder", "newsletter"] == (False, (), [])

    def test_what_will_not_leave_takes_no_place(self) -> None:
        deadline = next(m for m in plan(campaign(self.PLAYBOOK)) if m.occurrence.rule_id == "deadline")
        found = self.said(ended=frozenset({(deadline.occurrence, "mastodon")}))
        assert found["reminder", "mastodon"] == (False, (), [])
        assert found["deadline", "mastodon"] == (False, (), [])

    def test_a_notice_by_mail_that_few_get_speaks_for_nobody(self) -> None:
        room = {"kind": "room_change", "when": "at once on a change", "channels": ["social", "mail"]}
        playbook = playbook_from("p", {"room": room}, BERLIN)
        playbook = replace(playbook, rules=(*playbook.rules, self.PLAYBOOK.rules[1]))
        event = replace(EVENT, sessions=(Session("s", "S", start=EVENT.start),))
        change = ConfirmedChange(1, ChangeRoom("s", "Saal"), berlin("09-01T10:25"))
        found = {
            (m.occurrence.rule_id, m.channel): m.why[-1:]
            for m in plan(campaign(playbook, event, changes=(change,), now=berlin("09-01T10:25")))
        }
        assert found["reminder", "mastodon"] == ("superseded:room",)
        assert found["reminder", "newsletter"] == ("collision_kept:room",)


def test_an_impossible_event_is_refused() -> None:
    with pytest.raises(
        PlanningError, match="the event 'e' ends before it starts, at 2026-09-01 12:00; correct its end"
    ):
        plan(campaign(CONFERENCE, replace(EVENT, end=berlin("09-01T12:00"))))
    with pytest.raises(PlanningError, match="'Europe/Dortmund', which does not exist; write it like Europe/Berlin"):
        plan(campaign(CONFERENCE, replace(EVENT, timezone="Europe/Dortmund")))


_instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis wants naive bounds
_maybe = st.none() | _instants.map(lambda instant: instant.astimezone(BERLIN))


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Any state of an event with a few sessions, an embargo and a change, at any moment."""
    start = draw(_instants).astimezone(BERLIN)
    sessions = tuple(
        Session(
            f"s{n}",
            f"S{n}",
            draw(st.sampled_from(["Keynote", "Talk", ""])),
            start=draw(st.none() | st.timedeltas(timedelta(), timedelta(days=2)).map(lambda d: start + d)),
            public=draw(st.booleans()),
            status=draw(st.sampled_from(EventStatus)),
        )
        for n in range(draw(st.integers(0, 5)))
    )
    event = Event(
        "e",
        "E",
        start=start,
        end=draw(st.none() | st.timedeltas(timedelta(), timedelta(days=3)).map(lambda d: start + d)),
        doors=draw(_maybe),
        registration=Registration(draw(_maybe), draw(_maybe)),
        sessions=sessions,
        status=draw(st.sampled_from(EventStatus)),
        certainty=draw(st.sampled_from(Certainty)),
    )
    changes: list[Change] = [CancelEvent(), MoveEvent(start), Delay("s0", 5)]
    now = draw(_instants)
    return Campaign(
        Facts(event, draw(st.none() | st.builds(lambda e: Announcement("a", "A", embargoed_until=e), _maybe))),
        CONFERENCE,
        CHANNELS,
        OfficeCalendar(days_off=frozenset({date(2026, 12, 28)})),
        now,
        changes=tuple(ConfirmedChange(n, c, now) for n, c in enumerate(changes) if draw(st.booleans())),
    )


@given(campaigns())
def test_the_laws_of_every_plan(given_campaign: Campaign) -> None:
    messages = plan(given_campaign)
    assert plan(given_campaign) == messages
    event, announcement = given_campaign.facts.event, given_campaign.facts.announcement
    assert event is not None
    keys = [(m.occurrence, m.channel) for m in messages]
    assert len(keys) == len(set(keys))
    embargo = announcement.embargoed_until if announcement else None
    for message in messages:
        notice = message.occurrence.anchor.startswith("change:")
        assert notice or event.status not in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        assert message.due_at is not None or message.waits_for
        assert not message.drop or message.why
        if message.due_at is None or message.drop:
            continue
        assert message.due_at.utcoffset() == timedelta()
        assert embargo is None or message.due_at >= embargo
        assert message.not_after is None or message.due_at <= message.not_after
        assert event.certainty is Certainty.CONFIRMED or notice or message.occurrence.rule_id == "announcement"
