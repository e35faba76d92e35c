"""A mail before its recipients get it: to one person of the office, in exactly the words they will read."""

from __future__ import annotations

import html
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.content import Payload
from announcer.model.people import Actor
from announcer.newsletter import slots
from announcer.office import campaigns
from announcer.office.house import House
from announcer.store import journal, outbox
from announcer.store.campaign import Campaign

#: A sample that has not arrived by then is worth nothing any more.
WORTH = timedelta(hours=1)
_MARK = {"de": "[Probe] ", "en": "[Sample] "}
_AHEAD = {"de": "[{at} Uhr an {n} Menschen] ", "en": "[{at}, to {n} people] "}
_REASON = {
    "de": "Dies ist eine Probe; Abonnenten lesen hier, warum sie diese E-Mail erhalten.",
    "en": "This is a sample; subscribers read here why they receive this email.",
}


def send(house: House, key: Campaign, message_id: int, person: str, actor: Actor, now: datetime) -> list[int]:
    """Put a mail's texts, one for each language, into the outbox to one person of config.toml; their numbers there.

    The service sends them within seconds. Raises `NotFound` for a person or
    message that isn't there, `Conflict` for what is no mail or can't be said.
    """
    if person not in house.settings.people:
        known = ", ".join(house.settings.people) or "none"
        raise NotFound(f"config.toml has no [people.{person}]; it has: {known}")
    previews = campaigns.preview(house, key, now, {message_id})
    if not previews:
        raise NotFound(f"{key} has no message {message_id}; 'announcer plan' with its name shows their numbers")
    payloads = []
    for one in previews:
        if one.problem and not one.payload:
            raise Conflict(f"message {message_id} can't be said like this: {one.problem}")
        if "html" not in one.payload or "subject" not in one.payload:
            raise Conflict(f"message {message_id} is no mail but goes to {one.message.planned.channel}")
        payloads.append(filled(one.payload, one.language, house, person))
    with house.database.write() as connection:
        ids = [put(connection, payload, person, f"sample:{uuid.uuid4().hex}", now) for payload in payloads]
        journal.note(connection, actor, now, "sample", f"message {message_id}", after=person)
    return ids


def put(connection: sa.Connection, payload: Payload, person: str, notice: str, now: datetime) -> int:
    """One mail to one person of the office."""
    return outbox.put(
        connection,
        [notice],
        way="mail",
        recipient=person,
        kind="sample",
        payload=payload,
        now=now,
        not_after=now + WORTH,
    )


def ahead(
    payload: Payload, language: str, house: House, person: str, leaves_at: datetime, recipients: int
) -> dict[str, str]:
    """The office's own copy of a mail that is about to leave: when and to how many stands in front."""
    said = "de" if language[:2] == "de" else "en"
    at = leaves_at.astimezone(house.planning_zone)
    mark = _AHEAD[said].format(at=f"{at:%H:%M}", n=recipients)
    return filled(payload, language, house, person, mark)


def filled(payload: Payload, language: str, house: House, person: str, mark: str = "") -> dict[str, str]:
    """The mail as this person would read it; its links lead to the public site, so that no list is left by mistake."""
    name = house.settings.people[person].name or person
    said = "de" if language[:2] == "de" else "en"
    values: dict[str, str] = {
        "greeting": slots.greeting(slots.clean_name(name), language),
        "reason": _REASON[said],
        **{f"{purpose}_url": f"{house.settings.site.url}/abonnieren" for purpose in slots.PURPOSES},
    }
    return {
        "subject": (mark or _MARK[said]) + slots.filled(str(payload["subject"]), values),
        "text": slots.filled(str(payload["text"]), values),
        "html": slots.filled(str(payload["html"]), values, html.escape),
        "name": name,
        "language": language,
    }
