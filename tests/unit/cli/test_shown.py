"""What is shown of foreign text, messages and mails."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from announcer.cli import pages
from announcer.cli.consent import local_time
from announcer.cli.live import _joined, _Mails
from announcer.cli.terminal import Terminal, seen
from announcer.cli.timeline import View, timeline
from announcer.cli.words import Speech
from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.content import Limits
from announcer.model.facts import Event, Session
from announcer.model.ledger import MessageState
from announcer.office.campaigns import Preview
from announcer.office.status import Need, need_of

NOW = datetime(2018, 9, 18, 8, 0, tzinfo=UTC)
EVENT = Event("fest", "Fest", start=NOW, sessions=(Session("keynote", "Zukunft", kind="Keynote", start=NOW),))
VIEW = View(Speech("de"), EVENT.zone, EVENT)


def message(number: int = 1, state: MessageState = MessageState.DRAFT, **planned: Any) -> Message:
    given_ = {
        "occurrence": Occurrence(Subject.EVENT, "fest", "recap", "day:2"),
        "channel": "mastodon",
        "kind": Kind.RECAP,
        "due_at": NOW,
        "not_after": None,
    }
    return Message(number, number, "fest", None, state, Planned(**{**given_, **planned}))


def printed(*parts: Any) -> str:
    written = io.StringIO()
    Console(width=100, markup=False, file=written).print(*parts)
    return written.getvalue()


@given(st.text())
def test_nothing_seen_steers_a_terminal(text: str) -> None:
    shown = seen(text)
    assert len(shown) == len(text)
    assert {unicodedata.category(c) for c in shown if c not in "\n\t"}.isdisjoint({"Cc", "Cs"})
    assert "\u202e" not in shown


def test_seen_keeps_what_is_harmless() -> None:
    assert seen("„Köln“\n\tRaum [2] \x1b[31mrot\u202e") == "„Köln“\n\tRaum [2] \ufffd[31mrot\ufffd"


@pytest.mark.parametrize(
    ("occurrence", "kind", "said"),
    [
        (Occurrence(Subject.EVENT, "fest", "recap", "day:2"), Kind.RECAP, "Rückblick, Tag 2"),
        (Occurrence(Subject.EVENT, "fest", "reminder", "start"), Kind.REMINDER, "Erinnerung"),
        (
            Occurrence(Subject.SESSION, "fest/keynote", "soon", "start"),
            Kind.SESSION_SOON,
            "Gleich beginnt: Keynote „Zukunft“",
        ),
        (Occurrence(Subject.SESSION, "fest/lost", "soon", "start"), Kind.SESSION_SOON, "Gleich beginnt"),
    ],
)
def test_a_message_is_named_by_kind_day_and_session(occurrence: Occurrence, kind: Kind, said: str) -> None:
    assert VIEW.what(message(occurrence=occurrence, kind=kind).planned) == said


def test_reasons_are_words_not_keys() -> None:
    planned = message(why=("quiet_hours:2018-09-18T21:00",), waits_for=("words:recap",)).planned
    assert VIEW.reasons(planned) == [
        "war für Dienstag, 18. September 2018, 21 Uhr vorgesehen; wegen der Ruhezeit verlegt",
        "fehlt noch: Ihr Text: recap",
    ]


def test_a_timeline_names_day_time_zone_channel_end_and_state() -> None:
    shown = printed(timeline(VIEW, [message(7, not_after=NOW + timedelta(hours=3)), message(8, due_at=None)]))
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.strip(" ─")]
    assert lines == [
        "Nr. Uhrzeit Was Kanal Bis Stand",
        "Di 18.09.2018",
        "7 10:00 Rückblick, Tag 2 recap mastodon 13:00 Entwurf",
        "Noch ohne Zeitpunkt",
        "8 – Rückblick, Tag 2 recap mastodon Entwurf",
        "Alle Zeiten: Europe/Berlin (CEST)",
    ]


def test_a_post_shows_its_characters_as_the_network_counts_them() -> None:
    preview = Preview(
        message(), "de", {"status": "Siehe https://presse.city.example/a/ein-langer-weg", "spoiler_text": ""}
    )
    limits = Limits(max_characters=500, characters_per_url=23)
    assert pages.used(preview, limits) == len("Siehe ") + 23
    assert "29 von 500 Zeichen" in printed(pages.page(VIEW, preview, limits))


def test_what_cannot_be_said_says_why() -> None:
    preview = Preview(message(), "de", {}, "the mail has no subject; fill it in")
    shown = printed(pages.page(VIEW, preview, None))
    assert "Kann so nicht gesagt werden: the mail has no subject; fill it in" in shown


def test_a_mail_shows_subject_preheader_and_text_with_its_slots() -> None:
    mail = {"subject": "Betreff [rot]", "preheader": "Vorab", "text": "⟦greeting⟧,\nheute.", "html": "<p>" * 900}
    shown = printed(pages.page(VIEW, Preview(message(channel="newsletter"), "de", mail), None))
    assert all(part in shown for part in ("Betreff [rot]", "Vorab", "⟦greeting⟧,", "heute.", "HTML: 2 kB"))


AT = NOW


@pytest.mark.parametrize(
    ("mails", "lines"),
    [
        (
            {_Mails(AT, "", "de", "Erinnerung"): 20, _Mails(AT, "", "en", "Reminder"): 4},
            [(_Mails(AT, "", "de", "Erinnerung"), 24)],
        ),
        (
            {_Mails(AT, "", "de", "Erinnerung"): 20, _Mails(AT, "", "de", "Absage"): 4},
            [(_Mails(AT, "", "de", "Erinnerung"), 20), (_Mails(AT, "", "de", "Absage"), 4)],
        ),
        (
            {_Mails(AT, "", "de", "Absage"): 2, _Mails(AT, "reply", "de", "Absage"): 3},
            [(_Mails(AT, "", "de", "Absage"), 2), (_Mails(AT, "reply", "de", "Absage"), 3)],
        ),
    ],
)
def test_translations_of_a_mail_are_one_line(mails: dict[_Mails, int], lines: list[tuple[_Mails, int]]) -> None:
    assert _joined(Counter(mails)) == lines


@pytest.mark.parametrize(
    ("state", "due", "why", "need"),
    [
        (MessageState.DRAFT, timedelta(hours=24), (), Need.APPROVE),
        (MessageState.DRAFT, timedelta(hours=25), (), None),
        (MessageState.DRAFT, timedelta(hours=-1), (), Need.APPROVE),
        (MessageState.WAITING, timedelta(hours=3), (), Need.WAITING),
        (MessageState.WAITING, timedelta(days=3), (), None),
        (MessageState.WAITING, None, (), Need.WAITING),
        (MessageState.HELD, timedelta(days=9), (), Need.HELD),
        (MessageState.MISSED, timedelta(days=-1), ("unapproved",), Need.MISSED),
        (MessageState.MISSED, timedelta(days=-1), ("past:2018-09-17T10:00",), None),
        (MessageState.MISSED, timedelta(days=-8), ("unapproved",), None),
        (MessageState.SENT, timedelta(0), (), None),
    ],
)
def test_who_is_needed_when(
    state: MessageState, due: timedelta | None, why: tuple[str, ...], need: Need | None
) -> None:
    due_at = None if due is None else NOW + due
    assert need_of(message(state=state, due_at=due_at, why=why), NOW) is need


def test_times_are_meant_on_the_events_wall_clock_unless_they_bring_an_offset() -> None:
    terminal = Terminal(language="de")
    local = local_time(terminal, "--to", "2018-09-25T12:00", EVENT.zone)
    assert local.astimezone(UTC) == datetime(2018, 9, 25, 10, 0, tzinfo=UTC)
    exact = local_time(terminal, "--to", "2018-09-25 12:00+00:00", EVENT.zone)
    assert exact == datetime(2018, 9, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["gestern", "2018-09-25", "2018-13-01T10:00", "2018-03-25T02:30", ""])
def test_what_is_no_moment_is_refused_with_the_option_named(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--to"):
        local_time(Terminal(language="de"), "--to", text, EVENT.zone)
