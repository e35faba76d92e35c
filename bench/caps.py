"""What the weekly limit costs where it is decided: an audience written to the ledger, in chunks, as a tick does.

Baseline: the same audience on the same ledger without a limit. Three cases:
the usual one, where too few other mails are about to count anybody; one where
everybody's mails are counted and nobody has had too many; one where everybody
has, and each mail is put off. Bar: at most 1.2 × the baseline in the usual
case. Where it counts, the bar is for the whole way: writing, claiming and
sending a mail take 150 µs and more, so that 30 µs are a fifth of it.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from announcer.clock import system_clock
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.manners import Manners
from announcer.store import contents, queueing, tables
from announcer.store.database import Database
from announcer.store.writelock import Lane
from bench import house
from bench.figures import Bar, Options

READERS = 200_000
LIMITED = Manners(mails_per_week=3, calendar=OfficeCalendar())
_BAR = Bar("an audience in the usual case, as a multiple of one without a limit", 1.2, "×")
_COUNTED_BAR = Bar("what counting adds for a recipient", 30, "µs")


def main(options: Options) -> bool:
    """Print the time per recipient in each case; whether the bars hold."""
    cases = {"the usual case": (2, 0), "everybody counted": (2, 1), "everybody held back": (3, 0)}
    ratios, added = {}, {}
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        with house.opened(f"sqlite:///{folder}/caps.db") as database:
            house.add_readers(database, READERS)
        for name, (recent, old) in cases.items():
            plain: list[float] = []
            limited: list[float] = []
            for _ in range(options.repeats):  # in turn, so that a neighbour's load falls on both
                for manners, found in ((Manners(), plain), (LIMITED, limited)):
                    with house.copied(Path(folder) / "caps.db", "case") as database:
                        found.append(_measured(database, recent, old, manners) / READERS * 1e6)
            ratios[name] = min(limited) / min(plain)
            added[name] = min(limited) - min(plain)
            print(f"  {name}: {min(limited):.1f} µs for a recipient, {min(plain):.1f} µs without a limit", flush=True)
    return all([_BAR.holds(ratios["the usual case"]), _COUNTED_BAR.holds(max(added.values()))])


def _measured(database: Database, recent: int, old: int, manners: Manners) -> float:
    """Seconds for one audience, after `recent` mails of this week and `old` ones that ended in it and left before."""
    now = system_clock()
    for number in range(recent + old):
        days = 8 if number < old else 1
        _write(database, f"before{number}", Manners())
        with database.write() as connection:
            connection.execute(
                tables.delivery.update()
                .where(tables.delivery.c.state == "pending")
                .values(state="sent", sent_at=now - timedelta(days=days))
            )
            connection.execute(tables.message.update().values(state="sent", settled_at=now - timedelta(days=1)))
    begin = time.perf_counter()
    _write(database, "measured", manners)
    return time.perf_counter() - begin


def _write(database: Database, name: str, manners: Manners) -> None:
    now = system_clock()
    (one,) = house.approve(database, name, house.MAIL, [now], [{"subject": "Mail", "text": "…", "html": "…"}])
    with database.write() as connection:
        queueing.begin_audience(connection, one, now)
        stored = contents.current(connection, one.id)
    more = True
    while more:
        with database.write(Lane.TICK) as connection:
            more = queueing.next_chunk(connection, one, stored, None, now, manners)
