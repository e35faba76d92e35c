"""The desk's words: both languages whole, every one used, every blank filled in the same."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import announcer
from announcer.web.desk.words import AREAS, WORDS

SOURCE = Path(announcer.__file__).parent


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.__name__.rpartition(".")[2])
def test_both_languages_say_everything(area: object) -> None:
    """With the same blanks."""
    german, english = area.GERMAN, area.ENGLISH  # type: ignore[attr-defined]  # a module of words
    assert list(german) == list(english)
    for key in german:
        blanks = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (german[key], english[key])
        ]
        assert blanks[0] == blanks[1], key


def test_no_template_asks_for_a_word_that_is_missing() -> None:
    """`t.word` and `t("word")` in every template of the desk."""
    asked: dict[str, str] = {}
    for path in (SOURCE / "templates" / "desk").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"""\bt\.([a-z]\w*)|\bt\(["']([a-z]\w*)["']""", text):
            asked[found[1] or found[2]] = path.name
    assert {key: name for key, name in asked.items() if key not in WORDS["de"] and not key.endswith("_")} == {}
