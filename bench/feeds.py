"""10,000 entries of 3 kB as RSS, Atom and JSON, against feedgen as it comes.

Bars: at most 3 s for the three formats together, at most 300 MB. Each side
runs in a process of its own, so that their peaks are their own and the plain
feedgen is not mended by the other side's import.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

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
    pipe.send(Result(seconds, _peak()))


def _plain(pipe: Connection) -> None:
    """The same entries through feedgen alone, as its documentation shows it; it has no JSON Feed."""
    seconds: dict[str, float] = {}
    entries = list(_texts())
    _timed(seconds, "RSS", lambda: _plain_feed(entries).rss_str())
    _timed(seconds, "Atom", lambda: _plain_feed(entries).atom_str())
    pipe.send(Result(seconds, _peak()))


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


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def main() -> int:
    """Print both sides and whether the bars hold; 0 if they do, else 1."""
    ours, plain = _apart(_ours), _apart(_plain)
    print(f"{ENTRIES} entries of {BYTES_EACH} bytes")
    for label, result in {"announcer": ours, "plain feedgen": plain}.items():
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in result.seconds.items())
        print(f"  {label:14} {result.total:6.2f} s ({parts}), peak {result.megabytes:.0f} MB")
    shared = sum(ours.seconds[name] for name in plain.seconds)
    print(f"  RSS and Atom: {shared / plain.total:.2f} × the time of plain feedgen")
    good = ours.total <= SECONDS_BAR and ours.megabytes <= MEGABYTES_BAR
    print(f"  bars: {SECONDS_BAR:.0f} s and {MEGABYTES_BAR:.0f} MB: {'held' if good else 'BROKEN'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
