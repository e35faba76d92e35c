"""A campaign as it stands: everything that planning and wording need to know of it, read from the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Playbook
from announcer.model.changes import Change, Facts
from announcer.office import editions, wording
from announcer.office.house import House
from announcer.planning import changes as planned_changes
from announcer.planning.calendar import calendar_of
from announcer.planning.campaign import Campaign as Planning
from announcer.planning.campaign import ConfirmedChange
from announcer.planning.rules import rule_from_definition
from announcer.store import campaign as store
from announcer.store import (
    changes,
    facts,
    journal,
    places,
    playbooks,
    queueing,
    retimed,
)
from announcer.store.campaign import Campaign

DEFAULT_PLAYBOOK = "simple-notice"
EVENT_PLAYBOOK = "conference"


@dataclass(frozen=True, slots=True)
class World:
    """A campaign as it stands: what planning and wording need to know of it."""

    key: Campaign
    scene: wording.Scene
    planning: Planning
    anchors: Mapping[str, int]  #: `change:17` → 17

    @property
    def facts(self) -> Facts:
        """The event and the announcement, in their latest versions."""
        return self.scene.facts


def read_playbook(connection: sa.Connection, id_: str) -> Playbook:
    """A playbook as the office left it; raises `NotFound`."""
    rules = playbooks.rules_of(connection, id_)
    return playbook_of(id_, rules)


def playbook_of(id_: str, rules: playbooks.Rules) -> Playbook:
    """A playbook from its stored rules; raises `PlanningError` for one that can't be read."""
    return Playbook(id_, tuple(rule_from_definition(rule, json.loads(text)) for rule, text in rules.items()))


def read_world(connection: sa.Connection, house: House, key: Campaign, now: datetime) -> World:
    """Everything about a campaign, from one consistent view of the store."""
    if key.digest_id is not None:
        return _read_digest(connection, house, key, now)
    current = _read_facts(connection, key)
    recorded = changes.of_campaign(connection, key)
    words = _read_words(connection, key)
    first = journal.recall(connection, f"first-planned:{key}")
    known = places.places(connection, key)
    departed = store.departures(connection, key)
    planning = Planning(
        facts=current,
        playbook=read_playbook(connection, playbook_id(connection, key)),
        channels=house.names_by_kind(),
        calendar=calendar_of(house.settings.office),
        now=now,
        changes=tuple(ConfirmedChange(r.id, r.change, r.at, r.told) for r in recorded),
        words=frozenset(words),
        first_planned=datetime.fromisoformat(first) if first else None,
        known=frozenset(occurrence for occurrence, _ in known.placed),
        placed=known.placed,
        out=known.out,
        ended=known.ended,
        said=known.said,
        left={occurrence: since for (occurrence, _), (_, since) in departed.items()},
        collision_minutes=house.settings.office.collision_minutes,
        zone=house.planning_zone,
        retimed=retimed.read(connection, key),
    )
    told = {f"change:{r.id}": _told(connection, key, r) for r in recorded}
    # A notice that is written to the ledger, and of which nothing has arrived, has told nobody.
    reached = queueing.reached(connection, [id_ for id_, _ in departed.values()])
    left = frozenset((told.anchor, channel) for (told, channel), (id_, _) in departed.items() if id_ in reached)
    scene = wording.Scene(current, told, words, read_own(connection, key), now, left=left)
    return World(key, scene, planning, {f"change:{r.id}": r.id for r in recorded})


def _read_digest(connection: sa.Connection, house: House, key: Campaign, now: datetime) -> World:
    """A digest has no playbook: its issues are put together by `issues`, and only worded and approved here."""
    scene = editions.open_scene(connection, house, key.digest_id or "")
    empty, calendar = Playbook(key.digest_id or "", ()), calendar_of(house.settings.office)
    planning = Planning(scene.facts, empty, house.names_by_kind(), calendar, now, zone=house.planning_zone)
    return World(key, scene, planning, {})


def scene_version(connection: sa.Connection, key: Campaign) -> str:
    """Which versions of the facts a campaign speaks from now."""
    if key.digest_id is not None:
        return editions.open_stamp(connection, key.digest_id)
    return wording.Scene(_read_facts(connection, key)).version


def _read_facts(connection: sa.Connection, key: Campaign, versions: str = "") -> Facts:
    """The facts of a campaign, or those of `versions` (`event:announcement`)."""
    event_version, announcement_version = (int(part) or None for part in (versions or "0:0").split(":"))
    if key.event_id is None:
        assert key.announcement_id is not None
        return Facts(None, facts.announcement_facts(connection, key.announcement_id, announcement_version))
    announcements = facts.announcement_ids(connection, key.event_id)
    return Facts(
        facts.event_facts(connection, key.event_id, event_version),
        facts.announcement_facts(connection, announcements[0], announcement_version) if announcements else None,
    )


def _told(connection: sa.Connection, key: Campaign, recorded: changes.Recorded) -> wording.Told:
    before = _read_facts(connection, key, recorded.facts_before)
    return wording.Told(recorded.change, before, planned_changes.apply(recorded.change, before, recorded.at))


def playbook_id(connection: sa.Connection, key: Campaign) -> str:
    """The playbook a campaign follows."""
    if key.event_id is None:
        return DEFAULT_PLAYBOOK
    return facts.chosen_playbook(connection, key.event_id) or EVENT_PLAYBOOK


def _read_words(connection: sa.Connection, key: Campaign) -> dict[str, str]:
    kept = journal.recall(connection, f"words:{key}")
    return dict(json.loads(kept)) if kept else {}


def read_own(connection: sa.Connection, key: Campaign) -> dict[str, wording.OwnText]:
    """The texts that people wrote for single messages."""
    kept = journal.recall(connection, f"own:{key}")
    return {name: wording.OwnText(tuple(posts), basis) for name, (posts, basis) in json.loads(kept or "{}").items()}


def with_change(world: World, change: Change, after: Facts, change_id: int, now: datetime, told: bool) -> World:
    """The world as it would be after a change, under the number it will have.

    `told` says whether anything has been announced that a notice could correct.
    """
    anchor = f"change:{change_id}"
    tellings = {**world.scene.told, anchor: wording.Told(change, world.facts, after)}
    changes_then = (*world.planning.changes, ConfirmedChange(change_id, change, now, told))
    planning = replace(world.planning, facts=after, now=now, changes=changes_then)
    scene = replace(world.scene, facts=after, told=tellings, now=now)
    return World(world.key, scene, planning, {**world.anchors, anchor: change_id})
