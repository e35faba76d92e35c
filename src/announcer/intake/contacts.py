"""The press contact: found, parsed, and taken out of the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from announcer.intake.document import Block, Kind, Removed
from announcer.intake.names import find_people
from announcer.intake.organisations import first_organisation, is_organisation, name_in
from announcer.intake.sentences import Sentences

_HEAD = re.compile(
    r"\W*(?:(?:[\w ]{3,30}, )?(?:presse|press|media)(?=:)|(?:presse|medien)[- ]?(?:kontakte?|"
    r"ansprechpartner(?:in(?:nen)?)?|anfragen|"
    r"stelle|rückfragen|referat|büro|sprecher(?:in)?)|"
    r"kontakt(?:e|daten)?(?: für (?:die )?(?:presse|medien|rückfragen|journalist\w*|redaktion\w*)[^:\n]{0,40})?|"
    r"(?:ihre? )?ansprechpartner(?:in(?:nen)?)?(?: für [^:\n]{0,40})?|"
    r"(?:für )?(?:weitere )?(?:presse)?rückfragen\b[^:\n]{0,60}|"
    r"bei (?:rück)?fragen\b[^:\n]{0,60}|(?:press|media) (?:contacts?|enquiries|inquiries|office|"
    r"queries)|contacts?(?: details)?"
    r"(?: for (?:the )?(?:press|media|journalists|editors|more information)[^:\n]{0,20})?|"
    r"(?:questions|enquiries) (?:from|for) (?:the )?(?:press|media|journalists)|for (?:further|"
    r"more) (?:press )?(?:information|details)[^:\n]{0,40}|"
    r"notes? for editors|weitere informationen (?:für (?:die )?(?:presse|medien|redaktion\w*)"
    r")[^:\n]{0,40}|v\. ?i\. ?s\. ?d\. ?p\.?[^:\n]{0,40}|"
    r"redaktionskontakt|auskunft(?: erteilt)?|fragen beantwortet|weitere (?:informationen|"
    r"auskünfte)|auskünfte(?: erteilt)?|informationen für redaktionen)\s*(?::|$|\s[–-]\s|"
    r"(?<=beantwortet)|(?<=erteilt))\s*",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"(?:presse|medien)?(?:rückfragen|anfragen)\b|\bfür (?:die )?(?:presse|medien|rückfragen|journalist)|pressekontakt|"
    r"(?:press|media) (?:contact|enquiries|inquiries)|fragen (?:der|von) (?:presse|medien|"
    r"journalist)|ansprechpartner(?:in)? für (?:die )?(?:presse|medien)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?:(?:tel(?:efon)?|fon|phone|mobil|mobile|handy|durchwahl|t|m)\b\.?\s*:?\s*|(?<![\d/])(?=\+|0\d))(\+?\(?\d[\d\s()/.–-]{5,22}\d)|(?<![\d-])(\d{3}-\d{4})(?![\d-])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:name|e-?mail|mail|tel(?:efon)?|phone|fax|mobil|web|internet|adresse|anschrift|address)\b", re.I
)
_ORGANISATION = re.compile(
    r"\b(?:Stadt|Gemeinde|Kreis|Landkreis|Amt|Universität|Hochschule|Museum|Theater|Stadtwerke|"
    r"GmbH|AG|e\. ?V\.|gGmbH|Verein|Verband|"
    r"Stiftung|Institut|Ministerium|Bezirk|Pressestelle|Presseamt|Presse-|Referat|Abteilung|Feuerwehr|Council|City|Trust|University|"
    r"Ltd|Foundation|Office|Centre|Department|Library|Hospital|Society|College|Festival|Gallery|Klinikum|Kammer)\b"
)
_ROLE = re.compile(
    r"\b[\w-]*(?:sprecher(?:in)?|leiter(?:in)?|leitung|referent(?:in)?|führer(?:in)?|wart(?:in)?|präsident(?:in)?|kommunikation|öffentlichkeitsarbeit|geschäftsführer(?:in)?|vorsitzende[rn]?|"
    r"pressearbeit|vorstand|marketing|redaktion|officer|manager|spokes\w+|head of \w+|"
    r"director|coordinator|secretary|press office)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:ist|sind|gibt|können|kann|wird|werden|bitte|anmelden|anmeldung|anmeldungen|karten|tickets?|buchen|kostet|kosten|online|unter|is|are|can|will|book|register|"
    r"please)\b",
    re.IGNORECASE,
)
_DEPARTMENT = re.compile(
    r"\b(?:presse\w*|amt|büro|referat|abteilung|kommunikation|office|department|communications|"
    r"team)\b",
    re.IGNORECASE,
)
#: An office that answers: "das Quartiersbüro", "the parish office".
_ANSWERING = re.compile(
    r"\b(?:[A-ZÄÖÜ][\wäöüß-]*(?:büro|amt|sekretariat|kasse|geschäftsstelle|zentrum|verwaltung)"
    r"(?:\s(?:St\.\s)?[A-ZÄÖÜ][\wäöüß-]+)?|(?:[Bb]ox|[Pp]arish|[Cc]ollege|[Ss]chool|[Tt]icket|[Pp]ress|"
    r"[Tt]own) office)\b"
)
_PART_OF_HOUSE = re.compile(r"\s*(?:Amt|Referat|Büro|Abteilung|Stabsstelle|Dezernat|Fachbereich) (?:für|der|des)\b")
_LONGEST_LINE = 110
_MOST_LINES = 14


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a journalist may call."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    phone: str = ""
    email: str = ""
    text: str = ""  #: All of it, on one line.
    line: int = 0


def take_contact(blocks: Sequence[Block]) -> tuple[Contact | None, list[Block]]:
    """The press contact and the blocks without it; of several heads the one that speaks of the press."""
    heads = [at for at, block in enumerate(blocks) if at and _head_of(block)]
    best = next((at for at in heads if re.search(r"press|medien|media", blocks[at].text, re.IGNORECASE)), None)
    chosen = best if best is not None else (heads[-1] if heads else None)
    if chosen is not None:
        end, lines = _extent(blocks, chosen)
        contact = parse(lines, blocks[chosen].line)
        if contact.phone or contact.email or (contact.name and len(lines) > 1):
            return contact, [*blocks[:chosen], *blocks[end:]]
    for at in range(len(blocks) - 1, max(-1, len(blocks) - 9), -1):
        block = blocks[at]
        asked = _INLINE.search(block.text) is not None
        if at and (asked or _is_sign_off(block, len(blocks) - at)) and _way(block.text):
            first = at - 1 if at > 1 and _is_sender(blocks[at - 1]) else at
            lines = [line for one in blocks[first : at + 1] for line in (one.lines or (one.text,))]
            return parse(lines, blocks[first].line), [*blocks[:first], *blocks[at + 1 :]]
    return None, list(blocks)


def mentioned(blocks: Sequence[Block]) -> Contact | None:
    """The last sentence with a way to reach somebody; it stays in the text."""
    for block in reversed(blocks):
        if not _way(block.text):
            continue
        if block.lines:
            line = (
                next(line for line in reversed(block.lines) if _way(line))
                if any(_way(line) for line in block.lines)
                else block.text
            )
            return parse([line], block.line)
        sentences = Sentences(block.text)
        for start, end in reversed(sentences.all()):
            if _way(block.text[start:end]):
                return parse([block.text[start:end]], block.line)
    return None


def signature(blocks: Sequence[Block]) -> Contact | None:
    """Whoever signed a mail, if a way to reach them stands there."""
    lines = [line for block in blocks for line in (block.lines or (block.text,))]
    if not lines:
        return None
    found = parse(lines, blocks[0].line)
    return found if found.name else None


def below_dashes(removed: Sequence[Removed]) -> Contact | None:
    """Whom a mail program's signature names, below the line "-- "."""
    start = next((at for at, one in enumerate(removed) if one.text.rstrip() == "--"), None)
    if start is None:
        return None
    lines = [one.text for one in removed[start + 1 :]][:_MOST_LINES]
    return parse(lines, removed[start].line) if lines else None


def completed(contact: Contact | None, signed: Contact | None) -> Contact | None:
    """A contact with what the signature adds, if both are the same person or the text names none."""
    if signed is None or not (signed.phone or signed.email):
        return contact
    if contact is None or not (contact.name or contact.organisation):
        return signed
    if contact.name != signed.name:
        return contact
    return replace(
        contact,
        role=contact.role or signed.role,
        organisation=contact.organisation or signed.organisation,
        phone=contact.phone or signed.phone,
        email=contact.email or signed.email,
    )


def _is_sender(block: Block) -> bool:
    """ "Stadt Beispiel, Amt für Kommunikation", above the line that says how to reach them."""
    return block.kind is Kind.TEXT and not block.lines and is_organisation(name_in(block.text))


def _is_sign_off(block: Block, from_end: int) -> bool:
    """ "Stadt Beispiel, Pressestelle, Telefon 0999 1-0" below the text: a name, a way, and no sentence."""
    if from_end > 3 or len(block.text) > 170 or block.kind is Kind.ROW:
        return False
    if _VERB.search(block.text) or (
        block.text.rstrip().endswith((".", "!")) and not block.text.rstrip().endswith("example.")
    ):
        return False
    return first_organisation(block.lines or [block.text]) != "" or bool(find_people(block.text))


def _head_of(block: Block) -> bool:
    first = block.lines[0] if block.lines else block.text
    found = _HEAD.match(first)
    if found is None:
        return False
    rest = first[found.end() :]
    if not rest:
        return True
    return len(first) <= 300 and (
        _EMAIL.search(block.text) is not None or _PHONE.search(block.text) is not None or len(rest) < 60
    )


def _extent(blocks: Sequence[Block], at: int) -> tuple[int, list[str]]:
    """Up to where the contact goes: as long as lines look like an address."""
    lines = list(blocks[at].lines or (blocks[at].text,))
    end = at + 1
    has_way = _way(" ".join(lines))
    while end < len(blocks) and len(lines) < _MOST_LINES:
        block = blocks[end]
        fresh = list(block.lines or (block.text,))
        if block.kind is Kind.HEADING or any(len(line) > _LONGEST_LINE for line in fresh):
            break
        named = bool(find_people(block.text)) or _ORGANISATION.search(block.text) is not None
        if not (_way(block.text) or (named and not has_way) or _LABEL.match(block.text)):
            break
        lines += fresh
        has_way = has_way or _way(block.text)
        end += 1
    return end, lines


def _way(text: str) -> bool:
    return _EMAIL.search(text) is not None or _PHONE.search(text) is not None


def parse(lines: Sequence[str], line: int) -> Contact:
    """Name, role, organisation, telephone and mail address of a contact's lines."""
    whole = " | ".join(text.strip() for text in lines)
    email, phone = _EMAIL.search(whole), _PHONE.search(whole)
    told = [_HEAD.sub("", text, count=1) for text in lines]
    parts = [part.strip(" ,;:") for text in told for part in re.split(r"[,;|]|\s[–-]\s", text) if part.strip()]
    people = [person for part in parts for person in find_people(part)]
    name = people[0].name if people else _guess_name(parts)
    rest = [part for part in parts if not (name and name in part and len(part) < len(name) + 12)]
    roles = (part for part in rest if _ROLE.search(part) and len(part) < 80 and _may_be_told(part))
    role = next((part for part in roles if not is_organisation(name_in(part))), "")
    if people and people[0].role and not role:
        role = people[0].role
    return Contact(
        name,
        "" if _PART_OF_HOUSE.match(role) else role,
        _organisation(rest, role, whole, lines),
        " ".join((phone[1] or phone[2]).split()) if phone else "",
        email[0] if email else "",
        whole,
        line,
    )


def _may_be_told(part: str) -> bool:
    return not _way(part) and _HEAD.fullmatch(part) is None


def _organisation(rest: Sequence[str], role: str, whole: str, lines: Sequence[str]) -> str:
    """Whose office it is, with the department where both stand together."""
    parts = [part for part in rest if len(part) < 90 and part != role and _may_be_told(part)]
    named = next((part for part in parts if _ORGANISATION.search(part) and not _HEAD.match(part)), "")
    named = named or next(
        (part for part in parts if is_organisation(name_in(part)) and not _HEAD.match(f"{part}:")), ""
    )
    if not named:
        found = _ANSWERING.search(whole)
        return found[0] if found else first_organisation([*parts, *re.split(r"\b(?:der|des|of the|of)\s", role)[1:]])
    beside = [part for part in rest if _DEPARTMENT.search(part) and part != named and not _way(part) and len(part) < 60]
    if beside and (beside[0] != role or _PART_OF_HOUSE.match(role)) and f"{named}, {beside[0]}" in " ".join(lines):
        return f"{named}, {beside[0]}"
    return named


def _guess_name(parts: Sequence[str]) -> str:
    """A line of two or three capitals and nothing else."""
    for part in parts:
        bare = re.sub(r"^(?:(?:Frau|Herrn?|Dr\.|Prof\.|Mrs?\.?|Ms\.?)\s+)+", "", part)
        named = re.fullmatch(r"[A-ZÄÖÜ][\wäöüß'’-]+(?:\s[A-ZÄÖÜ][\wäöüß.'’-]*){1,2}", bare)
        if (
            named
            and not _HEAD.match(part)
            and not _ORGANISATION.search(bare)
            and not _ROLE.search(bare)
            and not is_organisation(bare)
        ):
            return bare
    return ""
