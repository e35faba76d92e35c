"""A conference week in which everything happens that a press officer is afraid of, driven through the real program.

The office has two people who approve and one who writes. What happens is a
list of moments; between them the service ticks as it would, except where it is
down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from announcer.errors import AnnouncerError, NotAllowed
from announcer.model.changes import Change
from announcer.model.people import Actor
from announcer.office import campaigns, change, pause, requests
from announcer.sandbox.arrivals import Arrival, Mail
from announcer.store import journal, ledger
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import BERLIN, KEY, CampaignWorld, campaign_world
from tests.scenario.chronicle import said

ANNA, BERT, CEM = Actor("anna"), Actor("bert"), Actor("cem")
OFFICE: dict[str, Any] = {
    "people": {
        "anna": {"name": "Anna Berg", "mail": "anna@city.example", "approves": True},
        "bert": {"name": "Bert Tal", "mail": "bert@city.example", "approves": True},
        "cem": {"name": "Cem Kaya", "mail": "cem@city.example"},
    },
    "alerts": {"morning": "07:30:00"},
}
#: The service ticks every second; here it looks at these times of day, and whenever something is ready.
LOOKS = tuple(time.fromisoformat(at) for at in ("07:30", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "22:00"))


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens: when, in words, and what is done."""

    at: datetime
    words: str
    do: Callable[[Week], str | None]


@dataclass(slots=True)
class Week:
    """The week as it goes, and the log of it."""

    world: CampaignWorld
    reader: str  #: Where the subscriber reads the feed.
    lines: list[str]
    down_until: datetime | None = None

    def run(self, scenes: Sequence[Scene], until: datetime) -> None:
        """Go from moment to moment."""
        pending = sorted(scenes, key=lambda scene: scene.at)
        while (now := self._next(pending, until)) is not None:
            self._to(now)
            while pending and pending[0].at <= now:
                self._play(pending.pop(0))
            if self.down_until is None or now >= self.down_until:
                self.down_until = None
                self._work()

    def _next(self, pending: Sequence[Scene], until: datetime) -> datetime | None:
        now = self.world.clock()
        with self.world.engine.database.read() as connection:
            ready = ledger.next_ready(connection)
        candidates = [_next_look(now), *(scene.at for scene in pending[:1])]
        if ready is not None and self.down_until is None and not self._stopped():
            candidates.append(max(ready, now + timedelta(seconds=1)))
        if self.down_until is not None:
            candidates.append(max(self.down_until, now + timedelta(seconds=1)))
        found = min(candidates)
        return found if found <= until else None

    def _stopped(self) -> bool:
        """Whether what is ready waits for a person: then the next look is soon enough."""
        with self.world.engine.database.read() as connection:
            return bool(journal.pauses(connection))

    def _to(self, now: datetime) -> None:
        self.world.clock.now = self.world.sandbox.now = now

    def _play(self, scene: Scene) -> None:
        self.say(f"▸ {scene.words}")
        try:
            answer = scene.do(self)
        except NotAllowed as error:
            answer = error.said("de")
        except AnnouncerError as error:
            answer = str(error)
        if answer:
            self.say(f"  {answer}")

    def _work(self) -> None:
        before = len(self.world.sandbox.arrivals)
        self.world.engine.tick()
        for name in self.world.engine.ways_out:
            self.world.engine.drain(name)
        self.world.engine.tick()
        self.world.sandbox.poll([self.reader])
        for line in _lines(list(self.world.sandbox.arrivals[before:])):
            self.say(line)

    def say(self, line: str) -> None:
        """A line of the log, below its moment."""
        moment = self.world.clock().astimezone(BERLIN)
        heading = f"{moment:%a %d.%m. %H:%M}"
        if heading not in self.lines[-40:]:
            self.lines.append(heading)
        self.lines.append(f"    {line}")

    # What people do.

    def change(self, wanted: Change, who: Actor, reason: str = "", **wishes: str) -> str:
        """Propose and confirm a change."""
        house, now = self.world.house, self.world.clock()
        proposal = change.propose(house, KEY, wanted, now, wishes or None)
        done = change.confirm(house, proposal, who, reason, now)
        moved, dropped = len(proposal.difference.moved), len(proposal.difference.dropped)
        return (
            f"{proposal.said.prefix}: {moved} verschoben, {dropped} entfallen, "
            f"{done.corrections} berichtigt, {done.wrong_mails} lasen Falsches"
        )

    def ask(self, wanted: Change, who: Actor, reason: str) -> str:
        """Leave a change as a request for a second person."""
        made = requests.ask(self.world.house, KEY, wanted, reason, who, self.world.clock())
        return f"Antrag {made.id} von {who.name}"

    def confirm(self, id_: int, who: Actor) -> str:
        """The second person looks at a request and confirms it."""
        request, proposal = requests.look(self.world.house, id_, self.world.clock())
        done = requests.confirm(self.world.house, request, proposal, who, self.world.clock())
        return f"{proposal.said.prefix}: {done.corrections} berichtigt, {done.wrong_mails} lasen Falsches"

    def words(self, rule: str, text: str, who: Actor) -> str:
        """Hand in a text that a message waits for."""
        campaigns.give_words(self.world.house, KEY, rule, text, who, self.world.clock())
        return f"Text von {who.name}"

    def approve(self, who: Actor) -> str:
        """Approve what is new."""
        done = campaigns.approve(self.world.house, KEY, who, self.world.clock())
        problems = "; ".join(why for _, why in done.problems)
        return f"{len(done.approved)} freigegeben von {who.name}" + (f" ({problems})" if problems else "")

    def pause(self, what: str, who: Actor, why: str) -> None:
        """Stop all sending, of a channel or an event."""
        pause.pause(self.world.house, what, who, why, self.world.clock())

    def resume(self, what: str, who: Actor) -> str:
        """Go on; what would leave is told before."""
        with self.world.engine.database.read() as connection:
            view = pause.what_would_go(connection, self.world.house, what, self.world.clock())
        pause.resume(self.world.house, what, who, self.world.clock())
        return f"geht hinaus: {len(view.go)}, zu spät: {len(view.missed)}, zu entscheiden: {len(view.asked)}"


def _next_look(now: datetime) -> datetime:
    local = now.astimezone(BERLIN)
    days = (local.date(), local.date() + timedelta(days=1))
    looks = (datetime.combine(day, at, BERLIN) for day in days for at in LOOKS)
    return next(look for look in looks if look > now)


def _lines(arrivals: list[Arrival]) -> list[str]:
    staff = [a for a in arrivals if isinstance(a, Mail) and a.recipient.endswith("@city.example")]
    public = [a for a in arrivals if a not in staff]
    mails: dict[str, list[str]] = {}
    for one in staff:
        mails.setdefault(one.letter.subject, []).append(one.recipient.partition("@")[0])
    return [*said(public), *(f"Büro ({', '.join(sorted(who))}): {subject}" for subject, who in sorted(mails.items()))]


@contextmanager
def conference_week(folder: Path, database_url: str, begin: datetime) -> Iterator[Week]:
    """The campaign on a real engine with people in the office, approved by the second of them."""
    with campaign_world(folder, database_url, begin, readers=5, **OFFICE) as world:
        house = world.house
        world.subscribe("reader0@post.example", "praktisch")
        web = WebServer(
            public_app(world.engine.database, house.settings, house.key, _feeds(world), world.clock), "127.0.0.1", 0
        )
        reader = f"http://127.0.0.1:{web.start()}/feeds/feed.rss.xml"
        try:
            yield Week(world, reader, [])
        finally:
            web.stop()


def _feeds(world: CampaignWorld) -> Path:
    settings = world.house.settings
    return settings.path(settings.paths.feeds)


__all__ = ["ANNA", "BERT", "CEM", "Scene", "Week", "conference_week"]
