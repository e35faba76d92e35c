"""The Dortmund campaign on a real engine, into the sandbox, at moments of the test's choosing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from announcer.channels.mastodon import Mastodon
from announcer.engine import MAIL, Engine
from announcer.model.campaign import Message
from announcer.model.changes import Change
from announcer.model.facts import Announcement, Event
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.office import campaigns, change
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post, PostDelete, PostEdit
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import facts, people
from announcer.store.campaign import Campaign

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE, CHIEF = Actor("office"), Actor("chief")
EXAMPLE = Path(__file__).parents[2] / "examples" / "kommunen-innovativ"
KEY = Campaign(event_id="kommunen-innovativ-2018")


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment in 2018 on Dortmund's wall clock."""
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


class CampaignWorld:
    """An engine, its sandbox, and short words for what a test does with them."""

    def __init__(self, engine: Engine, sandbox: Sandbox, clock: DrivenClock) -> None:
        self.engine = engine
        self.sandbox = sandbox
        self.clock = clock
        self.house = engine.house

    def set_up(self, event: Event, announcement: Announcement | None, readers: int = 4) -> None:
        """Store the facts, subscribe a few people, plan."""
        with self.engine.database.write() as connection:
            facts.save_event(connection, event, OFFICE, self.clock())
            if announcement is not None:
                facts.save_announcement(connection, announcement, OFFICE, self.clock())
        for number in range(readers):
            self.subscribe(f"reader{number}@post.example")
        self.subscribe("desk@redaktion.example", "presse", Basis.PRESS)
        self.plan()

    def subscribe(self, address: str, list_id: str = "newsletter", basis: Basis = Basis.DOUBLE_OPT_IN) -> int:
        """A confirmed subscriber; their id."""
        with self.engine.database.write() as connection:
            person = people.add(connection, self.house.key, address, now=self.clock())
            people.subscribe(connection, person.id, list_id, SubscriptionState.CONFIRMED, basis, self.clock())
        return person.id

    def leave(self, subscriber_id: int, list_id: str = "newsletter") -> None:
        """A subscriber leaves a list."""
        with self.engine.database.write() as connection:
            people.leave(connection, subscriber_id, list_id, self.clock())

    def plan(self) -> None:
        """Plan anew, at this moment."""
        campaigns.plan_campaign(self.house, KEY, OFFICE, self.clock())

    def approve(self) -> campaigns.Approval:
        """Approve all drafts."""
        return campaigns.approve(self.house, KEY, CHIEF, self.clock())

    def propose(self, wanted: Change, posts: str = "") -> change.Proposal:
        """What would follow; `posts` is how posts that are out are put right."""
        return change.propose(self.house, KEY, wanted, self.clock(), {"": posts} if posts else {})

    def change(self, wanted: Change, reason: str = "", posts: str = "") -> change.Confirmed:
        """Propose and confirm."""
        return change.confirm(self.house, self.propose(wanted, posts), CHIEF, reason, self.clock())

    def network_can(self, **abilities: bool) -> None:
        """From now on the network of posts is one that can (or can't) do this."""
        account = self.house.exits["mastodon"]
        assert isinstance(account, Mastodon)
        account.can = replace(account.can, **abilities)

    def go(self, moment: datetime) -> list[Arrival]:
        """Work at a moment; what arrived by it."""
        before = len(self.sandbox.arrivals)
        self.clock.now = self.sandbox.now = moment
        self.engine.tick()
        for name in self.engine.ways_out:
            self.engine.drain(name)
        self.engine.tick()
        return list(self.sandbox.arrivals[before:])

    def walk(self, *moments: datetime) -> list[Arrival]:
        """Work at several moments, one after the other."""
        return [arrival for moment in moments for arrival in self.go(moment)]

    def messages(self) -> dict[tuple[str, str, str], Message]:
        """Every message by rule, anchor and channel."""
        with self.engine.database.read() as connection:
            found = store.messages(connection, KEY)
        return {(m.planned.occurrence.rule_id, m.planned.occurrence.anchor, m.planned.channel): m for m in found}

    def states(self) -> dict[str, set[str]]:
        """The states of the messages of each rule."""
        result: dict[str, set[str]] = {}
        for (rule, _, _), message in self.messages().items():
            result.setdefault(rule, set()).add(message.state.value)
        return result


def mails(arrivals: list[Arrival]) -> list[Mail]:
    """The mails among arrivals."""
    return [arrival for arrival in arrivals if isinstance(arrival, Mail)]


def posts(arrivals: list[Arrival]) -> list[Post]:
    """The posts among arrivals."""
    return [arrival for arrival in arrivals if isinstance(arrival, Post)]


def edits(arrivals: list[Arrival]) -> list[PostEdit]:
    """The edited posts among arrivals."""
    return [arrival for arrival in arrivals if isinstance(arrival, PostEdit)]


def deletions(arrivals: list[Arrival]) -> list[PostDelete]:
    """The deleted posts among arrivals."""
    return [arrival for arrival in arrivals if isinstance(arrival, PostDelete)]


def items(arrivals: list[Arrival]) -> list[FeedItem]:
    """The feed items among arrivals."""
    return [arrival for arrival in arrivals if isinstance(arrival, FeedItem)]


@contextmanager
def campaign_world(
    folder: Path, database_url: str, now: datetime, readers: int = 4, countdown: int = 0, **changed: Any
) -> Iterator[CampaignWorld]:
    """The example's campaign, planned at `now`, on the given database; `changed` are other settings."""
    source = read_folder(EXAMPLE, Settings(root=folder))
    with Sandbox(now=now, event=source.event) as sandbox:
        settings = stage.scratch_settings(
            Settings(root=folder), folder, smtp_port=sandbox.smtp_port, mastodon_url=sandbox.url
        )
        settings = settings.model_copy(update={"database": settings.database.model_copy(update={"url": database_url})})
        # Tests that are not about the countdown look at moments, and nobody is to wait for the office's copy.
        mail = {**settings.mail.model_dump(), "countdown_minutes": countdown}
        settings = Settings.model_validate({**settings.model_dump(), "mail": mail, **changed})
        clock = DrivenClock(now)
        engine = Engine(settings, clock)
        try:
            world = CampaignWorld(engine, sandbox, clock)
            world.set_up(source.event, source.facts.announcement, readers)
            yield world
        finally:
            engine.close()


__all__ = ["KEY", "MAIL", "CampaignWorld", "at", "campaign_world", "deletions", "edits", "items", "mails", "posts"]
