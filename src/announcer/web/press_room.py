"""The list of announcements: searched, by topic, in pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from announcer.feeds.names import topic_stem
from announcer.model.facts import PubStatus
from announcer.office.listing import ShownAnnouncement, folded, searchable

PAGE_SIZE = 20
#: A longer question is cut: nobody types it, and each word of it is looked for in every text.
LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and how many announcements speak of it."""

    stem: str  #: In addresses.
    name: str
    number: int


def topics(shown: Sequence[ShownAnnouncement]) -> list[Topic]:
    """Every topic of what is shown, in alphabetical order; withdrawn announcements have none any more."""
    names: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for one in shown:
        if one.facts.status is PubStatus.CANCELED:
            continue
        for stem, name in {topic_stem(topic): topic for topic in one.facts.topics}.items():
            names.setdefault(stem, name)
            numbers[stem] = numbers.get(stem, 0) + 1
    found = [Topic(stem, name, numbers[stem]) for stem, name in names.items()]
    return sorted(found, key=lambda topic: (folded(topic.name), topic.stem))


def on_topic(shown: Sequence[ShownAnnouncement], stem: str) -> list[ShownAnnouncement]:
    """Those that speak of a topic."""
    return [
        one
        for one in shown
        if one.facts.status is not PubStatus.CANCELED and stem in {topic_stem(topic) for topic in one.facts.topics}
    ]


def search(shown: Sequence[ShownAnnouncement], question: str) -> list[ShownAnnouncement]:
    """Those that have every word of the question, those with all of them in the headline first.

    Capitals, accents and umlauts don't matter ("grosse" finds "Größe"). What was
    withdrawn is found by its headline alone, since that is all its page shows.
    """
    words = [word.encode() for word in folded(question[:LONGEST_QUESTION]).split()]
    if not words:
        return list(shown)
    texts = ((one, one.words or searchable(one.facts)) for one in shown)
    found = [(one, text) for one, text in texts if _has(words, text)]
    return [one for one, text in sorted(found, key=lambda pair: not _has(words, pair[1].partition(b"\n")[0]))]


def _has(words: Sequence[bytes], text: bytes) -> bool:
    return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list."""

    chosen: tuple[ShownAnnouncement, ...]
    number: int
    last: int


def part(shown: Sequence[ShownAnnouncement], number: int) -> Part | None:
    """The `number`-th page, from 1; None if there is none. The first always exists."""
    last = max(1, -(-len(shown) // PAGE_SIZE))
    if not 1 <= number <= last:
        return None
    return Part(tuple(shown[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]), number, last)
