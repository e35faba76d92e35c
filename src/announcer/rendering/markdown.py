"""Markdown (CommonMark, no HTML) as HTML, as readable text and as one plain line: all from the same tokens."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from announcer.rendering import clean

#: The longest line of a text part, apart from addresses (RFC 5322 §2.1.1 asks for 78).
WIDTH = 74

_parser = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Document:
    """Parsed Markdown; its links are absolute or gone, its headings start at the second level."""

    tokens: tuple[Token, ...]

    def html(self) -> str:
        """As HTML; whatever looked like HTML in the source is shown, not obeyed."""
        return str(_parser.renderer.render(self.tokens, _parser.options, {}))

    def text(self, width: int = WIDTH) -> str:
        """As text, wrapped at `width`; links are spelled out as `label <address>` (RFC 3986, appendix C)."""
        return clean.tidy("\n".join(_text(_blocks(self.tokens), width)))

    def plain(self) -> str:
        """As one line without links and emphasis."""
        inline = (token for token in self.tokens if token.type == "inline")
        return " ".join(" ".join(_spoken(token, links=False) for token in inline).split())


def parse(source: str, base: str = "") -> Document:
    """Parse `source`; relative links are taken as relative to `base`, others than web and mail are dropped."""
    tokens = _parser.parse(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{max(2, int(token.tag[1]))}"
        elif token.type == "inline":
            token.children = _absolute(_pictures(token.children or []), base)
    return Document(tuple(tokens))


def parse_line(source: str, base: str = "") -> Document:
    """Parse one line: no lists, headings or other blocks."""
    tokens = _parser.parseInline(source)
    for token in tokens:
        token.children = _absolute(_pictures(token.children or []), base)
    return Document(tuple(tokens))


def _pictures(tokens: Iterable[Token]) -> Iterable[Token]:
    # A picture from elsewhere would tell its host who reads; a link with the same words does not.
    inside = 0
    for token in tokens:
        inside += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type != "image":
            yield token
            continue
        source = str(token.attrs.get("src", ""))
        words = Token("text", "", 0, content=token.content or source)
        if inside:
            yield words
            continue
        yield Token("link_open", "a", 1, attrs={"href": source})
        yield words
        yield Token("link_close", "a", -1)


def _absolute(tokens: Iterable[Token], base: str) -> list[Token]:
    kept: list[Token] = []
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            href = _target(str(token.attrs.get("href", "")), base)
            open_links.append(bool(href))
            token.attrs = {"href": href}
        if token.type == "link_open" and not open_links[-1]:
            continue
        if token.type == "link_close" and not open_links.pop():
            continue
        kept.append(token)
    return kept


def _target(href: str, base: str) -> str:
    if slot := clean.slot_address(href):
        return slot
    return href if href.startswith("mailto:") else clean.address(href, base)


def _spoken(token: Token, links: bool) -> str:
    """The words of an inline token; a link's address follows its label unless it is the label."""
    parts: list[str] = []
    opened: list[tuple[str, int]] = []
    for child in token.children or []:
        if child.type == "link_open":
            opened.append((str(child.attrs.get("href", "")), len(parts)))
        elif child.type == "link_close" and opened:
            href, start = opened.pop()
            label = "".join(parts[start:])
            if links and href.removeprefix("mailto:") != label:
                parts.append(f" <{href.removeprefix('mailto:')}>")
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" " if child.type == "softbreak" else "\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def _blocks(tokens: Sequence[Token]) -> Iterable[tuple[str, str, list[str]]]:
    """Each block as (kind, words, prefixes): one prefix per list item or quotation around it."""
    around: list[str] = []
    numbers: list[int] = []
    kind = "paragraph"
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(-1)
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                if not numbers:
                    yield "paragraph", "", []
            case "list_item_open":
                around.append("- " if numbers[-1] < 0 else f"{numbers[-1]}. ")
                numbers[-1] += 1 if numbers[-1] >= 0 else 0
            case "blockquote_open":
                around.append("> ")
            case "list_item_close" | "blockquote_close":
                around.pop()
            case "heading_open" | "paragraph_open":
                kind = "heading" if token.type == "heading_open" else "tight" if token.hidden else "paragraph"
            case "inline":
                yield kind, _spoken(token, links=True), list(around)
                around[:] = [prefix if prefix == "> " else " " * len(prefix) for prefix in around]
            case "fence" | "code_block":
                yield "verbatim", token.content.rstrip("\n"), list(around)
            case "hr":
                yield "verbatim", "-" * 20, list(around)


def _text(blocks: Iterable[tuple[str, str, list[str]]], width: int) -> Iterable[str]:
    for kind, words, around in blocks:
        first = "".join(around)
        rest = "".join(prefix if prefix == "> " else " " * len(prefix) for prefix in around)
        if kind == "heading":
            yield ""
        for number, row in enumerate(words.split("\n")):
            start = first if number == 0 else rest
            yield from [start + row] if kind == "verbatim" else wrapped(row, start, rest, width)
        if kind != "tight":
            yield ""


def wrapped(words: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """`words` in lines of `width`; what has no space in it, like an address, is never broken."""
    return textwrap.wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
