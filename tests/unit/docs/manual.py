"""The pages of docs/ as tests read them: headings, tables, code, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs"

_HEADING = re.compile(r"#{1,6} (.+)")
_FENCE = re.compile(r"^```(.*)$")
_CELL = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block; `info` stands behind the fence, `then` is the error that follows it, if one does."""

    info: str
    text: str
    line: int
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    name: str
    text: str

    def _lines(self) -> Iterator[str]:
        """The lines that are no code."""
        inside = False
        for line in self.text.split("\n"):
            if _FENCE.match(line):
                inside = not inside
            elif not inside:
                yield line

    def headings(self) -> list[str]:
        """All headings, without their signs."""
        return [found[1] for line in self._lines() if (found := _HEADING.fullmatch(line))]

    def rows(self, heading: str) -> list[list[str]]:
        """The cells of the first table under a heading, without its head."""
        lines = list(self._lines())
        start = next(n for n, line in enumerate(lines) if (h := _HEADING.fullmatch(line)) and h[1] == heading)
        found: list[list[str]] = []
        for line in lines[start + 1 :]:
            if line.startswith("|"):
                found.append([cell.strip() for cell in _CELL.split(line)[1:-1]])
            elif found or _HEADING.fullmatch(line):
                break
        return found[2:]

    def keys(self, heading: str) -> list[str]:
        """What the first column of that table names."""
        return [code(row[0]) for row in self.rows(heading)]

    def codes(self, info: str) -> list[Code]:
        """The blocks of this kind, each with the error that is shown after it."""
        blocks = list(self._blocks())
        found = []
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if block.info == info:
                then = following.text if following and following.info == "text error" else None
                found.append(Code(block.info, block.text, block.line, then))
        return found

    def _blocks(self) -> Iterator[Code]:
        info, kept, start = "", list[str](), 0
        inside = False
        for number, line in enumerate(self.text.split("\n"), 1):
            if fence := _FENCE.match(line):
                if inside:
                    yield Code(info, "\n".join(kept) + "\n", start)
                info, kept, start, inside = fence[1], [], number, not inside
            elif inside:
                kept.append(line)

    def links(self) -> list[str]:
        """Where its links lead."""
        return [found for line in self._lines() for found in _LINK.findall(_CODE.sub("", line))]

    def anchors(self) -> set[str]:
        """The headings as fragments of links."""
        return {slug(heading) for heading in self.headings()}

    def spoken(self) -> list[str]:
        """Everything that is set as code: in a line, and each line of a shell block."""
        inline = [found for line in self._lines() for found in _CODE.findall(line)]
        return inline + [line for block in self._blocks() if block.info == "sh" for line in block.text.split("\n")]


def code(cell: str) -> str:
    """What a cell shows as code."""
    found = _CODE.search(cell)
    assert found is not None, f"{cell!r} names nothing in backquotes"
    return found[1].replace("\\|", "|")


def slug(heading: str) -> str:
    """A heading as GitHub makes a fragment of it."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return kept.replace(" ", "-")


def page(name: str) -> Page:
    """The page of that name."""
    return Page(name, (FOLDER / name).read_text(encoding="utf-8"))


def pages() -> list[Page]:
    """Every page, and the front page."""
    found = [page(path.name) for path in sorted(FOLDER.glob("*.md"))]
    return [*found, Page("../README.md", (ROOT / "README.md").read_text(encoding="utf-8"))]
