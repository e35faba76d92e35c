"""A store as a benchmark needs it: readers by the ten thousand, a real mail, messages planned for later."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import announcer
from announcer.clock import system_clock
from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.content import Payload
from announcer.model.facts import Event
from announcer.model.people import Actor
from announcer.rehearsal.run import read_folder
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Links, Request
from announcer.settings import Settings
from announcer.store import campaign, contents, facts, replanned, schema, tables
from announcer.store.campaign import Campaign
from announcer.store.database import Database, open_database

EXAMPLE = Path(__file__).parent.parent / "examples" / "kommunen-innovativ"
MAIL = "newsletter"
LIST = "newsletter"
OFFICE = Actor("office")
#: Rows written in one transaction when a store is filled.
_AT_ONCE = 10_000


def real_mail() -> Payload:
    """The thanks after the Dortmund conference, as the shipped templates word it: about 8 kB when it is sent."""
    settings = Settings()
    source = read_folder(EXAMPLE, settings)
    assert source.facts.announcement is not None
    renderer = Renderer([Path(announcer.__file__).parent / "templates"], settings.site)
    page = f"{settings.site.url}/a/kommunen-innovativ"
    request = Request(
        kind=Kind.THANKS,
        channel_kind="mail",
        language="de",
        announcement=source.facts.announcement,
        event=source.event,
        when=source.end,
        words="Vielen Dank für Ihr Kommen.",
        links=Links(announcement_url=page, event_url=page),
    )
    return renderer.render(request).payload


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The migrated database at `url`, closed afterwards."""
    database = open_database(url)
    try:
        schema.migrate(database)
        yield database
    finally:
        database.close()


@contextmanager
def copied(template: Path, name: str) -> Iterator[Database]:
    """A copy of a SQLite file, removed afterwards."""
    path = template.with_name(f"{name}.db")
    shutil.copy(template, path)
    try:
        with opened(f"sqlite:///{path}") as database:
            yield database
    finally:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


def add_readers(database: Database, number: int) -> None:
    """Confirmed subscribers of one list, every fourth with a name that isn't ASCII."""
    now = system_clock()
    with database.write() as connection:
        if connection.scalar(sa.select(tables.mail_list.c.id).where(tables.mail_list.c.id == LIST)) is None:
            connection.execute(
                tables.mail_list.insert().values(id=LIST, title="Newsletter", press=False, practical=False)
            )
    for first in range(1, number + 1, _AT_ONCE):
        ids = range(first, min(first + _AT_ONCE, number + 1))
        with database.write() as connection:
            connection.execute(tables.subscriber.insert(), [_reader(id_, now) for id_ in ids])
            connection.execute(tables.subscription.insert(), [_subscription(id_, now) for id_ in ids])


def _reader(id_: int, now: datetime) -> dict[str, object]:
    name = f"Alex Muster {id_}" if id_ % 4 else f"Jürgen Müller {id_}"
    return {
        "id": id_,
        "address": f"leserin{id_}@y{id_ % 50}.example",
        "name": name,
        "language": "de",
        "created_at": now,
    }


def _subscription(id_: int, now: datetime) -> dict[str, object]:
    before = now - timedelta(days=30)  # who came today gets no reminder
    return {"subscriber_id": id_, "list_id": LIST, "state": "confirmed", "basis": "imported", "since": before}


def approve(
    database: Database, event_id: str, channel: str, moments: Sequence[datetime], payloads: Sequence[Payload]
) -> list[Message]:
    """One approved message of a new event for each of `moments`, in their order."""
    now = system_clock()
    key = Campaign(event_id=event_id)
    plan = [
        Planned(
            occurrence=Occurrence(Subject.EVENT, event_id, "reminder", f"day:{number}"),
            channel=channel,
            kind=Kind.REMINDER,
            due_at=due_at,
            not_after=due_at + timedelta(days=1),
        )
        for number, due_at in enumerate(moments)
    ]
    with database.write() as connection:
        facts.save_event(connection, Event(event_id, "Tag der Städte", start=now + timedelta(days=7)), OFFICE, now)
        replanned.apply_plan(connection, key, None, plan, {})
        planned = sorted(campaign.messages(connection, key), key=lambda message: message.id)
        for message, payload in zip(planned, payloads, strict=True):
            contents.keep(connection, message.id, [("de", payload)], facts_version="1", limits={}, now=now)
            contents.approve(connection, message, OFFICE, now)
        return planned


def plan_for_later(database: Database, number: int) -> None:
    """So many approved posts of a year's events, the first due in an hour."""
    now = system_clock()
    with database.write() as connection:
        facts.save_event(connection, Event("later", "Jahresprogramm", start=now + timedelta(days=400)), OFFICE, now)
    for first in range(1, number + 1, _AT_ONCE):
        with database.write() as connection:
            _plan_some(connection, range(first, min(first + _AT_ONCE, number + 1)), number, now)


def _plan_some(connection: sa.Connection, ids: range, number: int, now: datetime) -> None:
    connection.execute(
        tables.occurrence.insert(),
        [{"id": i, "subject": "event", "subject_id": "later", "rule_id": "reminder", "anchor": f"x:{i}"} for i in ids],
    )
    step = timedelta(days=365) / number
    due = {id_: now + timedelta(hours=1) + step * id_ for id_ in ids}
    fixed = {"event_id": "later", "state": "scheduled", "kind": "reminder", "audience": "public", "late": "send"}
    approved = {"urgency": 3, "approved_by": "office", "approved_at": now, "approved_hash": "0" * 64}
    connection.execute(
        tables.message.insert(),
        [
            {"id": i, "occurrence_id": i, "channel": "mastodon", "due_at": due[i], "not_after": due[i] + timedelta(1)}
            | fixed
            | approved
            for i in ids
        ],
    )
    text = {"language": "de", "facts_version": "1", "payload": '{"status":"%s"}' % ("Hinweis. " * 40)}
    connection.execute(
        tables.content.insert(),
        [{"message_id": i, "hash": f"{i:064x}", "current": True, "created_at": now} | text for i in ids],
    )
