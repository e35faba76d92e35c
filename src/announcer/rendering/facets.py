"""Where links, hashtags and mentions stand in a post: recorded while its text is put together.

The link and the hashtags are pieces of their own. Links, hashtags and mentions
inside the words are found in the words alone, before anything stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from announcer.rendering.fitting import Parts, entities, laid_out

Mark = Literal["link", "tag", "mention"]


@dataclass(frozen=True, slots=True)
class Range:
    """A marked piece of a text, by characters; `value` is the address, the tag without "#", or the name without "@"."""

    start: int
    end: int
    mark: Mark
    value: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A post's text and what is marked in it, in order and without overlap."""

    text: str
    ranges: tuple[Range, ...] = ()


def marked(parts: Parts, address: str = "") -> Marked:
    """The text of fitted parts, with its ranges. `address` is where the link leads, if it is shown shortened."""
    text, ranges = "", []
    for piece, part in laid_out(parts):
        begin = len(text)
        match part:
            case "link":
                ranges.append(Range(begin, begin + len(piece), "link", address or piece))
            case "tag":
                ranges.append(Range(begin, begin + len(piece), "tag", piece[1:]))
            case "words":
                ranges += _in_words(piece, begin)
        text += piece
    return Marked(text, tuple(ranges))


def _in_words(words: str, begin: int) -> Iterator[Range]:
    for found in entities(words):
        start, end = begin + found.start(), begin + found.end()
        if found["url"]:
            yield Range(start, end, "link", found["url"])
        elif found["tag"]:
            yield Range(start, end, "tag", found["tag"][1:])
        elif not found["at"]:  # @user@host is a name on another kind of network
            yield Range(start, end, "mention", found["user"][1:])


def bytes_of(text: str, found: Range) -> tuple[int, int]:
    """A range counted in bytes of UTF-8, its end exclusive."""
    start = len(text[: found.start].encode())
    return start, start + len(text[found.start : found.end].encode())
