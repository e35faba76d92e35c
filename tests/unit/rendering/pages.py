"""What an HTML part holds, read by the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"meta", "br", "hr", "img", "link", "input"}
_INLINE = {"a", "span", "strong", "em"}


@dataclass
class Element:
    """One element, with the tags it stands in."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """An HTML page as a flat list of elements and the words a reader sees."""

    source: str
    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, tuple(each.tag for each in self._open))
        self.elements.append(element)
        if tag not in _EMPTY:
            self._open.append(element)
        if tag not in _INLINE:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"{closed.tag} is closed by {tag}"
        if tag not in _INLINE:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        hidden = any(
            each.tag in {"head", "thead"} or "preheader" in each.attributes.get("class", "") for each in self._open
        )
        if not hidden:
            self.words.append(data)

    @property
    def seen(self) -> str:
        """The visible words in one line, without column headings, which a text part shows as columns alone."""
        return " ".join("".join(self.words).split())

    def all(self, *tags: str) -> list[Element]:
        """The elements of these tags, in their order."""
        return [element for element in self.elements if element.tag in tags]
