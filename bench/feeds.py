"""10,000 entries of 3 kB as RSS, Atom and JSON, against feedgen as it comes.

Bars: at most 3 s for the three formats together in the best run, the one that
neighbours on the machine disturbed least; at most 300 MB. Each side
runs in a process of its own, so that their peaks are their own and the plain
feedgen is not mended by the other side's import.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from bench.figures import Bar, Options, spread
from bench.machine import peak_megabytes

ENTRIES = 10_000
BYTES_EACH = 3_000
SECONDS_BAR = 3.0
MEGABYTES_BAR = 300.0

_FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)
_SENTENCE = "Die Stadt lädt zur Führung über die Brücke ein; „Anmeldung“ – bis Freitag, 18 Uhr, unter 0231 555 0100. "
_SITE = "https://city.example"


@dataclass(frozen=True, slots=True)
class Result:
    """What one side took."""

    seconds: dict[str, float]
    megabytes: float  #: Peak resident memory of its process, interpreter and entries included.

    @property
    def total(self) -> float:
        """Seconds over all formats."""
        return sum(self.seconds.values())


def _texts() -> Iterator[dict[str, Any]]:
    for number in range(ENTRIES):
        words = f"<p>Nummer {number}.</p>\n<p>" + _SENTENCE * 40
        body = words.encode()[: BYTES_EACH - 4].decode(errors="ignore") + "</p>"
        at = _FIRST + timedelta(minutes=number)
        yield {
            "guid": UUID(int=number, version=5).urn,
            "title": f"Mitteilung {number}: Führung über die Brücke",
            "summary": _SENTENCE,
            "html": body,
            "link": f"{_SITE}/mitteilungen/{number}",
            "published": at,
            "updated": at,
            "categories": ("Kultur", "Verkehr"),
        }


def _timed(seconds: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    begin = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - begin
    return result


def _ours(pipe: Connection) -> None:
    from announcer.feeds.entries import Entry, FeedInfo
    from announcer.feeds.json_feed import json_feed
    from announcer.feeds.syndication import atom, rss

    seconds: dict[str, float] = {}
    given = list(_texts())
    entries = _timed(seconds, "check and clean", lambda: [Entry(**fields) for fields in given])
    info = FeedInfo("Stadt", f"{_SITE}/feeds/feed.de", f"{_SITE}/", "de", "Stadt", "", entries[-1].updated)
    for name, write in {"RSS": rss, "Atom": atom, "JSON": json_feed}.items():
        _timed(seconds, name, partial(write, info, entries))
    pipe.send(Result(seconds, peak_megabytes()))


def _plain(pipe: Connection) -> None:
    """The same entries through feedgen alone, as its documentation shows it; it has no JSON Feed."""
    seconds: dict[str, float] = {}
    entries = list(_texts())
    _timed(seconds, "RSS", lambda: _plain_feed(entries).rss_str())
    _timed(seconds, "Atom", lambda: _plain_feed(entries).atom_str())
    pipe.send(Result(seconds, peak_megabytes()))


def _plain_feed(entries: list[dict[str, Any]]) -> Any:
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(f"{_SITE}/feeds/feed.de")
    feed.title("Stadt")
    feed.description("Stadt")
    feed.language("de")
    feed.author(name="Stadt")
    feed.link(href=f"{_SITE}/")
    for fields in entries:
        item = feed.add_entry(order="append")
        item.guid(fields["guid"])
        item.title(fields["title"])
        item.link(href=fields["link"])
        item.published(fields["published"])
        item.updated(fields["updated"])
        item.summary(fields["summary"])
        item.content(fields["html"], type="html")
        item.category([{"term": term} for term in fields["categories"]])
    return feed


def _apart(side: Callable[[Connection], None]) -> Result:
    """Run `side` in a fresh interpreter and take its result."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=side, args=(there,))
    process.start()
    there.close()
    result: Result = here.recv()
    process.join()
    return result


def main(options: Options) -> bool:
    """Print both sides and whether the bars hold."""
    print(f"  {ENTRIES:,} entries of {BYTES_EACH:,} bytes; baseline: plain feedgen, RSS and Atom")
    runs = [(_apart(_ours), _apart(_plain)) for _ in range(options.repeats)]
    ours, plain = ([run[side] for run in runs] for side in (0, 1))
    for label, results in {"announcer": ours, "plain feedgen": plain}.items():
        best = min(results, key=lambda result: result.total)
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in best.seconds.items())
        print(f"  {label}: {spread([r.total for r in results])} s (best: {parts}), peak {best.megabytes:.0f} MB")
    ratios = [sum(mine.seconds[name] for name in theirs.seconds) / theirs.total for mine, theirs in runs]
    print(f"  RSS and Atom: {spread(ratios)} × the time of plain feedgen")
    return all(
        [
            Bar("RSS, Atom and JSON", SECONDS_BAR, "s").holds(min(result.total for result in ours)),
            Bar("memory", MEGABYTES_BAR, "MB").holds(max(result.megabytes for result in ours)),
        ]
    )
