"""What somebody said, told from titles: „Kommunen innovativ“ is no quotation. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from announcer.intake.names import Named, is_role
from announcer.intake.organisations import HAS_NOUN

_QUOTED = re.compile(r"[„“\"»«‚‘']([^„“”\"»«\n]{2,900})[“”\"«»](?!\w)")
_SAYS = re.compile(
    r"\b(?:sag(?:t|te|en)|so|erklär(?:t|te)|beton(?:t|te)|mein(?:t|te)|bericht(?:et|ete)|ergänz(?:t|te)|freu(?:t|te)|lob(?:t|te)|erläuter(?:t|te)|"
    r"unterstr(?:eicht|ich)|hofft|dankt(?:e)?|laut|kommentier(?:t|te)|fass(?:t|te)|resümier(?:t|"
    r"te)|würdig(?:t|te)|versprich(?:t)|sprach|heißt es|zitiert|"
    r"schildert(?:e)?|verrät|zeigt(?:e)? sich|wünscht(?:e)?|findet|"
    r"sa(?:ys|id)|add(?:s|ed)|explain(?:s|ed)|comment(?:s|ed)|according to|told)\b"
)
_NEAR = 170
_TITLES = frozenset({"Prof", "Dr", "Frau", "Herr", "Herrn"})
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÄÖÜ])|\n\n")
_FIRST_NAME = re.compile(
    r",?\s*(?:sagte?|berichtete?|erzählte?|erklärte?|meinte?|says|said)\s+(?:(?:die|der)\s+)?(?:\d{1,2}-jährige[rn]?\s+)?"
    r"([A-ZÄÖÜ][a-zäöüß]+)\b(?!\s[A-ZÄÖÜ])"
)


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
    if (alone := _named_alone(after)) and not any(alone in person.name for person in people):
        return alone
    behind = [p for p in people if end <= p.start < stop]
    if behind and _SAYS.search(text[end : behind[0].start + 1]):
        return behind[0].name
    if (announced := _announced(text, start, people)) is not None:
        return announced
    before = [p for p in people if max(0, start - _NEAR) <= p.start < start and "\n\n" not in text[p.end : start]]
    if before and _SAYS.search(text[before[-1].start - 60 if before[-1].start > 60 else 0 : start]):
        return before[-1].name
    if behind and re.match(r"[,.\s]*(?:so|sagt|erklärt|said|says)?\s*", after):
        return behind[0].name
    return _by_surname(after, people) or _by_surname(text[max(0, start - _NEAR) : start], people)


def _announced(text: str, start: int, people: Sequence[Named]) -> str | None:
    """ "Holm zeigte sich erleichtert: „…“": who stands in the sentence that ends with the colon; None without one."""
    if not text[max(0, start - 3) : start].rstrip().endswith(":"):
        return None
    begin = max(
        (found.end() for found in _SENTENCE_END.finditer(text, max(0, start - 260), start)), default=start - 260
    )
    said = text[max(0, begin) : start]
    named = [p for p in people if begin <= p.start < start]
    return named[0].name if named else _by_surname(said, people)


def _named_alone(after: str) -> str:
    """ "…“, berichtet die 14-jährige Lina.": a first name alone is who said it."""
    found = _FIRST_NAME.match(after)
    if found is None or found[1] in _TITLES or HAS_NOUN.search(found[1]) or is_role(found[1]):
        return ""
    return found[1]


def _by_surname(text: str, people: Sequence[Named]) -> str:
    return next((p.name for p in people if re.search(rf"\b{re.escape(p.name.split()[-1])}\b", text)), "")
