"""From arrivals to what the page tells: entries by day, each beside what it corrects. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post, PostDelete, PostEdit
from announcer.sandbox.letters import Letter

Channel = Literal["social", "mail", "feed"]
CHANNELS: tuple[Channel, ...] = ("social", "mail", "feed")


@dataclass(frozen=True, slots=True)
class Entry:
    """One card on the page. Identical mails to many recipients are one entry."""

    arrival: Arrival  #: The first of its mails, or the one thing that came.
    at: datetime  #: On the event's wall clock.
    mails: tuple[Mail, ...] = ()
    about: Entry | None = None  #: What it corrects, answers or takes back.

    @property
    def number(self) -> int:
        """The number of its (first) arrival; its anchor on the page."""
        return self.arrival.number

    @property
    def kind(self) -> Literal["post", "edit", "delete", "mail", "feed"]:
        """Which card it is."""
        match self.arrival:
            case Mail():
                return "mail"
            case FeedItem():
                return "feed"
            case PostEdit():
                return "edit"
            case PostDelete():
                return "delete"
            case _:
                return "post"

    @property
    def channel(self) -> Channel:
        """Which way it came."""
        if self.kind == "mail":
            return "mail"
        return "feed" if self.kind == "feed" else "social"

    @property
    def paired(self) -> bool:
        """Whether it is shown beside what it changes, and so needs room."""
        return self.about is not None and self.kind not in ("post", "delete")


@dataclass(frozen=True, slots=True)
class Day:
    """What came on one day."""

    date: date
    entries: tuple[Entry, ...]


def entries(arrivals: Iterable[Arrival], zone: tzinfo) -> tuple[Entry, ...]:
    """The cards for these arrivals (in simulated order), each knowing what it refers to."""
    known: dict[tuple[str, ...], Entry] = {}
    made = []
    for group in grouped(arrivals):
        first = group[0]
        mails = tuple(mail for mail in group if isinstance(mail, Mail))
        entry = Entry(first, first.at.astimezone(zone), mails)
        about = next((known[key] for key in _asks(first) if key in known), None)
        entry = replace(entry, about=about)
        known.update(dict.fromkeys((key for each in group for key in _names(each)), entry))
        made.append(entry)
    return tuple(made)


def _names(arrival: Arrival) -> Iterator[tuple[str, ...]]:
    """Under which keys a later arrival may refer to this one."""
    match arrival:
        case Mail() if arrival.letter.message_id:
            yield "mail", arrival.letter.message_id
        case FeedItem():
            yield "feed", urlsplit(arrival.feed_url).path, arrival.guid
        case Post() | PostEdit():
            yield "post", arrival.status_id


def _asks(arrival: Arrival) -> Iterator[tuple[str, ...]]:
    """Which keys this arrival refers to, the nearest first."""
    match arrival:
        case Mail():
            yield from (("mail", message_id) for message_id in arrival.letter.answers)
        case FeedItem():
            yield "feed", urlsplit(arrival.feed_url).path, arrival.guid
        case Post(in_reply_to=str(parent)):
            yield "post", parent
        case PostEdit() | PostDelete():
            yield "post", arrival.status_id


def grouped(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """Everything alone, but mails that differ only in their slots together, at the place of the first."""
    groups: list[list[Arrival]] = []
    open_groups: dict[tuple[str, ...], list[tuple[frozenset[str], list[Arrival]]]] = {}
    for arrival in arrivals:
        if not isinstance(arrival, Mail):
            groups.append([arrival])
            continue
        letter = arrival.letter
        key = (arrival.story, f"{arrival.at:%Y-%m-%dT%H:%M}", letter.subject, letter.sender)
        words = _words(letter)
        alike = open_groups.setdefault(key, [])
        group = next((group for shape, group in alike if _same_but_slots(shape, words)), None)
        if group is None:
            group = []
            alike.append((words, group))
            groups.append(group)
        group.append(arrival)
    yield from groups


def _words(letter: Letter) -> frozenset[str]:
    """The words of a mail without addresses: what slots don't change."""
    return frozenset(word for word in (letter.text or letter.html).split() if "://" not in word and "@" not in word)


def _same_but_slots(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts differ in a few words only: names and greetings differ, sentences don't."""
    return len(one ^ other) <= max(8, 0.2 * len(one | other))


def followers(all_entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """For each entry's number what later referred to it."""
    later: dict[int, list[Entry]] = {}
    for entry in all_entries:
        if entry.about is not None:
            later.setdefault(entry.about.number, []).append(entry)
    return later


def days(some: Iterable[Entry]) -> tuple[Day, ...]:
    """Entries (in order) by their day on the wall clock."""
    return tuple(Day(day, tuple(group)) for day, group in groupby(some, key=lambda entry: entry.at.date()))


def split(some: Sequence[Entry], since: datetime) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """What came strictly before `since`, and the rest."""
    past = tuple(entry for entry in some if entry.arrival.at < since)
    return past, tuple(entry for entry in some if entry.arrival.at >= since)


def parting(planned: Sequence[Entry], variant: Sequence[Entry]) -> datetime | None:
    """When a variant that was told again from its beginning leaves the plan: the first moment that differs.

    None when nothing differs.
    """
    pairs = zip(planned, variant, strict=False)
    same = next((i for i, (one, other) in enumerate(pairs) if _said(one) != _said(other)), None)
    if same is None:
        same = min(len(planned), len(variant))
    moments = [some[same].arrival.at for some in (planned, variant) if same < len(some)]
    return min(moments, default=None)


def _said(entry: Entry) -> tuple[object, ...]:
    """What an entry says and when, without numbers and handles that differ between two runs."""
    arrival = entry.arrival
    match arrival:
        case Mail():
            return arrival.at, "mail", arrival.letter.subject, len(entry.mails)
        case FeedItem():
            return arrival.at, "feed", urlsplit(arrival.feed_url).path, arrival.guid, arrival.text.title
        case Post() | PostDelete():
            return arrival.at, entry.kind, re.sub(r"https?://[^/\s]+", "", arrival.text)
        case PostEdit():
            return arrival.at, "edit", re.sub(r"https?://[^/\s]+", "", arrival.after)
        case _:
            return (arrival.at,)


def tally(some: Iterable[Entry]) -> dict[Channel, int]:
    """How many entries came by each channel; a mail to many counts once."""
    counts: dict[Channel, int] = dict.fromkeys(CHANNELS, 0)
    for entry in some:
        counts[entry.channel] += 1
    return counts
