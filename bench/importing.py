"""A million addresses from a CSV file, as the office imports them: read, checked, normalised, stored with their proof.

The baseline is what reading and writing alone takes: `csv` and one SQLite
table without any check. Bar: 60 seconds for a million.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import tempfile
import time
from pathlib import Path

from announcer.clock import system_clock
from announcer.office import subscribers
from bench import house
from bench.figures import Bar, Options

MILLION = 1_000_000
FEWER = 100_000
BAR = Bar("seconds to import 1,000,000 addresses", 60, "s")


def main(options: Options) -> bool:
    """Print both; whether the bar holds. Without `--million` a tenth is imported, and the seconds times ten."""
    number = MILLION if options.million else FEWER
    data = _file(number)
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        plain = _plain(Path(folder), data)
        with house.opened(f"sqlite:///{folder}/import.db") as database:
            house.add_readers(database, 1)  # makes the list
            begin = time.perf_counter()
            report = subscribers.import_csv(
                database, b"k" * 32, data, house.LIST, "Messe 2026", house.OFFICE, system_clock()
            )
            seconds = time.perf_counter() - begin
    assert report.added == number, report
    print(f"  {number:,} addresses: {number / seconds:,.0f}/s, {seconds / plain:.1f} × csv and a bare table")
    return BAR.holds(seconds * MILLION / number)


def _file(number: int) -> bytes:
    lines = ["E-Mail;Name;Sprache"]
    lines += [f"Abonnentin{n}@Y{n % 50}.example;{'Jürgen' if n % 4 else 'Alex'} Muster {n};de" for n in range(number)]
    return "\r\n".join(lines).encode()


def _plain(folder: Path, data: bytes) -> float:
    """Seconds for reading and writing alone."""
    begin = time.perf_counter()
    rows = csv.reader(io.StringIO(data.decode()), delimiter=";")
    with sqlite3.connect(folder / "plain.db") as connection:
        connection.execute("CREATE TABLE reader (address TEXT PRIMARY KEY, name TEXT, language TEXT)")
        connection.executemany("INSERT INTO reader VALUES (?, ?, ?)", rows)
    connection.close()
    return time.perf_counter() - begin
