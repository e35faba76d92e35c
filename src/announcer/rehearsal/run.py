"""A whole rehearsal: the main course of events, then its variants, each from where it leaves the main one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from announcer.engine import MAIL, Engine
from announcer.errors import IntakeError
from announcer.intake.event_file import read_event
from announcer.intake.release import read_release
from announcer.model.changes import Facts
from announcer.model.facts import Announcement, Event
from announcer.office import campaigns
from announcer.office.entries import read_file
from announcer.planning.calendar import calendar_of
from announcer.rehearsal import stage
from announcer.rehearsal.drive import OFFICE, TAIL, Drive, DrivenClock, Tally, tally
from announcer.rehearsal.guard import loopback_only
from announcer.rehearsal.story import Happening, Story, read_story
from announcer.sandbox.arrivals import Arrival
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import facts
from announcer.store.campaign import Campaign
from announcer.store.tables import delivery
from announcer.web.public import public_app
from announcer.web.server import WebServer

#: Planning begins this long before the event, or a day before the embargo if that is earlier.
LEAD = timedelta(weeks=13)


@dataclass(frozen=True, slots=True)
class Source:
    """What is rehearsed."""

    facts: Facts
    story: Story
    raw: str = ""

    @property
    def event(self) -> Event:
        """The event all moments are counted from."""
        assert self.facts.event is not None
        return self.facts.event

    @property
    def begin(self) -> datetime:
        """The moment the rehearsal starts at."""
        assert self.event.start is not None
        announcement = self.facts.announcement
        first = self.event.start - LEAD
        embargo = announcement.embargoed_until if announcement else None
        return min(first, embargo or first) - timedelta(days=1)

    @property
    def end(self) -> datetime:
        """Two weeks after the event."""
        assert self.event.start is not None
        return (self.event.end or self.event.start) + TAIL


@dataclass(frozen=True, slots=True)
class Told:
    """One course of events that was played."""

    title: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Audience:
    """Who follows the rehearsal live. Called from its threads."""

    arrived: Callable[[Arrival], None] = lambda arrival: None
    moved: Callable[[datetime], None] = lambda now: None
    happened: Callable[[Happening], None] = lambda happening: None
    began: Callable[[str], None] = lambda title: None


def read_folder(folder: Path, settings: Settings) -> Source:
    """An example: event.toml, release.md and, if there is one, story.toml. Raises `IntakeError`."""
    if not folder.is_dir():
        raise IntakeError(f"{folder} is no folder; name one with event.toml, or the id of one of your events")
    event = read_event(read_file(folder / "event.toml"), "event.toml")
    announcement: Announcement | None = None
    raw = ""
    if (folder / "release.md").exists():
        raw = read_file(folder / "release.md")
        announcement = replace(read_release(raw, "release.md", event.zone).announcement, event_id=event.id)
    return _with_story(Facts(event, announcement), folder / "story.toml", settings, raw)


def _with_story(known: Facts, path: Path, settings: Settings, raw: str = "") -> Source:
    if known.event is None or known.event.start is None:
        raise IntakeError("a rehearsal needs an event with a date; set and confirm one first")
    story = Story()
    if path.exists():
        story = read_story(read_file(path), path.name, known, calendar_of(settings.office))
    return Source(known, story, raw)


def read_own(connection: sa.Connection, event_id: str, settings: Settings, story: Path | None = None) -> Source:
    """One of the office's own campaigns, as it stands now; raises `NotFound`."""
    event = facts.event_facts(connection, event_id)
    announcements = facts.announcement_ids(connection, event_id)
    announcement = facts.announcement_facts(connection, announcements[0]) if announcements else None
    first = Facts(replace(event, version=1, sequence=0), replace(announcement, version=1) if announcement else None)
    source = _with_story(first, story or Path("story.toml-not-given"), settings)
    playbook = source.story.playbook or facts.chosen_playbook(connection, event_id)
    return replace(source, story=replace(source.story, playbook=playbook))


@dataclass(slots=True)
class Rehearsal:
    """A rehearsal that is being given; the sandbox stays up until the block ends."""

    source: Source
    settings: Settings
    folder: Path
    audience: Audience = field(default_factory=Audience)
    playbooks: Callable[[Engine], None] = lambda engine: None  #: Copies the office's own playbooks.
    _sandbox: Sandbox | None = None
    _public: str = ""

    @property
    def sandbox(self) -> Sandbox:
        """Where everything arrives."""
        assert self._sandbox is not None
        return self._sandbox

    @contextmanager
    def on_stage(self) -> Iterator[Rehearsal]:
        """Set up the scratch folder, the sandbox and the guard for the block."""
        stage.clear(self.folder)
        sandbox = Sandbox(
            now=self.source.begin,
            story=self.source.story.title,
            event=self.source.event,
            on_arrival=self.audience.arrived,
        )
        with loopback_only(), sandbox:
            self._sandbox = sandbox
            yield self

    def play(self) -> list[Told]:
        """Play the main course of events and every variant; what came of each."""
        story = self.source.story
        self.audience.began(story.title)
        clock = DrivenClock(self.source.begin)
        with self._engine(self.folder, clock) as engine:
            self._set_up(engine)
            stops = [variant.since for variant in story.variants]
            main = self._drive(engine, clock, story.happens)
            main.approve()
            main.run(self.source.end, stops, at_stop=lambda moment: self._keep(engine, moment))
            told = [Told(story.title, self._tally(engine, main))]
        return told + [self._play_variant(number) for number in range(len(story.variants))]

    def _play_variant(self, number: int) -> Told:
        variant = self.source.story.variants[number]
        self.audience.began(variant.title)
        self.sandbox.branch(variant.title, since=variant.since, of=self.source.story.title)
        clock = DrivenClock(variant.since - timedelta(microseconds=1))
        with self._engine(self._variant_folder(variant.since), clock) as engine:
            drive = self._drive(engine, clock, variant.happens)
            drive.run(self.source.end)
            return Told(variant.title, self._tally(engine, drive))

    def _variant_folder(self, since: datetime) -> Path:
        return self.folder / f"from-{since:%Y%m%dT%H%M}"

    def _keep(self, engine: Engine, moment: datetime) -> None:
        """Keep the house as it is now, for the variants that leave here."""
        folder = self._variant_folder(moment)
        folder.mkdir(exist_ok=True)
        shutil.copytree(self.folder / "feeds", folder / "feeds", dirs_exist_ok=True)
        shutil.copy(self.folder / "secret.key", folder / "secret.key")
        engine.database.copy_to(folder / "announcer.db")

    @contextmanager
    def _engine(self, folder: Path, clock: DrivenClock) -> Iterator[Engine]:
        folder.mkdir(exist_ok=True)
        settings = stage.scratch_settings(
            self.settings, folder, smtp_port=self.sandbox.smtp_port, mastodon_url=self.sandbox.url
        )
        engine = Engine(settings, clock)
        feeds = settings.path(settings.paths.feeds)
        engine.write_feeds()
        web = WebServer(public_app(engine.database, settings, engine.house.key, feeds, clock), "127.0.0.1", 0)
        self._public = f"http://127.0.0.1:{web.start()}{urlsplit(settings.site.url).path}"
        try:
            yield engine
        finally:
            web.stop()
            engine.close()

    def _set_up(self, engine: Engine) -> None:
        now = engine.house.clock()
        self.playbooks(engine)
        story = self.source.story
        audience: Mapping[str, int] = story.audience or stage.DEFAULT_AUDIENCE
        with engine.database.write() as connection:
            facts.save_event(connection, self.source.event, OFFICE, now)
            facts.choose_playbook(connection, self.source.event.id, story.playbook)
            if self.source.facts.announcement is not None:
                facts.save_announcement(connection, self.source.facts.announcement, OFFICE, now, self.source.raw)
            stage.invite(connection, engine.house.key, audience, engine.house.settings.site.languages, now)
        campaigns.plan_campaign(engine.house, self._key, OFFICE, now)

    @property
    def _key(self) -> Campaign:
        return Campaign(event_id=self.source.event.id)

    def _drive(self, engine: Engine, clock: DrivenClock, happens: tuple[Happening, ...]) -> Drive:
        def moved(now: datetime) -> None:
            self.sandbox.now = now
            self.audience.moved(now)

        return Drive(
            engine, self._key, clock, happens, moved=moved, happened=self.audience.happened, drained=self._read_feeds
        )

    def _read_feeds(self) -> None:
        """The subscriber looks at the feeds, as one who happens to come by right now."""
        self.sandbox.poll([f"{self._public}/feeds/feed.rss.xml"])

    def _tally(self, engine: Engine, drive: Drive) -> Tally:
        ended = tally(engine, self._key, drive.problems)
        return replace(ended, problems=(*ended.problems, *self._lost(engine)))

    def _lost(self, engine: Engine) -> Iterator[str]:
        """What the ledger calls sent and the sandbox never saw, or saw twice."""
        with engine.database.read() as connection:
            keys = set(
                connection.scalars(
                    sa.select(delivery.c.key).where(delivery.c.channel == MAIL, delivery.c.state == "sent")
                )
            )
        arrived = [mail.letter.message_id.strip("<>").partition("@")[0] for mail in self.sandbox.mails]
        if missing := len(keys - set(arrived)):
            yield f"{missing} mails are recorded as sent and never arrived"
        if doubles := len(arrived) - len(set(arrived)):
            yield f"{doubles} mails arrived twice"
