"""Where the desk is: its origin, its path, its cookie, and which requests come from its own pages."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from announcer.settings import Settings, is_loopback


@dataclass(frozen=True, slots=True)
class Address:
    """The desk's address as config.toml says it; on this machine alone if it says none."""

    url: str  #: Without a slash at the end; empty if only this machine reaches it.

    @classmethod
    def of(cls, settings: Settings) -> Address:
        """The address from [desk]."""
        return cls(settings.desk.url)

    @property
    def secure(self) -> bool:
        """Whether it is reached by https."""
        return self.url.startswith("https://")

    @property
    def base(self) -> str:
        """The path below which it is mounted."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def cookie(self) -> str:
        """The session cookie's name. `__Host-` ties it to this host and to https; plain http can't have that."""
        return "__Host-announcer-desk" if self.secure else "announcer-desk"

    def absolute(self, path: str, request: Request) -> str:
        """The whole address of a path, for a link that is passed on."""
        if self.url:
            return self.url + path
        return f"http://{request.headers.get('host', '127.0.0.1')}{path}"

    def is_ours(self, request: Request) -> bool:
        """Whether a request that changes something was sent by a page of the desk.

        Every browser says the origin with a POST. What says neither origin
        nor site is no browser, and has an API of its own.
        """
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site") == "same-origin" and self.is_known_host(request)
        if self.secure:
            parts = urlsplit(self.url)
            return hmac.compare_digest(origin.encode(), f"{parts.scheme}://{parts.netloc}".encode())
        return self.is_known_host(request) and origin == f"http://{request.headers.get('host', '')}"

    def is_known_host(self, request: Request) -> bool:
        """Whether a desk without TLS is asked under a name of this machine: no foreign name may lead here."""
        if self.secure:
            return True
        host = urlsplit(f"http://{request.headers.get('host', '')}").hostname
        return host is not None and is_loopback(host)
