"""A release that stands on a page: fetched with bounds, read like a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from announcer.fetching import Bounds, Fetcher
from announcer.intake.release import Beside
from announcer.office import taking_in
from announcer.office.house import House

#: Pages with their markup, and files somebody links.
BOUNDS = Bounds(total=30.0, most_bytes=10_000_000)
ACCEPTED = (
    "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "message/rfc822",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/pdf",
)  # fmt: skip


def look(house: House, url: str, beside: Beside, answers: Mapping[str, str]) -> taking_in.Taken:
    """What a page proposes. Raises `FetchError` for an address that may not be asked or does not answer."""
    fetched = Fetcher(house.settings, bounds=BOUNDS).get(url, accept=ACCEPTED)
    name = name_of(fetched.url, fetched.media_type)
    return taking_in.look_at(house, fetched.body, name, replace(beside, base=fetched.url), answers)


def name_of(url: str, media_type: str) -> str:
    """A name for what stands at an address: its last part, with an ending that says what it is."""
    parts = urlsplit(url)
    last = PurePosixPath(unquote(parts.path)).name or parts.hostname or "page"
    if media_type in {"text/html", "application/xhtml+xml"} and not last.lower().endswith((".html", ".htm")):
        return f"{last}.html"
    return last
