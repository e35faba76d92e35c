"""A move recomputed, for an event of 1,000 sessions, and the memory of a house that ticks for long.

The move: planned anew, compared with what is stored, every text that changes
worded, as `announcer move` shows it before anything is stored; and then
confirmed. Nothing has left yet, as in the weeks before an event. Baseline:
the plan alone. Bar: 1 s for what is recomputed and shown.

Memory: one engine with 20,000 planned messages ticks and drains again and
again; what it holds after a quarter of the ticks against the end.
"""

from __future__ import annotations

import gc
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.model.changes import MoveEvent
from announcer.model.facts import Event
from announcer.model.people import Actor
from announcer.office import campaigns, change, worlds
from announcer.planning.plan import plan
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.rehearsal.stage import scratch_settings
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import facts
from announcer.store.campaign import Campaign
from bench import house, planning
from bench.figures import Bar, Options

OFFICE = Actor("office")
PLANNED = 20_000
TICKS = 4_000

_MOVE_BAR = Bar(f"a move of {planning.SESSIONS:,} sessions recomputed, ready to be shown", 1_000, "ms")
_MEMORY_BAR = Bar(f"memory after {TICKS:,} ticks, more than after a quarter of them", 3, "MB")


def main(options: Options) -> bool:
    """Print the times and the memory; whether the bars hold."""
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder, Sandbox() as server:
        moved = min(_moves(Path(folder) / str(run), server.url) for run in range(options.repeats))
        grown = _grown(Path(folder) / "ticks", server.url)
    return all([_MOVE_BAR.holds(moved), _MEMORY_BAR.holds(grown)])


def _engine(folder: Path, mastodon_url: str, clock: DrivenClock) -> Engine:
    folder.mkdir()
    return Engine(scratch_settings(Settings(), folder, smtp_port=9, mastodon_url=mastodon_url), clock)


def _moves(folder: Path, mastodon_url: str) -> float:
    """Milliseconds until a move is ready to be shown."""
    example = read_folder(planning.EXAMPLE, Settings())
    event = planning.with_sessions(example.event, planning.SESSIONS)
    assert event.start is not None
    clock = DrivenClock(event.start - timedelta(weeks=14))
    engine = _engine(folder, mastodon_url, clock)
    try:
        key = _campaign(engine, event, clock)
        with engine.database.read() as connection:
            world = worlds.read_world(connection, engine.house, key, clock.now)
        begin = time.perf_counter()
        plan(world.planning)
        planned, busy = time.perf_counter(), time.thread_time()
        proposal = change.propose(engine.house, key, MoveEvent(event.start + timedelta(days=7)), clock.now)
        shown, busy = time.perf_counter(), time.thread_time() - busy
        change.confirm(engine.house, proposal, OFFICE, "", clock.now)
        confirmed = time.perf_counter()
    finally:
        engine.close()
    times = {"plan alone": planned - begin, "recomputed": shown - planned, "confirmed": confirmed - shown}
    said = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in times.items())
    print(f"  {len(proposal.wanted):,} messages, {len(proposal.worded):,} worded anew: {said}", flush=True)
    print(f"    recomputing kept a processor busy for {busy * 1000:.0f} ms", flush=True)
    return (shown - planned) * 1000


def _campaign(engine: Engine, event: Event, clock: DrivenClock) -> Campaign:
    """An event that is planned and approved."""
    key = Campaign(event_id=event.id)
    with engine.database.write() as connection:
        facts.save_event(connection, replace(event, version=1), OFFICE, clock.now)
    campaigns.plan_campaign(engine.house, key, OFFICE, clock.now)
    campaigns.approve(engine.house, key, OFFICE, clock.now)
    return key


def _grown(folder: Path, mastodon_url: str) -> float:
    """Megabytes that a house holds more at the end of many ticks."""
    clock = DrivenClock(system_clock())
    engine = _engine(folder, mastodon_url, clock)
    held: list[float] = []
    try:
        house.plan_for_later(engine.database, PLANNED)
        for number in range(TICKS + 1):
            clock.now += timedelta(milliseconds=500)
            engine.tick()
            for name in engine.ways_out:
                engine.drain(name)
            if number % (TICKS // 4) == 0:
                gc.collect()
                held.append(_megabytes())
    finally:
        engine.close()
    print(f"  memory with {PLANNED:,} planned, at each quarter: {', '.join(f'{mb:.1f}' for mb in held)} MB", flush=True)
    return held[-1] - held[1]


def _megabytes() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status has no VmRSS; this benchmark needs Linux")
