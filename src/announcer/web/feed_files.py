"""The feeds folder over HTTP: answers by `feeds.serving`, and a list for people to choose from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import icalendar

from announcer.feeds.serving import Served, content_type, link_header, served

# One folder deep, and no name begins with a dot: nothing can lead out of the feeds folder.
_PATH = re.compile(r"(?:(?:events|topics)/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


_ARCHIVE = re.compile(r"\.\d{4}-\d\d\.json$")
_NAME = re.compile(rb"\r\nNAME:([^\r]*)\r\n")


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """One feed in all its formats."""

    title: str
    description: str
    language: str
    group: str  #: all, events or topics
    rss: str  #: Path below `/feeds/`.
    atom: str
    json: str


@dataclass(frozen=True, slots=True)
class ListedCalendar:
    """A calendar to subscribe to."""

    title: str
    path: str  #: Below `/feeds/`.


@dataclass(frozen=True, slots=True)
class EventCalendar:
    """An event's calendar files, as paths below `/feeds/`."""

    entry: str  #: The event alone, to add once.
    feed: str  #: With its sessions, to subscribe to.


class FeedFiles:
    """The feed files of one folder. What was read is kept until the file changes."""

    def __init__(self, folder: Path, feeds_url: str = "", hub: str = "") -> None:
        """With a WebSub `hub` each feed names it and its own address, below `feeds_url`, in a header."""
        self._folder = folder
        self._feeds_url = feeds_url
        self._hub = hub
        self._kept: dict[str, tuple[int, int, Served]] = {}

    def served(self, path: str) -> Served | None:
        """The file at this path below the folder; None if there is none, or it is no feed."""
        file = self._file(path)
        if file is None:
            return None
        stat = file.stat()
        kept = self._kept.get(path)
        if kept and kept[:2] == (stat.st_mtime_ns, stat.st_size):
            return kept[2]
        link = link_header(f"{self._feeds_url}/{path}", "" if path.endswith(".ics") else self._hub)
        fresh = served(path, file.read_bytes(), datetime.fromtimestamp(stat.st_mtime, UTC), link=link)
        self._kept[path] = (stat.st_mtime_ns, stat.st_size, fresh)
        return fresh

    def _file(self, path: str) -> Path | None:
        if not _PATH.fullmatch(path):
            return None
        try:
            content_type(path)
        except ValueError:
            return None
        file = (self._folder / path).resolve()
        # A link inside the folder must not lead out of it either.
        return file if file.is_relative_to(self._folder.resolve()) and file.is_file() else None

    def listed(self) -> list[ListedFeed]:
        """Every feed there is, in groups, each group in the order of titles."""
        found = [feed for group in ("all", "events", "topics") for feed in self._group(group)]
        return [feed for feed in found if feed.title]

    def calendars(self) -> list[ListedCalendar]:
        """Every calendar that can be subscribed to: all events, then by topic, then by event."""
        folders = (("", self._folder), ("topics/", self._folder / "topics"), ("events/", self._folder / "events"))
        paths = [
            prefix + path.name
            for prefix, folder in folders
            if folder.is_dir()
            for path in sorted(folder.glob("*.ics"))
            if not path.name.endswith(".entry.ics")
        ]
        return [ListedCalendar(title, path) for path in paths if (title := self._calendar_name(path))]

    def calendar_of(self, stem: str) -> EventCalendar | None:
        """The two calendar files of an event; None while there are none."""
        found = EventCalendar(f"{stem}.entry.ics", f"{stem}.ics")
        return found if self.served(found.entry) and self.served(found.feed) else None

    def _calendar_name(self, path: str) -> str:
        file = self.served(path)
        if file is None or b"BEGIN:VEVENT" not in file.plain.body:  # nothing is public, or no longer
            return ""
        found = _NAME.search(file.plain.body.replace(b"\r\n ", b""))  # unfolded (RFC 5545 §3.1)
        return str(icalendar.vText.from_ical(found[1].decode())) if found else ""

    def _group(self, group: str) -> list[ListedFeed]:
        folder = self._folder if group == "all" else self._folder / group
        found = (path.name for path in folder.glob("*.*.json")) if folder.is_dir() else ()
        names = sorted(name for name in found if not _ARCHIVE.search(name))
        prefix = "" if group == "all" else f"{group}/"
        return sorted((self._listed(prefix + name, group) for name in names), key=lambda feed: feed.title)

    def _listed(self, path: str, group: str) -> ListedFeed:
        file = self.served(path)
        try:
            says = json.loads(file.plain.body) if file else {}
        except ValueError:
            says = {}
        stem = path.removesuffix(".json")
        title, description, language = (str(says.get(key, "")) for key in ("title", "description", "language"))
        return ListedFeed(title, description, language, group, f"{stem}.rss.xml", f"{stem}.atom.xml", path)
