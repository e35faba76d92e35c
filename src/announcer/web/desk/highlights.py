"""A source text in pieces, each with the fields that were read from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from announcer.intake.proposal import Known


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text; `fields` are those it was read for, `first` those whose passage begins here."""

    text: str
    fields: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


def pieces(text: str, known: Mapping[str, Known]) -> list[Piece]:
    """The whole text cut where a passage begins or ends; together it is the text again."""
    spans = {name: span for name, one in known.items() if (span := _span(text, one)) is not None}
    cuts = sorted({0, len(text), *(at for span in spans.values() for at in span)})
    found = []
    for begin, end in pairwise(cuts):
        inside = tuple(name for name, (first, last) in spans.items() if first <= begin and end <= last)
        found.append(Piece(text[begin:end], inside, tuple(name for name in inside if spans[name][0] == begin)))
    return found


def _span(text: str, known: Known) -> tuple[int, int] | None:
    """Where a passage stands: at its line or, if it is not there word by word, its first occurrence."""
    words = known.passage.text.split()
    if not words:
        return None
    wanted = re.compile(r"\s+".join(re.escape(word) for word in words[:400]))
    found = wanted.search(text, _start_of(text, known.passage.line)) or wanted.search(text)
    return None if found is None else found.span()


def _start_of(text: str, line: int) -> int:
    position = 0
    for _ in range(line - 1):
        following = text.find("\n", position)
        if following < 0:
            return 0
        position = following + 1
    return position
