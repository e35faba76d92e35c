"""`python -m bench [NAME …]`: run benchmarks, all of them if none is named."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from time import perf_counter

from bench import (
    caps,
    desk,
    engine,
    feeds,
    importing,
    lateness,
    machine,
    moves,
    newsletter,
    planning,
    press_room,
    site,
    workers,
)
from bench.figures import Options

#: Each prints its figures and gives whether its bars held.
BENCHMARKS: dict[str, Callable[[Options], bool]] = {
    "planning": planning.main,
    "feeds": feeds.main,
    "press_room": press_room.main,
    "site": site.main,
    "newsletter": newsletter.main,
    "engine": engine.main,
    "importing": importing.main,
    "lateness": lateness.main,
    "caps": caps.main,
    "moves": moves.main,
    "workers": workers.main,
    "desk": desk.main,
}


def main() -> int:
    """0 if every bar held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; all if none is given"
    )
    parser.add_argument("--repeats", type=int, default=3, help="times each side is measured (default: 3)")
    parser.add_argument("--recipients", type=int, default=50_000, help="of the newsletter (default: 50000)")
    parser.add_argument("--million", action="store_true", help="newsletter and import with 1,000,000 recipients")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"{unknown[0]!r} is no benchmark; choose from {', '.join(BENCHMARKS)}")
    print(machine.describe(), flush=True)
    options = Options(given.repeats, given.recipients, given.million)
    held = [_run(name, options) for name in given.names or BENCHMARKS]
    return 0 if all(held) else 1


def _run(name: str, options: Options) -> bool:
    print(f"\n{name}", flush=True)
    begin = perf_counter()
    held = BENCHMARKS[name](options)
    print(f"  ({perf_counter() - begin:.0f} s)", flush=True)
    return held


if __name__ == "__main__":
    sys.exit(main())
