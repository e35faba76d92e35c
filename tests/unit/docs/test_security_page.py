"""docs/security.md and docs/asvs.md: every threat has tests, and every test that is named exists."""

from __future__ import annotations

import re

import pytest

from tests.unit.docs.manual import ROOT, page

SECURITY, ASVS = page("security.md"), page("asvs.md")
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = SECURITY.rows("Threats")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_threat_has_tests_that_exist(row: list[str]) -> None:
    named = _TEST.findall(row[2])
    assert named, f"{row[0]!r} names no test"
    assert _missing(row[2]) == []


def _missing(text: str) -> list[str]:
    missing = []
    for path, name in _TEST.findall(text):
        file = ROOT / path
        if not file.is_file() or (name and not re.search(rf"^\s*def {name}\(", file.read_text(encoding="utf-8"), re.M)):
            missing.append(f"{path}::{name}")
    return missing


def test_the_threats_fit_on_one_page() -> None:
    assert 15 <= len(ROWS) <= 30
    assert len(SECURITY.text.split("\n")) < 90


def test_every_chapter_of_the_checklist_is_looked_at() -> None:
    """OWASP ASVS 5.0 has seventeen; each section says what holds, what is missing, or why it does not apply."""
    chapters = [heading for heading in ASVS.headings() if re.match(r"V\d+ ", heading)]
    assert [int(heading.split()[0][1:]) for heading in chapters] == list(range(1, 18))
    for chapter in chapters:
        for row in ASVS.rows(chapter):
            assert re.match(r"(met|partly|missing|not applicable)$", row[1]), f"{chapter}: {row}"
    assert _missing(ASVS.text) == []
