"""Older entries of a long feed, month by month (RFC 5005 §4): whoever comes late can read all of it. Pure.

A feed shows its newest entries; each month of which not all are among them
is a document of its own, with every entry of that month:

    feed.de.2026-03.atom.xml     beside     feed.de.atom.xml

Entries are counted to the month, in UTC, in which they were first sent, so
that a document changes only when one of its entries is corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """Anything with a date of first sending."""

    @property
    def published(self) -> datetime: ...


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands among the others, as stems of file names; empty where there is none."""

    previous: str = ""  #: The next older archive document.
    following: str = ""  #: The next newer archive document.
    current: str = ""  #: The feed itself; only of an archive document.


def months(rows: Sequence[T], limit: int) -> list[tuple[str, tuple[T, ...]]]:
    """The months to archive of a feed's rows (newest first), the newest month first; "2026-03" and its rows."""
    if len(rows) <= limit:
        return []
    wanted = {month(row) for row in rows[limit:]}
    by_month: dict[str, list[T]] = {}
    for row in rows:
        if (name := month(row)) in wanted:
            by_month.setdefault(name, []).append(row)
    return [(name, tuple(by_month[name])) for name in sorted(wanted, reverse=True)]


def places(stem: str, names: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """The stem of each archive document of the feed `stem`, in the order of `names`, and where it stands."""
    stems = [f"{stem}.{name}" for name in names]
    for number, own in enumerate(stems):
        newer = stems[number - 1] if number else ""
        older = stems[number + 1] if number + 1 < len(stems) else ""
        yield own, Place(older, newer, stem)


def month(row: Dated) -> str:
    """The month a row is counted to."""
    return f"{row.published.astimezone(UTC):%Y-%m}"
