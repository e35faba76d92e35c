"""What stands beside the text of a release: pictures, captions, enclosures, links and labels of lost links. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from announcer.intake.document import Block, Enclosure, Kind, Picture
from announcer.model.facts import Link

_ANNOUNCES_LINKS = re.compile(
    r"(?:\b(?:unter|hier|at|under|below|links?|here|downloads?|im internet|dokumente|"
    r"informationen)|(?:weitere|mehr|further|more) (?:informationen|"
    r"information|infos?)(?: (?:zum|zur|zu|on|about) .{1,60})?)\s*:?$",
    re.IGNORECASE,
)


_FILE = re.compile(
    r"[\[(]\s*(?:pdf|docx?|xlsx?|jpe?g|png|zip|pptx?|ics|odt|mp[34])\b[^\])]{0,40}[\])]|\.(?:pdf|docx?|xlsx?|zip|pptx?|odt)$",
    re.IGNORECASE,
)


URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”„»«\])]+[^\s<>\"“”„»«\]).,;:!?]|"
    r"(?<![@\w./-])(?:[a-z0-9][a-z0-9-]{0,60}\.){1,4}(?:de|com|org|net|eu|info|example|uk|edu|gov|io|at|ch)(?:/[^\s<>\"“”„»«\])]*[^\s<>\"“”„»«\]).,;:!?])?(?![\w@-])"
)


_ENCLOSURES = re.compile(
    r"(?:anlagen?|anhang|anhänge|beilagen?|attachments?|enclosures?|enclosed)(?:\s*\(\d+\))?\s*:?\s*(.*)", re.IGNORECASE
)


_PICTURE = re.compile(
    r"(?:(?:presse)?(?:bild|foto)(?:unterschrift|unterzeile|zeile|text)?|bu|photo|picture|image|caption|abbildung|abb\.)\s*(?:nr\.?\s*)?\d{0,2}(?:\s*\([^)]{0,30}\))?"
    r"\s*[:–-]\s*(.{3,400})",
    re.IGNORECASE,
)


_CREDIT = re.compile(
    r"\(?\s*(?:(?:bild|foto|photo|picture|image)(?:nachweis|quelle|rechte|credit|s)?|credit|copyright|quelle|source|©|\(c\)|rechte)\s*(?:by|von)?\s*[:©/]?\s*"
    r"([^()\n]{2,80})\)?\.?$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Text:
    """The release as a text."""

    headline: Block | None = None
    kicker: Block | None = None
    deck: Block | None = None  #: A second line below the headline.
    lead: Block | None = None
    body: list[Block] = field(default_factory=list)
    boilerplate: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    covers: list[Block] = field(default_factory=list)  #: Greeting, covering words and farewell of a mail.


def take_pictures(blocks: list[Block], text: Text) -> list[Block]:
    """Captions that came without their picture, or below it."""
    kept: list[Block] = []
    known = {picture.caption for picture in text.pictures}
    for block in blocks:
        lines = block.lines or (block.text,)
        found = [_PICTURE.fullmatch(line.strip()) for line in lines]
        if block.kind is Kind.CAPTION:
            if block.text not in known:
                text.pictures.append(_captioned(block.text, block.line))
            continue
        if found[0] is not None and len(block.text) <= 600 and not find_credit_only(block.text):
            text.pictures.append(_captioned(" ".join([found[0][1], *lines[1:]]), block.line))
            continue
        if find_credit_only(block.text) and len(block.text) < 100:
            credit = find_credit_only(block.text)
            if text.pictures and not text.pictures[-1].credit:
                text.pictures[-1] = replace(text.pictures[-1], credit=credit)
            else:
                text.pictures.append(Picture(credit=credit, line=block.line))
            continue
        kept.append(block)
    return kept


def find_credit_only(text: str) -> str:
    """The credit, if a line is nothing else: "Foto: Alex Muster"."""
    found = re.fullmatch(
        r"\(?(?:(?:foto|bild|photo|picture|image)(?:nachweis|quelle|credit|s| by)?|©|"
        r"credit|copyright)\s*[:©]?\s*((?:[^\s():]+\s?){1,6})\)?\.?",
        text.strip(), re.IGNORECASE,
    )  # fmt: skip
    return found[1].strip() if found and not text.strip().endswith("?") and len(found[1]) < 60 else ""


def _captioned(caption: str, line: int) -> Picture:
    text, credit = split_credit(caption)
    return Picture(caption=text, credit=credit, line=line)


def split_credit(caption: str) -> tuple[str, str]:
    """A caption without its credit, and the credit: "Das Rathaus. (Foto: Alex Muster)"."""
    found = _CREDIT.search(caption)
    if found is None or (found.start() == 0 and len(caption) > 120):
        return caption.strip(), ""
    return caption[: found.start()].strip(" (|/–-"), found[1].strip(" ).")


def take_enclosures(blocks: list[Block], text: Text) -> list[Block]:
    kept = list(blocks)
    for at, block in enumerate(blocks):
        lines = block.lines or (block.text,)
        found = _ENCLOSURES.fullmatch(lines[0].strip())
        if found is None or at < len(blocks) // 2 or len(lines[0]) > 160:
            continue
        named = [name.strip() for name in re.split(r"[;•]|,(?=\s*[A-ZÄÖÜ])", found[1]) if name.strip()] + [
            line.strip("-–•* ") for line in lines[1:]
        ]
        taken = [block]
        if not named:
            for follower in blocks[at + 1 :]:
                if follower.kind is not Kind.ITEM:
                    break
                named.append(follower.text)
                taken.append(follower)
        have = {one.label for one in text.enclosures}
        text.enclosures += [
            Enclosure(name, line=block.line, enclosed=True) for name in named if name and name not in have
        ]
        kept = [one for one in kept if one not in taken]
    return kept


def take_link_labels(blocks: list[Block], text: Text) -> list[Block]:
    """Labels below a last paragraph that announces links; their addresses got lost in copying."""
    last_text = max((at for at, block in enumerate(blocks) if not _is_label(block)), default=-1)
    announces = next(
        (
            at
            for at in range(max(last_text, 0), len(blocks))
            if _ANNOUNCES_LINKS.search(blocks[at].text.strip()) and len(blocks[at].text) < 260
        ),
        None,
    )
    labels = [] if announces is None else [b for b in blocks[announces + 1 :] if _is_label(b)]
    kept = list(blocks)
    if announces is not None and labels and all(_is_label(b) for b in blocks[announces + 1 :]):
        have = {link.label for link in text.links}
        names = [(one.line, name) for one in labels for name in (one.lines or (one.text,))]
        if any(URL.search(name) for _, name in names):
            return blocks
        for line, name in names:
            if name not in have:
                _keep_link(name, line, text)
        kept = blocks[:announces]
    gone: set[Block] = set()
    for block in kept:
        if _FILE.search(block.text) and _is_label(block) and not URL.search(block.text):
            _keep_link(block.text, block.line, text)
            gone.add(block)
    return [block for block in kept if block not in gone]


def _is_label(block: Block) -> bool:
    lines = block.lines or (block.text,)
    return block.kind in {Kind.TEXT, Kind.ITEM} and all(
        len(line) <= 120 and not line.rstrip().endswith((".", "!", "?")) and not line.rstrip().endswith(":")
        for line in lines
    )


def _keep_link(label: str, line: int, text: Text) -> None:
    if _FILE.search(label):
        if label not in {one.label for one in text.enclosures}:
            text.enclosures.append(Enclosure(_FILE.sub("", label).strip() or label, line=line))
            text.links.append(Link(label))
    else:
        text.links.append(Link(label))


def find_urls(blocks: Sequence[Block], text: Text) -> None:
    known = {_bare(link.url) for link in text.links} | {_bare(one.url) for one in text.enclosures}
    for block in blocks:
        for found in URL.finditer(block.text):
            url = found[0] if "://" in found[0] else f"https://{found[0]}"
            if _bare(url) in known:
                continue
            known.add(_bare(url))
            if _FILE.search(url):
                text.enclosures.append(Enclosure(found[0], url, line=block.line))
            else:
                text.links.append(Link(found[0], url))


def _bare(url: str) -> str:
    return url.split("://")[-1].removeprefix("www.").rstrip("/")
