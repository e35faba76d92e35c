"""From a document to a proposal: the parts in order, each from a room of its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from announcer.intake import gaps
from announcer.intake.around import Text
from announcer.intake.contacts import Contact, below_dashes, completed, mentioned, signature, take_contact
from announcer.intake.dates import Mention, Sure, find_dates, looks_english, told_elsewhere
from announcer.intake.document import Block, Document, Kind, Removed
from announcer.intake.drafting import draft_of
from announcer.intake.event_times import time_of_each
from announcer.intake.further import further_occasions, named_apart
from announcer.intake.masthead import Masthead, dateline_of_lead, dateline_place, read_masthead
from announcer.intake.names import Named, find_people, merged
from announcer.intake.occasion import Occasion, find_occasion
from announcer.intake.occasion_reading import Reading
from announcer.intake.organisations import first_organisation, hosted, is_organisation, name_in, organisation_in
from announcer.intake.programme import Item, listed, on_weekdays
from announcer.intake.proposal import Confidence, EventDraft, Known, Passage, Proposal
from announcer.intake.quotes import find_quotes
from announcer.intake.sentences import Sentences
from announcer.intake.slugs import slug
from announcer.intake.structure import read_text
from announcer.intake.telling import Telling, told
from announcer.model.facts import Announcement

#: So much of a text is searched for people, events and programmes; all of it is kept.
MOST_CHARACTERS = 30_000
_NO_WORD = re.compile(r"\S{150,}")


@dataclass(frozen=True, slots=True)
class Given:
    """What the office says beside the text."""

    name: str  #: The file's name, for errors and as the id.
    zone: ZoneInfo
    release: date | None = None
    id: str = ""
    language: str = ""
    headline: str = ""  #: If it stands beside the text, the text begins with its lead.


def recognise(document: Document, given: Given) -> Proposal:
    """Everything that can be read out of a document, with what is missing."""
    language = given.language or document.language or ("en" if looks_english(document.text) else "de")
    head, blocks = read_masthead(document.blocks, given.zone, given.release)
    contact, blocks = take_contact(blocks)
    kept = set(blocks)
    text = read_text(document, blocks, given.headline, [one for one in document.blocks if one not in kept])
    contact = contact or signature([block for block in text.covers if text.lead and block.line > text.lead.line])
    contact = contact or mentioned(blocks)
    contact = _with_sender(completed(contact, below_dashes(document.removed)), document)
    release = given.release or head.released
    if text.lead is not None:
        _, dated, _ = dateline_of_lead(text.lead.text, release)
        head.released = head.released or dated
        release = release or dated
    if document.sent:
        head.released = head.released or date.fromisoformat(document.sent)
    release = release or head.released
    reading = _reading(text, document.facts, release, english=language == "en")
    reading = replace(reading, mentions=tuple(_marked(one, document.times) for one in reading.mentions))
    people = find_people(reading.text)
    occasion = find_occasion(reading)
    items = _items(text, reading, people, occasion, release, english=language == "en")
    others = [] if occasion is None or any(item.on for item in items) else further_occasions(reading, occasion)
    occasion = named_apart(occasion, others) if occasion is not None else None
    draft = None if occasion is None else draft_of(occasion, items, given.zone)
    headline = text.headline.text if text.headline else ""
    source, sourced = (head.source, True) if head.source else _source(document, contact, text, headline)
    announcement = _announcement(text, head, contact, source, given, language)
    proposal = Proposal(
        announcement=announcement,
        stripped=tuple(one.text for one in document.removed),
        draft=draft,
        further=tuple(draft_of(one, (), given.zone) for one in others),
        number=head.number,
        released=head.released,
        deck=text.deck.text if text.deck else "",
        sections=tuple(text.body),
        boilerplate="\n\n".join(block.shown for block in text.boilerplate),
        contact=contact,
        embargo_said=head.embargo_said,
        people=tuple(merged(people)),
        quotes=tuple(find_quotes(reading.text, people)),
        pictures=tuple(text.pictures),
        enclosures=tuple(text.enclosures),
        removed=(*document.removed, *(Removed(block.text, block.line) for block in (*text.covers, *head.labels))),
        known={
            **_known_source(text, source, sure=sourced),
            **_known(text, head, contact, draft, occasion),
        },
    )
    return gaps.with_questions(proposal, reading, occasion)


def _reading(text: Text, facts: str, release: date | None, *, english: bool) -> Reading:
    parts = [text.headline.text if text.headline else ""]
    if text.deck:
        parts.append(text.deck.text)
    if text.lead:
        parts.append(dateline_of_lead(text.lead.text, release)[2])
    parts += ["\n".join(block.lines) if block.lines else block.text for block in text.body]
    # What is longer than any release is not searched to its end; words longer than any word are none.
    whole = _NO_WORD.sub("…", "\n\n".join([*parts, *([facts] if facts else [])])[:MOST_CHARACTERS])
    mentions = told_elsewhere(find_dates(whole, release=release, english=english))
    return Reading(whole, parts[0], text.kicker.text if text.kicker else "", mentions, release)


def _marked(mention: Mention, times: Sequence[tuple[str, str]]) -> Mention:
    """A day whose page says in its markup which year it is: <time datetime="2027-10-23">."""
    for said, value in times:
        if mention.first is None or mention.first != mention.last or mention.sure is Sure.STATED:
            continue
        marked = re.match(r"(\d{4})-(\d\d)-(\d\d)", value)
        if marked is None or " ".join(said.split()).strip(" ,") not in " ".join(mention.text.split()):
            continue
        if (mention.first.month, mention.first.day) == (int(marked[2]), int(marked[3])):
            try:
                day = mention.first.replace(year=int(marked[1]))
            except ValueError:
                continue
            return replace(mention, first=day, last=day, sure=Sure.STATED, notes=(), alternatives=())
    return mention


def _items(
    text: Text,
    reading: Reading,
    people: Sequence[Named],
    occasion: Occasion | None,
    release: date | None,
    *,
    english: bool,
) -> list[Item]:
    """The programme: lines with times; else what running text tells of a conference or festival."""
    if occasion is None:
        return []
    found = listed(text.body, release, english)
    if found:
        begins, ends = time_of_each(reading, Sentences(reading.text))
        found = on_weekdays(found, *((occasion.when.first, occasion.when.last) if occasion.when else (None, None)))
        return [replace(one, start=begins, end=ends) if one.on and one.start is None else one for one in found]
    many = re.search(
        r"konferenz|tagung|kongress|symposium|festival|fest\b|fachtag|kirmes|markt\b|open day|tag der|forum|"
        r"gipfel|programm|kolloquium|messe|conference|summit|festival|programme|congress|symposium|workshops",
        reading.text, re.IGNORECASE,
    )  # fmt: skip
    when = occasion.when
    telling = Telling(
        reading.text,
        len(reading.headline) + (len(text.deck.text) + 2 if text.deck else 0),
        people,
        reading.mentions,
        when.first if when else None,
        when.last if when else None,
        when.start if when else -1,
        single=many is None and (when is None or when.first == when.last),
    )
    found = told(telling)
    return found if many or len(found) >= 2 else []


def _announcement(
    text: Text, head: Masthead, contact: Contact | None, source: str, given: Given, language: str
) -> Announcement:
    headline = text.headline.text if text.headline else ""
    lead = dateline_of_lead(text.lead.text, given.release)[2] if text.lead else ""
    return Announcement(
        id=given.id or slug(re.sub(r"\.[A-Za-z]{1,5}$", "", given.name)),
        headline=headline,
        kicker=text.kicker.text if text.kicker else "",
        lead=lead,
        body="\n\n".join(_as_markdown(block) for block in _body(text)),
        language=language,
        source=source,
        contact=contact.text.replace(" | ", ", ") if contact else "",
        links=tuple(text.links),
        embargoed_until=head.embargo,
    )


def _with_sender(contact: Contact | None, document: Document) -> Contact | None:
    """Who sent a mail may be written to, if its text names nobody else."""
    if not document.address:
        return contact
    if contact is None:
        return Contact(document.sender_name, email=document.address, text=document.address)
    return replace(contact, email=contact.email or document.address, name=contact.name or document.sender_name)


def _source(document: Document, contact: Contact | None, text: Text, headline: str) -> tuple[str, bool]:
    """Who publishes, if no line says so, and whether that is only likely.

    Whose office the contact is, who sent the mail, whose page it is; else whom the text speaks of first.
    """
    office = name_in(contact.organisation) if contact else ""
    department = re.match(r"(?:Institut|Lehrstuhl|Abteilung|Fachbereich|Amt|Referat|Department|Institute)\b", office)
    if contact and is_organisation(office) and not department and (" " in office or not hosted(document.text)):
        return name_in(contact.organisation), True
    before, colon, _ = headline.partition(":")
    place = dateline_place(text.lead.text) if text.lead else ""
    told = [document.sender, document.publisher, before if colon else "", place]
    sure = first_organisation(one for one in told if one)
    if sure:
        return sure, True
    parts = [text.boilerplate[:2], [text.lead] if text.lead else [], text.body]
    spoken = (organisation_in(block.text) for blocks in parts for block in blocks)
    return document.sender or hosted(document.text) or next(filter(None, spoken), ""), bool(document.sender)


def _body(text: Text) -> list[Block]:
    deck = [Block(text.deck.text, text.deck.line, markdown=f"**{text.deck.text}**")] if text.deck else []
    return [*deck, *text.body, *text.boilerplate]


def _as_markdown(block: Block) -> str:
    if block.kind is Kind.HEADING:
        return f"## {block.text}"
    if block.kind is Kind.ITEM:
        return block.markdown if block.markdown.startswith(("-", "*", "•")) else f"- {block.text}"
    if block.kind is Kind.ROW:
        return "- " + " · ".join(cell for cell in block.text.split("\t") if cell)
    if block.lines:
        return "\n".join(f"{line}  " for line in block.lines[:-1]) + "\n" + block.lines[-1]
    return block.shown


def _known_source(text: Text, source: str, *, sure: bool) -> dict[str, Known]:
    confidence = Confidence.LIKELY if sure else Confidence.UNCERTAIN
    return {"source": Known(confidence, Passage(source, line_of(text, source)))} if source else {}


def _known(
    text: Text, head: Masthead, contact: Contact | None, draft: EventDraft | None, occasion: Occasion | None
) -> dict[str, Known]:
    """The passage and the confidence of each field."""
    known: dict[str, Known] = {}

    def note(name: str, confidence: Confidence, said: str, line: int) -> None:
        if said:
            known[name] = Known(confidence, Passage(said, line))

    for name, block in (("headline", text.headline), ("kicker", text.kicker), ("lead", text.lead), ("deck", text.deck)):
        if block is not None:
            sure = Confidence.STATED if block.kind is Kind.HEADING else Confidence.LIKELY
            note(name, sure, block.text, block.line)
    note("source", Confidence.STATED, head.source, head.source_line)
    note("number", Confidence.STATED, head.number, head.number_line)
    note("embargo", Confidence.STATED if head.embargo else Confidence.UNCERTAIN, head.embargo_said, head.embargo_line)
    if head.released:
        note("released", Confidence.STATED, head.released.isoformat(), head.released_line)
    if contact:
        note("contact", Confidence.STATED, contact.text, contact.line)
    if draft is not None and occasion is not None:
        _note_event(note, draft, occasion, text)
    return known


def _note_event(note: gaps.Note, draft: EventDraft, occasion: Occasion, text: Text) -> None:
    named = Confidence.LIKELY if occasion.named else Confidence.UNCERTAIN
    note("event.name", named, occasion.name, line_of(text, occasion.name))
    placed = Confidence.LIKELY if occasion.placed else Confidence.UNCERTAIN
    note("event.place", placed, occasion.place, line_of(text, occasion.place))
    if draft.start[10:] and (occasion.when is None or occasion.when.begins is None):
        note("event.time", Confidence.UNCERTAIN, draft.start[11:], line_of(text, occasion.name))
    if draft.status != "scheduled":
        note("event.status", Confidence.UNCERTAIN, draft.status, 1)
    if occasion.when is not None:
        sure = {"stated": Confidence.STATED, "inferred": Confidence.INFERRED}.get(draft.certainty, Confidence.UNCERTAIN)
        note("event.start", sure, occasion.when.text, line_of(text, occasion.when.text.split("\n")[0]))


def line_of(text: Text, said: str) -> int:
    """The line of the text some words stand on."""
    for block in (text.headline, text.deck, text.lead, *text.body):
        if block is None:
            continue
        for number, line in enumerate(block.lines or (block.text,)):
            if said and said in line:
                return block.line + number
    return text.headline.line if text.headline else 0
