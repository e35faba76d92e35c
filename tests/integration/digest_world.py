"""An office with digests on a real engine, into the sandbox, at moments of the test's choosing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from announcer.engine import Engine
from announcer.model.campaign import Message
from announcer.model.changes import Change
from announcer.model.facts import Announcement, Event, Place
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.office import campaigns, change
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.sandbox.arrivals import Mail
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import digests, facts, journal, people
from announcer.store.campaign import Campaign

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE, CHIEF = Actor("office"), Actor("chief")
WEEKLY: Mapping[str, Any] = {"list": "weekly", "title": "Neues aus der Stadt", "when": "every Friday at 10:00"}
LISTS = {
    "newsletter": {"title": "Newsletter"},
    "weekly": {"title": "Neues aus der Stadt", "practical": True},
    "daily": {"title": "Täglich", "practical": True},
}
FAIR = Event(
    id="messe",
    name="Herbstmesse",
    start=datetime(2026, 9, 26, 11, tzinfo=BERLIN),
    end=datetime(2026, 9, 26, 18, tzinfo=BERLIN),
    place=Place("Westfalenhalle", city="Dortmund"),
)


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    """A moment in 2026 on the office's wall clock. September 4 is a Friday."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


class DigestWorld:
    """An engine, its sandbox, and short words for what a test does with them."""

    def __init__(self, engine: Engine, sandbox: Sandbox, clock: DrivenClock) -> None:
        self.engine = engine
        self.sandbox = sandbox
        self.clock = clock
        self.house = engine.house

    def subscribe(self, address: str, list_id: str = "weekly", language: str = "de") -> int:
        """A confirmed subscriber; their id."""
        with self.engine.database.write() as connection:
            person = people.add(connection, self.house.key, address, now=self.clock(), language=language)
            people.subscribe(
                connection, person.id, list_id, SubscriptionState.CONFIRMED, Basis.DOUBLE_OPT_IN, self.clock()
            )
        return person.id

    def announce(self, id_: str, moment: datetime | None = None, event: Event | None = None, **said: Any) -> None:
        """An announcement, approved at this moment, and sent unless an embargo holds it."""
        if moment is not None:
            self.clock.now = moment
        now = self.clock()
        by = said.pop("by", CHIEF)
        announcement = Announcement(id=id_, headline=said.pop("headline", f"Neu: {id_}"), lead=f"Es geht um {id_}.")
        announcement = replace(announcement, event_id=event.id if event else None, **said)
        with self.engine.database.write() as connection:
            if event is not None:
                facts.save_event(connection, event, OFFICE, now)
                facts.choose_playbook(connection, event.id, "simple-notice")
            facts.save_announcement(connection, announcement, OFFICE, now)
        key = self.key(id_)
        campaigns.plan_campaign(self.house, key, OFFICE, now)
        assert campaigns.approve(self.house, key, by, now).problems == ()
        self.go(now)

    def key(self, name: str) -> Campaign:
        """The campaign of an announcement, event or digest."""
        with self.engine.database.read() as connection:
            return campaigns.find(connection, name)

    def change(self, name: str, wanted: Change, moment: datetime | None = None) -> change.Confirmed:
        """Propose and confirm."""
        if moment is not None:
            self.clock.now = moment
        proposal = change.propose(self.house, self.key(name), wanted, self.clock())
        return change.confirm(self.house, proposal, CHIEF, "", self.clock())

    def approve(self, digest: str = "week") -> tuple[int, ...]:
        """Approve what a digest has drafted; the messages."""
        return campaigns.approve(self.house, Campaign(digest_id=digest), CHIEF, self.clock()).approved

    def go(self, moment: datetime) -> list[Mail]:
        """Work at a moment; the mails that arrived by it."""
        before = len(self.sandbox.mails)
        self.clock.now = self.sandbox.now = moment
        self.engine.tick()
        for name in self.engine.ways_out:
            self.engine.drain(name)
        self.engine.tick()
        return list(self.sandbox.mails[before:])

    def issues(self, digest: str = "week") -> list[Message]:
        """The messages of a digest."""
        with self.engine.database.read() as connection:
            return store.messages(connection, Campaign(digest_id=digest))

    def issue(self, digest: str = "week") -> Message:
        """The last one."""
        return self.issues(digest)[-1]

    def told(self, message: Message) -> tuple[str, ...]:
        """Which announcements an issue tells."""
        with self.engine.database.read() as connection:
            found = digests.issue_of(connection, message.id)
        return found.items if found is not None else ()

    def said(self, message: Message, language: str = "de") -> str:
        """The text of an issue."""
        (found,) = [
            one
            for one in campaigns.preview(self.house, Campaign(digest_id="week"), self.clock(), {message.id})
            if one.language == language
        ]
        return " ".join(str(found.payload["text"]).split())

    def log(self, verb: str) -> list[tuple[str, str, str]]:
        """The lines of the log with this verb, the oldest first: subject, after, why."""
        with self.engine.database.read() as connection:
            found = journal.entries(connection, limit=1000)
        return [(one.subject, one.after, one.why) for one in reversed(found) if one.verb == verb]


@contextmanager
def digest_world(
    folder: Path,
    database_url: str,
    now: datetime,
    digests: Mapping[str, Mapping[str, Any]],
    office: Mapping[str, Any] | None = None,
    staff: Mapping[str, Any] | None = None,
) -> Iterator[DigestWorld]:
    """An office with these digests, three readers of the weekly one, one of them in English."""
    with Sandbox(now=now) as sandbox:
        base = Settings.model_validate(
            {
                "root": folder,
                "site": {"url": "https://presse.city.example", "languages": ("de", "en")},
                "lists": LISTS,
                "office": office or {},
            }
        )
        settings = stage.scratch_settings(base, folder, smtp_port=sandbox.smtp_port, mastodon_url=sandbox.url)
        settings = Settings.model_validate(
            {**settings.model_dump(), "database": {"url": database_url}, "digests": digests, "people": staff or {}}
        )
        clock = DrivenClock(now)
        engine = Engine(settings, clock)
        try:
            world = DigestWorld(engine, sandbox, clock)
            world.subscribe("ada@post.example")
            world.subscribe("bela@post.example")
            world.subscribe("cem@post.example", language="en")
            yield world
        finally:
            engine.close()
