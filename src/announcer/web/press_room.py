"""The list of announcements: searched, by topic, in pages. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from announcer.feeds.names import topic_stem
from announcer.model.facts import PubStatus
from announcer.office.shown import ShownAnnouncement

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
    words = folded(question[:LONGEST_QUESTION]).split()
    if not words:
        return list(shown)
    found = [one for one in shown if _has(words, _text(one))]
    return sorted(found, key=lambda one: not _has(words, folded(one.facts.headline)))


def folded(text: str) -> str:
    """The text without capitals, accents and doubled blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _has(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)


def _text(one: ShownAnnouncement) -> str:
    said = one.facts
    if said.status is PubStatus.CANCELED:
        return folded(said.headline)
    return folded(" ".join((said.headline, said.kicker, said.lead, said.body, said.source, *said.topics)))


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
