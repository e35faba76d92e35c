"""The press desk over the example's campaign, and officers who work at it without a browser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from announcer.model.accounts import Account, Role
from announcer.office import accounts as office
from announcer.office.house import House
from announcer.store import accounts
from announcer.web.desk.desk import open_desk
from announcer.web.desk.gate import CSRF_FIELD
from announcer.web.server import WebServer
from tests.integration.campaign_world import CampaignWorld, at, campaign_world

#: Two who work here, one of whom approves, and one who looks after the accounts.
PEOPLE: Mapping[str, frozenset[Role]] = {
    "anna": frozenset(),
    "bert": frozenset({Role.APPROVER}),
    "clara": frozenset({Role.APPROVER, Role.ADMIN}),
}
START = at(9, 1)


class Officer:
    """Somebody's browser: keeps its cookie, sends forms with the token of the page they stand on."""

    def __init__(self, url: str) -> None:
        self.url = url
        alone = httpx.Limits(max_keepalive_connections=0)  # a busy machine is slower than the server's patience
        self.client = httpx.Client(
            limits=alone, base_url=url, headers={"Accept-Language": "en"}, trust_env=False, timeout=30
        )

    def close(self) -> None:
        """Close the browser."""
        self.client.close()

    def get(self, path: str, status: int = 200) -> str:
        """A page's text."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path} answers {answer.status_code}: {answer.text[:400]}"
        return answer.text

    def token(self, path: str = "/sign-in") -> str:
        """The token that the forms of this browser carry."""
        found = re.search(rf'name="{CSRF_FIELD}" value="([0-9a-f]+)"', self.client.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def send(
        self, path: str, fields: Mapping[str, Any] | None = None, *, at: str = "/", files: Any = None
    ) -> httpx.Response:
        """Send a form as the page `at` would; the answer as it is."""
        data = {CSRF_FIELD: self.token(at), **(fields or {})}
        return self.client.post(path, data=data, files=files, headers={"Origin": self.url})

    def does(self, path: str, fields: Mapping[str, Any] | None = None, *, at: str = "/", files: Any = None) -> str:
        """Send a form that is expected to work; the page that it leads to."""
        answer = self.send(path, fields, at=at, files=files)
        assert answer.status_code == 303, f"{path} answers {answer.status_code}: {answer.text[:2000]}"
        return self.get(answer.headers["location"])


class DeskWorld:
    """The desk, the campaign's world below it, and who works there."""

    def __init__(self, world: CampaignWorld) -> None:
        self.world = world
        self.house: House = world.house
        self.app, self.desk = open_desk(self.house)
        self._server = WebServer(self.app, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.start()}"
        self._officers: list[Officer] = []
        self.accounts = {name: self.add(name, roles) for name, roles in PEOPLE.items()}

    def close(self) -> None:
        """Close every browser, stop the desk."""
        for officer in self._officers:
            officer.close()
        self._server.stop()

    def add(self, name: str, roles: frozenset[Role]) -> Account:
        """An account that is ready, English, without the minutes of setting it up."""
        with self.house.database.write() as connection:
            made = accounts.add(connection, name, name.title(), roles, "en", self.house.clock())
            accounts.change(connection, made.id, password="x")
            return accounts.by_id(connection, made.id)

    def cookie(self, name: str, language: str = "en") -> tuple[str, str]:
        """Name and value of the cookie of a browser that somebody signed in with."""
        token, now = secrets.token_urlsafe(32), self.house.clock()
        with self.house.database.write() as connection:
            accounts.change(connection, self.accounts[name].id, language=language)
            accounts.add_session(connection, token, self.accounts[name].id, now, now + office.LONGEST)
        return self.desk.address.cookie, token

    def officer(self, name: str, language: str = "en") -> Officer:
        """Somebody who is signed in."""
        officer = self.stranger()
        cookie, token = self.cookie(name, language)
        officer.client.cookies.set(cookie, token)
        return officer

    def stranger(self) -> Officer:
        """Somebody who is not."""
        self._officers.append(Officer(self.url))
        return self._officers[-1]


@contextmanager
def desk_world(folder: Path, database_url: str, now: datetime = START, **changed: Any) -> Iterator[DeskWorld]:
    """The desk over the example's campaign as it stands at `now`."""
    with campaign_world(folder, database_url, now, readers=4, **changed) as world:
        desk = DeskWorld(world)
        try:
            yield desk
        finally:
            desk.close()
