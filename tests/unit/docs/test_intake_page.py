"""docs/intake.md: the keys of a proposal, the questions and the answers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from announcer.cli.proposal_shape import proposal
from announcer.intake import answers, asking
from announcer.intake.proposal import Confidence
from announcer.intake.release import Beside, read_release
from tests.unit.docs.manual import page

INTAKE = page("intake.md")
TEXT = """Tagung „Kommunen“ im Rathaus

Am 18. und 19. September lädt die Stadt zur Tagung „Kommunen“ in das Rathaus ein.

Am ersten Tag hält Prof. Dr. Maria Muster, Leiterin der Hochschule Beispiel, die Keynote.

Foto: Alex Muster
"""


def _shape() -> dict[str, Any]:
    read = read_release(TEXT, "a.txt", ZoneInfo("Europe/Berlin"), Beside(date(2026, 6, 1)))
    return proposal(read, "de")


def test_every_key_of_a_proposal_is_said() -> None:
    """At the top, and of the event and its sessions."""
    shape = _shape()
    said = {key for row in INTAKE.rows("`announcer add --json`") for key in re.findall(r"`([^`]+)`", row[0])}
    assert set(shape) == said
    assert shape["event"]["sessions"]
    for inner in (shape["event"], shape["event"]["sessions"][0]):
        assert {key for key in inner if f"`{key}`" not in INTAKE.text} == set()


def test_every_question_is_said() -> None:
    said = {key for row in INTAKE.rows("Questions and answers") for key in re.findall(r"`([^`]+)`", row[0])}
    assert set(asking._QUESTIONS) == said


def test_every_answer_is_said() -> None:
    assert {key for key in answers.KEYS if f"`{key}" not in INTAKE.text} == set()


def test_every_certainty_and_confidence_is_said() -> None:
    rows = {row[0].strip("`") for row in INTAKE.rows("Dates")}
    assert rows == {"stated", "inferred", "ambiguous", "open", "missing", "confirmed"}
    assert {value.value for value in Confidence if f"`{value.value}`" not in INTAKE.text} == set()
