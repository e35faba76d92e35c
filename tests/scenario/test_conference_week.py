"""The conference week with everything that can happen in it, compared as a whole with a log a press officer can read.

To look at a difference after a wanted change, or to take it over:

    ANNOUNCER_WRITE_GOLDEN=1 python -m pytest tests/scenario
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from announcer.model.changes import (
    CancelSession,
    ChangeRegistration,
    ChangeRoom,
    CorrectWording,
    Delay,
    MoveEvent,
    ReplacePerson,
    UpdateProgramme,
)
from announcer.model.facts import Place
from announcer.sandbox.arrivals import Mail, Post
from announcer.store import facts
from announcer.store.tables import delivery, message
from tests.integration.campaign_world import BERLIN, KEY, at
from tests.scenario.week import ANNA, BERT, CEM, Scene, Week, conference_week

GOLDEN = Path(__file__).with_name("conference-week.log")


def _programme(week: Week) -> UpdateProgramme:
    with week.world.engine.database.read() as connection:
        event = facts.event_facts(connection, KEY.event_id or "")
    tours = event.session("fuehrungen")
    assert tours is not None
    moved = replace(tours, start=at(9, 19, 13), end=at(9, 19, 14, 30), public=True, room="Treffpunkt Foyer")
    return UpdateProgramme(tuple(moved if s.id == "fuehrungen" else s for s in event.sessions))


def _outage(week: Week, until: datetime) -> None:
    week.down_until = until


SCENES = (
    Scene(at(8, 20, 9), "Cem Kaya will selbst freigeben", lambda w: w.approve(CEM)),
    Scene(at(8, 20, 9, 30), "Bert Tal gibt frei", lambda w: w.approve(BERT)),
    Scene(
        at(9, 3, 15),
        "Die Anmeldung wird bis Montag, 10. September verlängert",
        lambda w: w.change(ChangeRegistration(closes=at(9, 10, 23, 59)), ANNA, "viele Nachfragen"),
    ),
    Scene(at(9, 3, 15, 30), "Bert Tal gibt frei, was dadurch neu ist", lambda w: w.approve(BERT)),
    Scene(
        at(9, 6, 11),
        "Die Führungen bekommen Uhrzeit und Treffpunkt (neues Programm)",
        lambda w: w.change(_programme(w), ANNA, "Programm steht"),
    ),
    Scene(at(9, 7, 9), "Der Name der Rednerin ist falsch geschrieben; Anna Berg will ihn allein berichtigen",
          lambda w: w.change(CorrectWording("Gesine Schwahn", "Gesine Schwan"), ANNA, "Tippfehler")),
    Scene(at(9, 7, 9, 5), "Also als Antrag",
          lambda w: w.ask(CorrectWording("Gesine Schwahn", "Gesine Schwan"), ANNA, "Tippfehler")),
    Scene(at(9, 7, 9, 40), "Bert Tal bestätigt ihn", lambda w: w.confirm(1, BERT)),
    Scene(at(9, 9, 9), "Alles wird angehalten (Gerücht über eine Absage)",
          lambda w: w.pause("all", ANNA, "Gerücht über eine Absage")),
    Scene(at(9, 9, 12, 30), "Es war nur ein Gerücht: weiter", lambda w: w.resume("all", BERT)),
    Scene(
        at(9, 12, 14),
        "Das Haus ist nicht nutzbar: Verlegung in die Bürgerhalle",
        lambda w: w.change(
            MoveEvent(place=Place("Bürgerhalle", "Friedensplatz 1", "44135", "Dortmund")), BERT, "Heizung defekt"
        ),
    ),
    Scene(at(9, 17, 8), "Der Server fällt aus, bis 12.20 Uhr; die Erinnerung war für 10 Uhr vorgesehen",
          lambda w: _outage(w, at(9, 17, 12, 20))),
    Scene(
        at(9, 18, 8),
        "Jemand anderes spricht das Grußwort",
        lambda w: w.change(ReplacePerson("Ullrich Sierau", "Alex Muster", "Stadtdirektorin"), ANNA, "Krankheit"),
    ),
    Scene(at(9, 18, 12, 50), "Die Keynote zieht um",
          lambda w: w.change(ChangeRoom("keynote", "Saal 2"), ANNA, "Technik ausgefallen")),
    Scene(at(9, 18, 13, 5), "Die Keynote beginnt 20 Minuten später, alles danach auch",
          lambda w: w.change(Delay("keynote", 20), ANNA, "Zug verspätet")),
    Scene(at(9, 18, 17, 15), "Rückblick auf den ersten Tag",
          lambda w: w.words("recap@day:1", "Rund 200 Gäste aus 30 Projekten haben heute gearbeitet.", CEM)),
    Scene(at(9, 18, 17, 20), "und seine Freigabe", lambda w: w.approve(BERT)),
    Scene(at(9, 19, 7, 40), "Die Führungen fallen aus",
          lambda w: w.change(CancelSession("fuehrungen"), ANNA, "Unwetterwarnung")),
    Scene(at(9, 21, 9), "Die Dokumentation ist da",
          lambda w: w.words("documentation", "Vorträge und Fotos stehen bereit.", CEM)),
    Scene(at(9, 21, 9, 5), "und ihre Freigabe", lambda w: w.approve(BERT)),
)  # fmt: skip


def test_the_conference_week(tmp_path: Path, sqlite_url: str) -> None:
    with conference_week(tmp_path, sqlite_url, at(8, 20, 8)) as week:
        week.run(SCENES, until=at(9, 22))
        log = "\n".join(week.lines) + "\n"
        _nothing_false_or_double(week)
    if os.environ.get("ANNOUNCER_WRITE_GOLDEN"):
        GOLDEN.write_text(log, encoding="utf-8")
    assert log == GOLDEN.read_text(encoding="utf-8")


def _nothing_false_or_double(week: Week) -> None:
    """What the log may say, and never: a mail twice, anything before its moment or after its end."""
    arrivals = week.world.sandbox.arrivals
    mails = Counter((one.recipient, one.letter.message_id) for one in arrivals if isinstance(one, Mail))
    assert set(mails.values()) <= {1}
    same_day = Counter(
        (one.recipient, one.letter.subject, one.at.astimezone(BERLIN).date())
        for one in arrivals
        if isinstance(one, Mail)
    )
    assert {mail for mail, number in same_day.items() if number > 1} == set()
    posts = Counter((one.text, one.at.astimezone(BERLIN).date()) for one in arrivals if isinstance(one, Post))
    assert {text for text, number in posts.items() if number > 1} == set()
    with week.world.engine.database.read() as connection:
        early = sa.select(sa.func.count()).where(
            delivery.c.message_id == message.c.id, delivery.c.action == "publish", delivery.c.revision == 0,
            delivery.c.sent_at < message.c.due_at,
        )  # fmt: skip
        late = sa.select(sa.func.count()).where(delivery.c.sent_at > delivery.c.not_after)
        assert (connection.scalar(early), connection.scalar(late)) == (0, 0)
