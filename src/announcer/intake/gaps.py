"""What a good colleague asks about a release, and what she points out. Nothing is asked that the text answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from announcer.intake.dates import Sure
from announcer.intake.further import is_diary
from announcer.intake.occasion import Occasion
from announcer.intake.occasion_reading import Reading
from announcer.intake.proposal import Confidence, Passage, Proposal, Question, Remark

_ENCLOSED = re.compile(
    r"\b(?:anbei|im anhang|als anlage|beigefügt\w*|in der anlage|angehängt\w*|liegt (?:dieser "
    r"\w+ )?bei|im anhang dieser|attached|enclosed|see attachment)\b",
    re.IGNORECASE,
)
#: "treffen sich … zusammenfinden": a clause with a finite verb and an infinitive that nothing governs.
_TWO_VERBS = re.compile(
    r"\b(?:treffen|versammeln|finden|begegnen) sich\b(?:[^.;:]|(?<=\d)\.){10,200}\b(?:zusammenfinden|"
    r"zusammenkommen|versammeln|treffen|einfinden)\.",
    re.IGNORECASE,
)
_TWICE = re.compile(r"\b([a-zäöüß]{2,12}) \1\b")
_ABOUT_FIELDS = frozenset(
    [
        "embargo",
        "links",
        "alt",
        "credit",
        "no_lead",
        "link_without_address",
        "image_without_alt",
        "image_without_credit",
    ]
)
#: Fields that are pointed out where they are uncertain.
_DOUBTFUL = ("source", "event.name", "event.place", "event.time", "event.end", "event.status")
_DAYS = 6
_MAY_REPEAT = frozenset({"die", "der", "das", "sie", "sehr", "had", "that"})


class Note(Protocol):
    """Takes down how sure a field is, and where it stands."""

    def __call__(self, name: str, confidence: Confidence, said: str, line: int) -> None: ...


def with_questions(proposal: Proposal, reading: Reading, occasion: Occasion | None) -> Proposal:
    """The proposal with its questions and remarks about the text."""
    questions = tuple(_questions(proposal, reading, occasion))
    return looked_over(replace(proposal, questions=questions, remarks=tuple(_remarks(proposal, reading))))


def looked_over(proposal: Proposal) -> Proposal:
    """Questions and remarks about the fields, as they are now: links, pictures, the embargo, the lead."""
    about_text = [q for q in proposal.questions if q.key not in _ABOUT_FIELDS]
    remarks = [r for r in proposal.remarks if r.key not in _ABOUT_FIELDS]
    questions = (*about_text, *_field_questions(proposal))
    remarks += _field_remarks(proposal)
    return replace(proposal, questions=questions, remarks=tuple(remarks), warnings=tuple(_plain(r) for r in remarks))


def _questions(proposal: Proposal, reading: Reading, occasion: Occasion | None) -> Iterator[Question]:
    if occasion is not None and occasion.status != "past":
        yield from _about_date(proposal, reading, occasion)
        yield from _about_event(proposal, occasion)
    if occasion is not None and (proposal.further or is_diary(reading, proposal.draft.items if proposal.draft else ())):
        yield _about_several(proposal, occasion)
    if _misses_enclosure(proposal, reading):
        yield Question("attachment")


def _field_questions(proposal: Proposal) -> Iterator[Question]:
    if proposal.embargo_said and proposal.announcement.embargoed_until is None:
        yield Question("embargo", {"said": proposal.embargo_said}, passage=_passage(proposal, "embargo"))
    lost = [link.label for link in proposal.announcement.links if not link.url]
    if lost:
        yield Question("links", {"labels": ", ".join(lost), "n": str(len(lost))})
    if any(not picture.alt for picture in proposal.pictures):
        yield Question("alt", {"n": str(sum(not picture.alt for picture in proposal.pictures))})
    if any(not picture.credit for picture in proposal.pictures):
        yield Question("credit", {"n": str(sum(not picture.credit for picture in proposal.pictures))})


def _about_date(proposal: Proposal, reading: Reading, occasion: Occasion) -> Iterator[Question]:
    draft = proposal.draft
    assert draft is not None
    when, passage = occasion.when, _passage(proposal, "event.start")
    if when is None:
        if occasion.status not in {"postponed", "cancelled"} and not occasion.recurring:
            yield Question("date-missing", {"event": occasion.name})
        return
    said = {"said": " ".join(when.text.split())}
    if occasion.contradicting:
        yield Question("date", said, draft.alternatives, passage)
    elif "weekday_mismatch" in when.notes:
        yield Question("weekday", said, _spans(when.alternatives), passage)
        if "year_inferred" in when.notes:
            yield Question("year", said, _spans(when.alternatives), passage)
    elif when.sure is Sure.AMBIGUOUS:
        yield Question("date", said, draft.alternatives, passage)
    elif when.sure is Sure.INCOMPLETE:
        key = "release-date" if "relative" in when.notes else "year"
        yield Question(key, said, _years(when.partial, reading), passage)
    elif "year_inferred" in when.notes and "weekday_fits" not in when.notes:
        assert when.first is not None
        assert when.last is not None
        options = dict.fromkeys([*_spans(((when.first, when.last),)), *_spans(when.alternatives)])
        yield Question("year", said, tuple(options), passage)


def _spans(spans: tuple[tuple[date, date], ...]) -> tuple[str, ...]:
    return tuple(f"{first}" if first == last else f"{first}/{last}" for first, last in spans)


def _years(partial: tuple[tuple[int, int], ...], reading: Reading) -> tuple[str, ...]:
    """Years that stand elsewhere in the text suggest themselves; nothing else does."""
    if not partial or partial[0] == (0, 0):
        return ()
    years = dict.fromkeys(int(year) for year in re.findall(r"\b(20\d\d)\b", reading.text))
    options = []
    for year in list(years)[:3]:
        try:
            first, last = date(year, *partial[0]), date(year, *partial[-1])
        except ValueError:
            continue
        options.append(f"{first}" if first == last else f"{first}/{last}")
    return tuple(options)


def _about_event(proposal: Proposal, occasion: Occasion) -> Iterator[Question]:
    if occasion.status in {"cancelled", "postponed"} or not occasion.invites or occasion.recurring:
        return
    draft = proposal.draft
    if (
        occasion.begins is None
        and not _is_open_for_days(occasion)
        and draft is not None
        and occasion.when is not None
        and not any(item.start for item in draft.items)
    ):
        yield Question("time", {"event": occasion.name}, passage=_passage(proposal, "event.start"))
    if not occasion.place:
        yield Question("place", {"event": occasion.name})


def _is_open_for_days(occasion: Occasion) -> bool:
    """An exhibition of weeks has opening hours, and no time of its own."""
    when = occasion.when
    return (
        when is not None and when.first is not None and when.last is not None and (when.last - when.first).days > _DAYS
    )


def _about_several(proposal: Proposal, occasion: Occasion) -> Question:
    """Whether several events are to be one announcement, and which of them are stored."""
    drafts = [draft for draft in (proposal.draft, *proposal.further) if draft is not None]
    names = [draft.event.name for draft in drafts]
    if not proposal.further and proposal.draft is not None:
        names = [item.title for item in proposal.draft.items]
        return Question("events", {"diary": "; ".join(names)}, passage=_passage(proposal, "event.start"))
    return Question("events", {"events": _numbered(names)})


def _numbered(names: Sequence[str]) -> str:
    return ", ".join(f"({number}) {name}" for number, name in enumerate(names, 1))


def _misses_enclosure(proposal: Proposal, reading: Reading) -> bool:
    have = any(one.url or one.data for one in proposal.enclosures) or any(p.src for p in proposal.pictures)
    named = [one for one in proposal.enclosures if one.enclosed and not one.url and not one.data]
    linked = [one for one in proposal.enclosures if not one.enclosed]
    return not have and (bool(named) or (not linked and _ENCLOSED.search(reading.text) is not None))


def _field_remarks(proposal: Proposal) -> Iterator[Remark]:
    announcement = proposal.announcement
    if not announcement.lead:
        yield Remark("no_lead")
    for link in announcement.links:
        if not link.url:
            yield Remark("link_without_address", {"label": link.label})
    for file in announcement.pictures:
        if not file.alt:
            yield Remark("image_without_alt", {"image": file.file})
    for picture in proposal.pictures:
        name = picture.caption or picture.src or "?"
        if not picture.alt:
            yield Remark("image_without_alt", {"image": name}, Passage(name, picture.line))
        if not picture.credit:
            yield Remark("image_without_credit", {"image": name}, Passage(name, picture.line))


def _remarks(proposal: Proposal, reading: Reading) -> Iterator[Remark]:
    for found in _TWO_VERBS.finditer(reading.text):
        yield Remark("grammar", {"said": " ".join(found[0].split())}, Passage(found[0], _line(reading, found.start())))
    for found in _TWICE.finditer(reading.text):
        if found[1] not in _MAY_REPEAT:
            yield Remark("twice", {"said": found[0]}, Passage(found[0], _line(reading, found.start())))
    for name in _DOUBTFUL:
        known = proposal.known.get(name)
        if known is not None and known.confidence is Confidence.UNCERTAIN:
            yield Remark("unsure", {"field": name, "value": known.passage.text}, known.passage)
    for mention in reading.mentions:
        if "weekday_mismatch" in mention.notes:
            yield Remark(
                "weekday_mismatch",
                {"said": " ".join(mention.text.split())},
                Passage(mention.text, _line(reading, mention.start)),
            )
        if "no_such_day" in mention.notes:
            yield Remark(
                "no_such_day",
                {"said": " ".join(mention.text.split())},
                Passage(mention.text, _line(reading, mention.start)),
            )


def _line(reading: Reading, at: int) -> int:
    return reading.text.count("\n", 0, at) + 1


def _passage(proposal: Proposal, name: str) -> Passage | None:
    known = proposal.known.get(name)
    return known.passage if known else None


def _plain(remark: Remark) -> str:
    if remark.key == "link_without_address":
        return f"link without address: {remark.slots['label']}"
    if remark.key == "image_without_alt":
        return f"image without alt text: {remark.slots['image']}"
    if remark.key == "no_lead":
        return "there is no lead paragraph"
    said = ", ".join(remark.slots.values())
    return f"{remark.key.replace('_', ' ')}: {said}"
