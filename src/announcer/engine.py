"""The house with its ways out and the machinery that moves messages: built once, driven by moments.

The service drives it by the clock, a rehearsal by its own; nothing here knows
which.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from announcer import keyring
from announcer.alerts.notices import Recipient
from announcer.alerts.office import Alerts
from announcer.alerts.ways import WEBHOOK, AppriseWay, MailWay, Way, WebhookWay, apprise_addresses
from announcer.channels import Channel
from announcer.channels.accounts import Tools, open_account
from announcer.channels.feed import FeedSet
from announcer.channels.http import open_client
from announcer.channels.own_pages import Gate, OwnPages
from announcer.channels.renditions import Renditions
from announcer.clock import Clock, SteadyClock
from announcer.dispatch import Attempted, Dispatcher
from announcer.errors import AnnouncerError, Credentials
from announcer.feeds import websub
from announcer.feeds.guids import feed_guid
from announcer.fetching import Fetcher
from announcer.mail_dispatch import MailLedger
from announcer.model.ledger import Delivery, Failed, Outcome
from announcer.model.people import Actor
from announcer.newsletter.rounds import Letter
from announcer.office import bounces, digests, holding, issues, pause, preflight
from announcer.office.before_mail import BeforeMail
from announcer.office.bounces import Looked
from announcer.office.calendars import CalendarWriter
from announcer.office.confirmations import Confirmations
from announcer.office.feed_sources import CHANNEL as FEED
from announcer.office.feeds import FeedWriter
from announcer.office.house import Exit, House
from announcer.office.playbooks import seed_playbooks
from announcer.office.tidying import Tidier
from announcer.postroom import Postroom
from announcer.rendering.renderer import Renderer
from announcer.settings import Settings
from announcer.store import campaign, ledger, people, rota, schema
from announcer.store.assets import Assets
from announcer.store.database import open_database
from announcer.store.writelock import Lane
from announcer.tick import Exits, Ticked, finish_audiences, tick

MAIL = "newsletter"
#: What the office itself is told leaves by ways of its own: no channel can have a blank in its name.
TOLD = "office "
#: And so do the mails that ask for a confirmation.
SIGNUP = "sign up"
#: And the files of feeds and calendars, where a process only serves pages.
FILES = "files of feeds"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """Who wants to see what leaves: the live printout of a rehearsal. Called from worker threads."""

    sent: Callable[[Attempted], None] = lambda attempted: None
    mailed: Callable[[Letter, Outcome], None] = lambda letter, outcome: None


class Engine:
    """An open house that can tick and send. Close it when done."""

    def __init__(
        self, settings: Settings, clock: Clock, watch: Watch | None = None, *, without_secrets: bool = False
    ) -> None:
        """Open the database, migrate it, and build every way out. Raises `SettingsError` or `StoreError`.

        `without_secrets` is for the office's verbs, which send nothing: a token
        that is not set in this shell must not keep anybody from pausing.
        """
        watch = watch or Watch()
        secret = keyring.Secrets(settings, without_secrets)
        self._may_send = not without_secrets
        self.stop = threading.Event()
        self.database = open_database(settings.database_url())
        schema.migrate(self.database)
        key = keyring.signing_key(settings)
        self._client = open_client(settings)
        self.assets = Assets(settings.path(settings.paths.var) / "assets")
        tools = Tools(self._client, self.database, key, self.assets, clock, Fetcher(settings), settings.site.url)
        self._channels = _channels(settings, secret, tools)
        self.postroom = Postroom(settings, secret, key, clock, self.database, self._client)
        self._mailer = self.postroom.mailer() if settings.mail.enabled else None
        exits: dict[str, Exit] = {**self._channels}
        if self._mailer is not None:
            exits[MAIL] = self._mailer
        self.house = House(self.database, settings, _renderer(settings), exits, key, clock, self.assets)
        # Never the same twice, as host and process id are in a container: a lease belongs to one life.
        self.owner = owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        gate = Gate(self.database, OwnPages(self._client, settings.site.url)) if settings.site.check_pages else None
        self._dispatcher = Dispatcher(self.database, self._channels, clock, owner, watch.sent, gate)
        self._mail_ledger = MailLedger(
            self.database,
            MAIL,
            clock,
            owner,
            watch.mailed,
            self.house.manners,
            gate,
            self.postroom.limits(),
            self._follow_refusals,
        )
        self._feeds = FeedWriter(self.house, settings.path(settings.paths.feeds))
        self._calendars = CalendarWriter(self.house, settings.path(settings.paths.feeds))
        self.alerts = _alerts(self.house, secret, self.postroom, owner, self.stop)
        self._confirmations = _confirmations(self.house, self.postroom, owner)
        self._tidier = Tidier(self.house)
        self._before_mail = BeforeMail(self.house, self._mailer.fault, MAIL) if self._mailer else None
        self._exits = Exits(mail=[MAIL], keyless=_keyless(self._channels))
        with self.database.write() as connection:
            people.sync_lists(connection, settings.lists)
        seed_playbooks(self.house)
        digests.seed(self.house)

    @property
    def ways_out(self) -> tuple[str, ...]:
        """The channels that can be drained, each independent of the others."""
        mail = ([MAIL] if self._mailer else []) + ([SIGNUP] if self._confirmations else [])
        return (*self._channels, *mail, *(f"{TOLD}{way}" for way in self.alerts.ways))

    def recover(self) -> int:
        """At the start of the only worker: take back everything a dead one held; how much."""
        self.alerts.take_back()
        with self.database.write(Lane.TICK) as connection:
            return ledger.reap(connection, self._exits.mail, self._exits.keyless, everything=True)

    def tick(self) -> Ticked:
        """All timed work of this moment. The office hears of a hold as well: that comes first."""
        self._mail_ledger.renew()
        if not rota.takes_turn(self.database, rota.CLOCK, self.owner, rota.CLOCK_SECONDS):
            return Ticked()  # another process holds the clock
        self.alerts.tick(self.house.clock())
        if self.held():
            return Ticked()
        self._tidier.tick(self.house.clock())
        self._keep_issues()
        self._look_before_mail()
        return tick(self.database, self._exits, self.house.clock(), self.stop.is_set, self.house.manners)

    def preflight(self) -> None:
        """Try the ways out that are needed soon (`office.preflight`); may wait for networks."""
        preflight.run(self.house, self.house.clock())

    def after_outage(self, since: datetime | None) -> None:
        """Nothing was sent since `since`: judge what stood in the ledger, before anything of it leaves late."""
        finish_audiences(self.database, self.house.clock(), self.stop.is_set, self.house.manners)
        holding.after_outage(self.house, since, self.house.clock())

    def _look_before_mail(self) -> None:
        """Before the tick, so that no mail is queued that can't be written for everybody."""
        try:
            if self._before_mail is not None:
                self._before_mail.look(self.house.clock())
        except Exception:  # a fault of the look itself must not stop everything else
            log.exception("mails could not be tried before they leave")

    def _keep_issues(self) -> None:
        """Before the tick, so that no issue is queued in words that are no longer true."""
        try:
            issues.keep(self.house, self.house.clock())
        except Exception:  # what is wrong with a digest must not stop everything else
            log.exception("the digests could not be looked after")

    def watch_clock(self) -> bool:
        """Hold all sending if somebody set the clock; whether that just happened. Before every tick and every drain."""
        clock = self.house.clock
        if not isinstance(clock, SteadyClock) or (apart := clock.apart()) is None:
            return False
        holding.hold_for_clock(self.house, apart, clock())
        clock.accept()  # the hold is stored: from here on the new time does no harm
        log.error("the clock jumped; all sending is held", seconds=round(apart.total_seconds()))
        return True

    def held(self) -> bool:
        """Whether all sending is held (`office.holding`): then nothing is due, and no feed file is touched."""
        return holding.state(self.house) is not None

    def drain(self, name: str) -> int:
        """Send what is due on one channel; how many were tried."""
        if name == FILES:
            if not self.held():
                self.write_feeds()
            return 0
        if not self._may_send:
            raise RuntimeError("an engine without secrets can't send")
        if name.startswith(TOLD):
            return self.alerts.drain(name.removeprefix(TOLD), self.stop)
        if self.held():
            return 0
        if name == MAIL:
            return self._drain_mail()
        if name == SIGNUP:
            return self._confirmations.drain(self.stop) if self._confirmations else 0
        tried = self._dispatcher.drain(name, self.stop)
        if name == FEED:
            if tried:
                self._feeds.entries_sent()
            self.write_feeds()  # also what an earlier try could not write
        return tried

    def _drain_mail(self) -> int:
        assert self._mailer is not None
        try:
            return sum(self._mailer.drain(self._mail_ledger, self.stop, self._mail_ledger.paused).values())
        except Credentials as error:
            pause.pause(self.house, f"channel:{MAIL}", Actor.clock(), str(error), self.house.clock())
            return 0
        finally:
            self._mail_ledger.forget()

    def _follow_refusals(self, refusals: Sequence[tuple[Letter, Failed]]) -> None:
        try:
            bounces.refused(self.house, refusals, holding.withdrawal_log(self.house.settings))
        except AnnouncerError as error:  # the mails are recorded; the next refusal of the address ends it
            log.error("refused addresses could not be followed", why=str(error))

    def look_for_bounces(self, name: str) -> Looked:
        """Take what came into the mailbox [bounces.NAME]. Raises what `Postroom.mailbox` raises."""
        mailbox = self.postroom.mailbox(name)
        try:
            kept = holding.withdrawal_log(self.house.settings)
            return bounces.look(self.house, name, mailbox, kept, self.stop.is_set)
        finally:
            mailbox.close()

    def write_feeds(self) -> tuple[str, ...]:
        """Bring feeds and calendars up to the ledger; the names of the files written."""
        return (*self._feeds.write(), *self._calendars.write())

    def close(self) -> None:
        """Say goodbye to the relay and the networks, close the database."""
        self.stop.set()
        if self._mailer is not None:
            self._mailer.close()
        self.alerts.close()
        if self._confirmations is not None:
            self._confirmations.close()
        self._client.close()
        with contextlib.suppress(AnnouncerError):  # then its turns run out by themselves
            rota.leave(self.database, self.owner)
        self.database.close()


def _channels(settings: Settings, secret: keyring.Secrets, tools: Tools) -> dict[str, Channel]:
    def guid_of(delivery: Delivery) -> str:
        with tools.database.read() as connection:
            occurrence = campaign.message_by_id(connection, delivery.message_id).planned.occurrence
        return feed_guid(occurrence, delivery.language)

    channels: dict[str, Channel] = {FEED: _feed_set(settings, guid_of, tools)}
    for name, account in settings.channels.items():
        if account.enabled:
            where = f"channels.{name}"
            token = ""
            if account.kind != "byhand":
                token = secret.read(where, env=account.token_env, file=account.token_file, what="token")
            channels[name] = open_account(name, account, token, tools)
    return channels


def _feed_set(settings: Settings, guid_of: Callable[[Delivery], str], tools: Tools) -> FeedSet:
    renditions = Renditions(tools.assets, settings.path(settings.paths.var) / "renditions")
    return FeedSet(settings.path(settings.paths.feeds), guid_of, renditions)


def _keyless(channels: Mapping[str, Channel]) -> list[str]:
    return [name for name, channel in channels.items() if not (channel.can.key or channel.can.find)]


def _confirmations(house: House, postroom: Postroom, owner: str) -> Confirmations | None:
    """Who asks for confirmation of what was signed up for; nobody, if there is no mail or no form."""
    settings = house.settings
    if not (settings.mail.enabled and settings.subscribe.enabled):
        return None
    return Confirmations(house, postroom.courier(), owner)


def _alerts(house: House, secret: keyring.Secrets, postroom: Postroom, owner: str, stop: threading.Event) -> Alerts:
    """How the office hears of things: by mail if anybody works here, by other ways if any are set."""
    settings, clock, client = house.settings, house.clock, postroom.http
    said = settings.alerts
    ways: dict[str, Way] = {}
    others: list[Recipient] = []
    if settings.people:
        ways["mail"] = MailWay(settings, postroom.courier(stop))
    if said.webhook_url is not None:
        key = ""
        if said.webhook_secret_env:
            key = secret.read("alerts", env=said.webhook_secret_env, file=None, what="webhook_secret")
        ways["webhook"] = WebhookWay(said.webhook_url, key, client, clock)
        others.append(Recipient(WEBHOOK, "webhook"))
    if said.apprise_env:
        addresses = apprise_addresses(secret.read("alerts", env=said.apprise_env, file=None, what="apprise"))
        ways["apprise"] = AppriseWay(addresses)
        others += [Recipient(id_, "apprise") for id_ in addresses]
    if settings.site.websub_hub:  # the hub is told by the same outbox
        ways[websub.WAY] = websub.HubWay(settings.site.websub_hub, client)
    return Alerts(house, ways, others, owner)


def _renderer(settings: Settings) -> Renderer:
    own = settings.paths.templates
    return Renderer([settings.path(own)] if own else [], settings.site, settings.look)
