"""Text as numbers, words and signs, each with its place. One linear pass."""

from __future__ import annotations

import re

NUMBER, WORD, SIGN, CHAIN = 1, 2, 3, 4

#: Chains of four and more numbers (addresses of machines, versions, dialled numbers) are one thing, and no date.
_TOKEN = re.compile(r"(\d+)|([^\W\d_]+)|(\S)")
_CHAIN = re.compile(r"(?<!\d)\d{1,9}(?:\.\d{1,9}){3,}|(?:https?://|www\.)\S+")

#: No rule looks further ahead or back than so many tokens; what lies outside of the text is empty and far away.
_PADDING, _FAR = 64, 1000


class Tokens:
    """The tokens of a text; every question about a place outside of it is answered with "nothing"."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds: list[int] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        chains = {found.start(): found.end() for found in _CHAIN.finditer(text)}
        position = 0
        for start, end in sorted(chains.items()):
            self._read(text, position, start)
            self._add(CHAIN, text[start:end], start, end)
            position = end
        self._read(text, position, len(text))
        self._count = len(self.kinds)
        beyond = len(text) + _FAR
        for _ in range(_PADDING):  # read from both ends: index -1 falls here too
            self._add(0, "", beyond, beyond)

    def _read(self, text: str, start: int, end: int) -> None:
        kinds, words, starts, ends = self.kinds, self.words, self.starts, self.ends
        for found in _TOKEN.finditer(text, start, end):
            kind = found.lastindex or SIGN
            kinds.append(kind)
            words.append(found[0].lower() if kind == WORD else found[0])
            starts.append(found.start())
            ends.append(found.end())

    def _add(self, kind: int, word: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.words.append(word)
        self.starts.append(start)
        self.ends.append(end)

    def __len__(self) -> int:
        return self._count

    def word(self, index: int) -> str:
        """The token in small letters; empty outside of the text."""
        return self.words[index]

    def as_written(self, index: int) -> str:
        """The token with its capitals."""
        return self.text[self.starts[index] : self.ends[index]]

    def number(self, index: int, digits: int = 2) -> int | None:
        """A number of at most so many digits, else None."""
        word = self.words[index]
        return int(word) if self.kinds[index] == NUMBER and len(word) <= digits else None

    def kind(self, index: int) -> int:
        """NUMBER, WORD, SIGN or CHAIN; 0 outside of the text."""
        return self.kinds[index]

    def joined(self, index: int) -> bool:
        """Whether the token follows the one before without a blank."""
        return self.starts[index] == self.ends[index - 1]

    def near(self, index: int) -> bool:
        """Whether the token stands in the same paragraph as the one before, at most a line break away."""
        before, start = self.ends[index - 1], self.starts[index]
        gap = start - before
        return 0 <= gap <= 1 or (1 < gap <= 40 and self.text.count("\n", before, start) <= 1)

    def line_start(self, index: int) -> bool:
        """Whether the token is the first of its line."""
        if index <= 0:
            return True
        return "\n" in self.text[self.ends[index - 1] : self.starts[index]]
