"""Access tokens for mail servers that want XOAUTH2 instead of a password.

A refresh token (RFC 6749 §6), or client credentials (§4.4), buys a token for
an hour; it is kept in memory until shortly before it ends. Some providers
give a new refresh token along with it: from then on only that one counts, so
it is kept, sealed, by whoever was handed in.
"""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from announcer.errors import Credentials, Transient
from announcer.mail_settings import OAuth

#: A token is renewed so many seconds before it ends.
_EARLY_SECONDS = 120.0
_TIMEOUT_SECONDS = 15.0


class Memory(Protocol):
    """Where a new refresh token is kept (`store.memory`)."""

    def recall_secret(self, name: str) -> str | None: ...
    def remember_secret(self, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks for tokens: the settings and the secrets they name."""

    name: str
    settings: OAuth
    secret: str = ""
    refresh_token: str = ""


class Tokens:
    """The tokens of one [oauth.NAME]. Safe in several threads."""

    def __init__(
        self,
        client: Client,
        http: httpx.Client,
        memory: Memory,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._http = http
        self._memory = memory
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def __call__(self) -> str:
        """A token that is good now. Raises `Transient` or `Credentials`."""
        with self._lock:
            if not self._token or self._monotonic() >= self._until:
                self._renew()
            return self._token

    def forget(self) -> None:
        """The server refused it: the next call asks for a new one."""
        with self._lock:
            self._token = ""

    def _renew(self) -> None:
        answer = self._asked(self._refresh_token())
        token, lasts = answer.get("access_token"), answer.get("expires_in", 3600)
        if not isinstance(token, str) or not token:
            raise Transient(f"{self._place} gave no access token; check [oauth.{self._client.name}] token_url")
        self._token = token
        seconds = float(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdigit() else 3600.0
        self._until = self._monotonic() + max(0.0, seconds - _EARLY_SECONDS)
        newer = answer.get("refresh_token")
        if isinstance(newer, str) and newer:
            self._memory.remember_secret(self._kept_as, newer)

    @property
    def _place(self) -> str:
        return f"the token service {httpx.URL(self._client.settings.token_url).host}"

    @property
    def _kept_as(self) -> str:
        return f"oauth {self._client.name}"

    def _refresh_token(self) -> str:
        if not self._client.refresh_token:
            return ""
        return self._memory.recall_secret(self._kept_as) or self._client.refresh_token

    def _asked(self, refresh_token: str) -> dict[str, object]:
        settings = self._client.settings
        form = {"client_id": settings.client_id, "client_secret": self._client.secret, "scope": settings.scope}
        grant = {"grant_type": "client_credentials"}
        if refresh_token:
            grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            data = {key: value for key, value in {**form, **grant}.items() if value}
            answer = self._http.post(settings.token_url, data=data, timeout=_TIMEOUT_SECONDS)
            body = answer.json() if answer.content else {}
        except httpx.HTTPError as error:
            raise Transient(f"{self._place} does not answer ({type(error).__name__})") from error
        except ValueError as error:
            raise Transient(f"{self._place} answers {answer.status_code} and no JSON") from error
        if answer.status_code in (400, 401, 403):  # RFC 6749 §5.2
            why = str(body.get("error", answer.status_code)) if isinstance(body, dict) else str(answer.status_code)
            raise Credentials(
                f"{self._place} refuses a token ({why[:80]}); check [oauth.{self._client.name}] and consent anew"
            )
        if answer.status_code >= 300 or not isinstance(body, dict):
            raise Transient(f"{self._place} answers {answer.status_code}")
        return body


def xoauth2(username: str, token: str) -> bytes:
    """The one line that signs on, in Base64, as Google and Microsoft have defined it."""
    return b64encode(f"user={username}\x01auth=Bearer {token}\x01\x01".encode())
