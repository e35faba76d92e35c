"""A text from outside, whatever file it came in: its blocks in order, its pictures, links and enclosures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from announcer.model.facts import Link


class Kind(StrEnum):
    """What a block is, as far as its source says so."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"  #: Of a list.
    ROW = "row"  #: Of a table, its cells parted by tabs.
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, an item of a list; `text` is plain, `markdown` the same with its links and emphasis."""

    text: str
    line: int  #: Where it stands: the line in the text, counted from 1.
    kind: Kind = Kind.TEXT
    level: int = 0  #: Of a heading.
    lines: tuple[str, ...] = ()  #: If its lines are lines of their own and not one wrapped paragraph.
    markdown: str = ""
    hint: str = ""  #: What the source calls it: `kicker`, `lead`, `address`.

    @property
    def shown(self) -> str:
        """As it stands in the body."""
        return self.markdown or self.text


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with what is said of it; `src` is a file's name or an address, empty if only the caption came."""

    src: str = ""
    caption: str = ""
    alt: str = ""
    credit: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came along or is linked; `url` is empty where it is only named."""

    label: str
    url: str = ""
    data: bytes = b""
    line: int = 0
    enclosed: bool = False  #: Named as an enclosure, not as a link.


@dataclass(frozen=True, slots=True)
class Removed:
    """A line that was taken out as junk, so that it can be put back."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader made of a file."""

    blocks: tuple[Block, ...]
    page_title: str = ""
    kicker: str = ""
    sender: str = ""  #: Who sent the mail.
    sent: str = ""  #: Its date, ISO.
    address: str = ""  #: The sender's mail address.
    sender_name: str = ""  #: The sender's name, if it is a person's.
    publisher: str = ""  #: Whose page it is, as its head says.
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    removed: tuple[Removed, ...] = ()
    language: str = ""
    facts: str = ""  #: What stands beside the text, a line each.
    times: tuple[tuple[str, str], ...] = field(default=())  #: <time datetime>: text and value.

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n\n".join("\n".join(block.lines) if block.lines else block.text for block in self.blocks)


def renumbered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same blocks on the lines they have in the document's own text."""
    line, result = 1, []
    for block in blocks:
        result.append(replace(block, line=line))
        line += max(1, len(block.lines)) + 1
    return tuple(result)
