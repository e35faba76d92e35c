"""Planning and starting, against a bare Python start on the same machine.

Bars: the Dortmund example at most 50 ms, an event of 1,000 sessions with the
full conference playbook at most 1 s, `announcer --help` at most 0.5 s; each
in its best run, the one that neighbours on the machine disturbed least.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from announcer.model.campaign import Planned, Playbook
from announcer.model.changes import Facts
from announcer.model.facts import Event, Person, Session
from announcer.planning.calendar import calendar_of
from announcer.planning.campaign import Campaign
from announcer.planning.plan import plan
from announcer.planning.rules import shipped_playbooks
from announcer.rehearsal.run import Source, read_folder
from announcer.settings import Settings
from bench.figures import Bar, Options

EXAMPLE = Path(__file__).parent.parent / "examples" / "kommunen-innovativ"
SESSIONS = 1_000
CHANNELS = {"feed": ("feed",), "social": ("mastodon",), "mail": ("newsletter",)}

_EXAMPLE_BAR = Bar("the Dortmund example", 50, "ms")
_LARGE_BAR = Bar(f"{SESSIONS:,} sessions", 1_000, "ms")
_HELP_BAR = Bar("announcer --help", 500, "ms")


def main(options: Options) -> bool:
    """Print how long each takes beside a bare Python start; whether the bars hold."""
    example = read_folder(EXAMPLE, Settings())
    campaign = _campaign(example.facts, example)
    large = _campaign(replace(example.facts, event=with_sessions(example.event, SESSIONS)), example)
    start = _milliseconds(lambda: _run([sys.executable, "-c", "pass"]), 5 * options.repeats)
    print(f"  baseline, python -c pass: {start:.1f} ms")
    return all(
        [
            _shown(f"plan of the Dortmund example, {_count(campaign)}", _plans(campaign, 20), start, _EXAMPLE_BAR),
            _shown(
                f"plan of {SESSIONS:,} sessions, {_count(large)}", _plans(large, options.repeats), start, _LARGE_BAR
            ),
            _shown("announcer --help", _help(options.repeats), start, _HELP_BAR),
        ]
    )


def _campaign(facts: Facts, source: Source) -> Campaign:
    return Campaign(facts, _playbook(), CHANNELS, calendar_of(Settings().office), now=source.begin)


def _playbook() -> Playbook:
    return shipped_playbooks(ZoneInfo("Europe/Berlin"))["conference"]


def with_sessions(event: Event, number: int) -> Event:
    """The same event with so many talks, four at a time, over as many days as that takes."""
    assert event.start is not None
    first = event.start
    talks = []
    for place in range(number):
        day, slot = divmod(place // 4, 12)
        start = first + timedelta(days=day, minutes=30 * slot)
        talks.append(
            Session(
                id=f"talk-{place}",
                title=f"Vortrag {place}",
                kind="Vortrag",
                start=start,
                end=start + timedelta(minutes=25),
                room=f"Saal {place % 4 + 1}",
                performers=(Person("Alex Muster", "Stadtplanung"),),
            )
        )
    return replace(event, sessions=tuple(talks), end=talks[-1].end)


def _count(campaign: Campaign) -> str:
    planned: Sequence[Planned] = plan(campaign)
    return f"{len(planned):,} messages"


def _plans(campaign: Campaign, repeats: int) -> float:
    return _milliseconds(lambda: plan(campaign), repeats)


def _help(repeats: int) -> float:
    program = Path(sys.executable).with_name("announcer")
    return _milliseconds(lambda: _run([str(program), "--help"]), 5 * repeats)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _milliseconds(work: Callable[[], object], repeats: int) -> float:
    costs = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        costs.append((time.perf_counter() - begin) * 1000)
    return min(costs)


def _shown(name: str, milliseconds: float, start: float, bar: Bar) -> bool:
    print(f"  {name}: {milliseconds:.1f} ms, {milliseconds / start:.2f} × a bare Python start", flush=True)
    return bar.holds(milliseconds)
