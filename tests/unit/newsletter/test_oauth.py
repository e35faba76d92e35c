"""Tokens for XOAUTH2: bought once an hour, renewed in time, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest

from announcer.errors import Credentials, Transient
from announcer.mail_settings import OAuth
from announcer.newsletter.oauth import Client, Tokens, xoauth2

SETTINGS = OAuth(token_url="https://login.provider.example/token", client_id="announcer", scope="mail")


class Remembered:
    """A memory that only lives in the test."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def recall_secret(self, name: str) -> str | None:
        return self.kept.get(name)

    def remember_secret(self, name: str, value: str) -> None:
        self.kept[name] = value


def service(answer: Callable[[dict[str, str]], httpx.Response]) -> tuple[httpx.Client, list[dict[str, str]]]:
    """A token service, and what it was asked."""
    asked: list[dict[str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append({key: values[0] for key, values in parse_qs(request.content.decode()).items()})
        return answer(asked[-1])

    return httpx.Client(transport=httpx.MockTransport(handle)), asked


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    numbers = iter(range(1, 10))
    http, asked = service(lambda _: httpx.Response(200, json={"access_token": f"t{next(numbers)}", "expires_in": 3600}))
    now = [0.0]
    tokens = Tokens(Client("provider", SETTINGS, "geheim"), http, Remembered(), lambda: now[0])
    assert [tokens(), tokens()] == ["t1", "t1"]
    now[0] = 3600 - 121
    assert tokens() == "t1"
    now[0] = 3600 - 119
    assert tokens() == "t2"
    tokens.forget()
    assert tokens() == "t3"
    expected = {"grant_type": "client_credentials", "client_id": "announcer", "client_secret": "geheim"}
    assert asked == [{**expected, "scope": "mail"}] * 3


def test_a_new_refresh_token_replaces_the_old_one_also_after_a_restart() -> None:
    http, asked = service(lambda form: httpx.Response(200, json={"access_token": "t", "refresh_token": "zwei"}))
    memory = Remembered()
    for _ in range(2):
        Tokens(Client("provider", SETTINGS, refresh_token="eins"), http, memory)()
    assert [form["refresh_token"] for form in asked] == ["eins", "zwei"]
    assert {form["grant_type"] for form in asked} == {"refresh_token"}


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (
            httpx.Response(400, json={"error": "invalid_grant"}),
            Credentials,
            r"\(invalid_grant\); check \[oauth.provider",
        ),
        (httpx.Response(401), Credentials, "login.provider.example refuses a token"),
        (httpx.Response(503, text="busy"), Transient, "answers 503 and no JSON"),
        (httpx.Response(200, json={"token": "t"}), Transient, "gave no access token"),
        (httpx.Response(200, json=[]), Transient, "answers 200"),
    ],
)
def test_what_a_service_that_gives_none_is_taken_for(answer: httpx.Response, error: type[Exception], said: str) -> None:
    http, _ = service(lambda _: answer)
    with pytest.raises(error, match=said):
        Tokens(Client("provider", SETTINGS), http, Remembered())()


def test_a_service_that_is_away_is_no_refusal() -> None:
    def away(form: dict[str, str]) -> httpx.Response:
        raise httpx.ConnectError("no route")

    http, _ = service(away)
    with pytest.raises(Transient, match="does not answer"):
        Tokens(Client("provider", SETTINGS), http, Remembered())()


def test_the_line_that_signs_on() -> None:
    """As Google's and Microsoft's pages have it."""
    assert xoauth2("a@city.example", "tok") == b"dXNlcj1hQGNpdHkuZXhhbXBsZQFhdXRoPUJlYXJlciB0b2sBAQ=="
