"""The sections of config.toml about mail: relays, their limits, signing, what comes back. `settings` holds them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    """A section of config.toml: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _token_address(value: str) -> str:
    parts = urlsplit(value)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ValueError("must be an address that begins with https://, as a secret is sent there")
    return value


def _domain(value: str) -> str:
    if value != "*" and ("@" in value or "." not in value or value != value.strip().lower()):
        raise ValueError("is no domain; write it like gmx.de, or * for every other one")
    return value


MailAddress = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Security = Literal["none", "starttls", "tls"]
TokenAddress = Annotated[str, AfterValidator(_token_address)]
Domain = Annotated[str, AfterValidator(_domain)]


class OAuth(Section):
    """[oauth.NAME]: how to get the tokens with which a mail server lets us in (XOAUTH2)."""

    token_url: TokenAddress
    client_id: str
    client_secret_env: str = ""
    client_secret_file: Path | None = None
    refresh_token_env: str = ""  #: Without a refresh token the client speaks for itself (client credentials).
    refresh_token_file: Path | None = None
    scope: str = ""


class Relay(Section):
    """[mail.relay], [mail.relays.NAME]: an SMTP server that takes the newsletter."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Security = "starttls"
    username: str = ""
    password_env: str = ""
    password_file: Path | None = None
    oauth: str = ""  #: Sign on by XOAUTH2, with the tokens of this [oauth.NAME].
    connections: int = Field(default=4, ge=1, le=50)
    round: int = Field(default=50, ge=1, le=200)  #: Mails in flight per connection.
    per_second: float | None = Field(default=None, gt=0)
    window_mails: int | None = Field(default=None, ge=1)  #: At most so many within `window_hours`, over all workers.
    window_hours: float = Field(default=24, gt=0, le=744)
    timeout_seconds: float = Field(default=60, gt=0)


class DomainLimit(Section):
    """[mail.domains."gmx.de"]: how fast mail may go to the recipients of one domain."""

    per_minute: float = Field(gt=0)


class Dkim(Section):
    """[mail.dkim.NAME]: a key the newsletter is signed with here; without one the relay signs."""

    domain: str = ""  #: Empty: that of the sender's address.
    selector: str
    key_file: Path | None = None  #: PEM; RSA or Ed25519.
    key_env: str = ""


class Mail(Section):
    """[mail]: the newsletter's sender and relays."""

    sender: MailAddress = "presse@city.example"
    sender_name: str = ""
    reply_to: str = ""
    enabled: bool = True
    bounce_address: MailAddress | Literal[""] = ""  #: Where bounces go; empty: to the sender.
    verp: bool = False  #: Each mail has a bounce address of its own.
    countdown_minutes: int = Field(default=5, ge=0, le=60)  #: So long before the others the office has an issue.
    soft_bounces: int = Field(default=5, ge=1)  #: So many mails in a row that bounced softly end it.
    relay: Relay = Relay()
    relays: dict[Name, Relay] = {}  #: Those after the first, in the order in which they take over.
    domains: dict[Domain, DomainLimit] = {}
    dkim: dict[Name, Dkim] = {}

    @property
    def all_relays(self) -> dict[str, Relay]:
        """Every relay by its section of config.toml, the preferred one first."""
        return {"mail.relay": self.relay} | {f"mail.relays.{name}": relay for name, relay in self.relays.items()}


def _colour(value: str) -> str:
    if value and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("a colour looks like #0b5563")
    return value.lower()


Colour = Annotated[str, AfterValidator(_colour)]


class Look(Section):
    """[look]: the office's colours and logo in every mail; the rest is in templates/mail/style.css."""

    accent: Colour = ""  #: Of headings, links and buttons; empty: as the style sheet says.
    on_accent: Colour = ""  #: Of words on the accent's colour.
    dark_accent: Colour = ""  #: The same where the reader's mail program is dark.
    dark_on_accent: Colour = ""
    logo: Path | None = None  #: PNG or JPEG; stands in the place of the site's name.
    logo_width: int = Field(default=180, ge=40, le=520)

    @property
    def colours(self) -> dict[str, str]:
        """The variables of the style sheet that are set here."""
        names = ("accent", "on_accent", "dark_accent", "dark_on_accent")
        return {name.replace("_", "-"): value for name in names if (value := getattr(self, name))}


class BounceSource(Section):
    """[bounces.NAME]: a mailbox that bounces and complaints come to."""

    kind: Literal["imap", "maildir"]
    path: Path | None = None  #: Of the Maildir.
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Security = "tls"
    username: str = ""
    password_env: str = ""
    password_file: Path | None = None
    oauth: str = ""
    folder: str = "INBOX"
    every_minutes: int = Field(default=5, ge=1, le=1440)
    timeout_seconds: float = Field(default=30, gt=0)

    @model_validator(mode="after")
    def _complete(self) -> BounceSource:
        needed = ("path",) if self.kind == "maildir" else ("host", "username")
        for key in needed:
            if not getattr(self, key):
                raise ValueError(f"a mailbox of the kind {self.kind} needs {key!r}; add it")
        return self
