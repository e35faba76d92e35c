"""Plain text and Markdown as blocks: paragraphs, also hard-wrapped ones, headings, lists, tables, links, pictures."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

from announcer.intake.around import split_credit
from announcer.intake.dates import find_dates
from announcer.intake.document import Block, Document, Kind, Picture
from announcer.intake.junk import Sieve
from announcer.model.facts import Link

_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_ITEM = re.compile(r"(?:[-*•–—▪►·]|\d{1,2}[.)])\s+(?=\S)")
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\(([^)\s]{1,2000})(?:\s+\"([^\"\n]{0,500})\")?\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,500})\]\(([^)\s]{1,2000})(?:\s+\"[^\"\n]{0,500}\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_UNDERLINE = re.compile(r"(?:=|-|_|\*){3,}")
_TABLE_RULE = re.compile(r"\|?[\s:|-]+\|[\s:|-]*")
#: A line that was wrapped by a mail program or an editor has about this length.
_WRAPPED = (48, 110)
_ENDS = (".", "!", "?", ":", "…", "“", "”", '"')


def clean(text: str) -> str:
    """Line ends made one, control characters and invisible signs gone, no-break spaces plain."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ").replace("\u00ad", "")
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Cf"})


def read_plain(text: str, keep: frozenset[str] = frozenset()) -> Document:
    """Text as blocks, its junk taken out; lines in `keep` are no junk."""
    sieve = Sieve(keep)
    lines = [line.strip() if "\t" not in line else line.strip(" ") for line in text.split("\n")]
    kept = sieve.strain(lines)
    blocks: list[Block] = []
    links: list[Link] = []
    pictures: list[Picture] = []
    group: list[tuple[int, str]] = []
    for number, line in [*enumerate(kept, 1), (len(kept) + 1, "")]:
        if line.strip():
            group.append((number, line))
        elif group:
            blocks += _blocks(group, links, pictures)
            group = []
    return Document(tuple(blocks), links=tuple(links), pictures=tuple(pictures), removed=sieve.removed)


def _blocks(group: list[tuple[int, str]], links: list[Link], pictures: list[Picture]) -> list[Block]:
    """What stands between two empty lines."""
    result: list[Block] = []
    pending: list[tuple[int, str]] = []

    def flush() -> None:
        if pending:
            result.extend(_paragraphs(list(pending)))
            pending.clear()

    for at, (number, line) in enumerate(group):
        line = _inline(line, number, links, pictures)
        if not line.strip():
            continue
        heading = _HEADING.fullmatch(line)
        if heading and heading[2].strip("# "):
            flush()
            result.append(Block(_plain(heading[2].rstrip("# ")), number, Kind.HEADING, len(heading[1])))
        elif _UNDERLINE.fullmatch(line) and pending and len(pending) == 1:
            result.append(Block(_plain(pending.pop()[1]), number - 1, Kind.HEADING, 1 if line[0] == "=" else 2))
        elif _UNDERLINE.fullmatch(line) or (_TABLE_RULE.fullmatch(line) and "-" in line):
            flush()
        elif line.startswith("|") and line.count("|") > 1:
            flush()
            cells = [_plain(cell.strip()) for cell in line.strip("|").split("|")]
            result.append(Block("\t".join(cells), number, Kind.ROW))
        elif "\t" in line.strip():
            flush()
            result.append(Block("\t".join(cell.strip() for cell in line.split("\t")), number, Kind.ROW))
        elif _ITEM.match(line) and (line[0] in "-*•▪►·–—" or _is_numbered(group, at, line)):
            flush()
            result.append(Block(_plain(_ITEM.sub("", line, count=1)), number, Kind.ITEM, markdown=line))
        elif result and not pending and result[-1].kind is Kind.ITEM and at and not _starts_anew(line):
            joined = f"{result[-1].text} {_plain(line)}"
            result[-1] = replace(result[-1], text=joined, markdown=f"{result[-1].markdown} {line}")
        else:
            pending.append((number, line))
    flush()
    return result


def _is_numbered(group: list[tuple[int, str]], at: int, line: str) -> bool:
    """ "1. Anmelden" beside another such line; "22. Juni 2027" is a date."""
    if find_dates(line[:40]):
        return False
    before = at > 0 and _ITEM.match(group[at - 1][1]) is not None
    return before or _next_is_item(group, at)


def _next_is_item(group: list[tuple[int, str]], at: int) -> bool:
    return at + 1 < len(group) and _ITEM.match(group[at + 1][1]) is not None


def _starts_anew(line: str) -> bool:
    return line[:1].isupper() and not line[:1].islower()


def _inline(line: str, number: int, links: list[Link], pictures: list[Picture]) -> str:
    """Take note of Markdown's pictures and links."""
    for alt, src, title in _IMAGE.findall(line):
        caption, credit = split_credit(title)
        pictures.append(Picture(src=src, alt=alt, caption=caption, credit=credit, line=number))
    line = _IMAGE.sub("", line) if "![" in line else line
    for label, url in _LINK.findall(line):
        if not url.startswith("mailto:"):
            links.append(Link(_plain(label), url))
    return line


def _plain(text: str) -> str:
    """Without Markdown's signs."""
    if "[" in text:
        text = _LINK.sub(lambda found: found[1], text)
    return _EMPHASIS.sub(lambda found: found[2], text) if ("**" in text or "__" in text) else text


def _paragraphs(lines: list[tuple[int, str]]) -> list[Block]:
    """One wrapped paragraph, several one-line paragraphs, or lines that stand for themselves."""
    if len(lines) == 1:
        return [_one(lines)]
    width = max(len(line) for _, line in lines)
    if width > _WRAPPED[1]:  # every line is a paragraph; short ones between them are headings or lists
        return [_one([line]) for line in lines]
    parts: list[list[tuple[int, str]]] = [[lines[0]]]
    listed = sum(_STARTS_ITEM.match(line) is not None for _, line in lines) >= 2
    for before, line in pairwise(lines):
        anew = _CONTACT_LINE.match(line[1]) or (listed and _STARTS_ITEM.match(line[1]))
        if _goes_on(before[1], line[1], width) and not anew:
            parts[-1].append(line)
        else:
            parts.append([line])
    if all(len(part) == 1 for part in parts):
        return [_lines(lines)]
    result: list[Block] = []
    alone: list[tuple[int, str]] = []
    for part in parts:
        if len(part) == 1:
            alone += part
            continue
        result += [_lines(alone)] if alone else []
        alone = []
        result.append(_one(part))
    return [*result, *([_lines(alone)] if alone else [])]


#: A line of a programme begins with its time.
_TIMED = re.compile(
    r"\s*(?:ab |um |from |at )?\d{1,2}(?:[.:]\d\d)?\s*(?:(?:[–-]|bis|to)\s*\d{1,2}(?:[.:]\d\d)?\s*)?(?:Uhr|h|"
    r"[ap]\.?m\.?)\b",
    re.IGNORECASE,
)


_CONTACT_LINE = re.compile(
    r"\s*(?:presse|press|media|medien|kontakt|contact|rückfragen|telefon|tel\.?|phone|e-?mail|quelle|"
    r"source)\w*(?: \w+)?:\s",
    re.IGNORECASE,
)
_STARTS_ITEM = re.compile(rf"(?:{_TIMED.pattern})|\s*[A-H][.):]?\s+[„“\"»]|\s*[A-ZÄÖÜ][\w-]{{2,24}}:\s")


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a line was broken for its length: the first word of the next would not have fitted."""
    if len(line) < _WRAPPED[0]:
        return False
    word = following.split(maxsplit=1)[0] if following.strip() else ""
    full = len(line) + len(word) + 1 >= width - 6
    return full and not (line.endswith(_ENDS) and len(line) < width - 14)


def _one(lines: list[tuple[int, str]]) -> Block:
    shown = " ".join(line for _, line in lines)
    text = _plain(shown)
    return Block(text, lines[0][0], markdown=shown if shown != text else "")


def _lines(lines: list[tuple[int, str]]) -> Block:
    if len(lines) == 1:
        return _one(lines)
    shown = "\n".join(line for _, line in lines)
    each = tuple(_plain(line) for _, line in lines)
    return Block(" ".join(each), lines[0][0], lines=each, markdown=shown)
