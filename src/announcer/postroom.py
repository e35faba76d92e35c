"""Builds whatever speaks to mail servers: the newsletter's relays, the courier of single mails, bounce mailboxes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from announcer.clock import Clock
from announcer.errors import NotFound
from announcer.keyring import Secrets
from announcer.mail_settings import BounceSource, OAuth, Relay
from announcer.newsletter import dkim, oauth
from announcer.newsletter.connection import Access
from announcer.newsletter.mailbox import Imap, Mailbox, Maildir
from announcer.newsletter.mailer import Mailer
from announcer.newsletter.single import Courier
from announcer.newsletter.slots import Links
from announcer.settings import Settings
from announcer.store.database import Database
from announcer.store.limits import MailLimits, Window
from announcer.store.memory import Memory
from announcer.trust import authorities


@dataclass(frozen=True, slots=True)
class Postroom:
    """What it takes: settings and secrets, the database for tokens that change, the way out to token services."""

    settings: Settings
    secrets: Secrets
    key: bytes
    clock: Clock
    database: Database
    http: httpx.Client

    def mailer(self) -> Mailer:
        """The newsletter. Raises `SettingsError` for a secret that is not there."""
        mail = self.settings.mail
        titles = {name: entry.title for name, entry in self.settings.lists.items()}
        links = Links(self.settings.site.url, titles)
        return Mailer(mail, self.key, links, self.clock, relays=self._relays(), signers=self.signers())

    def courier(self, stop: threading.Event | None = None) -> Courier:
        """Who carries single mails, over a connection of its own."""
        mail = self.settings.mail
        return Courier(mail, self.clock, stop=stop, relays=self._relays(), signers=self.signers())

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox [bounces.NAME]. Connects; raises `NotFound`, `SettingsError`, `Transient` or `Credentials`."""
        source = self.settings.bounces.get(name)
        if source is None:
            known = ", ".join(self.settings.bounces) or "none"
            raise NotFound(f"config.toml has no mailbox [bounces.{name}]; there is {known}")
        if source.kind == "maildir":
            assert source.path is not None
            return Maildir(name, self.settings.path(source.path))
        return Imap(name, source, self._unlock(source, f"bounces.{name}"), self._tls())

    def limits(self) -> MailLimits:
        """What holds for all workers together: recipient domains, and the windows of relays."""
        mail = self.settings.mail
        windows = {
            section: Window(relay.window_mails, relay.window_hours)
            for section, relay in mail.all_relays.items()
            if relay.window_mails is not None
        }
        paces: dict[str, float] = {}
        if not self.database.sqlite:  # of one process its own bucket takes care
            paces = {section: one.per_second for section, one in mail.all_relays.items() if one.per_second is not None}
        return MailLimits({domain: limit.per_minute for domain, limit in mail.domains.items()}, windows, paces)

    def _relays(self) -> list[Access]:
        return [self._access(relay, section) for section, relay in self.settings.mail.all_relays.items()]

    def signers(self) -> list[dkim.Signer]:
        """The keys of [mail.dkim]. What sends nothing needs none."""
        if self.secrets.optional:
            return []
        mail = self.settings.mail
        return [
            dkim.load(
                self.secrets.read(f"mail.dkim.{name}", env=one.key_env, file=one.key_file, what="key").encode(),
                one.domain or mail.sender.rpartition("@")[2],
                one.selector,
                f"mail.dkim.{name}",
            )
            for name, one in mail.dkim.items()
        ]

    def _access(self, relay: Relay, section: str) -> Access:
        password = ""
        if relay.username and not relay.oauth:
            password = self._password(relay, section)
        token = self._tokens(relay.oauth) if relay.oauth else None
        return Access(relay, password, self._tls(), token, section)

    def _unlock(self, source: BounceSource, section: str) -> Callable[[], str]:
        if source.oauth:
            return self._tokens(source.oauth)
        password = self._password(source, section)
        return lambda: password

    def _password(self, one: Relay | BounceSource, section: str) -> str:
        return self.secrets.read(section, env=one.password_env, file=one.password_file, what="password")

    def _tokens(self, name: str) -> oauth.Tokens:
        client = _client(name, self.settings.oauth[name], self.secrets)
        return oauth.Tokens(client, self.http, Memory(self.database, self.key, "oauth"))

    def _tls(self) -> ssl.SSLContext | None:
        return authorities(self.settings)


def _client(name: str, wanted: OAuth, secrets: Secrets) -> oauth.Client:
    section = f"oauth.{name}"

    def optional(env: str, file: Path | None, what: str) -> str:
        return secrets.read(section, env=env, file=file, what=what) if env or file else ""

    secret = optional(wanted.client_secret_env, wanted.client_secret_file, "client_secret")
    refresh = optional(wanted.refresh_token_env, wanted.refresh_token_file, "refresh_token")
    return oauth.Client(name, wanted, secret, refresh)
