"""HTTP as the channels use it: one client, and every failure in our own tree of errors.

What a failure means depends on whether something may have happened on the
other side:

    before the request left (refused, no such name)   Transient
    while writing it or waiting for the answer        UnknownOutcome; Transient for a mere look
    answer 5xx but 501 (not implemented)              UnknownOutcome; Transient for a mere look
    answer 401, 403                                   Credentials
    answer 408, 425, 429                              Transient, after the time the server names
    any other refusal                                 Permanent
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from announcer import __version__
from announcer.clock import Clock
from announcer.errors import Credentials, Permanent, SendError, SettingsError, Transient, UnknownOutcome
from announcer.settings import Settings
from announcer.trust import authorities

#: Proxies are for the way out; the sandbox on this machine is reached directly.
_HERE = ("all://127.0.0.1", "all://localhost", "all://[::1]")

#: Raised before a byte of the request was written (httpx.TransportError's tree).
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_NOT_NOW = frozenset({407, 408, 425, 429})
_LONGEST_SAID = 200  # characters of what a server said
_LONGEST_WAIT = 86_400.0  # seconds; a broken header must not park a message for years
#: A number this large is an instant in seconds since 1970, not a duration (GoToSocial before 0.17).
_EPOCH_FROM = 1_000_000_000


def open_client(settings: Settings, timeout_seconds: float = 20.0) -> httpx.Client:
    """The client for all channels, through [proxy]; the caller closes it.

    The environment's proxy variables are not looked at: config.toml says the
    way out. Raises `SettingsError` for a proxy or CA bundle that can't be used.
    """
    proxy = settings.proxy
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells every address, and some hold a token
    try:
        return httpx.Client(
            verify=authorities(settings) or True,
            proxy=proxy.url or None,
            mounts=dict.fromkeys(_HERE) if proxy.url else None,
            timeout=timeout_seconds,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": f"announcer/{__version__} (+{settings.site.url})"},
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise SettingsError(
            f"config.toml: [proxy] 'url' is {proxy.url!r}, which is no proxy address; "
            "write it like http://proxy.city.example:3128"
        ) from error


class Api:
    """A network's HTTP interface: its address, our token, and its failures in our words."""

    def __init__(
        self, place: str, base: str, token: str, client: httpx.Client, wall_clock: Clock, *, hidden: str = ""
    ) -> None:
        """`place` opens every error message, e.g. "[channels.mastodon]"; raises `SettingsError` for a broken token.

        `hidden` is a secret that is sent in another way than as bearer; no message shows it either.
        """
        secret = token + hidden
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            # Said here, because httpx would quote the token in its own error.
            raise SettingsError(f"{place}: the token holds characters no token has; copy it again, without line breaks")
        self.place = place
        self.host = urlsplit(base).hostname or base
        self._base = base.rstrip("/")
        self.token = token
        self.hidden = hidden
        self._client = client
        self._wall_clock = wall_clock

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON at `path`. Nothing can have happened when this fails: never `UnknownOutcome`."""
        return self.json(self._call("GET", path, params=params), write=False)

    def read_if_there(self, path: str) -> Any:
        """The JSON at `path`, or None where there is nothing (404, 410)."""
        answer = self._call("GET", path, gone_is_fine=True)
        return self.json(answer, write=False) if answer.is_success else None

    def write(self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        """Send JSON and return the JSON answered. A lost or unreadable answer is `UnknownOutcome`."""
        return self.json(self._call(method, path, body=body, headers=headers), write=True)

    def delete(self, path: str) -> None:
        """Delete what is at `path`; already gone (404, 410) is success."""
        answer = self._call("DELETE", path, gone_is_fine=True)
        if answer.is_success and answer.content:
            self.json(answer, write=True)  # an error page with status 200 proves nothing

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        gone_is_fine: bool = False,
    ) -> httpx.Response:
        write = method != "GET"
        answer = self.ask(method, path, write=write, params=params, json=body, headers=headers)
        if answer.is_success or (gone_is_fine and answer.status_code in {404, 410}):
            return answer
        raise self.refused(answer, write=write)

    def ask(
        self, method: str, path: str, *, write: bool, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        """The answer, whatever its status; `sent` goes to httpx (`json`, `content`, `files`, `params`).

        For networks that say in the body what a refusal means: `refused` makes an error of the rest.
        """
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            return self._client.request(
                method,
                self._base + path,
                headers={**known, "Accept": "application/json", **(headers or {})},
                follow_redirects=False,  # a redirected POST becomes a GET, and the token would follow
                **sent,
            )
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self._lost(error, write) from error

    def json(self, answer: httpx.Response, *, write: bool) -> Any:
        try:
            return answer.json()
        except ValueError as error:  # a login page, a proxy's or an overloaded server's HTML
            raise self.lost_answer("answered with something that is not JSON", write=write) from error

    def lost_answer(self, what: str, *, write: bool) -> SendError:
        """The error for an answer that can't be relied on: `what` completes "the server …"."""
        if write:
            return UnknownOutcome(f"{self.place}: {self.host} {what}; look whether it happened before repeating it")
        return Transient(f"{self.place}: {self.host} {what}; it is tried again")

    def _lost(self, error: Exception, write: bool) -> SendError:
        said = self._clean(str(error) or type(error).__name__)
        if isinstance(error, _NEVER_LEFT):
            return Transient(f"{self.place}: {self.host} can't be reached ({said}); check its 'url' and [proxy]")
        return self.lost_answer(f"did not answer ({said})", write=write)

    def refused(self, answer: httpx.Response, *, write: bool) -> SendError:
        """What an answer without success means."""
        status = answer.status_code
        place, said = self.place, self._clean(_said(answer))
        if status in {401, 403}:
            return Credentials(f"{place}: {self.host} refuses the token ({said}); make a new one and set it")
        if status in _NOT_NOW:
            wait = retry_after(answer.headers, self._wall_clock()) or _asked_in_body(answer)
            return Transient(f"{place}: {self.host} asks to wait ({said}); it is tried again", wait)
        if status >= 500 and status != 501:
            return self.lost_answer(f"failed with {status} ({said})", write=write)
        if status < 400:
            said = self._clean(answer.headers.get("Location", "elsewhere"))
            return Permanent(f"{place}: {self.host} has moved to {said}; correct 'url' in config.toml")
        return Permanent(
            f"{place}: {self.host} refuses it with {status} ({said}); change what it names, or withdraw it"
        )

    def _clean(self, said: str) -> str:
        one_line = " ".join(said.split())
        for secret in filter(None, (self.token, self.hidden)):
            one_line = one_line.replace(secret, "[token]")
        return one_line[:_LONGEST_SAID]


def _said(answer: httpx.Response) -> str:
    """The reason in the server's own words, else the name of its status."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if isinstance(said, dict):
        words = [str(said[key]) for key in ("error", "message", "description") if isinstance(said.get(key), str)]
        if words:
            return ": ".join(words[:2])
    return answer.reason_phrase or str(answer.status_code)


def _asked_in_body(answer: httpx.Response) -> float | None:
    """Seconds to wait as Matrix (`retry_after_ms`) and Telegram (`parameters.retry_after`) spell it."""
    try:
        said = answer.json()
    except ValueError:
        return None
    known = said if isinstance(said, dict) else {}
    if isinstance(millis := known.get("retry_after_ms"), int):
        return _bounded(millis / 1000)
    inner = known.get("parameters")
    seconds = inner.get("retry_after") if isinstance(inner, dict) else None
    return _bounded(float(seconds)) if isinstance(seconds, int) else None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as the server asks, from one to a day; None when it doesn't say.

    `X-RateLimit-Reset` and `RateLimit-Reset` are instants (Mastodon: ISO 8601,
    Bluesky: seconds since 1970) or seconds, `Retry-After` is seconds or an HTTP
    date (RFC 9110 §10.2.3). Instants are counted from the answer's own `Date`
    where it has one, so a clock that is wrong here or there does no harm;
    otherwise from `now`.
    """
    here = _instant(headers.get("Date", "")) or now
    for name in ("X-RateLimit-Reset", "RateLimit-Reset", "Retry-After"):
        said = headers.get(name, "").strip()
        if (seconds := _number(said)) is not None and seconds < _EPOCH_FROM:
            return _bounded(float(seconds))
        if until := _instant(said):
            return _bounded((until - here) / timedelta(seconds=1))
    return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 1.0), _LONGEST_WAIT)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def _instant(said: str) -> datetime | None:
    """An instant in seconds since 1970, as ISO 8601 or as an HTTP date."""
    if (seconds := _number(said)) is not None:
        return datetime.fromtimestamp(seconds, UTC)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(said)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
