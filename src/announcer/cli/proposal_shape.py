"""A proposal as `announcer add --json` prints it; docs/intake.md lists the keys. Pure."""

from __future__ import annotations

from typing import Any

from announcer.cli.shapes import instant
from announcer.intake import asking
from announcer.intake.document import Enclosure, Kind, Picture
from announcer.intake.names import Named
from announcer.intake.programme import Item
from announcer.intake.proposal import EventDraft, Passage, Proposal, Question, Remark
from announcer.model.facts import Session

Shape = dict[str, Any]


def proposal(value: Proposal, language: str) -> Shape:
    """All of it."""
    text = value.announcement
    contact = value.contact
    return {
        "id": text.id,
        "language": text.language,
        "headline": text.headline,
        "kicker": text.kicker or None,
        "lead": text.lead or None,
        "body": text.body,
        "sections": _sections(value),
        "boilerplate": value.boilerplate or None,
        "number": value.number or None,
        "release_date": str(value.released) if value.released else None,
        "source": text.source or None,
        "contact": None if contact is None else {
            "name": contact.name or None, "role": contact.role or None, "organisation": contact.organisation or None,
            "phone": contact.phone or None, "email": contact.email or None, "text": contact.text,
        },
        "embargo": {"until": instant(text.embargoed_until), "said": value.embargo_said or None}
        if text.embargoed_until or value.embargo_said else None,
        "people": [_person(one) for one in value.people],
        "quotes": [{"text": one.text, "who": one.who or None} for one in value.quotes],
        "event": None if value.draft is None else _event(value.draft),
        "events": [_event(draft) for draft in (value.draft, *value.further) if draft is not None],
        "event_id": value.event_id,
        "links": [{"label": link.label, "url": link.url or None} for link in text.links],
        "images": [_image(one) for one in value.pictures]
        + [{"src": p.file, "caption": None, "alt": p.alt or None, "credit": p.credit or None} for p in text.pictures],
        "attachments": [_enclosure(one) for one in value.enclosures],
        "topics": list(text.topics),
        "stripped": [{"text": one.text, "line": one.line or None} for one in value.removed],
        "gaps": [_question(one, language) for one in value.questions],
        "warnings": [_remark(one, language) for one in value.remarks],
        "fields": {
            name: {"confidence": known.confidence.value, "passage": _passage(known.passage)}
            for name, known in value.known.items()
        },
    }  # fmt: skip


def _sections(value: Proposal) -> list[Shape]:
    sections: list[Shape] = []
    for block in value.sections:
        if block.kind is Kind.HEADING:
            sections.append({"heading": block.text, "text": ""})
            continue
        if not sections:
            sections.append({"heading": None, "text": ""})
        shown = "\n".join(block.lines) if block.lines else block.text.replace("\t", " | ")
        sections[-1]["text"] = f"{sections[-1]['text']}\n\n{shown}".strip()
    return sections


def _person(value: Named) -> Shape:
    return {
        "name": value.name, "title": value.title or None, "role": value.role or None,
        "affiliation": value.affiliation or None,
    }  # fmt: skip


def _event(value: EventDraft) -> Shape:
    event, place = value.event, value.event.place
    return {
        "id": event.id,
        "name": event.name,
        "start": value.start or None,
        "end": value.end or None,
        "timezone": event.timezone,
        "certainty": value.certainty,
        "confirmed": event.certainty.value == "confirmed",
        "said": " ".join(value.when.text.split()) if value.when else None,
        "alternatives": list(value.alternatives),
        "status": value.status,
        "previous_start": str(value.previous.first) if value.previous and value.previous.first else None,
        "previous_place": value.previous_place or None,
        "place": None if place is None else {
            "name": place.name, "street": place.street or None, "postal_code": place.postal_code or None,
            "city": place.city or None,
        },
        "doors": value.doors or None,
        "registration_closes": value.registration_closes or None,
        "recurring": value.recurring,
        "sessions": [_session(session, item) for session, item in zip(event.sessions, value.items, strict=False)],
    }  # fmt: skip


def _session(session: Session, item: Item) -> Shape:
    day = session.day or item.on
    return {
        "id": session.id,
        "kind": item.kind or None,
        "title": item.title,
        "day": str(day) if day else None,
        "day_number": item.day,
        "start": f"{item.start:%H:%M}" if item.start else None,
        "end": f"{item.end:%H:%M}" if item.end else None,
        "room": item.room or None,
        "people": [_person(one) for one in item.people],
        "passage": {"text": item.words, "line": item.line},
    }


def _image(value: Picture) -> Shape:
    return {
        "src": value.src or None,
        "caption": value.caption or None,
        "alt": value.alt or None,
        "credit": value.credit or None,
    }


def _enclosure(value: Enclosure) -> Shape:
    return {"label": value.label, "url": value.url or None, "size": len(value.data) or None}


def _question(value: Question, language: str) -> Shape:
    return {
        "key": value.key,
        "question": asking.question(value, language),
        "options": list(value.options),
        "passage": _passage(value.passage),
    }


def _remark(value: Remark, language: str) -> Shape:
    return {"key": value.key, "text": asking.remark(value, language), "passage": _passage(value.passage)}


def _passage(value: Passage | None) -> Shape | None:
    return None if value is None else {"text": value.text, "line": value.line}
