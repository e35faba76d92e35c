"""docs/digests.md: every sentence is read, and both languages mean the same."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from announcer.model.digests import Cadence
from announcer.planning.digests import digest_from
from announcer.planning.repeat_sentences import parse_repeat
from announcer.settings import from_dict
from tests.unit.docs.manual import Code, code, page

PAGE = page("digests.md")
ZONE = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("row", PAGE.rows("Moments that repeat"), ids=lambda row: row[0])
def test_both_languages_mean_the_same(row: list[str]) -> None:
    """Each line's English and German sentence."""
    assert parse_repeat(code(row[0])) == parse_repeat(code(row[1]))


def test_every_cadence_has_a_line() -> None:
    """Nothing a digest can follow is left out."""
    assert {parse_repeat(sentence).cadence for sentence in PAGE.keys("Moments that repeat")} == set(Cadence)


@pytest.mark.parametrize("block", PAGE.codes("toml config"), ids=lambda block: f"line {block.line}")
def test_every_example_is_a_digest(block: Code) -> None:
    """As config.toml has it."""
    settings = from_dict(tomllib.loads(block.text), Path("config.toml"))
    ((name, said),) = settings.digests.items()
    assert digest_from(name, said).list_id in settings.lists
