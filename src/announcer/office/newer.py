"""What comes in without a person: a new text becomes a draft, a newer text of a known release a change that waits.

Nothing of it leaves: a draft has to be planned and approved, and the change
to be confirmed ('announcer requests').
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from announcer.intake.slugs import unique
from announcer.model.people import Actor
from announcer.office import requests, taking_in
from announcer.office.house import House
from announcer.office.taking_in import Taken
from announcer.store import facts
from announcer.store.campaign import Campaign


def draft_or_request(house: House, taken: Taken, actor: Actor, now: datetime) -> str:
    """Store a new release as a draft, or ask for the correction of a known one; the announcement's id."""
    if taken.known is not None:
        ask_correction(house, taken, actor, now)
        return taken.known.id
    taken = with_free_id(house, taken)
    draft = taken.proposal.draft
    with_event = draft is not None and taken.proposal.event_id is None and draft.event.start is not None
    return taking_in.store(house, taken, actor, now, with_event=with_event).id


def with_free_id(house: House, taken: Taken) -> Taken:
    """The release under an id nobody has yet."""
    with house.database.read() as connection:
        ids = set(facts.announcement_ids(connection))
    found = taken.proposal.announcement
    free = replace(found, id=unique(found.id, ids))
    return replace(taken, proposal=replace(taken.proposal, announcement=free))


def ask_correction(house: House, taken: Taken, actor: Actor, now: datetime) -> bool:
    """Keep what a newer text changes until a person confirms it; whether it changes anything."""
    change = taking_in.newer_text(taken)
    if change is None or taken.known is None:
        return False
    known = taken.known
    key = Campaign(known.event_id, None if known.event_id else known.id)
    requests.ask(house, key, change, f"newer text from {actor.name}", actor, now)
    return True
