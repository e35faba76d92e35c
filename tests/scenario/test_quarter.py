"""A quarter of a year with a weekly and a daily newsletter, compared as a whole.

To look at a difference after a wanted change, or to take it over:

    ANNOUNCER_WRITE_GOLDEN=1 python -m pytest tests/scenario
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from announcer.cli.words import Speech
from announcer.model.changes import CancelEvent, CorrectAnnouncement, MoveEvent, Withdraw
from announcer.model.facts import Event, Place
from announcer.planning.why import explain
from announcer.sandbox.arrivals import Mail
from announcer.store import digests, journal
from tests.integration.digest_world import BERLIN, DigestWorld, at, digest_world

GOLDEN = Path(__file__).with_name("quarter.log")
DIGESTS: Mapping[str, Mapping[str, Any]] = {
    "woche": {"list": "weekly", "title": "Neues aus der Stadt", "when": "every Friday at 10:00"},
    "tag": {
        "list": "daily",
        "title": "Heute in der Stadt",
        "when": "every working day at 07:00",
        "standing_approval": True,
    },
}
#: The office is closed on Christmas Eve and on New Year's Eve.
OFFICE = {"holidays": "DE-NW", "days_off": [date(2026, 12, 24), date(2026, 12, 31)]}
BEGIN, END = at(10, 1, 8), at(1, 9, 8, year=2027)
#: When something may be due: issues are put together or leave, embargoes end; on Fridays what is past falls out.
TIMES = ((3, 0), (6, 0), (7, 0), (9, 0), (10, 0))
FRIDAYS = ((11, 0), (20, 1))
LIGHTS = Event(
    id="lichterfest",
    name="Lichterfest",
    start=at(11, 14, 17),
    end=at(11, 14, 22),
    place=Place("Westfalenpark", city="Dortmund"),
)
MARKET = Event(
    id="weihnachtsmarkt", name="Weihnachtsmarkt", start=at(11, 19, 18), place=Place("Hansaplatz", city="Dortmund")
)
Step = tuple[datetime, str, Callable[[DigestWorld], object]]


def announce(moment: datetime, id_: str, headline: str, event: Event | None = None, **said: object) -> Step:
    """The press office announces something."""
    return (
        moment,
        f"neue Mitteilung „{headline}“",
        lambda world: world.announce(id_, moment, event, headline=headline, **said),
    )


def approve(moment: datetime) -> Step:
    """The chief approves what the weekly newsletter has drafted."""
    return moment, "die Chefredaktion gibt frei", lambda world: _approved(world, moment)


def _approved(world: DigestWorld, moment: datetime) -> None:
    world.clock.now = moment
    world.approve("woche")


STEPS: list[Step] = [
    announce(at(10, 1, 11), "radweg", "Radweg an der Ruhrallee ist fertig"),
    approve(at(10, 2, 9)),
    announce(at(10, 5, 14), "markt", "Wochenmarkt zieht auf den Hansplatz"),
    (
        at(10, 6, 12),
        "Berichtigung: „Hansaplatz“ (die Tagesausgabe hatte es falsch, die Wochenausgabe steht noch aus)",
        lambda world: world.change("markt", CorrectAnnouncement(headline="Wochenmarkt zieht auf den Hansaplatz")),
    ),
    announce(at(10, 8, 15), "lichter", "Lichterfest im Westfalenpark", LIGHTS),
    approve(at(10, 9, 9)),
    (
        at(10, 13, 10, 30),
        "das Lichterfest wird verlegt",
        lambda world: world.change("lichterfest", MoveEvent(at(11, 21, 17), at(11, 21, 22))),
    ),
    announce(at(10, 15, 9), "bibliothek", "Stadtbibliothek öffnet sonntags"),
    approve(at(10, 16, 9)),
    # In this week nobody is there to approve.
    announce(at(10, 21, 10), "bad", "Nordbad schließt für drei Wochen"),
    announce(at(10, 28, 10), "bus", "Buslinie 460 fährt wieder"),
    approve(at(10, 30, 9)),
    announce(at(11, 4, 10), "baustelle", "Baustelle am Wall beginnt"),
    announce(at(11, 5, 10), "schule", "Neue Grundschule bekommt einen Namen"),
    approve(at(11, 6, 7, 30)),
    (at(11, 6, 8, 30), "„Baustelle am Wall beginnt“ wird zurückgezogen", lambda w: w.change("baustelle", Withdraw())),
    approve(at(11, 6, 9)),
    announce(at(11, 12, 16), "weihnachtsmarkt-text", "Weihnachtsmarkt öffnet am 19. November", MARKET),
    approve(at(11, 13, 7, 30)),
    (at(11, 13, 8), "der Weihnachtsmarkt wird abgesagt", lambda world: world.change("weihnachtsmarkt", CancelEvent())),
    # A quiet week.
    announce(at(11, 25, 12), "preis", "Dortmund erhält den Klimapreis", embargoed_until=at(11, 27, 9)),
    approve(at(11, 27, 9, 30)),
    announce(at(12, 2, 12), "haushalt", "Der Haushalt steht", embargoed_until=at(12, 4, 11)),
    announce(at(12, 10, 9), "winter", "Winterdienst ist bereit"),
    approve(at(12, 11, 9)),
    announce(at(12, 15, 9), "feiertage", "So öffnen die Ämter zwischen den Jahren"),
    approve(at(12, 18, 9)),
    announce(at(12, 21, 9), "konzert", "Weihnachtskonzert im Rathaus"),
    approve(at(12, 23, 9)),
    announce(at(12, 28, 9), "feuerwerk", "Silvester: kein Feuerwerk am Friedensplatz"),
    approve(at(12, 30, 9)),
    announce(at(1, 4, 9, year=2027), "sternsinger", "Sternsinger besuchen das Rathaus"),
    approve(at(1, 8, 9, year=2027)),
]


def moments() -> Iterator[datetime]:
    """Every moment at which something may be due, on the office's clock."""
    for number in range((END - BEGIN).days + 1):
        day = BEGIN.date() + timedelta(days=number)
        times = TIMES + FRIDAYS if day.weekday() == 4 else TIMES if day.weekday() < 4 else ()
        yield from (datetime(day.year, day.month, day.day, *time, tzinfo=BERLIN) for time in times)


class Log:
    """What happened, as a press officer could read it."""

    def __init__(self, world: DigestWorld) -> None:
        self._world = world
        self._lines: list[tuple[datetime, str]] = []
        self._read = 0
        self._mails = 0
        self.quiet_days = 0  #: On which the daily newsletter had nothing to tell.

    def happens(self, moment: datetime, said: str) -> None:
        """Somebody does something."""
        self._lines.append((moment, f"· {said}"))

    def look(self, moment: datetime) -> None:
        """Write down what came of it: what the program noted of newsletters, and the mails that arrived."""
        self._lines += [(moment, line) for line in self._noted()]
        mails = self._world.sandbox.mails[self._mails :]
        self._mails += len(mails)
        self._lines += [(moment, line) for line in _arrived(mails)]

    def _noted(self) -> Iterator[str]:
        speech = Speech("de")
        with self._world.engine.database.read() as connection:
            entries = list(reversed(journal.entries(connection, limit=10_000)))
            issues = {f"message {issue.message.id}": issue for issue in digests.issues(connection)}
        fresh, self._read = entries[self._read :], len(entries)
        for entry in fresh:
            if (entry.subject, entry.why) == ("digest tag", "nothing_new"):
                self.quiet_days += 1
                continue
            name = entry.subject
            if entry.subject in issues:
                issue = issues[entry.subject]
                name = f"{issue.digest_id}, Ausgabe {issue.number}"
            elif not entry.subject.startswith("digest "):
                continue
            who = "" if entry.actor == "clock" else f" ({entry.actor})"
            why = explain(entry.why, "de")
            composed, _, told = entry.after.partition(": ") if entry.verb == "compose" else ("", "", "")
            moved = "; ".join(explain(key, "de") for key in (issues[composed].message.planned.why if told else ()))
            yield f"{name.removeprefix('digest ')}: {speech.did(entry.verb)}{who}" + "".join(
                f": {said}" for said in (why, told, moved) if said
            )

    def text(self) -> str:
        """The whole log; a moment's lines under its date."""
        parts = []
        for moment, lines in groupby(self._lines, key=lambda line: line[0]):
            parts.append(f"{moment.astimezone(BERLIN):%a %d.%m.%Y %H:%M}")
            parts += [f"    {line}" for _, line in lines]
        return "\n".join(parts) + "\n"


def _arrived(mails: Sequence[Mail]) -> list[str]:
    by_subject: dict[str, list[Mail]] = {}
    for mail in mails:
        by_subject.setdefault(mail.letter.subject, []).append(mail)
    return sorted(
        f"Mail an {', '.join(sorted(m.recipient.partition('@')[0] for m in found))}"
        f"{' (als Antwort)' if all(m.letter.answers for m in found) else ''}: {subject}"
        for subject, found in by_subject.items()
    )


def test_a_quarter_of_a_year(tmp_path: Path, sqlite_url: str) -> None:
    with digest_world(tmp_path, sqlite_url, BEGIN, DIGESTS, OFFICE) as world:
        world.subscribe("dana@post.example", "daily")
        world.subscribe("ada@post.example", "daily")
        world.subscribe("ada@post.example", "newsletter")
        log, pending = Log(world), sorted(STEPS, key=lambda step: step[0])
        for moment in moments():
            while pending and pending[0][0] <= moment:
                when, said, step = pending.pop(0)
                world.clock.now = world.sandbox.now = when
                log.happens(when, said)
                step(world)
                world.go(when)
                log.look(when)
            world.go(moment)
            log.look(moment)
        counted = [_standing(world, name) for name in DIGESTS]
        counted.append(f"Tage ohne Tagesausgabe: {log.quiet_days}")
    text = log.text() + "\n" + "\n".join(counted) + "\n"
    if os.environ.get("ANNOUNCER_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def _standing(world: DigestWorld, name: str) -> str:
    with world.engine.database.read() as connection:
        issues = digests.issues(connection, name)
    told = [item for issue in issues if issue.message.state.value == "sent" for item in issue.items]
    assert len(told) == len(set(told)), "an announcement was told twice"
    states = sorted({issue.message.state.value for issue in issues})
    counts = ", ".join(f"{state} {sum(i.message.state.value == state for i in issues)}" for state in states)
    return f"{name}: {counts}; erzählt: {', '.join(told)}"
