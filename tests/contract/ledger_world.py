"""A small world for ledger tests: one message per channel and a few subscribers, written directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.facts import Event
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.store import campaign, contents, facts, queueing, replanned, tables
from announcer.store.campaign import Campaign
from announcer.store.database import Database

NOW = datetime(2026, 9, 11, 8, tzinfo=UTC)
OFFICE = Actor("office")
EVENT = Event("tag", "Tag der Städte", start=NOW + timedelta(days=7))
HERE = Campaign(event_id="tag")


def planned(rule: str = "reminder", channel: str = "mastodon", **values: object) -> Planned:
    """A reminder due now, worth sending for a day."""
    base = Planned(
        occurrence=Occurrence(Subject.EVENT, "tag", rule, "start"),
        channel=channel,
        kind=Kind.REMINDER,
        due_at=NOW,
        not_after=NOW + timedelta(days=1),
    )
    return replace(base, **values)  # type: ignore[arg-type]  # the caller names fields of Planned


def approved(database: Database, plan: Sequence[Planned], languages: Sequence[str] = ("de",)) -> list[Message]:
    """Store event, plan and contents, and approve them all."""
    with database.write() as connection:
        if not facts.event_ids(connection):
            facts.save_event(connection, EVENT, OFFICE, NOW)
        replanned.apply_plan(connection, HERE, None, plan, {})
        for message in campaign.messages(connection, HERE):
            texts = [(language, {"text": f"{message.planned.occurrence.rule_id} {language}"}) for language in languages]
            contents.keep(connection, message.id, texts, facts_version="1", limits={}, now=NOW)
            if message.state is MessageState.DRAFT:
                contents.approve(connection, message, OFFICE, NOW)
        return campaign.messages(connection, HERE)


def queue(database: Database, messages: Sequence[Message]) -> None:
    """Write the deliveries of messages that are not mail."""
    with database.write() as connection:
        for message in messages:
            queueing.queue_targets(connection, message, contents.current(connection, message.id), NOW)


def queue_mail(database: Database, message: Message, stale: Sequence[int] | None = None) -> int:
    """Write a mail message's deliveries; how many there are."""
    with database.write() as connection:
        queueing.begin_audience(connection, message, NOW)
        stored = contents.current(connection, message.id)
        while queueing.next_chunk(connection, message, stored, stale):
            pass
        query = sa.select(sa.func.count()).where(tables.delivery.c.message_id == message.id)
        return connection.scalar(query) or 0


def people(database: Database, number: int, lists: Sequence[str] = ("news",), language: str = "de") -> list[int]:
    """Confirmed subscribers of lists."""
    with database.write() as connection:
        for list_id in lists:
            if connection.scalar(sa.select(tables.mail_list.c.id).where(tables.mail_list.c.id == list_id)) is None:
                values = {"title": list_id, "press": list_id == "press", "practical": list_id == "practical"}
                connection.execute(tables.mail_list.insert().values(id=list_id, **values))
        first = (connection.scalar(sa.select(sa.func.max(tables.subscriber.c.id))) or 0) + 1
        ids = list(range(first, first + number))
        rows = [
            {"id": i, "address": f"p{i}@people.example", "name": f"P {i}", "language": language, "created_at": NOW}
            for i in ids
        ]
        connection.execute(tables.subscriber.insert(), rows)
        chosen = [
            {
                "subscriber_id": i,
                "list_id": list_id,
                "state": "confirmed",
                "basis": "imported",
                "since": NOW - timedelta(days=30),
            }
            for i in ids
            for list_id in lists
        ]
        connection.execute(tables.subscription.insert(), chosen)
    return ids


def states(database: Database) -> list[str]:
    """The state of every delivery, in the order they were written."""
    with database.read() as connection:
        return list(connection.scalars(sa.select(tables.delivery.c.state).order_by(tables.delivery.c.id)))
