"""Whatever the office does and in which order: what the readers of a digest get, read off their mail."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.errors import Conflict
from announcer.model.changes import CorrectAnnouncement, Withdraw
from announcer.model.people import Actor
from announcer.office import issues
from announcer.sandbox.arrivals import Mail
from announcer.store import schema
from announcer.store.database import open_database
from tests.integration.digest_world import DigestWorld, at, digest_world

DAILY = {"list": "weekly", "title": "Neues", "when": "every day at 10:00"}
#: On each day an issue is put together at 6, leaves at 10, and is past at 20.
TIMES = ((5, 0), (6, 0), (8, 0), (10, 0), (21, 0))
BEGIN = at(9, 1, 5)
READERS = ("ada@post.example", "bela@post.example", "cem@post.example")
ACTS = st.sampled_from(["announce", "announce", "embargo", "approve", "approve", "correct", "withdraw", "special"])


@dataclass
class Told:
    """What the test remembers of an announcement, by the moment since when it holds."""

    headlines: list[tuple[datetime, str]]
    embargo: datetime
    withdrawn: datetime | None = None

    def at(self, moment: datetime) -> str:
        """The headline that was right then."""
        return [said for since, said in self.headlines if since <= moment][-1]


@dataclass
class Office:
    """Acts at random, and remembers what was true when."""

    world: DigestWorld
    told: dict[str, Told] = field(default_factory=dict)
    corrected: list[tuple[datetime, str, str]] = field(default_factory=list)  #: When, which, and the new headline.

    def act(self, what: str, which: int) -> None:
        """One thing somebody does at the clock's moment."""
        now = self.world.clock()
        living = [id_ for id_, one in self.told.items() if one.withdrawn is None]
        match what:
            case "announce" | "embargo":
                self._announce(now, now + timedelta(hours=which % 30) if what == "embargo" else now)
            case "approve":
                self.world.approve()
            case "special":
                try:
                    issues.compose(self.world.house, "week", Actor("chief"), now, special=True)
                except Conflict:
                    return  # nothing new
            case "correct" if living:
                self._correct(living[which % len(living)], now)
            case "withdraw" if living:
                id_ = living[which % len(living)]
                self.world.change(id_, Withdraw())
                self.told[id_].withdrawn = now

    def _announce(self, now: datetime, embargo: datetime) -> None:
        id_ = f"m{len(self.told):02}"
        self.told[id_] = Told([(now, f"Meldung {id_}-0")], embargo)
        self.world.announce(id_, headline=f"Meldung {id_}-0", embargoed_until=embargo if embargo > now else None)

    def _correct(self, id_: str, now: datetime) -> None:
        one = self.told[id_]
        new = f"Meldung {id_}-{len(one.headlines)}"
        self.world.change(id_, CorrectAnnouncement(headline=new))
        one.headlines.append((now, new))
        self.corrected.append((now, id_, new))


def check(office: Office, mails: list[Mail]) -> None:
    """The laws."""
    issues_ = [mail for mail in mails if mail.letter.subject.startswith("Neues")]
    notices = [mail for mail in mails if not mail.letter.subject.startswith("Neues")]
    for reader in READERS:
        mine = [" ".join(mail.letter.text.split()) for mail in issues_ if mail.recipient == reader]
        told = Counter(id_ for text in mine for id_ in office.told if f"Meldung {id_}-" in text)
        assert max(told.values(), default=1) == 1, f"{reader} was told twice: {told}"
    for mail in issues_:
        text = " ".join(mail.letter.text.split())
        for id_, one in office.told.items():
            if f"Meldung {id_}-" in text:
                assert one.embargo <= mail.at, f"{id_} was told before its embargo ended"
                assert one.withdrawn is None or mail.at <= one.withdrawn, f"{id_} was told after it was withdrawn"
                assert one.at(mail.at) in text, f"{id_} was told in words that were no longer right"
    for when, id_, new in office.corrected:
        # Also who has had an earlier notice by now: that one is wrong as well.
        readers = {mail.recipient for mail in issues_ if mail.at < when and f"Meldung {id_}-" in mail.letter.text}
        got = Counter(mail.recipient for mail in notices if mail.at >= when and new in mail.letter.subject)
        assert dict(got) == dict.fromkeys(readers, 1), f"the notice of {new!r} reached {got}, not {readers}"


def moments() -> Iterator[datetime]:
    """When something may be due, from the first day on."""
    for number in count():
        day = BEGIN + timedelta(days=number)
        yield from (day.replace(hour=hour, minute=minute) for hour, minute in TIMES)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ACTS, st.integers(0, 40), st.integers(0, 4)), min_size=4, max_size=16))
def test_whatever_the_office_does(acts: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/announcer.db"
        database = open_database(url)
        schema.migrate(database)
        database.close()
        with digest_world(Path(name), url, BEGIN, {"week": DAILY}, {"mails_per_week": 0}) as world:
            office, days = Office(world), moments()
            for what, which, steps in acts:
                for moment in islice(days, steps):
                    world.go(moment)
                world.clock.now += timedelta(minutes=1)
                office.act(what, which)
                world.go(world.clock.now)
            for moment in islice(days, 8):
                world.go(moment)
            check(office, list(world.sandbox.mails))
