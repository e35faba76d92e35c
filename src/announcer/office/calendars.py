"""Writes the calendars of what is public: all events, each event, each topic. Like the feeds, they are files.

calendar.ics         every public event, the newest `ENTRY_LIMIT` entries
events/ID.ics        one event and its sessions, to subscribe to
events/ID.entry.ics  the event alone, to add once
topics/SLUG.ics      the events that announcements on a topic are about
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from announcer.calendars.file import CalendarInfo, calendar_file
from announcer.calendars.items import Item, Subject, Version, entry, items
from announcer.calendars.wording import wording
from announcer.feeds.files import FeedFolder
from announcer.feeds.names import event_stem, topic_stem
from announcer.office.house import House
from announcer.office.shown import Shown, ShownEvent
from announcer.store import facts, journal, published

#: Entries in a calendar of many events; the newest stay.
ENTRY_LIMIT = 1000
_ENDING = ".ics"


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar before it is written."""

    info: CalendarInfo
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A public event with its entries."""

    shown: ShownEvent
    subject: Subject
    items: tuple[Item, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t for one in self.shown.announcements for t in one.facts.topics))


class CalendarWriter:
    """Keeps the calendars equal to what the public pages show. Not safe for use by two threads at once."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self._folder = FeedFolder(folder)
        self._shown = Shown(house.database, house.clock)
        self._mark: tuple[int, int, int] | None = None
        self._written: dict[str, Calendar] = {}
        self._versions: dict[str, list[Version]] = {}  # a version never changes; only later ones are read

    def write(self) -> tuple[str, ...]:
        """Write the files that changed, and name them. Raises `AnnouncerError` when the disk says no."""
        with self._house.database.read() as connection:
            mark = journal.progress(connection, self._house.clock())
            if mark == self._mark:  # nothing was queued and nobody did anything: nothing can have changed
                return ()
            known = list(self._known(connection))
        wanted = {**self._emptied(), **dict(self._calendars(known))}
        fresh = {name: calendar for name, calendar in wanted.items() if self._written.get(name) != calendar}
        written = self._folder.write({name: calendar_file(c.info, c.items) for name, c in fresh.items()})
        # Kept only now: had writing failed, the same files would come again.
        self._mark, self._written = mark, wanted
        return written

    def _emptied(self) -> Mapping[str, Calendar]:
        """What was written before and is public no longer is left empty: its address stays, its entries go."""
        if self._mark is None:
            self._folder.prepare()
            names = [name for name in self._folder.names() if name.endswith(_ENDING)]
        else:
            names = list(self._written)
        site = self._house.settings.site
        return {name: Calendar(self._info(site.name, site.url, name), ()) for name in names}

    def _known(self, connection: sa.Connection) -> Iterator[_Known]:
        for event_id in facts.event_ids(connection):
            found = self._shown.event_in(connection, event_id)
            first = published.event_first_sent(connection, event_id)
            if found is None or first is None:
                continue
            site = self._house.settings.site
            language = found.announcements[-1].facts.language if found.announcements else site.language
            subject = Subject(self._history(connection, event_id), first, f"{site.url}/e/{event_id}", language)
            yield _Known(found, subject, items(subject))

    def _history(self, connection: sa.Connection, event_id: str) -> list[Version]:
        known = self._versions.setdefault(event_id, [])
        last = known[-1].event.version if known else 0
        known += [Version(event, at) for event, at in facts.event_history(connection, event_id, after=last)]
        return list(known)

    def _calendars(self, known: list[_Known]) -> Iterator[tuple[str, Calendar]]:
        site = self._house.settings.site
        words = wording(site.language)
        yield self._calendar("calendar", f"{site.name}: {words.all}", site.url, _joined(known))
        for one in known:
            stem = f"events/{event_stem(one.shown.facts.id)}"
            name = one.shown.facts.name
            yield self._calendar(stem, f"{name} – {site.name}", one.subject.page, one.items)
            if (own := entry(one.subject)) is not None:
                yield f"{stem}.entry{_ENDING}", Calendar(CalendarInfo(name, one.subject.page), (own,))
        for stem, (topic, group) in _by_topic(known).items():
            title = f"{words.topic.format(topic)} – {site.name}"
            yield self._calendar(f"topics/{stem}", title, site.url, _joined(group))

    def _calendar(self, stem: str, name: str, url: str, entries: tuple[Item, ...]) -> tuple[str, Calendar]:
        file = f"{stem}{_ENDING}"
        return file, Calendar(self._info(name, url, file), entries)

    def _info(self, name: str, url: str, file: str) -> CalendarInfo:
        if file.endswith(f".entry{_ENDING}"):
            return CalendarInfo(name, url)
        return CalendarInfo(name, url, f"{self._house.settings.site.url}/feeds/{file}")


def _joined(known: list[_Known]) -> tuple[Item, ...]:
    found = [item for one in known for item in one.items]
    newest = sorted(found, key=lambda item: (item.start.isoformat(), item.uid))[-ENTRY_LIMIT:]
    return tuple(newest)


def _by_topic(known: list[_Known]) -> dict[str, tuple[str, list[_Known]]]:
    groups: dict[str, tuple[str, list[_Known]]] = {}
    for one in known:
        for topic in one.topics:
            groups.setdefault(topic_stem(topic), (topic, []))[1].append(one)
    return dict(sorted(groups.items()))
