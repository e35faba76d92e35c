"""Headline, kicker, lead, sections, boilerplate, links and pictures out of a document's blocks. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from announcer.intake.around import (
    URL,
    Text,
    find_urls,
    take_enclosures,
    take_link_labels,
    take_pictures,
)
from announcer.intake.dates import find_dates
from announcer.intake.document import Block, Document, Kind

LONGEST_HEADLINE = 300
_LONGEST_SUBHEAD = 120
_ENDS_SENTENCE = (".", "!", "?", ":", "…", ",", ";", "”", "»")
_GREETING = re.compile(
    r"(?:sehr geehrte|liebe[rs]?|guten (?:tag|morgen)|hallo|dear|hello|good (?:morning|afternoon))\b[^.\n]{0,90}[,!]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:mit \w+en grüßen|(?:viele|beste|herzliche|freundliche|schöne|liebe|sonnige)"
    r" grüße|(?:kind|best|warm) regards|yours (?:sincerely|faithfully)|"
    r"mfg)\b.{0,60}",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"(?:anbei|im anhang|beigefügt|nachfolgend|nachstehend|unten|hiermit|please find|"
    r"attached|below)\b.{0,160}(?:pressemitteilung|presseinformation|"
    r"medieninformation|meldung|mitteilung|text|press release|release|veröffentlichung)"
    r"|.{0,60}bitte(?:n)? (?:wir )?um (?:veröffentlichung|beachtung|"
    r"abdruck).*|(?:wir )?(?:senden|übersenden|schicken) (?:wir )?ihnen .{0,120}",
    re.IGNORECASE,
)
#: "bitte veröffentlichen Sie die folgende Meldung. Vielen Dank!", "hier der Text:"
_COVER_LINE = re.compile(
    r"(?:wie (?:besprochen|vereinbart|gewünscht)|hier (?:ist |kommt |der |die |nun )|"
    r"bitte |anbei|nachfolgend|im folgenden|vielen dank|danke|as (?:discussed|agreed)"
    r"|here is|"
    r"please (?:find|see|publish|use)|below|thank|"
    r"wir (?:freuen uns|bitten|würden uns freuen) .{0,60}(?:ankündig|veröffentlich|abdruck|hinweis|bericht)).{0,150}",
    re.IGNORECASE,
)
#: A verb or a participle: a headline, and no topic.
_SAYS_SOMETHING = re.compile(
    r"\b(?:ge\w{3,}t|ge\w{3,}en|[a-zäöü]\w+(?:iert|ert|elt)|ist|wird|sind|werden|kommt|geht|startet|beginnt|öffnet|feiert|sucht|lädt|zeigt|baut|"
    r"wins?|gets?|opens?|looks?|comes?|names?|invites?|is|are|will|to)\b"
)
_BOILERPLATE = re.compile(
    r"(?:\W*(?:über (?:die|den|das|uns|[A-ZÄÖÜ„])|about (?:the |us\b|[A-Z])|(?:kurz)?profil|"
    r"zum unternehmen|unternehmensprofil|wer wir sind|"
    r"hintergrundinformation(?:en)? zu[rm]?|zur (?:stiftung|gesellschaft|organisation|"
    r"einrichtung)|die (?:stiftung|gesellschaft) im (?:kurz)?profil|"
    r"abbinder|boilerplate))",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"^(?:Die|Der|Das|The)\s[^.]{3,120}?\s(?:ist|zählt|gehört|versorgt|betreibt|wurde|besteht|vertritt|fördert|is|was|runs|serves|represents)\b(?:[^.]|(?<=\d)\.(?=\d)){0,200}"
    r"\b(?:gegründet|seit (?:18|19|20)\d\d|Mitglieder|Beschäftigten?|Betrieben?|Mitarbeiter\w*|Einwohner\w*|"
    r"Kund\w+|Trägerin?|founded|since (?:18|19|20)\d\d|employees|members|"
    r"registered charity)\b",
)
#: A line of a programme is no headline.
_TIMED_LINE = re.compile(r"\s*\d{1,2}(?:[.:]\d\d)?\s*(?:Uhr|[ap]\.?m\.?)\b")
_FACT = re.compile(
    r"(?:wann|wo|ort|termin|datum|zeit|uhrzeit|beginn|einlass|eintritt|kosten|tel(?:efon)?|fax|e-?mail|web|kontakt|anmeldung|treffpunkt|dauer|preis|veranstalter|"
    r"adresse|anfahrt|leitung|referent(?:in)?|mitwirkende|karten|teilnahme|info(?:s|rmationen)?|when|where|time|date|venue|location|tickets?|admission|cost|price|"
    r"contact|phone|website|booking|speakers?)(?: [\w ]{1,24})?:\s",
    re.IGNORECASE,
)


def read_text(document: Document, blocks: Sequence[Block], headline: str = "", beside: Sequence[Block] = ()) -> Text:
    """Tell the blocks apart. With a `headline` given beside the text, none is looked for in it."""
    text = Text(links=list(document.links), enclosures=list(document.enclosures), pictures=list(document.pictures))
    left = _without_covers(list(blocks), text)
    left = take_pictures(left, text)
    left = take_enclosures(left, text)
    if headline:
        text.headline = Block(headline, 1, Kind.HEADING, 1)
        left = [block for block in left if block.text.strip() != headline]
    else:
        left = _take_headline(left, text, document)
    left = take_link_labels(left, text)
    left = _with_subheads(left)
    left = _take_boilerplate(left, text)
    _take_lead(left, text)
    text.body = left
    find_urls([b for b in (text.lead, *left, *text.boilerplate, *beside) if b], text)
    return text


def _without_covers(blocks: list[Block], text: Text) -> list[Block]:
    """A mail's greeting and covering words before the text, its farewell after it."""
    end = next((at for at in range(len(blocks) - 1, 0, -1) if _CLOSING.match(blocks[at].text)), len(blocks))
    kept: list[Block] = []
    for at, block in enumerate(blocks[:end]):
        if at < 7 and _is_cover(block, following=at + 1 < end, first=not kept):
            text.covers.append(block)
        else:
            kept.append(block)
    text.covers += blocks[end:]
    return kept


def _is_cover(block: Block, *, following: bool, first: bool) -> bool:
    if block.kind is Kind.HEADING or not following:
        return False
    if _GREETING.fullmatch(block.text):
        return True
    if not first:
        return False
    covering = len(block.text) < 400 and _COVER.search(block.text) is not None
    return covering or (len(block.text) < 160 and _COVER_LINE.fullmatch(block.text) is not None)


def _take_headline(blocks: list[Block], text: Text, document: Document) -> list[Block]:
    first = next((at for at, block in enumerate(blocks[:12]) if block.kind is Kind.HEADING and block.level == 1), None)
    if first is not None:
        return _by_heading(blocks, first, text, document)
    titles: list[int] = []
    for at, block in enumerate(blocks[:5]):
        if not _is_title(block) or block.kind in {Kind.ITEM, Kind.ROW} or any(map(_TIMED_LINE.match, block.lines)):
            break
        titles.append(at)
    if not titles:
        return _from_elsewhere(blocks, text, document)
    lines = _title_lines(blocks, titles)
    rest = blocks[titles[-1] + 1 :]
    kept = _choose(lines, text, [one.line for one in document.removed])
    return [*kept, *rest]


def _title_lines(blocks: list[Block], titles: Sequence[int]) -> list[Block]:
    lines: list[Block] = []
    for at in titles:
        block = blocks[at]
        lines += [Block(line, block.line + n) for n, line in enumerate(block.lines)] if block.lines else [block]
    return lines


def _choose(lines: list[Block], text: Text, junk: Sequence[int]) -> list[Block]:
    """Of the short lines above the first paragraph: kicker, headline, a line below; what else there is stays."""
    if len(lines) == 1:
        text.headline = lines[0]
        return []
    first, second, *more = lines
    between = any(first.line < line < second.line for line in junk)
    apart = bool(more) and first.line + 1 < second.line and second.line + 1 == more[0].line
    if apart or _is_kicker(first, second, between):
        text.kicker, text.headline = replace(first, text=first.text.rstrip(":")), second
        if more:
            text.deck = more[0]
        return more[1:]
    text.headline, text.deck = first, second
    return more


def _is_kicker(first: Block, second: Block, between: bool) -> bool:
    """The page's short title (the page's junk stands between) or a topic stands above the headline.

    Of two lines that both say something, the first is the headline, the second a line below it.
    """
    if first.kind is Kind.HEADING and second.kind is not Kind.HEADING:
        return False
    if first.text.endswith(":") or (first.text.isupper() and not second.text.isupper()):
        return True
    if between and len(first.text) < len(second.text):
        return True
    if not between and first.line + 1 == second.line and any(m.dated for m in find_dates(second.text)):
        return False  # the second line says when, so it goes on from the first
    words = first.text.split()
    topic = len(words) <= 3 and not first.text.endswith(("?", "!")) and not _SAYS_SOMETHING.search(first.text)
    return topic and len(second.text) > 2 * len(first.text)


def _by_heading(blocks: list[Block], at: int, text: Text, document: Document) -> list[Block]:
    """The source itself says which line is the headline."""
    text.headline = blocks[at]
    before, after = blocks[:at], blocks[at + 1 :]
    hinted = next((block for block in before if block.hint == "kicker"), None)
    short = [block for block in before if _is_title(block) and len(block.text) <= 80 and block.kind is not Kind.ITEM]
    kicker = hinted or (short[-1] if short else None)
    if document.kicker and kicker is None:
        kicker = Block(document.kicker, text.headline.line)
    text.kicker = kicker
    if (
        after
        and after[0].kind is Kind.HEADING
        and after[0].level == 2
        and len(after) > 1
        and after[1].kind is not Kind.HEADING
    ):
        is_deck = len(after[0].text) > 60 or after[0].hint == "deck"
        if is_deck:
            text.deck, after = after[0], after[1:]
    elif after and after[0].hint == "deck":
        text.deck, after = after[0], after[1:]
    return [*(block for block in before if block is not kicker), *after]


def _from_elsewhere(blocks: list[Block], text: Text, document: Document) -> list[Block]:
    """No line looks like a headline: the page's title, the mail's subject, else the first line whatever it is."""
    if document.page_title:
        text.headline = Block(document.page_title, 1)
        return blocks
    if blocks and blocks[0].lines:
        first, *rest = blocks[0].lines
        text.headline = Block(first, blocks[0].line)
        return [_relined(blocks[0], rest), *blocks[1:]] if rest else blocks[1:]
    if blocks:
        text.headline = blocks[0]
    return blocks[1:]


def _relined(block: Block, lines: Sequence[str]) -> Block:
    taken = len(block.lines) - len(lines)
    kept = tuple(lines) if len(lines) > 1 else ()
    return Block(" ".join(lines), block.line + taken, block.kind, lines=kept)


def _is_title(block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return True
    if block.lines:
        return len(block.lines) <= 3 and all(_is_title(Block(line, 0)) for line in block.lines)
    ends = block.text.endswith((".", ":", "…", ",", ";")) and not block.text.endswith("...")
    if block.text[:1].islower() or (len(block.text) > 90 and re.search(r"[.!?]\s+[A-ZÄÖÜ]", block.text)):
        return False  # two sentences, or the middle of one
    return len(block.text) <= 200 and not ends


def _with_subheads(blocks: list[Block]) -> list[Block]:
    """A short line without a full stop that stands before a paragraph is a subhead."""
    result = [part for one in blocks for part in _split_head(one)]
    for at, block in enumerate(result):
        following = result[at + 1] if at + 1 < len(result) else None
        if block.kind is Kind.HEADING:
            result[at] = replace(block, level=max(2, block.level))
        elif following is not None and _is_subhead(block) and not _is_subhead(following):
            result[at] = replace(block, kind=Kind.HEADING, level=2, markdown="", text=block.text.strip("*_ "))
    return result


def _split_head(block: Block) -> list[Block]:
    """A head and its paragraph without an empty line between them."""
    if len(block.lines) < 2 or not _is_subhead(Block(block.lines[0], 0)) or len(block.lines[1]) < 90:
        return [block]
    return [Block(block.lines[0], block.line, Kind.HEADING, 2), _relined(block, block.lines[1:])]


def _is_subhead(block: Block) -> bool:
    text = block.text.strip()
    if block.kind is not Kind.TEXT or block.lines or not text or len(text) > _LONGEST_SUBHEAD:
        return False
    if text.endswith(_ENDS_SENTENCE) and not text.endswith(("?", "!")):
        return False
    if _FACT.match(text) or URL.search(text) or re.search(r"@|\d{1,2}[.:]\d\d\s*Uhr|^\d{1,2}[.:]\d\d", text):
        return False
    return text[0].isupper() or text[0].isdigit() or text[0] in '„"“*_'


def _take_boilerplate(blocks: list[Block], text: Text) -> list[Block]:
    """The standing paragraph about the house, in the last third."""
    for at in range(max(1, len(blocks) * 2 // 5), len(blocks)):
        block = blocks[at]
        first = block.lines[0] if block.lines else block.text
        headed = block.kind is Kind.HEADING or (len(first) <= 80 and (first.endswith(":") or bool(block.lines)))
        if headed and _BOILERPLATE.match(first):
            end = _section_end(blocks, at)
            text.boilerplate = blocks[at:end]
            return [*blocks[:at], *blocks[end:]]
    if len(blocks) > 2:
        for at in range(len(blocks) - 1, max(1, len(blocks) - 3), -1):
            if blocks[at].kind is Kind.TEXT and _STANDING.match(blocks[at].text):
                text.boilerplate = [blocks[at]]
                return [*blocks[:at], *blocks[at + 1 :]]
    return blocks


def _section_end(blocks: Sequence[Block], at: int) -> int:
    end = at + 1
    while end < len(blocks) and blocks[end].kind is not Kind.HEADING:
        end += 1
    return end


def _take_lead(blocks: list[Block], text: Text) -> None:
    for at, block in enumerate(blocks[:4]):
        if any(map(_TIMED_LINE.match, block.lines)):
            return
        if block.kind is Kind.TEXT and (len(block.text) > 60 or block.text.endswith((".", "!", "?"))):
            text.lead = block
            del blocks[at]
            return
        if block.kind is Kind.HEADING and text.deck is None and at == 0:
            continue
        if block.kind in {Kind.ITEM, Kind.ROW}:
            return
