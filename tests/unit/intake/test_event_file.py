"""An event as a TOML table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import IntakeError
from announcer.intake.event_file import read_event

BERLIN = ZoneInfo("Europe/Berlin")
EXAMPLE = Path(__file__).parents[3] / "examples" / "kommunen-innovativ" / "event.toml"


def test_the_example() -> None:
    event = read_event(EXAMPLE.read_text(encoding="utf-8"), "event.toml")
    assert event.start == datetime(2018, 9, 18, 12, tzinfo=BERLIN)
    keynote = event.session("keynote")
    assert keynote is not None
    assert keynote.start == datetime(2018, 9, 18, 13, 30, tzinfo=BERLIN)
    tours = event.session("fuehrungen")
    assert tours is not None
    assert (tours.start, str(tours.day), tours.public) == (None, "2018-09-19", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "event.toml: Invalid value"),
        ('name = "X"', "id: field required"),
        ('id = "x"\nname = "X"\nstat = 1', "'stat' is not a known key"),
        ('id = "x"\nname = "X"\nversion = 7', "'version' is not a known key"),
        ('id = "x"\nname = "X"\ntimezone = "Dortmund"', "timezone 'Dortmund' is not known"),
        ('id = "x"\nname = "X"\nstart = 2026-01-02T10:00:00\nend = 2026-01-01T10:00:00', "end is not after start"),
        ('id = "x"\nname = "X"\nstart = 2018-01-02T10:00:00\nend = 2020-01-01T10:00:00', "more than a year"),
        ('id = "x"\nname = "X"\n[place]\nnam = "Y"', "[place] 'nam' is not a known key"),
        (
            'id = "x"\nname = "X"\n[[session]]\nid = "a"\ntitle = "A"\n[[session]]\nid = "a"\ntitle = "B"',
            "two sessions",
        ),
        (
            'id = "x"\nname = "X"\n[[session]]\nid = "a"\ntitle = "A"\nperformers = ["Alex"]',
            'a person looks like {name = "…"',
        ),
        ('id = "x"\nname = "X"\nstart = "bald"', "start: "),
        ('id = "Ä b"\nname = "X"', "can't be an id"),
        ('id = "x"\nname = "X"\nsessions = []', "'sessions' is not a known key; known are certainty"),
        ('id = "x"\nname = "X"\n[[session]]\nid = "a"\ntitle = "A"\nperformers = 1', "performers is a list of people"),
        (
            'id = "x"\nname = "X"\n[[session]]\nid = "a"\ntitle = "A"\n'
            "start = 2026-01-02T10:00:00\nend = 2026-01-02T09:00:00",
            "ends before it begins",
        ),
    ],
)
def test_what_cannot_be_taken_says_where_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(IntakeError) as error:
        read_event(text, "event.toml")
    assert said in str(error.value)
