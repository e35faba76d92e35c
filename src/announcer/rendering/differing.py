"""Two states of a text beside each other, word by word, and the plain text of HTML to compare it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of words in a comparison."""

    text: str
    changed: bool


def compare(before: str, after: str) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Both texts cut into runs of words that stayed and that changed.

    Joined again, each side gives its text back exactly.
    """
    old, new = _words(before), _words(after)
    left: list[Stretch] = []
    right: list[Stretch] = []
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed = operation != "equal"
        left += [Stretch("".join(old[a:b]), changed)] if b > a else []
        right += [Stretch("".join(new[c:d]), changed)] if d > c else []
    return _tidy(left), _tidy(right)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|https?://\S+|\w+(?:[-'’]\w+)*|.", text)


def _tidy(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Changes as phrases, and no white space marked at their ends."""
    tidy: list[Stretch] = []
    for stretch in _joined(stretches):
        text = stretch.text
        core = text.strip() if stretch.changed else text
        start = text.find(core)
        cut = (Stretch(text[:start], False), Stretch(core, stretch.changed), Stretch(text[start + len(core) :], False))
        tidy += [part for part in cut if part.text]
    return tuple(tidy)


def _joined(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Changes with only white space between them become one, so that a reader sees phrases, not confetti."""
    joined: list[Stretch] = []
    for stretch in stretches:
        if len(joined) >= 2 and stretch.changed and joined[-2].changed and not joined[-1].text.strip():
            gap, first = joined.pop(), joined.pop()
            joined.append(Stretch(first.text + gap.text + stretch.text, True))
        elif joined and joined[-1].changed == stretch.changed:
            joined[-1] = Stretch(joined[-1].text + stretch.text, stretch.changed)
        else:
            joined.append(stretch)
    return tuple(joined)


class _Text(HTMLParser):
    """Collects what a browser would show of some HTML, a line per block."""

    _SILENT = frozenset({"script", "style", "head", "title", "template"})
    _BLOCKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "dt"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def plain(html: str) -> str:
    """The visible text of some HTML, one line per paragraph."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.parts)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())
