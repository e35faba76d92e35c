"""Where sentences end: "Prof. Dr. Schwan", "NRW.BANK" and "18. September" are no ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from announcer.intake.wordlist import words

_END = re.compile(r"[.!?…][\"“”»«')\]]*\s+(?=[\"„“»«(\[]?[A-ZÄÖÜ0-9])|\n[ \t]*\n\s*")
_LAST_WORD = re.compile(r"([\w-]+)\.?$")
_ABBREVIATIONS = words(
    "prof dr med phil jur rer nat pol oec h c ing dipl mag hon min st sankt nr tel fax str ca bzw z b u a d i e v ev o "
    "usw etc vgl evtl ggf inkl exkl max min mio mrd abs art hrsg geb gest mr mrs ms rev sen jr no vol approx dept inc "
    "ltd co corp jan feb febr mär mrz apr jun jul aug sep sept okt oct nov dez dec mo di mi do fr sa so hl bspw sog "
    "stv komm stellv ass ref gez lic ra kfm betr zzgl mind lt"
)


_PAST = re.compile(
    r"\b(?:war|waren|wurden?|hatten?|fand|fanden|kam|kamen|ging|gingen|gab|feierten?|eröffneten?|besuchten|nahmen|nahm|"
    r"startete|begann|begannen|endete|stellten?|trafen|sprach|sprachen|gewann|gewannen|zeigte|unterzeichneten?|"
    r"beschloss|stimmten?|beschlossen|wählten?|verabschiedeten?|meldete|teilte|gemeldet|berichtet|"
    r"stattgefunden|gewesen|diskutierten|tauschten|erhielt|erhielten|konnten?|übergab|überreichte|"
    r"was|were|had|took|(?<!is )(?<!are )(?<!be )(?:opened|visited|signed|presented)|approved|announced|"
    r"decided|voted|elected|attended|welcomed|drew|came|went|"
    r"won|began|gave)\b"
)
_COMING = re.compile(r"\b(?:wird|werden|sollen?|lädt|laden|können|will|shall|invites?|can|bis|until)\b")


#: Nobody writes longer sentences; what is longer is a list, and is cut where a word ends.
_LONGEST = 700


def _bounded(text: str, starts: Sequence[int]) -> Iterator[int]:
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start
        at = start
        while end - at > _LONGEST:
            space = text.rfind(" ", at + 1, at + _LONGEST)
            at = space + 1 if space > at else at + _LONGEST
            yield at


class Sentences:
    """The sentences of a text, found once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for found in _END.finditer(text):
            if found[0].lstrip().startswith("\n") or not found[0].startswith((".", "…")) or self._ends(found.start()):
                self._starts.append(found.end())
        self._starts = list(_bounded(text, self._starts))

    def _ends(self, dot: int) -> bool:
        """Whether a full stop here ends a sentence."""
        before = _LAST_WORD.search(self.text, max(0, dot - 40), dot)
        if before is None:
            return True
        word = before[1].lower()
        if word.isdigit():
            return len(word) > 2
        return word not in _ABBREVIATIONS and len(word) > 1

    def number(self, position: int) -> int:
        """Which sentence a place belongs to."""
        return bisect_right(self._starts, position) - 1

    def span(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence around a place."""
        number = self.number(position)
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return self._starts[number], end

    def tells_past(self, position: int) -> bool:
        """Whether the sentence around a place tells what has happened."""
        start, end = self.span(position)
        window = self.text[max(start, position - 400) : min(end, position + 400)]
        return _PAST.search(window) is not None and _COMING.search(window) is None

    def around(self, position: int) -> str:
        """The sentence around a place."""
        start, end = self.span(position)
        return self.text[start:end].strip()

    def all(self) -> list[tuple[int, int]]:
        """Every sentence, as start and end."""
        ends = [*self._starts[1:], len(self.text)]
        return [(start, end) for start, end in zip(self._starts, ends, strict=True) if self.text[start:end].strip()]
