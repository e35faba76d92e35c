"""Opening the accounts that config.toml names: the one place that knows every kind of network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from announcer.channels import Channel
from announcer.channels.bluesky import Bluesky
from announcer.channels.by_hand import Tasks
from announcer.channels.gallery import Gallery
from announcer.channels.link_card import LinkCards
from announcer.channels.long_tail import LongTail
from announcer.channels.mastodon import Mastodon
from announcer.channels.matrix import Matrix
from announcer.channels.telegram import Telegram
from announcer.channels.webhook import Webhook
from announcer.clock import Clock
from announcer.fetching import Fetcher
from announcer.settings import ChannelSettings
from announcer.store import ledger
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.store.memory import Memory


@dataclass(frozen=True, slots=True)
class Tools:
    """What accounts share: the way out, the ledger to look into, pictures, and a memory."""

    client: httpx.Client
    database: Database
    key: bytes
    assets: Assets
    clock: Clock
    fetcher: Fetcher
    site: str  #: The address of our own pages.


def open_account(name: str, settings: ChannelSettings, token: str, tools: Tools) -> Channel:
    """The channel of one [channels.NAME]; raises `SettingsError` for a token that can't be one."""
    memory = Memory(tools.database, tools.key, name)
    match settings.kind:
        case "mastodon":
            claimed, gallery = _claimed(tools.database, name), Gallery(tools.assets, memory)
            return Mastodon(name, settings, token, tools.client, tools.clock, claimed, gallery)
        case "matrix":
            return Matrix(name, settings, token, tools.client, tools.clock)
        case "telegram":
            return Telegram(name, settings, token, tools.client, tools.clock, Gallery(tools.assets, memory))
        case "webhook":
            return Webhook(name, settings, token, tools.client, tools.clock)
        case "apprise":
            return LongTail(name, token, Gallery(tools.assets, memory))
        case "byhand":
            return Tasks(name, settings)
        case "bluesky":
            cards = LinkCards(tools.fetcher, tools.assets, memory, tools.site)
            return Bluesky(name, settings, token, tools.client, tools.clock, tools.assets, memory, cards)


def _claimed(database: Database, channel: str) -> Callable[[str], bool]:
    def holds(id_: str) -> bool:
        with database.read() as connection:
            return ledger.holds_receipt(connection, channel, id_)

    return holds
