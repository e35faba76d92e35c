"""What the desk says, in German and English. Each module holds one area's words; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from announcer.web.desk.words import (
    announcement,
    campaign,
    change,
    frame,
    house,
    message,
    new,
    newsletter,
    signing,
    today,
    tokens,
)

LANGUAGES: Final = ("de", "en")
#: One line per area; no key stands in two of them.
AREAS: Final = (
    announcement,
    frame,
    house,
    new,
    newsletter,
    signing,
    today,
    tokens,
    campaign,
    message,
    change,
)


def _gathered(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for area in AREAS:
        own = area.GERMAN if language == "de" else area.ENGLISH
        twice = found.keys() & own.keys()
        assert not twice, f"{area.__name__} says again what another area says: {sorted(twice)}"
        found |= own
    return found


WORDS: Final = {language: _gathered(language) for language in LANGUAGES}


class Words:
    """The words of one language: `t.save` in a template, `t("sent_count", n=3)` where something is filled in."""

    def __init__(self, language: str) -> None:
        self._words = WORDS[language]

    def __getattr__(self, key: str) -> str:
        try:
            return self._words[key]
        except KeyError as error:
            raise AttributeError(f"the desk has no word {key!r}") from error

    def __call__(self, key: str, **about: object) -> str:
        """The word with its blanks filled in; with `n`, `key_one` is taken for one if it exists."""
        if about.get("n") == 1 and f"{key}_one" in self._words:
            key = f"{key}_one"
        return self._words[key].format(**about) if about else self._words[key]
