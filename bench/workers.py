"""One, two and four workers on one PostgreSQL, against a relay that takes its time for each mail.

Each worker is a process of its own (`announcer worker`), as it would be on a
machine of its own; the relay waits 50 ms before it answers a mail, as one
across a network does. Measured is the time between the first and the last
mail that arrives. Bars: two workers ≥ 1.7 × one, four ≥ 3 ×.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from announcer.engine import MAIL
from bench import postgres
from bench.figures import Bar, Options, spread
from tests.faults.crew import Crew
from tests.faults.house import Office
from tests.faults.process import wait_until
from tests.faults.sink import Sink, receiving

RELAY_SECONDS = 0.05
WORKERS = (1, 2, 4)
#: Mails of a round: small, so that no worker has a last one of its own for long.
ROUND = 10
#: More than that only makes it longer.
_MOST_MAILS = 3_000
BARS = {
    2: Bar("two workers, as a multiple of one", 1.7, "×", at_least=True),
    4: Bar("four workers, as a multiple of one", 3, "×", at_least=True),
}


def main(options: Options) -> bool:
    """Print the rates of each number of workers; whether the bars hold."""
    mails = min(options.recipients, _MOST_MAILS)
    ratios: dict[int, list[float]] = {number: [] for number in BARS}
    with postgres.server() as uri, tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        for repeat in range(options.repeats):
            rates = {number: _rate(uri, Path(folder) / f"{repeat}-{number}", number, mails) for number in WORKERS}
            print("  " + ", ".join(f"{number}: {rate:,.0f} mails/s" for number, rate in rates.items()), flush=True)
            for number, found in ratios.items():
                found.append(rates[number] / rates[1])
    for number, found in ratios.items():
        print(f"  {number} workers / 1: {spread(found)}")
    held = [bar.holds(median(ratios[number])) for number, bar in BARS.items()]
    return all(held)


def _rate(uri: str, folder: Path, workers: int, mails: int) -> float:
    with postgres.database(uri) as url, receiving(folder / "sink", RELAY_SECONDS) as sink:
        office = Office(folder / "office", url, sink.smtp_port, sink.url, sink.token, ROUND)
        office.furnish()
        office.invite(mails)
        office.announce("rathaus", (MAIL,))
        office.pause(f"channel:{MAIL}")
        office.tick()
        with Crew(office, workers):
            office.resume(f"channel:{MAIL}")
            return _measured(sink, mails)


def _measured(sink: Sink, mails: int) -> float:
    wait_until(sink.size, "the first mail")
    first, begin = sink.count(), time.perf_counter()
    wait_until(lambda: sink.count() >= mails, "the last mail", 300)
    return (mails - first) / (time.perf_counter() - begin)
