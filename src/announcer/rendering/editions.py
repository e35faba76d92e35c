"""An issue of a digest as templates see it: its items in full, and what no longer fits as a list of headlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from announcer.model.campaign import Kind
from announcer.model.facts import Event, EventStatus
from announcer.rendering import clean, words
from announcer.rendering.request import Edition, Item
from announcer.rendering.view import EventView, RowView, Viewer
from announcer.rendering.words import Fixed

_LONGEST_HEADLINE = 400
_LONGEST_LEAD = 1000
#: From one line to the next a mail gets smaller: how long leads are, and how many items are told in full.
_EXTENTS = ((_LONGEST_LEAD, None), (400, None), (220, None), (140, None), (140, 24), (140, 12), (140, 6), (140, 3))
#: More headlines than these are only counted.
_MOST_HEADLINES = 60
#: With more items a table of contents stands at the top.
_WITHOUT_CONTENTS = 3


@dataclass(frozen=True, slots=True)
class ItemView:
    """One announcement of an issue."""

    headline: str
    lead: str
    event: str  #: What the event is called, unless the headline says it.
    when: str  #: "Dienstag, 18. September 2018, 13 Uhr"; empty while it is not confirmed.
    facts: tuple[RowView, ...]  #: When, where, until when to register; never an empty value.
    brief: str  #: When and where in one line.
    notice: str  #: A sentence if the event was put off.
    link: str


@dataclass(frozen=True, slots=True)
class EditionView:
    """An issue of a digest."""

    title: str
    number: int
    label: str  #: "Ausgabe 12, Freitag, 4. September 2026"
    items: tuple[ItemView, ...]  #: Those told in full.
    others: tuple[ItemView, ...]  #: Those of which the mail has only the headline.
    more: int  #: How many do not even fit as headlines.
    contents: bool  #: There are so many that a table of contents helps.


def edition_view(edition: Edition, when: datetime | None, language: str, fixed: Fixed) -> EditionView:
    """The issue as it is read at `when`, the office's own time, cleaned and in the language's words."""
    title = clean.line(edition.title, _LONGEST_HEADLINE)
    number = f"{fixed.labels['issue']} {edition.number}"
    items = tuple(_item(item, when, language, fixed) for item in edition.items)
    return EditionView(
        title=title,
        number=edition.number,
        label=", ".join(filter(None, (number, words.day(when, language) if when else ""))),
        items=items,
        others=(),
        more=0,
        contents=len(items) > _WITHOUT_CONTENTS,
    )


def smaller(edition: EditionView) -> Iterator[EditionView]:
    """The same, first with shorter leads, then with more and more items as headlines only."""
    for lead, most in _EXTENTS:
        kept = tuple(replace(item, lead=clean.cut(item.lead, lead)) for item in edition.items[:most])
        others = edition.items[len(kept) :]
        yield replace(
            edition,
            items=kept,
            others=others[:_MOST_HEADLINES],
            more=max(0, len(others) - _MOST_HEADLINES),
        )


def _item(item: Item, when: datetime | None, language: str, fixed: Fixed) -> ItemView:
    announcement, event = item.announcement, item.event
    headline = clean.line(announcement.headline, _LONGEST_HEADLINE)
    view = Viewer(event, language, _closed(event, when)).view() if event is not None else None
    return ItemView(
        headline=headline,
        lead=clean.line(announcement.lead, _LONGEST_LEAD),
        event=view.name if view is not None and view.name not in headline else "",
        when=view.when if view is not None else "",
        facts=_facts(view, fixed.labels) if view is not None else (),
        brief=view.facts if view is not None and not view.stopped else "",
        notice=_notice(event, fixed),
        link=clean.address(item.links.announcement_url) or clean.address(item.links.event_url),
    )


def _closed(event: Event, when: datetime | None) -> bool:
    closes = event.registration.closes
    return bool(closes and when and when > closes)


def _facts(view: EventView, label: Mapping[str, str]) -> tuple[RowView, ...]:
    key = "was_planned" if view.stopped else "new_date" if view.previously else "when"
    closes = "" if view.stopped else view.registration.closes
    facts = (
        RowView(label[key], view.when),
        RowView(label["previously"], "" if view.stopped else view.previously),
        RowView(label["where"], view.place.whole if view.place else ""),
        RowView(label["registration"], f"{label['until']} {closes}" if closes else ""),
    )
    return tuple(fact for fact in facts if fact.value)


def _notice(event: Event | None, fixed: Fixed) -> str:
    stopped = {
        EventStatus.CANCELLED: Kind.CANCELLATION,
        EventStatus.POSTPONED: Kind.POSTPONEMENT,
    }
    kind = stopped.get(event.status) if event is not None else None
    return fixed.notices.get(kind.value, {}).get("sentence", "") if kind is not None else ""
