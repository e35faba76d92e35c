"""Registering this program with a Mastodon server, once: an application, a person's consent, a token.

https://docs.joinmastodon.org/spec/oauth/
"""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from announcer.channels.http import Api
from announcer.channels.mastodon import SCOPES
from announcer.clock import Clock
from announcer.errors import Credentials, SendError

#: The server shows the code to the person instead of sending it anywhere.
_OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class Connecting:
    """One way through: register, let a person consent, take the token."""

    def __init__(self, name: str, url: str, client: httpx.Client, wall_clock: Clock) -> None:
        self._place = f"[channels.{name}]"
        self._url = url.rstrip("/")
        self._client = client
        self._clock = wall_clock
        self._api = Api(self._place, self._url, "", client, wall_clock)
        self._id = self._secret = ""

    def register(self, website: str) -> str:
        """Register the application; the address where a person consents. Raises `SendError`."""
        body = {
            "client_name": "announcer",
            "redirect_uris": _OUT_OF_BAND,
            "scopes": SCOPES,
            "website": website,
        }
        made = self._api.write("POST", "/api/v1/apps", body)
        try:
            self._id, self._secret = str(made["client_id"]), str(made["client_secret"])
        except (KeyError, TypeError) as error:
            raise self._api.lost_answer("answered without an application", write=False) from error
        asked = {"response_type": "code", "client_id": self._id, "redirect_uri": _OUT_OF_BAND, "scope": SCOPES}
        return f"{self._url}/oauth/authorize?{urlencode(asked)}"

    def finish(self, code: str) -> tuple[str, str]:
        """The access token for the code that the server showed, and the account it is for. Raises `SendError`."""
        body = {
            "grant_type": "authorization_code",
            "client_id": self._id,
            "client_secret": self._secret,
            "redirect_uri": _OUT_OF_BAND,
            "code": code.strip(),
            "scope": SCOPES,
        }
        try:
            made = self._api.write("POST", "/oauth/token", body)
        except SendError as error:
            if "invalid_grant" in str(error):
                raise Credentials(f"{self._place}: the code is not accepted; begin again and copy it whole") from error
            raise
        token = str(made.get("access_token") or "") if isinstance(made, dict) else ""
        if not token:
            raise self._api.lost_answer("answered without a token", write=False)
        account = Api(self._place, self._url, token, self._client, self._clock).read(
            "/api/v1/accounts/verify_credentials"
        )
        return token, str(account.get("acct") or account.get("username") or "") if isinstance(account, dict) else ""
