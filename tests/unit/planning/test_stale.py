from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from announcer.model.changes import (
    CancelSession,
    Change,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    ReplacePerson,
)
from announcer.planning.changes import StalePlace, stale_places

BERLIN = ZoneInfo("Europe/Berlin")
MOVE = MoveEvent(datetime(2018, 9, 25, 13, tzinfo=BERLIN))
KEYNOTE = MoveSession("keynote", datetime(2018, 9, 19, 15, tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("change", "text", "said"),
    [
        (MOVE, "Treffen vom 18. bis zum 19. September in Dortmund", ["18. bis zum 19. September"]),
        (MOVE, "am 18./19. September 2018", ["18./19. September"]),
        (MOVE, "am Dienstag, 18. September, oder am 19.9.", ["Dienstag", "18. September", "19.9."]),
        (MOVE, "on 18 September, September 19th, 2018-09-18", ["18 September", "September 19th", "2018-09-18"]),
        (MOVE, "Beginn 13 Uhr, Einlass 12 Uhr, 13.00 Uhr", ["13 Uhr", "13.00 Uhr"]),
        (MOVE, "Die 118. September-Sitzung mit 18 Projekten am 8. September, 113 Uhr", []),
        (KEYNOTE, "um 13:30 Uhr am 18. September, nicht 13:300", ["13:30 Uhr", "18. September"]),
        (Delay("keynote", 10), "um 13.30 Uhr am 18. September", ["13.30 Uhr"]),
        (
            ChangeRoom("keynote", "Saal 2"),
            "Im großer saal, im Großer Saalbau, Großer Saal.",
            ["großer saal", "Großer Saal"],
        ),
        (ChangeRoom("talk", "Saal 2"), "Der Talk hatte keinen Raum.", []),
        (
            ReplacePerson("Gesine Schwan"),
            "Gesine Schwan spricht. Schwans Rede, Schwanensee.",
            ["Gesine Schwan", "Schwans"],
        ),
        (CancelSession("talk"), "„Innovative Kommunen“ um 14:15", ["Innovative Kommunen", "14:15"]),
        (CorrectWording("Eving", "Evink"), "in Eving und Evingsen", ["Eving"]),
        (CorrectAnnouncement(lead="x"), "alles bleibt", []),
    ],
)
def test_old_values_are_found_where_they_stand_alone(facts: Facts, change: Change, text: str, said: list[str]) -> None:
    assert [place.said for place in stale_places(change, facts, {"lead": text})] == said


def test_a_place_says_where_it_is_and_what_stands_around(facts: Facts) -> None:
    texts = {"lead": "Nichts.", "body": "Ein langer Satz geht voraus, bevor wir sagen:\nEs spricht Schwan heute Abend."}
    assert stale_places(ReplacePerson("Gesine Schwan"), facts, texts) == (
        StalePlace(
            "body",
            "Schwan",
            57,
            63,
            "…voraus, bevor wir sagen: Es spricht Schwan heute Abend.",
            "Es spricht Schwan heute Abend",
        ),
    )
