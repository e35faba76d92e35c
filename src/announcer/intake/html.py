"""A web page, or what Word made of itself, as blocks. What is navigation and what is text is told by where it stands.

Pictures keep their captions, credits and alternative texts, which readers for
running text drop. Nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from announcer.errors import IntakeError
from announcer.intake.around import split_credit
from announcer.intake.document import Block, Document, Enclosure, Kind, Picture, renumbered
from announcer.intake.junk import Sieve
from announcer.intake.page import (
    BLOCKS,
    HEADINGS,
    flat,
    holds_text,
    is_around,
    language_of,
    main_of,
    only_links,
    parse,
    published,
    publisher_of,
    remove,
    strip,
    title_of,
    visible,
)
from announcer.intake.plain import clean
from announcer.model.facts import Link

_KICKER = re.compile(r"kicker|dachzeile|topline|overline|eyebrow|roofline|spitzmarke", re.IGNORECASE)
_DECK = re.compile(r"subline|subtitle|unterzeile|untertitel|deck|standfirst|sub-?head(?:line)?$", re.IGNORECASE)
_LEAD = re.compile(r"lead|teasertext|intro|vorspann|anreisser", re.IGNORECASE)
_CREDIT_CLASS = re.compile(r"credit|copyright|author|photographer|quelle|urheber|source|rights", re.IGNORECASE)
_CAPTION_CLASS = re.compile(r"caption|bildunterschrift|bildtext|legend", re.IGNORECASE)
_FILE_URL = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|pptx?|odt|ods|epub|rtf|ics)(?:[?#].*)?$", re.IGNORECASE)
_DEEPEST = 200


@dataclass(slots=True)
class _Page:
    sieve: Sieve
    base: str
    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)


def read_html(markup: str, name: str, base: str = "", keep: frozenset[str] = frozenset()) -> Document:
    """A page as a document; `base` makes its links whole. Raises `IntakeError` if there is no text in it."""
    root = parse(markup, name)
    publisher = publisher_of(root)
    page = _Page(Sieve(keep), base)
    strip(root)
    main = main_of(root)
    _note_outside(root, main, page)
    heading = root.find(".//h1") if main.find(".//h1") is None and main.tag != "h1" else None
    if heading is not None:
        page.blocks.append(Block(flat(heading), 1, Kind.HEADING, 1))
    _walk(main, page, 0)
    blocks = renumbered([b for b in page.blocks if b.text.strip() and not page.sieve.take(b.text, b.line)])
    if not blocks:
        raise IntakeError(f"{name}: there is no text in this page; copy the text itself into a .txt file")
    return Document(
        blocks,
        page_title=title_of(root),
        links=tuple(page.links),
        pictures=tuple(page.pictures),
        enclosures=tuple(page.enclosures),
        removed=page.sieve.removed,
        language=language_of(root),
        times=tuple(page.times),
        sent=published(root),
        publisher=publisher,
    )


def _note_outside(root: Any, main: Any, page: _Page) -> None:
    """What stands around the text is listed as taken out."""
    inside = set(main.iter())
    above = set(main.iterancestors())
    body = root.find(".//body")
    for element in (body if body is not None else root).iter():
        if element in inside or element in above or not isinstance(element.tag, str) or element.tag == "h1":
            continue
        if element.tag in BLOCKS | {"a", "span", "label"} and not any(
            child.tag in BLOCKS or child.tag == "a" for child in element
        ):
            text = flat(element)
            if text and len(text) < 400 and not page.sieve.keeps(text):
                page.sieve.remove(text, 0)


def _walk(element: Any, page: _Page, depth: int) -> None:
    """Blocks in their order."""
    if depth > _DEEPEST:
        return
    loose: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            loose.append(child.tail or "")
            continue
        if (
            child.tag in BLOCKS
            or child.find(".//p") is not None
            or child.tag == "img"
            or child.find(".//img") is not None
        ):
            _flush(loose, page)
            _block(child, page, depth + 1)
        elif child.tag == "br":
            loose.append("\n")
        else:
            loose.append(_inline(child, page))
        loose.append(child.tail or "")
    _flush(loose, page)


def _flush(loose: list[str], page: _Page) -> None:
    _text("".join(loose), page)
    loose.clear()


def _text(shown: str, page: _Page, hint: str = "", kind: Kind = Kind.TEXT, level: int = 0) -> None:
    lines = [" ".join(line.split()) for line in clean(shown).split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        return
    plain = [_plain(line) for line in lines]
    markdown = "\n".join(lines) if lines != plain else ""
    page.blocks.append(
        Block(
            " ".join(plain), len(page.blocks) + 1, kind, level, tuple(plain) if len(plain) > 1 else (), markdown, hint
        )
    )


def _plain(line: str) -> str:
    return re.sub(r"\[([^\]\n]{1,500})\]\([^)\s]{1,2000}\)", r"\1", line).replace("**", "")


def _block(element: Any, page: _Page, depth: int) -> None:
    tag = element.tag
    if is_around(element) and not holds_text(element):
        for line in visible(element):
            if not page.sieve.keeps(line):
                page.sieve.remove(line, len(page.blocks) + 1)
        return
    if tag in HEADINGS:
        _heading(element, page, HEADINGS[tag])
    elif tag == "figure":
        _figure(element, page)
    elif tag == "img":
        _image(element, page, "", "")
    elif tag == "tr":
        cells = [flat(cell) for cell in element if cell.tag in {"td", "th"}]
        if element.find(".//table") is not None or (len(cells) <= 1 and element.find(".//p") is not None):
            _walk(element, page, depth)  # a table for the layout
        elif any(cells):
            for cell in element:
                _collect(cell, page)
            page.blocks.append(
                Block(
                    "\t".join(cells) if len(cells) > 1 else cells[0],
                    len(page.blocks) + 1,
                    Kind.ROW if len(cells) > 1 else Kind.TEXT,
                )
            )
    elif tag in {"td", "th"} and only_links(element):
        for line in visible(element):
            page.sieve.remove(line, len(page.blocks) + 1)
    elif tag in {"td", "th"}:
        _walk(element, page, depth)
    elif (
        tag == "li"
        and element.find(".//p") is None
        and element.find(".//ul") is None
        and element.find(".//img") is None
    ):
        _text(_inline(element, page), page, kind=Kind.ITEM)
    elif tag == "dl":
        _pairs(element, page)
    elif tag in {"p", "address", "blockquote", "pre", "dt", "dd", "figcaption", "summary"} and not any(
        c.tag in BLOCKS for c in element.iter() if c is not element
    ):
        _paragraph(element, page)
    elif _CAPTION_CLASS.search(element.get("class") or "") and page.pictures and len(flat(element)) < 400:
        _late_caption(element, page)
    else:
        _walk(element, page, depth)


def _heading(element: Any, page: _Page, level: int) -> None:
    for child in list(element):
        if isinstance(child.tag, str) and _KICKER.search(child.get("class") or ""):
            _text(flat(child), page, "kicker")
            remove(child)
    _collect(element, page)
    _text(
        flat(element),
        page,
        kind=Kind.HEADING,
        level=level,
        hint="deck" if _DECK.search(element.get("class") or "") else "",
    )


def _paragraph(element: Any, page: _Page) -> None:
    names = element.get("class") or ""
    for picture in element.iter("img"):
        _image(picture, page, "", "")
    if _CAPTION_CLASS.search(names) and page.pictures:
        _late_caption(element, page)
        return
    hint = (
        "kicker" if _KICKER.search(names) else "deck" if _DECK.search(names) else "lead" if _LEAD.search(names) else ""
    )
    strong = [child for child in element if isinstance(child.tag, str) and child.tag in {"strong", "b"}]
    if (
        len(strong) == 1
        and flat(strong[0]) == flat(element)
        and not hint
        and len(flat(element)) <= 120
        and not flat(element).endswith((".", ":"))
    ):
        _text(flat(element), page, kind=Kind.HEADING, level=3)
        return
    _text(_inline(element, page), page, hint)


def _pairs(element: Any, page: _Page) -> None:
    """A list of facts: "Ort: Rathaus"."""
    lines, head = [], ""
    for child in element.iter("dt", "dd"):
        if child.tag == "dt":
            head = flat(child).rstrip(":")
        else:
            lines.append(f"{head}: {_inline(child, page)}" if head else _inline(child, page))
    _text("\n".join(" ".join(line.split()) for line in lines), page)


def _figure(element: Any, page: _Page) -> None:
    caption_element = element.find(".//figcaption")
    credit = ""
    for part in element.iter():
        if (
            isinstance(part.tag, str)
            and part is not element
            and (_CREDIT_CLASS.search(part.get("class") or "") or part.tag in {"small", "cite"})
        ):
            credit = credit or flat(part)
            if caption_element is not None and part in set(caption_element.iter()):
                remove(part)
    caption = flat(caption_element) if caption_element is not None else ""
    images = list(element.iter("img"))
    for image in images:
        _image(image, page, caption, credit)
    if not images:
        _walk(element, page, 0)


def _image(image: Any, page: _Page, caption: str, credit: str) -> None:
    src = image.get("src") or image.get("data-src") or ""
    if _is_ornament(image, src):
        return
    text, found = split_credit(caption)
    credit = re.sub(
        r"^(?:foto|bild|photo|image|quelle|credit|source|©|\(c\))\s*(?:by)?\s*[:©]?\s*",
        "",
        credit or found,
        flags=re.IGNORECASE,
    ).strip(" ()")
    title = image.get("title") or ""
    if not credit and re.match(r"(?:foto|©|photo|bild)\s*[:©]?", title, re.IGNORECASE):
        credit = re.sub(r"^(?:foto|photo|bild)?\s*[:©]*\s*", "", title, flags=re.IGNORECASE)
    page.pictures.append(
        Picture(_whole(src, page.base), text, (image.get("alt") or "").strip(), credit, len(page.blocks) + 1)
    )


def _is_ornament(image: Any, src: str) -> bool:
    names = f"{src} {image.get('class') or ''} {image.get('id') or ''}".lower()
    tiny = any(
        (image.get(side) or "").strip().removesuffix("px") in {"0", "1", "2", "16", "24", "32"}
        for side in ("width", "height")
    )
    return (
        tiny
        or not src
        or re.search(r"logo|icon|pixel|spacer|tracking|sprite|button|facebook|twitter|avatar", names) is not None
    )


def _late_caption(element: Any, page: _Page) -> None:
    """A caption that stands below its picture, without a figure around both."""
    text, credit = split_credit(flat(element))
    last = page.pictures[-1]
    if not last.caption:
        page.pictures[-1] = Picture(last.src, text, last.alt, last.credit or credit, last.line)


def _inline(element: Any, page: _Page) -> str:
    """The text of an element with its links as Markdown; links and times are noted."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            parts.append(child.tail or "")
            continue
        if child.tag == "br":
            parts.append("\n")
        elif child.tag == "a":
            parts.append(_anchor(child, page))
        elif child.tag in {"strong", "b"} and flat(child) and not child.find(".//a") is not None:
            parts.append(f"**{flat(child)}**")
        elif child.tag != "img":
            if child.tag == "time" and child.get("datetime"):
                page.times.append((flat(child), child.get("datetime")))
            parts.append(_inline(child, page))
        parts.append(child.tail or "")
    if element.tag == "a":
        return _anchor(element, page)
    return "".join(parts)


def _anchor(anchor: Any, page: _Page) -> str:
    label, url = flat(anchor), anchor.get("href") or ""
    if not label:
        return ""
    if url.startswith(("mailto:", "tel:", "#", "javascript:")) or not url:
        return label
    whole = _whole(url, page.base)
    if _FILE_URL.search(url):
        page.enclosures.append(
            Enclosure(
                re.sub(r"\s*[\[(](?:pdf|docx?)[^\])]*[\])]$", "", label, flags=re.IGNORECASE),
                whole,
                line=len(page.blocks) + 1,
            )
        )
    else:
        page.links.append(Link(label, whole))
    return f"[{label}]({whole})" if " " not in whole and ")" not in whole else label


def _collect(element: Any, page: _Page) -> None:
    """Note the links inside of something whose text is taken as a whole."""
    for anchor in element.iter("a"):
        _anchor(anchor, page)


def _whole(url: str, base: str) -> str:
    from urllib.parse import urljoin

    try:
        return urljoin(base, url) if base else url
    except ValueError:
        return url
