"""The shipped conference playbook on the Dortmund event, whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from announcer.model.changes import Facts
from announcer.model.facts import Event
from announcer.planning.plan import Campaign, plan

BERLIN = ZoneInfo("Europe/Berlin")
FALLBACK = "not_after_fallback:{}|2018-09-18T13:00"
TABLE = [
    # due, worthless after, rule, anchor, subject, channels, waits for, why, merged
    ("06-01 12:00", None, "announcement", "publication", "dortmund", "feed"),
    ("06-26 10:00", "09-18 13:00", "save-the-date", "start", "", "feed mastodon newsletter", "", "registration.opens"),
    ("08-21 10:00", "09-18 13:00", "programme", "start", "", "feed mastodon newsletter"),
    ("09-01 10:00", "09-04 23:59", "registration-closes-3-days", "registration_closes", "", "mastodon newsletter"),
    ("09-03 10:00", "09-04 23:59", "registration-closes-1-day", "registration_closes", "", "mastodon newsletter"),
    ("09-11 10:00", "09-17 10:00", "reminder-1-week", "start", "", "mastodon newsletter"),
    ("09-17 10:00", "09-17 23:59", "reminder-1-day", "start", "", "mastodon newsletter"),
    ("09-18 07:30", "09-18 13:00", "practical", "start", "", "mastodon"),
    ("09-18 07:30", "09-18 13:00", "practical-mail", "start", "", "newsletter"),
    ("09-18 12:45", "09-18 13:00", "session-soon", "session_start", "/begruessung", "mastodon"),
    ("09-18 13:15", "09-18 13:30", "session-soon", "session_start", "/keynote", "mastodon"),
    ("09-18 14:00", "09-18 14:15", "session-soon", "session_start", "/talk", "mastodon"),
    ("09-18 15:15", "09-18 15:30", "session-soon", "session_start", "/forum-1", "mastodon", "", "parallel", "forum-2"),
    ("09-18 18:00", "09-19 09:00", "recap", "day:1", "", "feed mastodon", "words:recap"),
    ("09-19 08:45", "09-19 09:00", "session-soon", "session_start", "/grusswort", "mastodon"),
    ("09-19 18:00", "09-20 13:00", "recap", "day:2", "", "feed mastodon", "words:recap"),
    ("09-20 10:00", "09-24 23:59", "thanks", "end", "", "newsletter"),
    ("09-21 10:00", None, "documentation", "end", "", "feed newsletter", "words:documentation"),
    (None, "09-04 23:59", "registration-opens", "registration_opens", "", "feed mastodon newsletter",
     "registration.opens"),
    (None, "09-18 13:00", "session-soon", "session_start", "/fuehrungen", "mastodon", "session.start:fuehrungen",
     "session.start:fuehrungen"),
]  # fmt: skip


def local(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"2018-{text}").replace(tzinfo=BERLIN)


def why(said: str) -> tuple[str, ...]:
    if not said:
        return ()
    return ("parallel:Flächen und Wohnen",) if said == "parallel" else (FALLBACK.format(said),)


def expected() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for row in TABLE:
        due, limit, rule, anchor, subject, channels, waits, said, merged = (*row, "", "", "", "")[:9]
        subject_id = subject if rule == "announcement" else f"kommunen-innovativ{subject}"
        rows += [
            (
                local(due), local(limit), rule, anchor, subject_id, channel,
                (waits,) if waits else (), why(said or ""), (merged,) if merged else (), False,
            )
            for channel in (channels or "").split()
        ]  # fmt: skip
    return rows


def planned(campaign: Campaign) -> list[tuple[object, ...]]:
    return [
        (
            m.due_at, m.not_after, m.occurrence.rule_id, m.occurrence.anchor, m.occurrence.subject_id, m.channel,
            m.waits_for, m.why, m.merged, m.drop,
        )
        for m in plan(campaign)
    ]  # fmt: skip


def test_the_conference_runs_through_and_loses_nothing_to_its_own_rules(campaign: Campaign) -> None:
    assert planned(campaign) == expected()


def test_the_opening_of_the_registration_ends_the_save_the_date(campaign: Campaign, event: Event) -> None:
    opens = datetime(2018, 7, 2, 9, tzinfo=BERLIN)
    known = replace(event, registration=replace(event.registration, opens=opens))
    messages = plan(replace(campaign, facts=Facts(known, campaign.facts.announcement)))
    limits = {m.not_after for m in messages if m.occurrence.rule_id == "save-the-date"}
    due = {m.due_at for m in messages if m.occurrence.rule_id == "registration-opens"}
    assert (limits, due) == ({opens}, {opens})
