"""What messages are called on the desk's pages: "Erinnerung · Fachkonferenz „Kommunen innovativ“"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.campaign import Message
from announcer.office.editions import digest_of
from announcer.planning.message_words import what_words
from announcer.store import digests, facts
from announcer.store.campaign import Campaign, campaign_of


def titles(connection: sa.Connection, messages: Iterable[Message], language: str) -> Mapping[int, str]:
    """Each message's kind and what it is about, by its number; facts are read once for each campaign."""
    known: dict[Campaign, str] = {}
    found: dict[int, str] = {}
    for one in messages:
        event = None
        if one.event_id is not None:
            event = facts.event_facts(connection, one.event_id)
        key = campaign_of(one)
        if key not in known:
            known[key] = event.name if event is not None else _name(connection, key)
        found[one.id] = f"{what_words(one.planned, event, language)} · {known[key]}"
    return found


def _name(connection: sa.Connection, key: Campaign) -> str:
    try:
        if key.digest_id is not None:
            return digest_of(digests.row(connection, key.digest_id)).title
        return facts.announcement_facts(connection, key.announcement_id or "").headline
    except NotFound:
        return str(key)
