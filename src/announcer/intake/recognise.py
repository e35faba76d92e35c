"""From a document to a proposal: the parts in order, each from a room of its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.intake import gaps
from announcer.intake.around import Text
from announcer.intake.contacts import Contact, mentioned, signature, take_contact
from announcer.intake.dates import Mention, Precision, Sure, find_dates, looks_english, told_elsewhere
from announcer.intake.document import Block, Document, Kind, Removed
from announcer.intake.masthead import Masthead, dateline_of_lead, dateline_place, read_masthead
from announcer.intake.names import Named, find_people, merged
from announcer.intake.occasion import Occasion, find_occasion
from announcer.intake.occasion_reading import Reading
from announcer.intake.organisations import first_organisation, is_organisation, name_in
from announcer.intake.programme import Item, listed
from announcer.intake.proposal import Confidence, EventDraft, Known, Passage, Proposal
from announcer.intake.quotes import find_quotes
from announcer.intake.slugs import slug, unique
from announcer.intake.structure import read_text
from announcer.intake.telling import Telling, told
from announcer.model.facts import Announcement, Certainty, Event, EventStatus, Person, Place, Registration, Session

#: So much of a text is searched for people, events and programmes; all of it is kept.
MOST_CHARACTERS = 60_000
_NO_WORD = re.compile(r"\S{150,}")
_STATUS = {
    "cancelled": EventStatus.CANCELLED,
    "postponed": EventStatus.POSTPONED,
    "rescheduled": EventStatus.RESCHEDULED,
}


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
    contact = _with_sender(contact or mentioned(blocks), document)
    release = given.release or head.released
    if text.lead is not None:
        _, dated, _ = dateline_of_lead(text.lead.text, release)
        head.released = head.released or dated
        release = release or dated
    if document.sent:
        head.released = head.released or date.fromisoformat(document.sent)
    release = release or head.released
    reading = _reading(text, document.facts, release, english=language == "en")
    people = [p for p in find_people(reading.text) if contact is None or p.name != contact.name]
    occasion = find_occasion(reading)
    items = _items(text, reading, people, occasion, release, english=language == "en")
    draft = None if occasion is None else _draft(occasion, items, given, text)
    announcement = _announcement(text, head, contact, document, given, language)
    proposal = Proposal(
        announcement=announcement,
        stripped=tuple(one.text for one in document.removed),
        draft=draft,
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
        known=_known(text, head, contact, draft, occasion),
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
        return found
    many = re.search(
        r"konferenz|tagung|kongress|symposium|festival|\bfest\b|fachtag|forum|gipfel|programm|kolloquium|messe|conference|summit|festival|programme|congress|symposium|workshops",
        reading.text, re.IGNORECASE,
    )  # fmt: skip
    when = occasion.when
    telling = Telling(
        reading.text,
        len(reading.headline),
        people,
        reading.mentions,
        when.first if when else None,
        when.last if when else None,
        when.start if when else -1,
        single=many is None,
    )
    found = told(telling)
    return found if many or len(found) >= 2 else []


def _announcement(
    text: Text, head: Masthead, contact: Contact | None, document: Document, given: Given, language: str
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
        source=head.source or _source(document, contact, text, headline),
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


def _source(document: Document, contact: Contact | None, text: Text, headline: str) -> str:
    """Who publishes, if no line says so: whose office the contact is, who sent the mail, whose page it is."""
    if contact and contact.organisation and is_organisation(name_in(contact.organisation)):
        return name_in(contact.organisation)
    before, colon, _ = headline.partition(":")
    place = dateline_place(text.lead.text) if text.lead else ""
    told = [document.sender, document.publisher, before if colon else "", place]
    return first_organisation(one for one in told if one) or document.sender


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


# The event.


def _draft(occasion: Occasion, items: Sequence[Item], given: Given, text: Text) -> EventDraft:
    when, zone = occasion.when, given.zone
    occasion = _beginning(occasion, items)
    certainty = _certainty(occasion)
    first = when.first if when else None
    last = when.last if when else None
    start, end = _span(first, last, occasion.begins, occasion.ends, zone)
    place = Place(occasion.place, occasion.street, occasion.postal_code, occasion.city) if occasion.place else None
    closes = occasion.registration_closes
    closing = datetime.combine(closes.first, closes.begins or time(23, 59), zone) if closes and closes.first else None
    known = certainty in {"stated", "inferred", "ambiguous"} and start is not None
    doors = datetime.combine(first, occasion.doors, zone) if first and occasion.doors else None
    event = Event(
        id=slug(occasion.name)[:70].strip("-")
        + (f"-{first.year}" if first and str(first.year) not in occasion.name else ""),
        name=occasion.name,
        start=start,
        end=end,
        timezone=zone.key,
        certainty=Certainty.INFERRED if known else Certainty.MISSING,
        doors=doors,
        place=place,
        registration=Registration(closes=closing),
        sessions=tuple(_sessions(items, first, last, zone)),
        status=_STATUS.get(occasion.status, EventStatus.SCHEDULED),
    )
    return EventDraft(
        event=event, certainty=certainty, status=occasion.status, when=when, previous=occasion.previous,
        previous_place=occasion.previous_place, start=_shown(when, occasion.begins, first=True),
        end=_shown(when, occasion.ends, first=False), alternatives=_alternatives(occasion),
        registration_closes=_shown(closes, closes.begins if closes else None, first=True) if closes else "",
        doors=f"{occasion.doors:%H:%M}" if occasion.doors else "", recurring=occasion.recurring, items=tuple(items),
    )  # fmt: skip


def _beginning(occasion: Occasion, items: Sequence[Item]) -> Occasion:
    """An event without a time of its own begins with the first item of its first day."""
    when = occasion.when
    if occasion.begins is not None or when is None or when.first is None or len(items) < 2:
        return occasion
    one_day = when.first == when.last
    starts = [
        item.start
        for item in items
        if item.start and (item.on == when.first if item.on else item.day == 1 or (item.day is None and one_day))
    ]
    return replace(occasion, begins=min(starts)) if starts else occasion


def _certainty(occasion: Occasion) -> str:
    if occasion.when is None:
        return "missing"
    if occasion.contradicting or occasion.when.sure is Sure.AMBIGUOUS:
        return "ambiguous"
    if occasion.when.sure is Sure.INCOMPLETE:
        return "open"
    return occasion.when.sure.value


def _span(
    first: date | None, last: date | None, begins: time | None, ends: time | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """Start and end as instants; a day without a time begins at midnight, and stays to be confirmed."""
    if first is None or last is None:
        return None, None
    start = datetime.combine(first, begins or time(), zone)
    if ends is not None:
        end = datetime.combine(last, ends, zone)
        return start, end if end > start else end + timedelta(days=1)
    if last != first:
        return start, datetime.combine(last, time(23, 59), zone)
    return start, None


def _shown(when: Mention | None, clock: time | None, *, first: bool) -> str:
    """A start or end as exact as the text says it."""
    if when is None:
        return ""
    day = when.first if first else when.last
    if day is None:
        if not when.partial or when.partial[0] == (0, 0):
            return ""
        month, number = when.partial[0 if first else -1]
        shown = f"--{month:02}-{number:02}"
        return shown + (f"T{clock:%H:%M}" if clock else "") if first or len(when.partial) > 1 or clock else ""
    if not first and clock is not None and when.first == when.last and when.begins and clock <= when.begins:
        day += timedelta(days=1)
    if not first and clock is None and when.first == when.last:
        return ""
    if when.precision is Precision.MONTH:
        return f"{day:%Y-%m}"
    return day.isoformat() + (f"T{clock:%H:%M}" if clock else "")


def _alternatives(occasion: Occasion) -> tuple[str, ...]:
    when = occasion.when
    if when is None:
        return ()
    clock = f"T{occasion.begins:%H:%M}" if occasion.begins else ""
    spans = [*when.alternatives, *((m.first, m.last) for m in occasion.contradicting if m.first)]
    return tuple(dict.fromkeys(f"{first}{clock}" for first, _ in spans))


def _sessions(items: Sequence[Item], first: date | None, last: date | None, zone: ZoneInfo) -> list[Session]:
    taken: set[str] = set()
    result = []
    for item in items:
        day = _day(item, first, last)
        start = datetime.combine(day, item.start, zone) if day and item.start else None
        end = datetime.combine(day, item.end, zone) if day and item.end and start else None
        if start and end and end <= start:
            end += timedelta(days=1)
        id_ = unique(slug(item.kind or item.title)[:40].strip("-"), taken)
        performers = tuple(
            Person(" ".join(filter(None, (p.title, p.name))), p.role, p.affiliation) for p in item.people
        )
        result.append(Session(id_, item.title, item.kind, day, start, end, item.room, performers))
    return result


def _day(item: Item, first: date | None, last: date | None) -> date | None:
    if item.on is not None:
        return item.on
    if first is None or last is None:
        return None
    if item.day is None:
        return first if first == last else None
    if item.day == -1:
        return last
    day = first + timedelta(days=item.day - 1)
    return day if day <= last else None


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
