"""What arrived: one frozen value per thing, stamped with the simulated time.

`Arrivals` is the only state of the sandbox. What the Mastodon account shows
and what the feed reader already knows are read off it, so that a variant of
the campaign starts from exactly what its past had brought.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeVar

from announcer.clock import system_clock
from announcer.model.facts import Event
from announcer.sandbox.letters import Letter, read_letter

#: The name of the story that is told unless another is chosen.
AS_PLANNED = "Wie geplant"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came out of the house."""

    number: int  #: Counted from 1 in the order of arrival, over all stories.
    at: datetime  #: The simulated moment, UTC.
    story: str


@dataclass(frozen=True)
class Mail(Arrival):
    """One mail to one recipient (an envelope to three of them makes three).

    Without slots, because `letter` is parsed when first asked for: thousands
    arrive in seconds, few are looked at.
    """

    envelope_from: str
    recipient: str
    raw: bytes

    @cached_property
    def letter(self) -> Letter:
        """The mail as its reader sees it: decoded subject, text, HTML and headers."""
        return read_letter(self.raw)


@dataclass(frozen=True, slots=True)
class Post(Arrival):
    """A status that was published."""

    status_id: str
    text: str
    url: str
    language: str = ""
    visibility: str = "public"
    in_reply_to: str | None = None
    spoiler_text: str = ""
    key: str = ""  #: The Idempotency-Key it came with.


@dataclass(frozen=True, slots=True)
class PostEdit(Arrival):
    """A status whose text was changed in place."""

    status_id: str
    before: str
    after: str
    url: str


@dataclass(frozen=True, slots=True)
class PostDelete(Arrival):
    """A status that was taken back; `text` is what stood there last."""

    status_id: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ItemText:
    """What a feed item says; a change is a difference in this."""

    title: str
    summary: str
    html: str
    link: str


@dataclass(frozen=True, slots=True)
class FeedItem(Arrival):
    """A feed item as a subscriber meets it: new, or changed since the last look."""

    feed_url: str
    guid: str
    text: ItemText
    change: Literal["new", "changed"] = "new"
    before: ItemText | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One telling of the campaign: as planned, or a variant that leaves another at `since`.

    A variant shares what its `parent` brought strictly before `since`.
    """

    name: str
    parent: str = ""
    since: datetime | None = None
    event: Event | None = None  #: The event as it stands in this story, for countdowns.


A = TypeVar("A", bound=Arrival)


class Arrivals:
    """The list of everything that came, in order. Safe to use from several threads."""

    def __init__(
        self,
        *,
        now: datetime | None = None,
        story: str = AS_PLANNED,
        event: Event | None = None,
        on_arrival: Callable[[Arrival], None] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._list: list[Arrival] = []
        self._stories: dict[str, Story] = {story: Story(story, event=event)}
        self._story = story
        self._now = now
        self.on_arrival = on_arrival
        self.errors: list[Exception] = []  #: What `on_arrival` raised; the sender must not feel it.

    @property
    def now(self) -> datetime:
        """The simulated moment, UTC; the present one until it is set."""
        return self._now or system_clock()

    @now.setter
    def now(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"sandbox: now = {moment.isoformat()} has no time zone; give an aware datetime")
        self._now = moment

    @property
    def story(self) -> Story:
        """The story that arrivals belong to."""
        return self._stories[self._story]

    @property
    def stories(self) -> tuple[Story, ...]:
        """All stories, in the order they were begun."""
        with self._lock:
            return tuple(self._stories.values())

    def tell(self, story: Story) -> None:
        """From here on arrivals belong to `story`; one of the same name is replaced by it."""
        with self._lock:
            if story.parent and story.parent not in self._stories:
                raise ValueError(f"sandbox: story '{story.name}' leaves '{story.parent}', which was never told")
            self._stories[story.name] = story
            self._story = story.name

    def record(self, make: Callable[[int, datetime, str], A]) -> A:
        """Add what `make(number, at, story)` returns, and tell the listener."""
        with self._lock:
            arrival = make(len(self._list) + 1, self.now, self._story)
            self._list.append(arrival)
        if self.on_arrival is not None:
            self._tell_listener(self.on_arrival, arrival)
        return arrival

    def _tell_listener(self, listener: Callable[[Arrival], None], arrival: Arrival) -> None:
        try:
            listener(arrival)
        except Exception as error:  # noqa: BLE001 - somebody else's code; kept, and raised when the sandbox closes
            self.errors.append(error)

    def all(self) -> tuple[Arrival, ...]:
        """Everything that came, over all stories."""
        with self._lock:
            return tuple(self._list)

    def seen(self, story: str | None = None) -> tuple[Arrival, ...]:
        """What somebody living in `story` (default: the current one) has seen, shared past included."""
        with self._lock:
            return seen(self._list, self._stories, story or self._story)


def seen(arrivals: list[Arrival], stories: dict[str, Story], name: str) -> tuple[Arrival, ...]:
    """The arrivals of the story `name` and, of its parents, those strictly before it left them; in simulated order."""
    own = [arrival for arrival in arrivals if arrival.story == name]
    story = stories[name]
    since = story.since
    past: list[Arrival] = []
    if story.parent and since is not None:
        past = [arrival for arrival in seen(arrivals, stories, story.parent) if arrival.at < since]
    return tuple(sorted(past + own, key=lambda arrival: (arrival.at, arrival.number)))
