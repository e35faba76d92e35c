"""A house that takes subscriptions: its public site over HTTP, its relay over SMTP, and a clock to set."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from announcer.newsletter.single import Courier
from announcer.office import holding
from announcer.office.confirmations import Confirmations
from announcer.office.house import House
from announcer.rendering.renderer import Renderer
from announcer.settings import Settings
from announcer.store import optin, people
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.store.office_tables import outbox
from announcer.store.optin import Consent
from announcer.store.tables import audit, subscriber
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.standins.smtp_relay import Script, SmtpRelay

KEY = b"k" * 32
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ALEX = "alex@example.com"
LISTS: Mapping[str, Mapping[str, Any]] = {
    "stadt": {"title": "Nachrichten aus der Stadt"},
    "kultur": {"title": "Kultur"},
    "presse": {"title": "Presseverteiler", "press": True},
    "tag": {"title": "Tag der Städte", "event": "tag"},
}


@dataclass
class World:
    """What a test does with it, in short words."""

    house: House
    relay: SmtpRelay
    client: httpx.Client
    confirmations: Confirmations
    moment: list[datetime] = field(default_factory=lambda: [NOW])

    @property
    def db(self) -> Database:
        return self.house.database

    def wait(self, **duration: float) -> None:
        """Time goes by."""
        self.moment[0] += timedelta(**duration)

    # -- what somebody does in a browser --

    def form(self, path: str = "/abonnieren") -> dict[str, str]:
        """The hidden fields of the form as it is shown."""
        page = self.client.get(path)
        assert page.status_code == 200
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))

    def send(
        self,
        address: str,
        *lists: str,
        hidden: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Fill in the form in a human's time, and send it."""
        kept = self.form() if hidden is None else hidden
        if hidden is None:
            self.wait(seconds=10)
        body = {**kept, "email": address, "list": list(lists), **fields}
        return self.client.post("/abonnieren", data=body, headers=dict(headers or {}))

    def work(self) -> int:
        """Let the service look after the requests and their mails."""
        return self.confirmations.drain(threading.Event())

    def subscribe(self, address: str, *lists: str) -> str:
        """Ask by the form, and take the link out of the mail that came."""
        assert self.send(address, *lists).status_code == 200
        self.work()
        return self.link()

    def confirm(self, link: str) -> httpx.Response:
        """Look at the page, press its button."""
        page = self.client.get(link)
        shown = re.findall(r'<input type="hidden" name="list" value="([^"]*)">', page.text)
        return self.client.post(link, data={"list": shown})

    # -- what came of it --

    def mails(self) -> list[EmailMessage]:
        """What the relay took."""
        found = [email.message_from_bytes(one.data, policy=email.policy.default) for one in self.relay.mails]
        assert all(isinstance(one, EmailMessage) for one in found)
        return [one for one in found if isinstance(one, EmailMessage)]

    def text(self, number: int = -1) -> str:
        """The text part of a mail."""
        part = self.mails()[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    def link(self, number: int = -1) -> str:
        """Where a mail's link leads, as a path."""
        found = re.search(r"https://presse\.example(/[cp]/\S+)", self.text(number))
        assert found is not None
        return found[1]

    def number(self, address: str) -> int | None:
        """The person behind an address."""
        with self.db.read() as connection:
            found = people.find(connection, address)
        return None if found is None else found.id

    def states(self, address: str) -> dict[str, str]:
        """What a person is on."""
        number = self.number(address)
        if number is None:
            return {}
        with self.db.read() as connection:
            return {one.list_id: one.state.value for one in people.subscriptions(connection, number)}

    def consents(self, address: str) -> Sequence[Consent]:
        """A person's consents."""
        number = self.number(address)
        assert number is not None
        with self.db.read() as connection:
            return optin.consents(connection, number)

    def everybody(self) -> list[str]:
        """Every address there is."""
        with self.db.read() as connection:
            query = sa.select(subscriber.c.address).where(subscriber.c.address != "").order_by(subscriber.c.address)
            return list(connection.scalars(query))

    def outbox(self) -> list[str]:
        """The states of the mails that were to be written."""
        with self.db.read() as connection:
            return list(connection.scalars(sa.select(outbox.c.state).order_by(outbox.c.id)))

    def log(self) -> list[tuple[str, str]]:
        """Verb and object of each line of the audit log; no address may stand in it."""
        with self.db.read() as connection:
            rows = list(connection.execute(sa.select(audit).order_by(audit.c.id)))
        assert not any("@" in str(value) for row in rows for value in row)
        return [(row.verb, row.after) for row in rows]


@contextmanager
def subscribing_world(db: Database, folder: Path, script: Script | None = None, **sections: Any) -> Iterator[World]:
    """The world, at `NOW`; `sections` are settings."""
    with SmtpRelay(script or Script()) as relay:
        settings = Settings.model_validate(
            {
                "site": {"name": "Pressestelle Musterstadt", "url": "https://presse.example", "languages": ("de", "en"),
                         "contact": "presse@stadt.example", "publisher": "Stadt Musterstadt\nRathausplatz 1"},
                "lists": LISTS,
                "mail": {"sender": "presse@stadt.example",
                         "relay": {"host": "127.0.0.1", "port": relay.port, "security": "none", "timeout_seconds": 5}},
                "subscribe": {"caller_per_hour": 1000, "all_per_hour": 1000},
                "root": folder,
                **sections,
            }
        )  # fmt: skip
        with db.write() as connection:
            people.sync_lists(connection, settings.lists)
        moment = [NOW]

        def clock() -> datetime:
            return moment[0]

        house = House(db, settings, Renderer([], settings.site), {}, KEY, clock, Assets(folder / "assets"))
        confirmations = Confirmations(house, Courier(settings.mail, clock), "worker")
        kept = holding.withdrawal_log(settings)
        server = WebServer(public_app(db, settings, KEY, folder / "feeds", clock, withdrawals=kept), "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.start()}"
        try:
            with httpx.Client(base_url=base, timeout=20, trust_env=False) as client:
                yield World(house, relay, client, confirmations, moment)
        finally:
            server.stop()
            confirmations.close()
