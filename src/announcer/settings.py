"""config.toml as frozen, typed settings. An unknown key, a wrong type or a missing
secret is an error that names file, key and remedy.

Paths are relative to the folder of config.toml. Secrets never stand in the
file: it names an environment variable (`*_env`) or a file (`*_file`).
"""

from __future__ import annotations

import ipaddress
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from announcer.errors import SettingsError
from announcer.mail_settings import BounceSource, Look, Mail, MailAddress, Name, OAuth, Relay
from announcer.upkeep_settings import BackupSettings, LogSettings, MonitoringSettings, RetentionSettings

__all__ = ["BackupSettings", "LogSettings", "Mail", "MonitoringSettings", "Relay", "RetentionSettings"]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with https:// or http://")
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone; write it like Europe/Berlin") from error
    return value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError("is no IP address or network; write it like 10.0.0.5 or 10.0.0.0/24") from error


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


WebAddress = Annotated[str, AfterValidator(_web_address)]
Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Section):
    """[site]: who speaks, from where, in which words."""

    name: str = "Pressestelle"
    url: WebAddress = "http://127.0.0.1:8080"
    language: Literal["de", "en"] = "de"
    languages: tuple[Literal["de", "en"], ...] = ("de",)
    timezone: Zone = "Europe/Berlin"
    publisher: str = ""  #: Full name and postal address, for the Impressum.
    contact: str = ""  #: Mail address or phone for questions.
    check_pages: bool = True  #: What links to a page of ours waits until it answers at its public address.
    websub_hub: WebAddress | None = None  #: Told of every change of a feed.
    privacy_url: str = ""
    privacy_file: Path | None = None  #: A privacy notice of the site's own, as Markdown; shown at /datenschutz.
    accessibility_url: str = ""
    accessibility_file: Path | None = None  #: The accessibility statement as Markdown; shown at /barrierefreiheit.


class Office(_Section):
    """[office]: when the office works and when nobody wants to be disturbed."""

    holidays: str = "DE-NW"  #: Country and state for public holidays.
    days_off: tuple[date, ...] = ()
    quiet_from: time = time(20, 0)
    quiet_until: time = time(7, 0)
    collision_minutes: int = Field(default=60, ge=0)
    catch_up_minutes: int = Field(default=5, ge=0)  #: Between late messages of one channel and audience.
    mails_per_week: int = Field(default=3, ge=0)  #: Campaign mails for one recipient within seven days; 0: no limit.


class Database(_Section):
    """[database]: where the ledger is."""

    url: str = "sqlite:///var/announcer.db"


class Paths(_Section):
    """[paths]: folders, relative to config.toml."""

    feeds: Path = Path("feeds")
    var: Path = Path("var")
    templates: Path | None = None  #: The office's own templates; what it lacks comes from the shipped ones.


#: What a channel of a kind needs beside its secret.
_NEEDED: dict[str, tuple[str, ...]] = {
    "mastodon": ("url",),
    "bluesky": ("account",),
    "matrix": ("url", "room"),
    "telegram": ("room",),
    "webhook": ("url",),
    "apprise": (),
    "byhand": (),
}


class ChannelSettings(_Section):
    """[channels.NAME]: one account."""

    kind: Literal["mastodon", "bluesky", "matrix", "telegram", "webhook", "apprise", "byhand"]
    url: WebAddress | Literal[""] = ""
    account: str = ""
    room: str = ""
    token_env: str = ""
    token_file: Path | None = None
    visibility: Literal["public", "unlisted", "private"] = "public"
    characters: int = Field(default=0, ge=0)
    enabled: bool = True

    @model_validator(mode="after")
    def _complete(self) -> ChannelSettings:
        for key in _NEEDED[self.kind]:
            if not getattr(self, key):
                raise ValueError(f"a channel of the kind {self.kind} needs {key!r}; add it")
        return self


class MailList(_Section):
    """[lists.NAME]: what one can subscribe to."""

    title: str
    press: bool = False
    event: str = ""  #: Only for this event; subscriptions end with it.
    practical: bool = False  #: Opted-in practical mails.


class Proxy(_Section):
    """[proxy]: the way out of the house network."""

    url: str = ""
    ca_bundle: Path | None = None


class Fetching(_Section):
    """[fetching]: pages, pictures and feeds that are fetched from elsewhere."""

    allow: tuple[str, ...] = ()  #: Inner addresses that may be fetched from all the same.


def _feed_address(value: str) -> str:
    _web_address(value)
    return value


class FeedSource(_Section):
    """[sources.NAME]: a feed whose new entries become drafts."""

    url: Annotated[str, AfterValidator(_feed_address)]
    every_minutes: int = Field(default=30, ge=1, le=10_080)


class Intake(_Section):
    """[intake]: what is taken in without a person."""

    inbox: Path | None = None  #: A watched folder; a file dropped there becomes a draft.
    inbox_seconds: int = Field(default=5, ge=1, le=3600)


class Web(_Section):
    """[web]: the public listener."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: tuple[Network, ...] = ()  #: Whose X-Forwarded-For counts.


class Desk(_Section):
    """[desk]: the office's own pages, on a listener of their own."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65535)
    url: WebAddress | Literal[""] = ""  #: Where the office reaches it; empty: on this machine alone, without TLS.
    trusted_proxies: tuple[Network, ...] = ()  #: Whose X-Forwarded-For counts.

    @model_validator(mode="after")
    def _safe(self) -> Desk:
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("the desk is reached by https:// only, except on this machine; write its https address")
        if not self.url and not is_loopback(self.host):
            raise ValueError("a desk that others reach needs a 'url' that begins with https://; add it")
        return self


class SubscribeSettings(_Section):
    """[subscribe]: signing up by form and API, and what holds back abuse."""

    enabled: bool = True
    caller_per_hour: int = Field(default=10, ge=1)  #: Requests from one IP address.
    all_per_hour: int = Field(default=300, ge=1)
    min_seconds: int = Field(default=3, ge=0, le=60)  #: Nobody fills in a form faster than this.
    event_days: int = Field(default=30, ge=0)  #: Subscriptions to an event's list end so long after it.


class Keys(_Section):
    """[keys]: the key behind unsubscribe links; made on first start if its file is missing."""

    secret_env: str = ""
    secret_file: Path = Path("var/secret.key")


class RuleSettings(_Section):
    """[playbooks.NAME.ID]: one rule, in sentences (docs/playbooks.md)."""

    kind: str
    when: str
    channels: tuple[Literal["feed", "social", "mail"], ...]
    not_after: str = ""
    audience: Literal["public", "press", "opted_in"] = "public"
    late: Literal["send", "rewrite", "ask", "drop"] = "send"
    urgency: Literal["cancellation", "change", "deadline", "reminder", "recap"] = "reminder"
    sessions: Literal["none", "all", "public"] = "none"
    session_kinds: tuple[str, ...] = ()
    needs_words: bool = False
    template: str = Field(default="", pattern=r"^([a-z][a-z0-9_-]{0,59})?$")
    working_days: bool = False
    under_embargo: bool = False
    enabled: bool = True


class PersonSettings(_Section):
    """[people.NAME]: somebody who works in the office."""

    name: str = ""  #: As others read it; empty takes the section's name.
    mail: MailAddress
    approves: bool = False  #: Whether this person may approve what leaves.


class ApprovalSettings(_Section):
    """[approval]: who approves what."""

    four_eyes: bool | None = None  #: None: as soon as two people may approve.


class DigestSettings(_Section):
    """[digests.NAME]: a list's newsletter that comes again and again (docs/digests.md)."""

    list: str
    title: str = Field(min_length=1, max_length=200)
    when: str
    compose_hours_before: int = Field(default=4, ge=0, le=168)
    standing_approval: bool = False
    topics: tuple[str, ...] = ()
    min_items: int = Field(default=1, ge=1)


class AlertSettings(_Section):
    """[alerts]: when the office hears of things, and by which other ways than mail."""

    morning: time = time(7, 30)  #: On the office's clock.
    webhook_url: WebAddress | None = None
    webhook_secret_env: str = ""
    apprise_env: str = ""


class Settings(_Section):
    """Everything config.toml says."""

    site: Site = Site()
    office: Office = Office()
    database: Database = Database()
    paths: Paths = Paths()
    mail: Mail = Mail()
    look: Look = Look()
    oauth: dict[Name, OAuth] = {}
    bounces: dict[Name, BounceSource] = {}
    channels: dict[Name, ChannelSettings] = {}
    lists: dict[Name, MailList] = {}
    proxy: Proxy = Proxy()
    fetching: Fetching = Fetching()
    intake: Intake = Intake()
    sources: dict[Name, FeedSource] = {}
    web: Web = Web()
    desk: Desk = Desk()
    subscribe: SubscribeSettings = SubscribeSettings()
    keys: Keys = Keys()
    people: dict[Name, PersonSettings] = {}
    approval: ApprovalSettings = ApprovalSettings()
    alerts: AlertSettings = AlertSettings()
    playbooks: dict[Name, dict[Name, RuleSettings]] = {}
    digests: dict[Name, DigestSettings] = {}
    log: LogSettings = LogSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    backup: BackupSettings = BackupSettings()
    retention: RetentionSettings = RetentionSettings()
    root: Path = Path()  #: The folder of config.toml; not a key of the file.

    @model_validator(mode="after")
    def _tokens_are_there(self) -> Settings:
        users: dict[str, Relay | BounceSource] = {**self.mail.all_relays}
        users |= {f"bounces.{name}": box for name, box in self.bounces.items()}
        for where, one in users.items():
            if one.oauth and one.oauth not in self.oauth:
                raise ValueError(
                    f"[{where}] 'oauth' names {one.oauth!r}, but there is no section [oauth.{one.oauth}]; add it"
                )
        return self

    def path(self, relative: Path) -> Path:
        """A path of the file, made absolute."""
        return self.root / relative

    def database_url(self) -> str:
        """The database's address, a SQLite path made absolute."""
        prefix = "sqlite:///"
        if not self.database.url.startswith(prefix):
            return self.database.url
        return prefix + str(self.path(Path(self.database.url.removeprefix(prefix))))


def load(path: Path) -> Settings:
    """Read `path`; raises `SettingsError` with file, key and remedy."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path} is not there; copy config.toml from the project or name it with --config"
        ) from error
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}; check its owner and mode") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}; correct the line") from error
    return from_dict(data, path)


def from_dict(data: dict[str, Any], path: Path) -> Settings:
    """Check what a file said; `path` is named in errors and gives the root folder."""
    if "root" in data:
        raise SettingsError(f"{path}: 'root' is not a setting; remove it")
    try:
        return Settings.model_validate({**data, "root": path.resolve().parent})
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path}: {_explain(first)}") from error


def _explain(problem: Any) -> str:
    said = str(problem["msg"]).removeprefix("Value error, ")
    if not (named := [str(part) for part in problem["loc"] if part != "[key]"]):
        return said
    *section, key = named
    where = f"[{'.'.join(section)}] '{key}'" if section else f"[{key}]"
    match problem["type"]:
        case "extra_forbidden":
            return f"{where} is not a known setting; remove it or correct its spelling (docs/settings.md lists all)"
        case "missing":
            return f"{where} is missing; add it (docs/settings.md shows an example)"
        case "string_pattern_mismatch":
            return f"{where} has the value {problem['input']!r}, which is not of the right form"
        case _:
            return f"{where} has the value {problem['input']!r}: {said[:1].lower() + said[1:]}"
