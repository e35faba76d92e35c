"""What stands around the text of a release: its number, its date line, the embargo, who sends it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from announcer.intake.dates import Sure, find_dates
from announcer.intake.document import Block, Kind
from announcer.intake.organisations import first_organisation, is_organisation, name_in

_LABEL = re.compile(
    r"(?:\*+\s*)?(?:zur )?(?:gemeinsame |aktuelle )?(?:presse|medien)(?:mitteilung|information|"
    r"meldung|einladung|info|hinweis|termin|notiz|"
    r"erklärung|dienst)(?:en)?\b|(?:joint )?(?:press|media|news) (?:release|information|"
    r"notice|advisory|invitation|statement|call)\b|"
    r"einladung (?:zum|zur|an die) (?:presse|medien)\w*|PM(?=\s*(?:Nr|\d))|pressestelle$|"
    r"press office$|mitteilung(?= (?:Nr|vom))|"
    r"terminhinweis\b|news$|aktuelles$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:\bNr\.?|\bNo\.?|\bNummer|\bNumber|\bPM|#|[Mm]itteilung|[Ii]nformation|[Rr]elease|[Mm]eldung)\s*:?\s*"
    r"(\d{1,5}(?:\s?[/.-]\s?\d{1,4})?(?![\d.]*\.\d{2,4}))(?!\.?\s*(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    r"November|Dezember))"
)
EMBARGO = re.compile(
    r"sperrfrist|sperrvermerk|gesperrt bis|\bembargo(?:ed)?\b|frei(?:gegeben)? ab|frei(?:gabe)"
    r"? zur veröffentlichung ab|nicht "
    r"vor dem|not for (?:publication|release|broadcast)|"
    r"hold (?:for release )?until|veröffentlichung (?:erst )?ab|strictly embargoed|bitte "
    r"erst ab|for release (?:on|at|after)\b",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"(?:frei )?zur (?:sofortigen )?veröffentlichung(?: freigegeben| frei)?\W*|for immediate release\W*|sofort frei\W*|"
    r"sperrfrist\s*:\s*(?:keine|entfällt|frei|aufgehoben)\W*|(?:no embargo|embargo\s*:\s*none)\W*|ab sofort frei\W*",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\W*(?:quelle|source|autor(?:in)?|herausgeber(?:in)?|absender(?:in)?|hrsg\.?|issued by|published "
    r"by|herausgegeben von|eine? (?:presse)?mitteilung "
    r"(?:der|des|von))\s*:?\s+(.{2,120}?)\W*",
    re.IGNORECASE,
)
_SENDER = re.compile(
    r"(?:\d\s*|mitteilung|information|meldung|release|statement|info)\s+(?:der|des|vom|von "
    r"der|von|from(?: the)?|by(?: the)?|of(?: the)?)\s+(.{3,80})",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(r",\s|\s(?:vom|und (?:des|der)|Nr\.?|No\.?)\s|\s\d")
_OFFICE_LINE = re.compile(
    r"(?:der (?:ober)?bürgermeister|die (?:ober)?bürgermeisterin|der landrat|die landrätin|"
    r"presse(?:stelle|amt|referat|büro|dienst)|presse- und [\w-]+(?:amt|stelle|referat|büro|arbeit)|press office|"
    r"(?:amt|referat|abteilung|stabsstelle) für (?:presse|kommunikation|öffentlichkeit)\w*.{0,40})",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(
    r"^(?:datum|date|stand|veröffentlicht(?: am)?|published(?: on)?|erschienen am|vom|"
    r"den|posted on|erstellt am|issued|released?)\b\s*:?\s*",
    re.IGNORECASE,
)
_LEAD_DATELINE = re.compile(
    r"^\(?(?!(?:Am|Im|In|Bei|Beim|Ab|Vom|Von|Zum|Zur|Zwischen|Seit|Bis|Auf|On|At|"
    r"From)\s)(?P<place>[A-ZÄÖÜ][\w./-]*(?:\s(?:am|an der|bei|im|in|ob der|[A-ZÄÖÜ(][\w.)"
    r"-]*)){0,4}),?\s+(?:den\s+|\()?(?P<when>[^–—:]{4,40}?)\)?\s*"
    r"(?:\((?:\w{2,8}(?:/\w{2,8})?)\)\s*)?[.–—:-]+\s+(?=[A-ZÄÖÜ„\"0-9])"
)
_SENDER_DATELINE = re.compile(
    r"^(?P<place>[A-ZÄÖÜ][^.!?\n]{2,60}?)(?:,? [–—-] |,? \(?(?:den )?)(?P<when>\d{1,2}\.\s?(?:\d{1,2}\.|"
    r"[A-Z][a-zä]+)\s?\d{4})\)?(?: \(\w{2,8}\))?[.:]\s+(?=[A-ZÄÖÜ„])"
)
#: What a page calls its parts: no house publishes under it.
_PAGE_PART = re.compile(r"(?:pressearchiv|medienarchiv|newsarchiv|kongress|tagung|konferenz)\b", re.IGNORECASE)
_WORDS_BESIDE_DATE = 6


@dataclass(slots=True)
class Masthead:
    """What was found around the text."""

    number: str = ""
    number_line: int = 0
    released: date | None = None
    released_line: int = 0
    embargo: datetime | None = None
    embargo_said: str = ""
    embargo_line: int = 0
    source: str = ""
    source_line: int = 0
    labels: list[Block] = field(default_factory=list)


def read_masthead(blocks: Sequence[Block], zone: ZoneInfo, release: date | None) -> tuple[Masthead, list[Block]]:
    """Take it from the blocks; what is left is the text."""
    head = Masthead()
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        if block.lines and (at < 8 or at >= len(blocks) - 4):
            rest = [
                line
                for n, line in enumerate(block.lines)
                if not _take(
                    head,
                    Block(line, block.line + n),
                    at,
                    zone,
                    release,
                    more=n + 1 < len(block.lines) or _title_follows(blocks, at),
                )
            ]
            if len(rest) < len(block.lines):
                kept += [_kept(rest, block)] if rest else []
                continue
        elif _take(head, block, at, zone, release, last=at == len(blocks) - 1, more=_title_follows(blocks, at)):
            continue
        kept.append(block)
    return head, kept


def _title_follows(blocks: Sequence[Block], at: int) -> bool:
    """Whether a headline is still to come: the next block is short, or is headed as one."""
    if at + 1 >= len(blocks):
        return False
    block = blocks[at + 1]
    first = block.lines[0] if block.lines else block.text
    return block.kind is Kind.HEADING or (len(first) <= 160 and not first.rstrip().endswith((".", ",", ":")))


def _kept(lines: Sequence[str], block: Block) -> Block:
    shown = block.text if len(lines) == 0 else " ".join(lines)
    taken = len(block.lines) - len(lines)
    if len(lines) == 1:
        return Block(shown, block.line + taken, block.kind)
    return Block(shown, block.line + taken, block.kind, lines=tuple(lines), markdown="\n".join(lines))


def _take(
    head: Masthead,
    block: Block,
    at: int,
    zone: ZoneInfo,
    release: date | None,
    *,
    last: bool = False,
    more: bool = True,
) -> bool:
    """Whether a block belongs to the masthead; noted if so."""
    text = block.text.strip()
    if block.kind in {Kind.ROW, Kind.CAPTION}:
        return False
    if re.fullmatch(r"\++\s?[^+]{2,60}(?:\s?\++[^+]{0,60}){1,5}", text) and at <= 4:
        head.labels.append(block)  # "+++ Ortsänderung +++"
        return True
    if (
        at <= 3
        and more
        and (
            news := re.fullmatch(
                r"(?:news from|neues aus|nachrichten aus|aus) (?:the |dem |der )?(.{3,60})", text, re.I
            )
        )
    ):
        if is_organisation(news[1]) and not head.source:
            head.source, head.source_line = news[1], block.line
        head.labels.append(block)
        return True
    if _AT_ONCE.fullmatch(text):
        head.labels.append(block)
        return True
    if EMBARGO.search(text) and len(text) <= 220 and _is_embargo(text) and not head.embargo_said:
        _embargo(head, text, block.line, zone, release)
        return True
    if (found := _SOURCE.fullmatch(text)) and len(text) <= 120:
        _issued(head, found[1].strip().rstrip(".)"), block.line, release)
        return True
    if last and at > 1 and not block.lines and is_organisation(text) and name_in(text):
        if not head.source:
            head.source, head.source_line = name_in(text), block.line
        return True
    if at > 8 or len(text) > 120 or (block.kind is Kind.HEADING and block.level == 1):
        return False
    if (
        _LABEL.match(text.strip("+*# "))
        and (len(text) <= 75 or _NUMBER.search(text) or _SENDER.search(text))
        and not _is_title(text.strip("+*# "))
    ):
        _label(head, text, block, release)
        return True
    if (number := _NUMBER.fullmatch(text)) is not None:
        head.number, head.number_line = number[1], block.line
        return True
    if head.released is None and _is_dateline(text, release):
        _note_date(head, text, block.line, release)
        if not head.number and (number := _NUMBER.search(text)):
            head.number, head.number_line = number[1].replace(" ", ""), block.line
        return True
    if at <= 3 and more and block.kind is Kind.TEXT and is_organisation(name_in(text)) and not _PAGE_PART.match(text):
        if not head.source:
            head.source, head.source_line = name_in(text), block.line
        head.labels.append(block)
        return True
    if _OFFICE_LINE.fullmatch(text) and at <= 4:
        head.labels.append(block)
        return True
    return False


def _issued(head: Masthead, said: str, line: int, release: date | None) -> None:
    """ "Issued by Beispiel Town Council, 3 July 2029": who, and perhaps when."""
    dated = [m for m in find_dates(said, release=release) if m.dated and m.first is not None]
    if dated and head.released is None:
        _note_date(head, said, line, release)
    head.source = (said[: dated[0].start] if dated and dated[0].start > 3 else said).rstrip(" ,–-(")
    head.source_line = line


def _is_title(text: str) -> bool:
    """ "Pressekonferenz zum Stadtfest" and "Pressetermin: Brücke wird eingehoben" are headlines."""
    rest = _LABEL.sub("", text, count=1)
    rest = _NUMBER.sub("", rest)
    if any(found.dated for found in find_dates(rest)):
        return False
    if _SENDER.search(text) or re.fullmatch(r"(?:\W*(?:presse|medien)\w+\W*)+", text, re.IGNORECASE):
        return False
    words = re.findall(r"[^\W\d_]{2,}", rest)
    return len(words) > 5 or (":" in rest[:3] and len(words) > 2)


def _label(head: Masthead, text: str, block: Block, release: date | None) -> None:
    head.labels.append(block)
    if not head.source and (sender := _SENDER.search(text)):
        named = name_in(_BEFORE_DATE.split(sender[1])[0])
        if is_organisation(named):
            head.source, head.source_line = named, block.line
    elif not head.source and (named := first_organisation(re.split(r"[|–·]|\s-\s", text))):
        head.source, head.source_line = named, block.line
    if number := _NUMBER.search(text):
        head.number, head.number_line = number[1].replace(" ", ""), block.line
    if head.released is None:
        _note_date(head, text, block.line, release)


def _note_date(head: Masthead, text: str, line: int, release: date | None) -> None:
    found = [m for m in find_dates(text, release=release) if m.first is not None and m.first == m.last]
    if found and found[0].sure in {Sure.STATED, Sure.AMBIGUOUS}:
        head.released, head.released_line = found[0].first, line


def _is_dateline(text: str, release: date | None) -> bool:
    """ "Beispielstadt, 6. April 2027", "06.04.2027", "Stand: 6. April 2027"."""
    bare = _DATE_LABEL.sub("", text)
    found = [m for m in find_dates(bare, release=release) if m.dated]
    if len(found) != 1 or found[0].first is None or found[0].first != found[0].last or found[0].sure is Sure.INFERRED:
        return False
    rest = (bare[: found[0].start] + " " + bare[found[0].end :]).strip(" ,.|–-()/·•")
    words = rest.split()
    verbs = re.search(r"\b(?:ist|wird|lädt|findet|von|mit|für|feiert|öffnet|beginnt|is|will|with|for|opens)\b", rest)
    return len(words) <= _WORDS_BESIDE_DATE and verbs is None and not re.search(r"[?!„“\"]", rest)


def dateline_of_lead(text: str, release: date | None) -> tuple[str, date | None, str]:
    """A place and a date before the first sentence: the place, the date, and the text without them."""
    sender = _SENDER_DATELINE.match(text)
    if sender is not None:
        told = [m for m in find_dates(sender["when"], release=release) if m.first is not None]
        if told:
            return sender["place"], told[0].first, text[sender.end() :]
    found = _LEAD_DATELINE.match(text)
    if found is None:
        return "", None, text
    dates = [m for m in find_dates(found["when"], release=release) if m.dated]
    if len(dates) != 1 or dates[0].first is None or len(dates[0].text) < len(found["when"].strip(" (.,")) - 4:
        return "", None, text
    sure = dates[0].sure in {Sure.STATED, Sure.AMBIGUOUS}
    return found["place"], dates[0].first if sure else None, text[found.end() :]


def _is_embargo(text: str) -> bool:
    """ "Die Sperrfrist für Bauarbeiten" in running text is none of ours."""
    found = EMBARGO.search(text)
    assert found is not None
    strong = re.match(
        r"\W*(?:achtung|wichtig|bitte (?:beachten|die)?|please note|strictly|under|hinweis)?[\s:!,]*",
        text[: found.start()],
        re.I,
    )
    return strong is not None and strong.end() >= found.start()


def _embargo(head: Masthead, text: str, line: int, zone: ZoneInfo, release: date | None) -> None:
    head.embargo_said, head.embargo_line = text, line
    found = [m for m in find_dates(text, release=release) if m.dated]
    exact = next(
        (m for m in found if m.first and (m.begins or m.ends) and m.sure in {Sure.STATED, Sure.INFERRED}), None
    )
    if exact is not None and exact.first is not None:
        head.embargo = moment(exact.first, exact.begins or exact.ends or time(), zone)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """An instant on the wall clock of a zone."""
    return datetime.combine(day, clock, zone)


def dateline_place(text: str) -> str:
    """What stands before the date of a date line: a place, or who publishes."""
    found = re.match(r"([A-ZÄÖÜ][^.–—\n]{2,60}?)\s*[–—-]\s*(?:den )?\d{1,2}\.", text)
    return found[1].strip(" ,") if found else ""
