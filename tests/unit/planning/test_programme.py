"""Place, registration and whole programmes: what becomes of the facts, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.changes import (
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    UpdateProgramme,
)
from announcer.model.facts import Event, EventStatus, Person, Place, Registration, Session
from announcer.planning import programme
from announcer.planning.campaign import ConfirmedChange
from announcer.planning.changes import apply, in_words
from announcer.planning.notices import overtaken

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


NOW = at(1, 10)
KEYNOTE = Session(
    "keynote", "Zukunft gestalten", "Keynote", start=at(18, 14), end=at(18, 15), room="Großer Saal",
    performers=(Person("Ada Lehmann", "Prof. Dr."),),
)  # fmt: skip
WORKSHOP = Session("wohnen", "Wohnen", "Workshop", start=at(18, 15), end=at(18, 16), room="Saal 2")
TOUR = Session("hafen", "Hafen", "Führung", start=at(19, 9))
BACKSTAGE = Session("aufbau", "Aufbau", start=at(18, 8), public=False)
EVENT = Event(
    "tag", "Tag der Städte", start=at(18, 12), end=at(19, 15),
    place=Place("Rathaus", "Markt 1", "44135", "Dortmund"),
    registration=Registration(opens=at(9, 10, month=7), closes=at(4, 23, 59)),
    sessions=(BACKSTAGE, KEYNOTE, WORKSHOP, TOUR),
)  # fmt: skip
FACTS = Facts(EVENT, None)
HALL = Place("Stadthalle", "Ring 5", "44135", "Dortmund")


def said(change: Change, language: str = "de", facts: Facts = FACTS) -> tuple[str, str, str]:
    words = in_words(change, facts, apply(change, facts, NOW), language)
    return words.prefix, words.headline, words.sentence


@pytest.mark.parametrize(
    ("change", "german", "english"),
    [
        (
            MoveEvent(place=HALL),
            (
                "NEUER ORT",
                "„Tag der Städte“: Stadthalle statt Rathaus",
                "„Tag der Städte“ zieht um: Stadthalle, Ring 5, 44135 Dortmund (statt Rathaus). "
                "Am Termin ändert sich nichts.",
            ),
            (
                "NEW VENUE",
                "“Tag der Städte”: Stadthalle instead of Rathaus",
                "“Tag der Städte” moves to another venue: Stadthalle, Ring 5, 44135 Dortmund (instead of Rathaus). "
                "The date stays as announced.",
            ),
        ),
        (
            MoveEvent(at(25, 12), place=HALL),
            (
                "VERLEGT",
                "„Tag der Städte“ jetzt am 25. und 26. September 2018",
                "„Tag der Städte“ findet am 25. und 26. September 2018 statt und nicht, wie angekündigt, "
                "am 18. und 19. September 2018. Neuer Ort: Stadthalle, Ring 5, 44135 Dortmund (statt Rathaus).",
            ),
            (
                "MOVED",
                "“Tag der Städte” now on 25 and 26 September 2018",
                "“Tag der Städte” takes place on 25 and 26 September 2018, not on 18 and 19 September 2018 as "
                "announced. New venue: Stadthalle, Ring 5, 44135 Dortmund (instead of Rathaus).",
            ),
        ),
        (
            ChangeRegistration(closes=at(11, 23, 59)),
            (
                "ANMELDUNG VERLÄNGERT",
                "„Tag der Städte“: Anmeldung verlängert bis Dienstag, 11. September 2018",
                "Die Anmeldung ist verlängert bis Dienstag, 11. September 2018 (statt Dienstag, 4. September 2018).",
            ),
            (
                "REGISTRATION EXTENDED",
                "“Tag der Städte”: registration extended until Tuesday, 11 September 2018",
                "Registration is extended until Tuesday, 11 September 2018 (instead of Tuesday, 4 September 2018).",
            ),
        ),
        (
            ChangeRegistration(closes=at(3, 12), url="https://neu.example/"),
            (
                "ANMELDUNG",
                "„Tag der Städte“: Änderung bei der Anmeldung",
                "Zur Anmeldung: Anmeldeschluss ist Montag, 3. September 2018, 12 Uhr (statt Dienstag, "
                "4. September 2018); sie ist jetzt unter https://neu.example/ möglich.",
            ),
            (
                "REGISTRATION",
                "“Tag der Städte”: change of registration",
                "Registration: it closes on Monday, 3 September 2018, 12:00 (instead of Tuesday, "
                "4 September 2018); it is now at https://neu.example/.",
            ),
        ),
    ],
)
def test_place_and_registration_in_words(
    change: Change, german: tuple[str, str, str], english: tuple[str, str, str]
) -> None:
    assert said(change) == german
    assert said(change, "en") == english


@pytest.mark.parametrize(
    ("change", "grows"),
    [
        (MoveEvent(place=HALL), 1),
        (ChangeRegistration(closes=at(11, 12)), 0),
        (UpdateProgramme((BACKSTAGE, replace(KEYNOTE, room="Saal 3"), WORKSHOP, TOUR)), 1),
        (UpdateProgramme((BACKSTAGE, replace(KEYNOTE, title="Neu"), WORKSHOP, TOUR)), 0),
        (UpdateProgramme((BACKSTAGE, KEYNOTE, TOUR)), 1),
    ],
)
def test_the_calendar_counts_time_place_and_status(change: Change, grows: int) -> None:
    after = apply(change, FACTS, NOW).event
    assert after is not None
    assert (after.version, after.sequence) == (2, grows)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (MoveEvent(), "neither another date nor another place"),
        (MoveEvent(place=EVENT.place), "already at 'Rathaus'"),
        (ChangeRegistration(), "already like this"),
        (ChangeRegistration(closes=at(30, 12, month=8)), "into the past"),
        (ChangeRegistration(closes=at(20, 12)), "after the event is over"),
        (ChangeRegistration(opens=at(5, 12)), "close before it opens"),
        (UpdateProgramme(EVENT.sessions), "already like this"),
    ],
)
def test_what_makes_no_sense_is_refused(change: Change, refused: str) -> None:
    with pytest.raises(PlanningError, match=refused):
        apply(change, FACTS, NOW)


NEW_PROGRAMME = UpdateProgramme(
    (
        replace(
            KEYNOTE, start=at(18, 15), end=at(18, 16), room="Saal 3", performers=(Person("Bo Kern"),), title="Zukunft"
        ),
        replace(WORKSHOP, end=at(18, 16, 30)),
        Session("podium", "Was bleibt", "Podium", start=at(19, 11), room="Saal 1", performers=(Person("Cem Ok"),)),
    )
)


def test_one_notice_tells_all_in_the_order_of_the_programme() -> None:
    prefix, headline, sentence = said(NEW_PROGRAMME)
    assert (prefix, headline) == ("PROGRAMMÄNDERUNG", "„Tag der Städte“: Änderungen im Programm")
    assert sentence == (
        "Die Keynote beginnt um 15 Uhr statt um 14 Uhr. Neuer Raum für die Keynote: Saal 3 statt Großer Saal. "
        "Die Keynote: Bo Kern statt Ada Lehmann. Die Keynote heißt jetzt „Zukunft“. "
        "Der Workshop dauert bis 16:30 Uhr statt bis 16 Uhr. Die Führung entfällt. "
        "Neu im Programm: Podium „Was bleibt“, am Mittwoch, 19. September 2018, um 11 Uhr, Saal 1, mit Cem Ok."
    )
    assert said(NEW_PROGRAMME, "en")[2].startswith(
        "The Keynote starts at 15:00 instead of at 14:00. New room for the Keynote: Saal 3 instead of Großer Saal."
    )


def test_what_is_too_much_is_counted_and_a_post_says_less() -> None:
    rooms = tuple(
        replace(WORKSHOP, id=f"w{n}", title=f"W {n}", start=at(18, 9, n), end=at(18, 10, n)) for n in range(15)
    )
    before = Facts(replace(EVENT, sessions=rooms), None)
    change = UpdateProgramme(tuple(replace(session, room="Saal 9") for session in rooms))
    words = in_words(change, before, apply(change, before, NOW), "de")
    assert words.sentence.count("Saal 9 statt Saal 2") == 8
    assert words.sentence.endswith("Dazu kommen 7 weitere Änderungen; das ganze Programm steht auf der Seite.")
    assert words.brief.count("Saal 9 statt Saal 2") == 2
    assert "13 weitere Änderungen" in words.brief


def test_what_is_not_public_stays_inside() -> None:
    changed = updated(replace(BACKSTAGE, room="Hof"), KEYNOTE, WORKSHOP, TOUR)
    assert programme.differences(EVENT, changed) == []


def updated(*sessions: Session) -> Event:
    return programme.updated(EVENT, sessions)


def test_who_falls_out_keeps_the_id_and_who_comes_back_takes_place() -> None:
    gone = apply(UpdateProgramme((BACKSTAGE, KEYNOTE, WORKSHOP)), FACTS, NOW)
    assert gone.event is not None
    tour = gone.event.session("hafen")
    assert tour is not None
    assert tour.status is EventStatus.CANCELLED
    back = apply(UpdateProgramme((BACKSTAGE, KEYNOTE, WORKSHOP, TOUR)), gone, NOW)
    assert back.event is not None
    assert [s.status for s in back.event.sessions] == [EventStatus.SCHEDULED] * 4
    assert in_words(UpdateProgramme(()), gone, back, "de").sentence.startswith("Neu im Programm: Führung „Hafen“")


@given(
    st.lists(
        st.sampled_from([KEYNOTE, WORKSHOP, TOUR, replace(KEYNOTE, room="X"), replace(TOUR, title="Y")]),
        unique_by=lambda s: s.id,
    )
)
def test_no_session_is_ever_lost(sessions: list[Session]) -> None:
    try:
        after = updated(*sessions)
    except PlanningError:
        return
    assert {s.id for s in after.sessions} == {s.id for s in EVENT.sessions} | {s.id for s in sessions}
    alive = {s.id for s in after.sessions if s.status is not EventStatus.CANCELLED}
    assert alive == {s.id for s in sessions}


@pytest.mark.parametrize(
    ("earlier", "later", "is_overtaken"),
    [
        (MoveEvent(at(25, 12)), MoveEvent(place=HALL), True),
        (PostponeEvent(), MoveEvent(place=HALL), False),
        (PostponeEvent(), MoveEvent(at(25, 12)), True),
        (ChangeRegistration(at(11, 12)), ChangeRegistration(at(12, 12)), True),
        (ChangeRoom("keynote", "Saal 3"), NEW_PROGRAMME, False),
        (ChangeRoom("keynote", "Saal 9"), NEW_PROGRAMME, True),
        (MoveSession("keynote", at(18, 15)), NEW_PROGRAMME, False),
        (MoveSession("hafen", at(19, 10)), NEW_PROGRAMME, True),
        (CancelSession("hafen"), NEW_PROGRAMME, False),
        (CancelSession("wohnen"), NEW_PROGRAMME, True),
        (Delay("keynote", 10), NEW_PROGRAMME, False),
        (NEW_PROGRAMME, ChangeRoom("keynote", "Saal 4"), False),
        (NEW_PROGRAMME, NEW_PROGRAMME, True),
    ],
)
def test_which_notice_is_overtaken(earlier: Change, later: Change, is_overtaken: bool) -> None:
    changes = [ConfirmedChange(1, earlier, NOW), ConfirmedChange(2, later, NOW)]
    assert overtaken(changes) == ({1: 2} if is_overtaken else {})
