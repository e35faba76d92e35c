"""The timeline of a campaign: its messages by channel between two days, with what else these days bring. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.facts import Announcement, Event
from announcer.office.house import House
from announcer.planning import lanes
from announcer.planning.calendar import calendar_of
from announcer.planning.lanes import Lane, Mark, Timeline, Zoom
from announcer.store import campaign as store
from announcer.store import facts
from announcer.store.campaign import Campaign

#: The lanes stand in this order: what a reader sees first, what goes to most.
_ORDER = ("feed", "social", "mail")


@dataclass(frozen=True, slots=True)
class Shown:
    """A campaign's timeline with the facts it speaks of."""

    key: Campaign
    event: Event | None
    announcement: Announcement | None
    timeline: Timeline

    @property
    def title(self) -> str:
        """What the campaign is called."""
        if self.event is not None:
            return self.event.name
        return self.announcement.headline if self.announcement is not None else self.key.name


def read(
    connection: sa.Connection,
    house: House,
    key: Campaign,
    now: datetime,
    *,
    zoom: Zoom = Zoom.CAMPAIGN,
    at: date | None = None,
    language: str = "de",
) -> Shown:
    """The timeline of a campaign, by the clock of its event. Raises `NotFound` for a campaign that isn't there."""
    event, announcement = _facts(connection, key)
    zone = event.zone if event else house.planning_zone
    marks, undated = _marks(connection, key)
    window = lanes.window_of(
        zoom, at, event=event, marks=[m for m in marks if not m.message.was_dropped],
        today=now.astimezone(zone).date(), zone=zone,
    )  # fmt: skip
    made = lanes.timeline(
        marks,
        channels(house),
        window,
        zoom=zoom,
        now=now,
        calendar=calendar_of(house.settings.office),
        event=event,
        embargo=announcement.embargoed_until if announcement else None,
        language=language,
        undated=undated,
    )
    return Shown(key, event, announcement, replace(made, lanes=_used(made.lanes, marks)))


def channels(house: House) -> dict[str, str]:
    """The ways out and their kinds, in the order of the lanes."""
    order = {kind: place for place, kind in enumerate(_ORDER)}
    found = sorted(house.exits.items(), key=lambda item: order.get(item[1].kind, len(_ORDER)))
    return {name: way.kind for name, way in found}


def _facts(connection: sa.Connection, key: Campaign) -> tuple[Event | None, Announcement | None]:
    if key.event_id is None:
        return None, facts.announcement_facts(connection, key.announcement_id or "")
    ids = facts.announcement_ids(connection, key.event_id)
    announcement = facts.announcement_facts(connection, ids[0]) if ids else None
    return facts.event_facts(connection, key.event_id), announcement


def _marks(connection: sa.Connection, key: Campaign) -> tuple[list[Mark], list[Message]]:
    """Messages at their places; those that have begun to leave where that was."""
    left = dict(store.departures(connection, key).values())
    messages = store.messages(connection, key)
    placed = [(m, left.get(m.id) or m.planned.due_at) for m in messages]
    return [Mark(m, at) for m, at in placed if at is not None], [m for m, at in placed if at is None]


def _used(found: Sequence[Lane], marks: Sequence[Mark]) -> tuple[Lane, ...]:
    """Only channels that this campaign speaks on, wherever in time."""
    speaking = {mark.message.planned.channel for mark in marks}
    return tuple(lane for lane in found if lane.channel in speaking)
