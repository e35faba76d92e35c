"""One browser, one rehearsal that was played, and the public site as it stands at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from announcer import settings as configuration
from announcer.rehearsal.run import Rehearsal, read_folder
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store.database import open_database
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.browser.visiting import ARGUMENTS, Visit, Visitor
from tests.integration.campaign_world import at
from tests.integration.desk_world import DeskWorld, desk_world

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
EVENT = "kommunen-innovativ-2018"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Visitor:
    """Opens pages, with axe at hand."""
    return Visitor(browser, AXE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Played:
    """The example, played to its end; its sandbox is still up."""

    rehearsal: Rehearsal
    settings: Settings
    variant: str
    since: datetime

    @property
    def sandbox(self) -> Sandbox:
        """Where everything arrived."""
        return self.rehearsal.sandbox

    @property
    def key(self) -> bytes:
        """What the links of its mails were made with."""
        return (self.rehearsal.folder / "secret.key").read_text(encoding="ascii").strip().encode()

    @contextmanager
    def site(self, folder: Path, now: datetime, settings: Settings | None = None) -> Iterator[str]:
        """The public site over the database in `folder`, as it is at `now`; its address."""
        database = open_database(f"sqlite:///{folder}/announcer.db")
        app = public_app(database, settings or self.settings, self.key, folder / "feeds", lambda: now)
        server = WebServer(app, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.start()}"
        finally:
            server.stop()
            database.close()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The conference of the example with its variant, through the real program."""
    settings = configuration.load(ROOT / "config.toml")
    source = read_folder(ROOT / "examples/kommunen-innovativ", settings)
    (variant,) = source.story.variants
    rehearsal = Rehearsal(source, settings, tmp_path_factory.mktemp("rehearsal"))
    with rehearsal.on_stage():
        told = rehearsal.play()
        assert [course.tally.problems for course in told] == [(), ()]
        yield Played(rehearsal, settings, variant.title, variant.since)


@pytest.fixture(scope="session")
def site(played: Played) -> Iterator[str]:
    """The public site after the conference."""
    with played.site(played.rehearsal.folder, played.rehearsal.source.end) as url:
        yield url


@pytest.fixture(scope="session")
def cancelled_site(played: Played) -> Iterator[str]:
    """The public site where the conference was cancelled three days before."""
    folder = played.rehearsal.folder / f"from-{played.since:%Y%m%dT%H%M}"
    with played.site(folder, played.rehearsal.source.end) as url:
        yield url


@dataclass(frozen=True, slots=True)
class DeskSite:
    """The press desk over the example's campaign, listening."""

    world: DeskWorld

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.world.url

    def sign_in(self, visit: Visit, name: str, language: str = "de") -> None:
        """Give a window the cookie of somebody who works here."""
        cookie, token = self.world.cookie(name, language)
        visit.page.context.add_cookies([{"name": cookie, "value": token, "url": self.url, "httpOnly": True}])


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    """The desk two weeks before the conference, for tests that read; the campaign is planned and half approved."""
    folder = tmp_path_factory.mktemp("desk")
    with desk_world(folder, f"sqlite:///{folder}/announcer.db", at(9, 4)) as world:
        world.world.approve()
        yield DeskSite(world)
