from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

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
from announcer.model.facts import Event
from announcer.planning.changes import ChangeWords, apply, in_words
from announcer.planning.why import explain, waits_for_words, why

BERLIN = ZoneInfo("Europe/Berlin")
NAME = "Fachkonferenz „Kommunen innovativ“"


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


NOW = at(8, 1, 9)
REST = " Alle späteren Programmpunkte des Tages verschieben sich um 30 Minuten."


@pytest.mark.parametrize(
    ("change", "headline", "sentence", "prefix"),
    [
        (
            MoveEvent(at(9, 25, 13)),
            f"{NAME} jetzt am 25. und 26. September 2018",
            f"{NAME} findet am 25. und 26. September 2018 statt und nicht, wie angekündigt, "
            "am 18. und 19. September 2018.",
            "VERLEGT",
        ),
        (
            MoveEvent(at(10, 2, 14, 30), at(10, 2, 18)),
            f"{NAME} jetzt am Dienstag, 2. Oktober 2018",
            f"{NAME} findet am Dienstag, 2. Oktober 2018 statt und nicht, wie angekündigt, "
            "am 18. und 19. September 2018. Beginn ist um 14:30 Uhr.",
            "VERLEGT",
        ),
        (
            MoveEvent(at(9, 18, 12)),
            f"{NAME} beginnt um 12 Uhr statt um 13 Uhr",
            f"{NAME} beginnt um 12 Uhr statt um 13 Uhr, am Dienstag, 18. September 2018.",
            "VERLEGT",
        ),
        (
            CancelEvent(),
            f"{NAME} fällt aus",
            f"{NAME} (18. und 19. September 2018) findet nicht statt.",
            "ABSAGE",
        ),
        (
            PostponeEvent(),
            f"{NAME} wird verschoben",
            f"{NAME} (18. und 19. September 2018) wird verschoben. Ein neuer Termin steht noch nicht fest.",
            "VERSCHOBEN",
        ),
        (
            ChangeRoom("keynote", "Saal 2"),
            "Keynote: Saal 2 statt Großer Saal",
            "Neuer Raum für die Keynote: Saal 2 statt Großer Saal.",
            "NEUER RAUM",
        ),
        (
            ChangeRoom("talk", "Saal 2"),
            "Talk: Saal 2",
            "Neuer Raum für den Talk: Saal 2.",
            "NEUER RAUM",
        ),
        (
            MoveSession("keynote", at(9, 18, 15)),
            "Die Keynote beginnt um 15 Uhr statt um 13:30 Uhr",
            "Die Keynote beginnt um 15 Uhr statt um 13:30 Uhr.",
            "NEUE UHRZEIT",
        ),
        (
            MoveSession("grusswort", at(9, 18, 15)),
            "Das Grußwort beginnt am Dienstag, 18. September 2018, um 15 Uhr statt am Mittwoch, "
            "19. September 2018, um 9 Uhr",
            "Das Grußwort beginnt am Dienstag, 18. September 2018, um 15 Uhr statt am Mittwoch, "
            "19. September 2018, um 9 Uhr.",
            "NEUE UHRZEIT",
        ),
        (
            Delay("keynote", 30),
            "Die Keynote beginnt um 14 Uhr statt um 13:30 Uhr",
            f"Die Keynote beginnt um 14 Uhr statt um 13:30 Uhr.{REST}",
            "VERSPÄTUNG",
        ),
        (
            CancelSession("forum-1"),
            "Das Forum „Daseinsvorsorge“ entfällt",
            "Das Forum „Daseinsvorsorge“ entfällt.",
            "ENTFÄLLT",
        ),
        (
            ReplacePerson("Gesine Schwan", "Erika Muster", "Autorin"),
            "Erika Muster statt Gesine Schwan",
            "Erika Muster (Autorin) wirkt mit statt Gesine Schwan.",
            "PROGRAMMÄNDERUNG",
        ),
        (
            ReplacePerson("Gesine Schwan"),
            "Gesine Schwan ist nicht dabei",
            "Gesine Schwan ist nicht dabei.",
            "PROGRAMMÄNDERUNG",
        ),
        (
            CorrectWording("44147", "44137"),
            "„44137“ statt „44147“",
            "Richtig ist: „44137“. In einer früheren Fassung stand irrtümlich „44147“.",
            "KORREKTUR",
        ),
        (
            CorrectAnnouncement(lead="Neu.", note="Der Vorspann war falsch."),
            "Gesine Schwan und OB Ullrich Sierau sprechen bei bundesweiter Konferenz",
            "Der Vorspann war falsch.",
            "KORREKTUR",
        ),
        (
            Withdraw(),
            "Gesine Schwan und OB Ullrich Sierau sprechen bei bundesweiter Konferenz",
            "Die Pressestelle hat diese Mitteilung zurückgezogen.",
            "ZURÜCKGEZOGEN",
        ),
    ],
)
def test_each_change_in_german(facts: Facts, change: Change, headline: str, sentence: str, prefix: str) -> None:
    after = apply(change, facts, NOW)
    assert in_words(change, facts, after, "de") == ChangeWords(headline, sentence, prefix)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            MoveEvent(at(9, 30, 13)),
            ChangeWords(
                "Konferenz now on 30 September to 2 October 2018",
                "Konferenz takes place on 30 September to 2 October 2018, not on 18 to 20 September 2018 as announced.",
                "MOVED",
            ),
        ),
        (
            ChangeRoom("keynote", "Saal 2"),
            ChangeWords(
                "Keynote: Saal 2 instead of Großer Saal",
                "New room for the Keynote: Saal 2 instead of Großer Saal.",
                "ROOM CHANGE",
            ),
        ),
        (
            MoveSession("keynote", at(9, 18, 15)),
            ChangeWords(
                "The Keynote starts at 15:00 instead of at 13:30",
                "The Keynote starts at 15:00 instead of at 13:30.",
                "NEW TIME",
            ),
        ),
        (
            CancelEvent(),
            ChangeWords(
                "“Konferenz” is cancelled", "“Konferenz” (18 to 20 September 2018) will not take place.", "CANCELLED"
            ),
        ),
    ],
)
def test_some_in_english(facts: Facts, event: Event, change: Change, words: ChangeWords) -> None:
    before = replace(facts, event=replace(event, name="Konferenz", end=at(9, 20, 12)))
    said = in_words(change, before, apply(change, before, NOW), "en")
    plain = replace(words, headline=words.headline.replace("Konferenz now", "“Konferenz” now"))
    assert said == replace(plain, sentence=plain.sentence.replace("Konferenz takes", "“Konferenz” takes"))


@pytest.mark.parametrize(
    ("changes", "rest"),
    [
        ([Delay("keynote", 1)], "Everything later that day moves by 1 minute."),
        ([MoveSession("forum-1", at(9, 18, 14, 45)), Delay("keynote", 5, rest=False)], ""),
        ([Delay("keynote", 30), MoveSession("keynote", at(9, 18, 14, 15))], "Everything later that day moves by 30"),
        (
            [Delay("keynote", 30), MoveSession("forum-1", at(9, 18, 15)), Delay("keynote", 5, rest=False)],
            "Later sessions of the day move as well, by up to 30 minutes.",
        ),
        ([Delay("keynote", 30, rest=False), MoveSession("keynote", at(9, 18, 14, 15))], ""),
        (
            [Delay("keynote", 30), MoveSession("keynote", at(9, 18, 13, 30))],
            "The Keynote starts as announced. Everything later that day moves by 30 minutes.",
        ),
    ],
)
def test_a_shift_of_the_rest_is_what_lies_between_the_facts(facts: Facts, changes: list[Change], rest: str) -> None:
    after = facts
    for change in changes:
        after = apply(change, after, NOW)
    said = in_words(changes[-1], facts, after, "en").sentence
    assert rest in said
    assert said.count(". ") == bool(rest)


@pytest.mark.parametrize(
    ("key", "german", "english"),
    [
        (
            "quiet_hours:2026-03-01T21:00",
            "war für Sonntag, 1. März 2026, 21 Uhr vorgesehen; wegen der Ruhezeit verlegt",
            "was meant for Sunday, 1 March 2026, 21:00; moved out of the quiet hours",
        ),
        (
            "collision:deadline|2026-03-02T10:00",
            "war für Montag, 2. März 2026, 10 Uhr vorgesehen; rückt wegen „deadline“ nach hinten",
            "was meant for Monday, 2 March 2026, 10:00; gives way to “deadline”",
        ),
        (
            "not_after_fallback:registration.opens|2026-09-18T13:00",
            "lohnt sich bis Freitag, 18. September 2026, 13 Uhr, weil eine Angabe fehlt (Beginn der Anmeldung)",
            "worth sending until Friday, 18 September 2026, 13:00, because a fact is missing "
            "(opening of the registration)",
        ),
        ("event_past", "entfällt: die Veranstaltung ist vorbei", "dropped: the event is over"),
        ("something else", "something else", "something else"),
    ],
)
def test_reasons_in_words(key: str, german: str, english: str) -> None:
    assert (explain(key, "de"), explain(key, "en")) == (german, english)


def test_a_reason_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no reason is called 'whim'"):
        why("whim")


def test_what_is_waited_for_in_words(event: Event) -> None:
    assert waits_for_words("session.start:grusswort", event, "de") == "Uhrzeit: Grußwort „Grußwort der Stadt“"
    assert waits_for_words("session.start:grusswort", event, "en") == "time: Grußwort “Grußwort der Stadt”"
    assert waits_for_words("event.start", event, "de") == "bestätigtes Datum der Veranstaltung"
    assert waits_for_words("words:recap", None, "de") == "Ihr Text: recap"
