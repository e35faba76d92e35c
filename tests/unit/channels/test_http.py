"""What a failure of HTTP means for a delivery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from announcer.channels.http import Api, open_client, retry_after
from announcer.errors import Credentials, Permanent, SendError, SettingsError, Transient, UnknownOutcome
from announcer.settings import Proxy, Settings

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LATER = "Tue, 01 Sep 2026 08:00:30 GMT"
TOKEN = "s3cret-token"

Handler = Callable[[httpx.Request], httpx.Response]


def api(handler: Handler, token: str = TOKEN) -> Api:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return Api("[channels.social]", "https://social.city.example/", token, client, lambda: NOW)


def look(api: Api) -> Any:
    return api.read("/x")


def write(api: Api) -> Any:
    return api.write("POST", "/x", {"status": "Hallo"})


def delete(api: Api) -> Any:
    return api.delete("/x")


def failing(error: type[httpx.TransportError]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"trouble with {TOKEN}", request=request)

    return handler


NEVER_LEFT = [
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
]
LEFT = [
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
]


@pytest.mark.parametrize("error", NEVER_LEFT)
@pytest.mark.parametrize("act", [look, write, delete])
def test_what_never_left_is_tried_again(error: type[httpx.TransportError], act: Callable[[Api], Any]) -> None:
    with pytest.raises(Transient, match=r"^\[channels.social\]: social.city.example can't be reached") as caught:
        act(api(failing(error)))
    assert isinstance(caught.value.__cause__, error)


@pytest.mark.parametrize("error", LEFT)
def test_what_left_without_an_answer_is_unknown_unless_it_was_a_look(error: type[httpx.TransportError]) -> None:
    with pytest.raises(UnknownOutcome):
        write(api(failing(error)))
    with pytest.raises(UnknownOutcome):
        delete(api(failing(error)))
    with pytest.raises(Transient):
        look(api(failing(error)))


@pytest.mark.parametrize(
    ("status", "on_write", "on_look"),
    [
        (301, Permanent, Permanent),
        (400, Permanent, Permanent),
        (401, Credentials, Credentials),
        (403, Credentials, Credentials),
        (404, Permanent, Permanent),
        (407, Transient, Transient),
        (408, Transient, Transient),
        (413, Permanent, Permanent),
        (422, Permanent, Permanent),
        (425, Transient, Transient),
        (429, Transient, Transient),
        (500, UnknownOutcome, Transient),
        (501, Permanent, Permanent),
        (502, UnknownOutcome, Transient),
        (503, UnknownOutcome, Transient),
        (504, UnknownOutcome, Transient),
    ],
)
def test_each_refusal_has_one_meaning(status: int, on_write: type[SendError], on_look: type[SendError]) -> None:
    refusing = api(lambda _: httpx.Response(status, json={"error": f"No,\n not with {TOKEN}"}))
    for act, meaning in ((write, on_write), (look, on_look)):
        with pytest.raises(SendError) as caught:
            act(refusing)
        assert type(caught.value) is meaning
        assert str(caught.value).startswith("[channels.social]: social.city.example ")
        assert TOKEN not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 204, 404, 410])
def test_deleting_what_is_gone_succeeds(status: int) -> None:
    delete(api(lambda _: httpx.Response(status)))


def test_a_page_instead_of_json_proves_nothing() -> None:
    page = api(lambda _: httpx.Response(200, html="<h1>Wartung</h1>"))
    for act in (write, delete):
        with pytest.raises(UnknownOutcome):
            act(page)
    with pytest.raises(Transient):
        look(page)


def test_only_absence_is_nothing() -> None:
    answers = {404: None, 410: None, 200: {"id": "1"}}
    for status, found in answers.items():
        assert api(lambda _, s=status: httpx.Response(s, json={"id": "1"})).read_if_there("/x") == found  # type: ignore[misc]
    with pytest.raises(Permanent):
        api(lambda _: httpx.Response(400)).read_if_there("/x")


def test_the_token_goes_in_the_header_and_to_no_other_host() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/x"})

    with pytest.raises(Permanent, match=r"has moved to https://elsewhere\.example/x; correct 'url'"):
        write(api(handler))
    (request,) = seen
    assert str(request.url) == "https://social.city.example/x"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel", "tab\t"])
def test_a_token_that_can_be_none_is_refused_unseen(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        api(lambda _: httpx.Response(200), token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "9" * 5000}, None),
        ({"X-RateLimit-Reset": "9" * 11}, 86_400.0),
        ({"X-RateLimit-Reset": "99999999999999-01-01"}, None),
        ({"Retry-After": "99999999"}, 86_400.0),
        ({"Retry-After": "Tue, 01 Sep 2026 08:01:00 GMT"}, 60.0),
        ({"Retry-After": "Tue, 01 Sep 2026 07:00:00 GMT"}, 1.0),
        ({"X-RateLimit-Reset": "2026-09-01T08:05:00.500Z"}, 300.5),
        ({"X-RateLimit-Reset": "2026-09-01T10:05:00+02:00"}, 300.0),
        ({"X-RateLimit-Reset": "1788250200"}, 600.0),
        ({"X-RateLimit-Reset": "45"}, 45.0),
        ({"X-RateLimit-Reset": "?", "Retry-After": "7"}, 7.0),
        ({"X-RateLimit-Reset": "2026-09-01T08:05:00Z", "Date": LATER}, 270.0),
        ({"X-RateLimit-Reset": "2026-09-01T08:05:00Z", "Date": "?"}, 300.0),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers), NOW) == seconds


def test_the_wait_is_handed_on() -> None:
    with pytest.raises(Transient) as caught:
        write(api(lambda _: httpx.Response(429, headers={"Retry-After": "90"})))
    assert caught.value.retry_after == 90.0


def test_the_client_goes_through_the_proxy_but_not_to_this_machine() -> None:
    with open_client(Settings(proxy=Proxy(url="http://proxy.city.example:3128"))) as client:
        through = client._transport_for_url(httpx.URL("https://social.city.example/"))
        for here in ("http://127.0.0.1:8025/", "http://localhost:8025/", "http://[::1]:8025/"):
            assert client._transport_for_url(httpx.URL(here)) is not through
        assert client.headers["User-Agent"].startswith("announcer/")
        assert not client.trust_env
        assert not client.follow_redirects


def test_a_proxy_or_bundle_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("no certificate")
    with pytest.raises(SettingsError, match=r"'ca_bundle' names .*ca\.pem, which holds no certificates"):
        open_client(Settings(proxy=Proxy(ca_bundle=bundle)))
    with pytest.raises(SettingsError, match="'ca_bundle'"):
        open_client(Settings(proxy=Proxy(ca_bundle=tmp_path / "missing.pem")))
    with pytest.raises(SettingsError, match="'url' is 'socks9://proxy'"):
        open_client(Settings(proxy=Proxy(url="socks9://proxy")))
