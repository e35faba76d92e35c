"""What every office function works with, built once by the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from announcer.clock import Clock
from announcer.errors import SendError, SettingsError
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.planning.calendar import calendar_of
from announcer.planning.manners import Manners
from announcer.rendering.renderer import Renderer
from announcer.settings import Settings
from announcer.store import codec, journal
from announcer.store.assets import Assets
from announcer.store.database import Database

#: How old limits may be before the network is asked again.
LIMITS_AGE = timedelta(hours=24)


class Exit(Protocol):
    """What the office needs of a way out; every channel and the newsletter have it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def can(self) -> Abilities: ...
    def limits(self) -> Limits: ...
    def prepare(self, content: Content) -> Content: ...
    def compose(self, content: Content, limits: Limits) -> Payload: ...
    def check(self) -> Health: ...


@dataclass(frozen=True, slots=True)
class House:
    """The open database, the settings, the templates and the ways out."""

    database: Database
    settings: Settings
    renderer: Renderer
    exits: Mapping[str, Exit]
    key: bytes
    clock: Clock
    assets: Assets
    _asked: dict[str, tuple[datetime, Limits]] = field(default_factory=dict)

    def names_by_kind(self) -> dict[str, tuple[str, ...]]:
        """The channels' names by the kind of template they speak: feed, social, mail."""
        kinds: dict[str, tuple[str, ...]] = {}
        for name, way in self.exits.items():
            kinds[way.kind] = (*kinds.get(way.kind, ()), name)
        return kinds

    @property
    def manners(self) -> Manners:
        """What keeps this house from saying everything at once."""
        office = self.settings.office
        feeds = tuple(name for name, way in self.exits.items() if way.kind == "feed")
        return Manners(
            catch_up=timedelta(minutes=office.catch_up_minutes),
            unspaced=feeds,
            mails_per_week=office.mails_per_week,
            calendar=calendar_of(office),
            zone=self.planning_zone,
        )

    @property
    def planning_zone(self) -> ZoneInfo:
        """The office's own zone, for what has no event."""
        return ZoneInfo(self.settings.site.timezone)

    def way(self, channel: str) -> Exit:
        """The way out of this name; raises `SettingsError` if config.toml has it no longer."""
        if channel not in self.exits:
            raise SettingsError(f"config.toml: the channel {channel!r} is gone or switched off; enter it again")
        return self.exits[channel]

    def languages(self, channel: str, announced_in: str) -> tuple[str, ...]:
        """In which languages a channel says a message: posts in the announcement's, feeds and mails in all."""
        if self.way(channel).kind == "social":
            return (announced_in,)
        others = [language for language in self.settings.site.languages if language != announced_in]
        return (announced_in, *others)

    def limits(self, channel: str, now: datetime) -> Limits:
        """What the channel's network accepts, asked once a day and kept for when it can't be asked.

        Never call it inside a transaction: it may wait for the network.
        Raises `SendError` if the network can't be asked and never was.
        """
        asked = self._asked.get(channel)
        if asked is not None and now - asked[0] < LIMITS_AGE:
            return asked[1]
        try:
            found = self.way(channel).limits()
        except SendError:
            kept = self._kept_limits(channel)
            if kept is None:
                raise
            found = kept
        else:
            self._keep_limits(channel, found)
        self._asked[channel] = (now, found)
        return found

    def _kept_limits(self, channel: str) -> Limits | None:
        with self.database.read() as connection:
            kept = journal.recall(connection, f"limits:{channel}")
        return None if kept is None else codec.load(Limits, kept)

    def _keep_limits(self, channel: str, found: Limits) -> None:
        name, text = f"limits:{channel}", codec.dump(found)
        with self.database.read() as connection:
            known = journal.recall(connection, name)
        if known != text:
            with self.database.write() as connection:
                journal.remember(connection, name, text)
