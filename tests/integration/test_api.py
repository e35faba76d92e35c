"""The API: tokens and scopes, problems, writes that may be repeated; and whatever Schemathesis thinks of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from announcer.model.people import Actor
from announcer.office import api_tokens
from announcer.store import facts, journal
from announcer.store.database import open_database
from announcer.store.schema import migrate
from tests.integration.desk_world import DeskWorld, desk_world

TEXT = "Neue Brücke am Hafen\n\nDie Stadt Beispiel öffnet die neue Brücke am Hafen.\n\nSie ist 200 Meter lang."


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[DeskWorld]:
    with desk_world(tmp_path, sqlite_url) as opened:
        yield opened


def _token(world: DeskWorld, *scopes: str, days: int = 30) -> str:
    account = world.accounts["anna"].id
    return api_tokens.make(world.house, account, "CMS", scopes, days, Actor("clara"), world.house.clock())


def _client(world: DeskWorld, *scopes: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {_token(world, *scopes)}"} if scopes else {}
    alone = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=f"{world.url}/api/v1", headers=headers, trust_env=False, limits=alone, timeout=30)


def _is_problem(answer: httpx.Response, status: int) -> bool:
    said = answer.json()
    kind = answer.headers["content-type"]
    return (answer.status_code, said["status"], kind) == (status, status, "application/problem+json")


ASKED = [
    ("GET", "/campaigns", "read"),
    ("GET", "/campaigns/kommunen-innovativ-2018/messages", "read"),
    ("GET", "/announcements/kommunen-innovativ-2018", "read"),
    ("GET", "/stops", "read"),
    ("POST", "/campaigns/kommunen-innovativ-2018/plan", "write"),
    ("POST", "/announcements", "write"),
    ("POST", "/stops", "stop"),
]
BODIES: dict[str, Any] = {"/announcements": {"text": TEXT}, "/stops": {"what": "channel:mastodon"}}


@pytest.mark.parametrize(("method", "path", "scope"), ASKED)
def test_a_token_and_its_scope_are_needed(method: str, path: str, scope: str, world: DeskWorld) -> None:
    """None, a made-up one, one for something else; the right one works. A cookie of the desk is no token."""
    body = BODIES.get(path) if method == "POST" else None
    others = [one for one in api_tokens.SCOPES if one != scope]
    with _client(world) as client:
        assert _is_problem(client.request(method, path, json=body), 401)
        made_up = {"Authorization": f"Bearer {api_tokens.PREFIX}{'x' * 43}"}
        assert _is_problem(client.request(method, path, json=body, headers=made_up), 401)
        cookie, token = world.cookie("clara")
        assert _is_problem(client.request(method, path, json=body, headers={"Cookie": f"{cookie}={token}"}), 401)
    with _client(world, *others) as client:
        assert _is_problem(client.request(method, path, json=body), 403)
    with _client(world, scope) as client:
        assert client.request(method, path, json=body).status_code in {200, 201}


def test_every_route_of_the_description_is_asked_above(world: DeskWorld) -> None:
    """A route that is added is tested for its token as well."""
    with _client(world) as client:
        paths = client.get("/openapi.json").json()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    asked = {(method, path.replace("kommunen-innovativ-2018", "{name}")) for method, path, _ in ASKED}
    assert described == asked


def test_tokens_run_out_are_revoked_and_kept_as_hashes(world: DeskWorld) -> None:
    """And an account that is switched off takes its tokens along."""
    with _client(world, "read") as client:
        assert client.get("/stops").status_code == 200
        plain = client.headers["Authorization"].removeprefix("Bearer ")
        with world.house.database.read() as connection:
            kept = connection.exec_driver_sql("SELECT token_hash FROM api_token").scalars().all()
        assert plain not in kept
        world.officer("clara").does(f"/users/{world.accounts['anna'].id}", {"shown": "Anna"}, at="/users")
        assert client.get("/stops").status_code == 401
        world.officer("clara").does(
            f"/users/{world.accounts['anna'].id}", {"shown": "Anna", "active": "1"}, at="/users"
        )
        assert client.get("/stops").status_code == 200
        world.world.clock.now += timedelta(days=31)
        assert client.get("/stops").status_code == 401
    with _client(world, "read") as client:
        (newest, *_) = api_tokens.listed(world.house)
        world.officer("clara").does(f"/tokens/{newest.id}/revoke", at="/tokens")
        assert client.get("/stops").status_code == 401


def test_a_token_is_shown_once(world: DeskWorld) -> None:
    """On the page that made it."""
    admin = world.officer("clara")
    page = admin.send("/tokens", {"title": "CMS", "scopes": ["read"], "days": "30"}, at="/tokens").text
    token = api_tokens.PREFIX + page.partition(f">{api_tokens.PREFIX}")[2].partition("<")[0]
    assert api_tokens.known(world.house, token, world.house.clock()) is not None
    assert token not in admin.get("/tokens")
    assert token not in admin.get("/log")


def test_a_write_repeated_under_its_key_is_done_once(world: DeskWorld) -> None:
    """The same answer; another request under the key is refused; without a key the second is a conflict."""
    with _client(world, "write") as client:
        key = {"Idempotency-Key": "abc-1"}
        first = client.post("/announcements", json={"text": TEXT}, headers=key)
        again = client.post("/announcements", json={"text": TEXT}, headers=key)
        assert (first.status_code, first.text) == (again.status_code, again.text) == (201, again.text)
        assert _is_problem(client.post("/announcements", json={"text": "Anderes\n\nText"}, headers=key), 409)
        assert _is_problem(client.post("/announcements", json={"text": TEXT}), 409)
    with world.house.database.read() as connection:
        assert len(facts.announcement_ids(connection)) == 2
        (last,) = [one for one in journal.entries(connection) if one.verb == "add"]
    assert last.actor == "anna"


def test_a_failed_write_may_be_repeated(world: DeskWorld) -> None:
    """It did nothing, so its key is free again."""
    with _client(world, "write") as client:
        key = {"Idempotency-Key": "abc-2"}
        bad = {"text": TEXT, "answers": {"embargo": "gestern"}}
        assert _is_problem(client.post("/announcements", json=bad, headers=key), 422)
        assert client.post("/announcements", json={"text": TEXT}, headers=key).status_code == 201


# -- Whatever else may be sent. --


@pytest.fixture(scope="module")
def api_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """One world for all that Schemathesis sends."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/announcer.db"
    migrate(open_database(url))
    with desk_world(folder, url) as opened:
        yield opened


def test_no_request_breaks_the_api(api_world: DeskWorld) -> None:
    """No 5xx, no undocumented status, type or shape; what the description refuses is refused."""
    schema = schemathesis.openapi.from_url(f"{api_world.url}/api/v1/openapi.json")
    headers = {"Authorization": f"Bearer {_token(api_world, *api_tokens.SCOPES)}"}
    operations: list[Any] = list(schema.get_all_operations())
    seen = [_hold(found.ok(), headers) for found in operations]
    assert len(seen) == len(ASKED)


def _hold(operation: Any, headers: dict[str, str]) -> str:
    """Send what fits the description of one operation, and what does not."""

    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def send(case: Any) -> None:
        # A text may be of the right type and still be no release: then 422 says what is missing in it.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    send()
    return str(operation.label)
