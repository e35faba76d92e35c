"""What somebody said, told from titles: „Kommunen innovativ“ is no quotation. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from announcer.intake.names import Named

_QUOTED = re.compile(r"[„“\"»«‚‘']([^„“”\"»«\n]{2,900})[“”\"«»](?!\w)")
_SAYS = re.compile(
    r"\b(?:sag(?:t|te|en)|so|erklär(?:t|te)|beton(?:t|te)|mein(?:t|te)|bericht(?:et|ete)|ergänz(?:t|te)|freu(?:t|te)|lob(?:t|te)|erläuter(?:t|te)|"
    r"unterstr(?:eicht|ich)|hofft|dankt(?:e)?|laut|kommentier(?:t|te)|fass(?:t|te)|resümier(?:t|"
    r"te)|würdig(?:t|te)|versprich(?:t)|sprach|heißt es|zitiert|"
    r"schildert(?:e)?|verrät|zeigt(?:e)? sich|wünscht(?:e)?|findet|"
    r"sa(?:ys|id)|add(?:s|ed)|explain(?:s|ed)|comment(?:s|ed)|according to|told)\b"
)
_NEAR = 170


@dataclass(frozen=True, slots=True)
class Quote:
    """Something said, and by whom as far as the text tells."""

    text: str
    who: str
    start: int
    end: int


def find_quotes(text: str, people: Sequence[Named]) -> list[Quote]:
    """Every quotation, in order. Titles, names and single words in quotation marks are none."""
    found: list[Quote] = []
    for quoted in _QUOTED.finditer(text):
        said = quoted[1].strip()
        words = said.split()
        around = _around(text, quoted.start(), quoted.end())
        speaks = _SAYS.search(around) is not None
        sentence = said.endswith((".", "!", "?", ",")) or (
            len(words) >= 8 and text[quoted.end() : quoted.end() + 1] in {",", "."}
        )
        if _is_spoken(text, quoted, said, words):
            speaks = sentence = True
        long = len(words) >= 7
        if len(words) < 3 or not ((speaks and (sentence or long)) or (sentence and len(words) >= 9)):
            continue
        who = _speaker(text, quoted.start(), quoted.end(), people)
        if found and not who and quoted.start() - found[-1].end < _NEAR:
            who = found[-1].who
        found.append(Quote(said, who, quoted.start(), quoted.end()))
    return found


def _is_spoken(text: str, quoted: re.Match[str], said: str, words: Sequence[str]) -> bool:
    """ "… heizen mit“, erklärt Lindqvist", "sie sagt: „Das geht vor.“": the signs around it say that it is spoken."""
    after = text[quoted.end() : quoted.end() + 40]
    if after.startswith(",") and len(words) >= 4 and _SAYS.search(after):
        return True
    before = text[max(0, quoted.start() - 3) : quoted.start()].rstrip()
    return before.endswith(":") and len(words) >= 4 and said.endswith((".", "!", "?"))


def _around(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 90) : start]
    after = text[end : end + 110]
    return before[before.rfind("\n\n") + 1 :] + " | " + after.split("\n\n", 1)[0]


def _speaker(text: str, start: int, end: int, people: Sequence[Named]) -> str:
    """The person named next behind the words, else the one before."""
    after = text[end : end + _NEAR].split("\n\n", 1)[0]
    stop = end + len(after)
    behind = [p for p in people if end <= p.start < stop]
    if behind and _SAYS.search(text[end : behind[0].start + 1]):
        return behind[0].name
    before = [p for p in people if max(0, start - _NEAR) <= p.start < start and "\n\n" not in text[p.end : start]]
    if before and _SAYS.search(text[before[-1].start - 60 if before[-1].start > 60 else 0 : start]):
        return before[-1].name
    if behind and re.match(r"[,.\s]*(?:so|sagt|erklärt|said|says)?\s*", after):
        return behind[0].name
    surname = _by_surname(after, people) or _by_surname(text[max(0, start - _NEAR) : start], people)
    return surname or (before[-1].name if before else "")


def _by_surname(text: str, people: Sequence[Named]) -> str:
    return next((p.name for p in people if re.search(rf"\b{re.escape(p.name.split()[-1])}\b", text)), "")
