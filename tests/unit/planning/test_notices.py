from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from announcer.model.campaign import Kind, Occurrence, Planned, Subject
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import Place
from announcer.planning.changes import apply
from announcer.planning.notices import kind_of
from announcer.planning.plan import Campaign, ConfirmedChange, plan

BERLIN = ZoneInfo("Europe/Berlin")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (ChangeRoom("keynote", "Saal 2"), Kind.ROOM_CHANGE),
        (MoveEvent(at(9, 25, 13)), Kind.MOVE),
        (MoveSession("keynote", at(9, 18, 15)), Kind.PROGRAMME_CHANGE),
        (CancelEvent(), Kind.CANCELLATION),
        (PostponeEvent(), Kind.POSTPONEMENT),
        (CancelSession("keynote"), Kind.PROGRAMME_CHANGE),
        (Delay("keynote", 10), Kind.PROGRAMME_CHANGE),
        (ReplacePerson("A", "B"), Kind.PROGRAMME_CHANGE),
        (UpdateProgramme(()), Kind.PROGRAMME_CHANGE),
        (ChangeRegistration(at(9, 4, 12)), Kind.REGISTRATION_CHANGE),
        (MoveEvent(place=Place("Rathaus")), Kind.MOVE),
        (CorrectWording("a", "b"), Kind.CORRECTION),
        (CorrectWording("a", "b", material=False), None),
        (CorrectAnnouncement(lead="b"), Kind.CORRECTION),
        (CorrectAnnouncement(lead="b", material=False), None),
        (Withdraw(), None),
    ],
)
def test_each_change_has_its_kind_of_notice(change: Change, kind: Kind | None) -> None:
    assert kind_of(change) is kind


def changed(campaign: Campaign, *changes: tuple[Change, datetime]) -> Campaign:
    """The campaign after these changes, planned at the last of them."""
    confirmed = tuple(ConfirmedChange(17 + n, change, moment) for n, (change, moment) in enumerate(changes))
    facts = campaign.facts
    for one in confirmed:
        facts = apply(one.change, facts, one.at)
    known = frozenset(m.occurrence for m in plan(campaign))
    return replace(
        campaign, facts=facts, changes=confirmed, now=confirmed[-1].at, known=known, first_planned=campaign.now
    )


def notices(campaign: Campaign) -> list[Planned]:
    return [m for m in plan(campaign) if m.occurrence.anchor.startswith("change:")]


def gist(campaign: Campaign) -> list[tuple[str, str, bool]]:
    return [(m.occurrence.rule_id, m.channel, m.drop) for m in notices(campaign)]


def test_a_room_change_in_good_time_goes_by_mail_as_well(campaign: Campaign) -> None:
    early = changed(campaign, (ChangeRoom("keynote", "Saal 2"), at(9, 18, 11)))
    assert gist(early) == [
        ("room-change", "feed", False),
        ("room-change", "mastodon", False),
        ("room-change-mail", "newsletter", False),
    ]
    first = notices(early)[0]
    assert first.occurrence == Occurrence(Subject.SESSION, "kommunen-innovativ/keynote", "room-change", "change:17")
    assert (first.due_at, first.not_after, first.kind) == (at(9, 18, 11), at(9, 18, 14, 15), Kind.ROOM_CHANGE)


def test_less_than_two_hours_before_the_session_no_mail_goes(campaign: Campaign) -> None:
    late = changed(campaign, (ChangeRoom("keynote", "Saal 2"), at(9, 18, 11, 31)))
    assert [(m.drop, m.why) for m in notices(late) if m.channel == "newsletter"] == [
        (True, ("too_late:2018-09-18T11:30",))
    ]


def test_a_move_is_worth_telling_until_the_old_end(campaign: Campaign) -> None:
    moved = changed(campaign, (MoveEvent(at(9, 25, 13)), at(8, 1, 11)))
    assert {(m.due_at, m.not_after) for m in notices(moved)} == {(at(8, 1, 11), at(9, 19, 16))}
    assert {m.occurrence.rule_id for m in notices(moved)} == {"move"}
    assert {m.due_at for m in plan(moved) if m.occurrence.rule_id == "reminder-1-day"} == {at(9, 24, 10)}


def test_a_cancellation_overtakes_what_was_still_to_be_told(campaign: Campaign) -> None:
    both = changed(campaign, (Delay("keynote", 10), at(9, 18, 11)), (CancelEvent(), at(9, 18, 11, 5)))
    assert {(m.kind, m.drop, m.why) for m in plan(both)} == {
        (Kind.PROGRAMME_CHANGE, True, ("superseded_change:18",)),
        (Kind.CANCELLATION, False, ()),
    }


def test_the_second_move_overtakes_the_first(campaign: Campaign) -> None:
    twice = changed(campaign, (MoveEvent(at(9, 25, 13)), at(8, 1, 11)), (MoveEvent(at(9, 26, 13)), at(8, 1, 12)))
    assert {(m.occurrence.anchor, m.drop) for m in notices(twice)} == {("change:17", True), ("change:18", False)}


def test_a_room_and_a_delay_of_one_session_are_both_told(campaign: Campaign) -> None:
    both = changed(campaign, (ChangeRoom("keynote", "Saal 2"), at(9, 18, 11)), (Delay("keynote", 10), at(9, 18, 11, 5)))
    assert [m for m in notices(both) if m.drop] == []


def test_what_happens_behind_the_scenes_stays_there(campaign: Campaign) -> None:
    assert gist(changed(campaign, (ChangeRoom("kaffee", "Foyer"), at(9, 18, 11)))) == []


def test_a_material_correction_is_about_the_announcement(campaign: Campaign) -> None:
    corrected = changed(campaign, (CorrectWording("Schwan", "Schwahn"), at(7, 1, 11)))
    assert [(m.occurrence.subject, m.occurrence.subject_id, m.channel) for m in notices(corrected)] == [
        (Subject.ANNOUNCEMENT, "dortmund", "feed"),
        (Subject.ANNOUNCEMENT, "dortmund", "mastodon"),
        (Subject.ANNOUNCEMENT, "dortmund", "newsletter"),
    ]


def test_a_new_rule_brings_no_old_change_up_again(campaign: Campaign) -> None:
    told = changed(campaign, (MoveEvent(at(9, 25, 13)), at(8, 1, 11)))
    known = frozenset(m.occurrence for m in plan(told))
    move = next(rule for rule in told.playbook.rules if rule.id == "move")
    added = replace(told.playbook, rules=(*told.playbook.rules, replace(move, id="move-again")))
    again = replace(told, playbook=added, known=known, now=told.now + timedelta(hours=1))
    assert {(m.occurrence.rule_id, m.drop) for m in notices(again)} == {("move", False), ("move-again", True)}


def test_a_change_from_before_there_was_a_campaign_is_history(campaign: Campaign) -> None:
    old = replace(changed(campaign, (MoveEvent(at(9, 25, 13)), at(8, 1, 11))), known=frozenset(), now=at(8, 3, 11))
    assert {m.drop for m in notices(old)} == {True}
