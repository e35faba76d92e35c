"""A press office for the service to work for: config.toml in a folder, people, and approved messages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from announcer import settings
from announcer.clock import system_clock
from announcer.engine import MAIL, Engine
from announcer.model.facts import Announcement
from announcer.model.ledger import DeliveryState, MessageState
from announcer.model.people import Actor
from announcer.office import campaigns, pause
from announcer.store import facts
from announcer.store.campaign import Campaign
from announcer.store.database import Database, open_database
from announcer.store.tables import delivery, message, subscriber, subscription

OFFICE = Actor("office")
LIST = "newsletter"
SOCIAL = "mastodon"
FEED = "feed"

_CONFIG = """
[site]
name = "Pressestelle der Stadt"
url = "https://presse.city.example"
check_pages = false

[database]
url = {database}

[web]
port = 0

[mail]
sender = "presse@city.example"

[mail.relay]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
round = {round}
timeout_seconds = 10

[channels.mastodon]
kind = "mastodon"
url = {mastodon_url}
token_file = "token"

[lists.newsletter]
title = "Newsletter der Stadt"
"""


@dataclass(frozen=True, slots=True)
class Office:
    """A folder with config.toml; what a person does in it while the service runs or not."""

    folder: Path
    database_url: str
    smtp_port: int
    mastodon_url: str
    token: str = "a-token"
    round: int = 50  #: Mails in flight per connection.
    more: str = ""  #: Further sections of config.toml.

    @property
    def config(self) -> Path:
        """The path of config.toml."""
        return self.folder / "config.toml"

    def furnish(self, key_of: Office | None = None) -> None:
        """Write config.toml and the token, and make the database. `key_of` is the same house on another machine."""
        self.write_settings(key_of)
        with self.open():
            pass

    def write_settings(self, key_of: Office | None = None) -> None:
        """Write config.toml and the token."""
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {"database": json.dumps(self.database_url), "mastodon_url": json.dumps(self.mastodon_url)}
        text = _CONFIG.format(smtp_port=self.smtp_port, round=self.round, **values)
        self.config.write_text(text + self.more, encoding="utf-8")
        (self.folder / "token").write_text(self.token, encoding="ascii")
        if key_of is not None:
            (self.folder / "var").mkdir()
            shutil.copy(key_of.folder / "var" / "secret.key", self.folder / "var")

    @contextmanager
    def open(self) -> Iterator[Engine]:
        """The house as a verb of the command line opens it."""
        engine = Engine(settings.load(self.config), system_clock)
        try:
            yield engine
        finally:
            engine.close()

    def invite(self, number: int) -> None:
        """Confirmed subscribers 1 to `number` of the newsletter, written at once."""
        now = system_clock()
        people = [
            {"id": i, "address": address(i), "name": f"Leserin {i}", "language": "de", "created_at": now}
            for i in range(1, number + 1)
        ]
        chosen = [
            {"subscriber_id": one["id"], "list_id": LIST, "state": "confirmed", "basis": "imported", "since": now}
            for one in people
        ]
        with self.open() as engine, engine.database.write() as connection:
            connection.execute(subscriber.insert(), people)
            connection.execute(subscription.insert(), chosen)

    def announce(
        self,
        name: str,
        channels: Collection[str] = (FEED, SOCIAL, MAIL),
        *,
        due: datetime | None = None,
        worth_seconds: float | None = None,
    ) -> dict[str, int]:
        """Take in, plan, word and approve an announcement for `channels`; the message ids by channel.

        It is due now, or at `due`, and worth sending for `worth_seconds` from then on, or for ever.
        """
        with self.open() as engine:
            return announce(engine, name, channels, due or system_clock(), worth_seconds)

    def tick(self) -> None:
        """Write what is due to the ledger and send nothing, as a service that dies right then."""
        with self.open() as engine:
            engine.tick()

    def expire(self, ids: Collection[int]) -> None:
        """Put these messages' last moment into the past, as if all stood still for so long."""
        past = system_clock() - timedelta(minutes=1)
        with self.open() as engine, engine.database.write() as connection:
            connection.execute(message.update().where(message.c.id.in_(ids)).values(not_after=past))
            connection.execute(delivery.update().where(delivery.c.message_id.in_(ids)).values(not_after=past))

    def hurry(self) -> None:
        """What was put off is tried now."""
        with self.open() as engine, engine.database.write() as connection:
            connection.execute(delivery.update().where(delivery.c.state == "deferred").values(ready_at=system_clock()))

    def pause(self, what: str) -> None:
        """Pause `channel:NAME`, as the office does."""
        with self.open() as engine:
            pause.pause(engine.house, what, OFFICE, "a test", system_clock())

    def resume(self, what: str) -> None:
        """Resume it."""
        with self.open() as engine:
            pause.resume(engine.house, what, OFFICE, system_clock())

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, to look at."""
        database = open_database(self.database_url)
        try:
            yield Ledger(database)
        finally:
            database.close()


def address(number: int) -> str:
    """The address of subscriber `number`."""
    return f"leserin{number}@people.example"


def announce(
    engine: Engine, name: str, channels: Collection[str], due: datetime, worth_seconds: float | None
) -> dict[str, int]:
    """See `Office.announce`."""
    now, house = system_clock(), engine.house
    key = Campaign(announcement_id=name)
    text = Announcement(name, f"Neues aus der Stadt: {name}", lead=f"Es geht um {name}.", body="Mehr dazu im Rathaus.")
    with engine.database.write() as connection:
        facts.save_announcement(connection, text, OFFICE, now)
    planned = campaigns.plan_campaign(house, key, OFFICE, now)
    chosen = {one.planned.channel: one.id for one in planned if one.planned.channel in channels}
    not_after = None if worth_seconds is None else due + timedelta(seconds=worth_seconds)
    with engine.database.write() as connection:
        own = message.c.id.in_(list(chosen.values()))
        connection.execute(message.update().where(own).values(due_at=due, not_after=not_after))
    done = campaigns.approve(house, key, OFFICE, now, chosen.values())
    assert (set(done.approved), done.problems) == (set(chosen.values()), ())
    return chosen


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the database says came of it."""

    database: Database

    def deliveries(self, channel: str | None = None) -> dict[DeliveryState, int]:
        """How many deliveries are in which state."""
        query = sa.select(delivery.c.state, sa.func.count()).group_by(delivery.c.state)
        if channel is not None:
            query = query.where(delivery.c.channel == channel)
        return {DeliveryState(state): number for state, number in self._rows(query)}

    def messages(self) -> dict[int, MessageState]:
        """The state of every message that was approved."""
        query = sa.select(message.c.id, message.c.state).where(message.c.approved_by.is_not(None))
        return {id_: MessageState(state) for id_, state in self._rows(query)}

    def held_by(self, process: int) -> int:
        """How many deliveries a worker holds."""
        query = sa.select(sa.func.count()).where(
            delivery.c.state == "sending", delivery.c.owner.contains(f":{process}:", autoescape=True)
        )
        return int(self._rows(query)[0][0])

    def attempted(self) -> set[str]:
        """The keys of all deliveries that the ledger knows to have been tried."""
        return {row.key for row in self._rows(sa.select(delivery.c.key).where(delivery.c.attempts > 0))}

    def rows(self) -> list[Any]:
        """Every delivery as it stands."""
        return self._rows(sa.select(delivery).order_by(delivery.c.id))

    def over(self) -> bool:
        """Whether every approved message has come to its end."""
        return not set(self.messages().values()) & {MessageState.SCHEDULED, MessageState.SENDING}

    def lateness(self, channel: str) -> list[float]:
        """Seconds from due to recorded, of every sent delivery of a channel."""
        query = sa.select(delivery.c.ready_at, delivery.c.sent_at).where(
            delivery.c.channel == channel, delivery.c.state == "sent"
        )
        return [(sent - ready).total_seconds() for ready, sent in self._rows(query)]

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(query).all())
