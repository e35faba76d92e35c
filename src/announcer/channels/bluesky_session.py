"""A session on an AT protocol server: signed on with an app password once, then kept alive across restarts.

Signing on is rationed (30 in five minutes, 300 a day), so the tokens are
remembered, sealed, and refreshed (https://atproto.com/specs/xrpc#authentication).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from announcer.channels.http import Api
from announcer.clock import Clock
from announcer.errors import Credentials, Permanent, SendError

_EXPIRED = frozenset({"ExpiredToken", "InvalidToken"})
_REFUSED = frozenset(
    {"AuthMissing", "AuthenticationRequired", "AccountTakedown", "AccountDeactivated", "AccountSuspended"}
)


class Sealed(Protocol):
    """Where tokens are remembered (`store.memory.Memory`)."""

    def recall_secret(self, name: str) -> str | None: ...
    def remember_secret(self, name: str, value: str) -> None: ...


class Refused(Permanent):
    """An XRPC error with its name, such as `InvalidSwap`."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Tokens:
    did: str
    handle: str
    access: str
    refresh: str


class Session:
    """Calls XRPC methods as one account. Safe in several threads."""

    def __init__(
        self,
        place: str,
        base: str,
        account: str,
        password: str,
        client: httpx.Client,
        wall_clock: Clock,
        memory: Sealed,
    ) -> None:
        """`account` is a handle or DID, `password` an app password."""
        self.api = Api(place, base, "", client, wall_clock)
        Api(place, base, password, client, wall_clock)  # says at once if it can't be a password
        self._account = account
        self._password = password
        self._memory = memory
        self._lock = threading.RLock()
        self._tokens: _Tokens | None = None

    @property
    def did(self) -> str:
        """The account's id; signs on if nobody did."""
        return self._session().did

    @property
    def handle(self) -> str:
        """The account's name, as the server knows it."""
        return self._session().handle

    def query(self, method: str, params: Mapping[str, str]) -> Any:
        """Read. Raises `Refused` with the error's name, and what `Api` raises."""
        answer = self._call("GET", method, write=False, params=dict(params))
        return self.api.json(answer, write=False)

    def procedure(self, method: str, body: Mapping[str, Any]) -> Any:
        """Write; a lost or unreadable answer is `UnknownOutcome`."""
        answer = self._call("POST", method, write=True, json=dict(body))
        return self.api.json(answer, write=True) if answer.content else {}

    def upload(self, data: bytes, media_type: str) -> Any:
        """Upload a blob. It shows nowhere before a record names it: a lost answer may be repeated."""
        headers = {"Content-Type": media_type}
        answer = self._call("POST", "com.atproto.repo.uploadBlob", write=False, content=data, headers=headers)
        return self.api.json(answer, write=False)

    def standing(self) -> str:
        """What is wrong with the account, "" if nothing is; raises `Credentials` if the server no longer knows it."""
        try:
            known = self.query("com.atproto.server.getSession", {})
        except Refused as error:  # so a PDS says that an account was taken down
            raise Credentials(f"{error}; see the account in its app") from error
        active = not isinstance(known, dict) or known.get("active", True)
        return "" if active else str(known.get("status") or "not active")

    def sign_on_again(self) -> None:
        """Forget the session and sign on with the password: the check wants to know whether that works."""
        with self._lock:
            self._tokens = self._sign_on()

    def _call(
        self, verb: str, method: str, *, write: bool, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        tokens = self._session()
        answer = self._ask(verb, method, tokens.access, write=write, headers=headers, **sent)
        if _error(answer) in _EXPIRED or answer.status_code == 401:
            # Nothing was done: a token is looked at before anything else.
            tokens = self._renewed(tokens)
            answer = self._ask(verb, method, tokens.access, write=write, headers=headers, **sent)
        if answer.is_success:
            return answer
        raise self._refused(answer, write=write)

    def _ask(
        self, verb: str, method: str, token: str, *, write: bool, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        known = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return self.api.ask(verb, f"/xrpc/{method}", write=write, headers=known, **sent)

    def _refused(self, answer: httpx.Response, *, write: bool) -> SendError:
        name = _error(answer)
        error = self.api.refused(answer, write=write)
        if name in _REFUSED or name in _EXPIRED:
            return Credentials(
                f"{self.api.place}: {self.api.host} refuses the account ({name}); make a new app password"
            )
        return Refused(str(error), name) if isinstance(error, Permanent) else error

    # -- Tokens. --

    def _session(self) -> _Tokens:
        with self._lock:
            if self._tokens is None:
                self._tokens = self._recalled() or self._sign_on()
            return self._tokens

    def _renewed(self, old: _Tokens) -> _Tokens:
        with self._lock:
            if self._tokens is not None and self._tokens.access != old.access:
                return self._tokens  # another thread was faster
            self._tokens = self._refreshed(old) or self._sign_on()
            return self._tokens

    def _refreshed(self, old: _Tokens) -> _Tokens | None:
        answer = self._ask("POST", "com.atproto.server.refreshSession", old.refresh, write=False)
        if answer.is_success:
            return self._kept(self.api.json(answer, write=False))
        if answer.status_code in {400, 401, 403}:
            return None
        raise self.api.refused(answer, write=False)

    def _sign_on(self) -> _Tokens:
        body = {"identifier": self._account, "password": self._password}
        answer = self._ask("POST", "com.atproto.server.createSession", "", write=False, json=body)
        if not answer.is_success:
            raise self._refused(answer, write=False)
        return self._kept(self.api.json(answer, write=False))

    def _kept(self, said: Any) -> _Tokens:
        try:
            tokens = _Tokens(said["did"], said["handle"], said["accessJwt"], said["refreshJwt"])
        except (KeyError, TypeError) as error:
            raise self.api.lost_answer("answered without a session", write=False) from error
        kept = {"account": self._account, "did": tokens.did, "handle": tokens.handle}
        self._memory.remember_secret(
            "session", json.dumps({**kept, "access": tokens.access, "refresh": tokens.refresh})
        )
        return tokens

    def _recalled(self) -> _Tokens | None:
        kept = self._memory.recall_secret("session")
        if kept is None:
            return None
        known = json.loads(kept)
        if known["account"] != self._account:  # config.toml names another account now
            return None
        return _Tokens(known["did"], known["handle"], known["access"], known["refresh"])


def _error(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("error") or "") if isinstance(said, dict) else ""
