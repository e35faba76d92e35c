"""A small real house: settings, database, engine, and a clock that is set by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from announcer import settings as configuration
from announcer.engine import Engine
from announcer.model.facts import Announcement
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.office import attachments, campaigns, pictures
from announcer.rehearsal.drive import DrivenClock
from announcer.store import facts, people
from announcer.store.campaign import Campaign

OFFICE = Actor("Redaktion")
#: A working day, at an hour at which mails may leave.
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
SITE = "https://presse.city.example"


@dataclass(slots=True)
class Newsroom:
    """An open house with one list, "newsletter"."""

    engine: Engine
    clock: DrivenClock

    @staticmethod
    @contextmanager
    def open(
        folder: Path,
        *,
        relay: Mapping[str, Any] | None = None,
        ca_bundle: Path | None = None,
        mail: Mapping[str, Any] | None = None,
        bounces: Mapping[str, Any] | None = None,
        **sections: Any,
    ) -> Iterator[Newsroom]:
        """Build it in `folder`, for the block; without a relay there is no newsletter. Further settings as they are."""
        data: dict[str, Any] = {
            "site": {
                "name": "Pressestelle der Stadt",
                "url": SITE,
                "publisher": "Stadt Beispiel",
                "check_pages": False,
            },
            "mail": {
                "enabled": relay is not None,
                "sender": "presse@city.example",
                "relay": dict(relay or {}),
                **(mail or {}),
            },
            "bounces": dict(bounces or {}),
            "lists": {"newsletter": {"title": "Newsletter der Stadt"}},
            "proxy": {"ca_bundle": str(ca_bundle)} if ca_bundle else {},
            **sections,
        }
        clock = DrivenClock(NOW)
        engine = Engine(configuration.from_dict(data, folder / "config.toml"), clock)
        try:
            yield Newsroom(engine, clock)
        finally:
            engine.close()

    def invite(self, addresses: Iterable[tuple[str, str]]) -> None:
        """People with their names, on the newsletter, confirmed."""
        key = self.engine.house.key
        with self.engine.database.write() as connection:
            for address, name in addresses:
                person = people.add(connection, key, address, name=name, language="de", now=self.clock.now)
                people.subscribe(
                    connection,
                    person.id,
                    "newsletter",
                    SubscriptionState.CONFIRMED,
                    Basis.DOUBLE_OPT_IN,
                    self.clock.now,
                )

    def announce(self, announcement: Announcement, files: Path | None = None) -> Campaign:
        """Take it in, plan it and approve it; its pictures and files lie in `files`."""
        key = Campaign(announcement_id=announcement.id)
        house, now = self.engine.house, self.clock.now
        if files is not None:
            announcement = attachments.keep(house, pictures.keep(house, announcement, files), files)
        with self.engine.database.write() as connection:
            facts.save_announcement(connection, announcement, OFFICE, now, "")
        campaigns.plan_campaign(house, key, OFFICE, now)
        self.approve(key)
        return key

    def approve(self, key: Campaign) -> None:
        """Approve whatever is drafted."""
        assert campaigns.approve(self.engine.house, key, Actor("Chefredaktion"), self.clock.now).problems == ()

    def work(self, minutes: int = 5) -> None:
        """Let time pass, and everything leave that is due."""
        self.clock.now += timedelta(minutes=minutes)
        before = self._written()
        self.engine.tick()
        for way in self.engine.ways_out:
            self.engine.drain(way)
        self.engine.tick()
        for path, _ in self._written().items() - before.items():
            # Here an hour passes in no time; readers compare the files' times, which count in seconds.
            os.utime(path, (self.clock.now.timestamp(),) * 2)

    def _written(self) -> dict[Path, int]:
        settings = self.engine.house.settings
        feeds = settings.path(settings.paths.feeds).rglob("*.*")
        return {path: path.stat().st_mtime_ns for path in feeds if path.is_file()}
