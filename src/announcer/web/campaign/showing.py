"""A campaign as its pages see it: found by its name, its words in the reader's language, its times in its own zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.campaign import Message, Planned
from announcer.model.digests import Digest
from announcer.model.facts import Announcement, Event
from announcer.model.ledger import MessageState
from announcer.office import campaigns, status
from announcer.planning.lanes import event_days
from announcer.planning.message_words import AUDIENCES, DELIVERY_STATES, STATES, what_words
from announcer.planning.why import explain, waits_for_words
from announcer.store import campaign as store
from announcer.store import journal
from announcer.store.campaign import Campaign

if TYPE_CHECKING:
    from announcer.web.desk.visit import Visit


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages of one campaign have in common; templates call it `campaign`."""

    key: Campaign
    event: Event | None
    announcement: Announcement | None
    digest: Digest | None
    zone: ZoneInfo
    title: str
    language: str
    paused: str | None  #: The reason, None if it isn't.
    unconfirmed: bool
    to_approve: int

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"/campaigns/{quote(self.key.name)}"

    @property
    def days(self) -> int:
        """On how many days its event takes place."""
        return len(event_days(self.event))

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """Its pages: what follows its path, and the key of the word."""
        pages = [("", "timeline"), ("/event", "event_page"), ("/approve", "approve_page"), ("/change", "change_page")]
        if self.event is not None:
            pages.append(("/day", "day_page"))
        pages.append(("/report", "report_page"))
        return [*pages, ("/rehearse", "rehearse_page")] if self.event is not None else pages

    # -- Words. --

    def what(self, planned: Planned) -> str:
        """What a message says: "Rückblick, Tag 1"."""
        return what_words(planned, self.event, self.language)

    def state(self, state: str) -> str:
        """What a state of a message, an event or a date is called."""
        return _word(STATES, state, self.language)

    def delivery_state(self, state: str) -> str:
        """What a state of a single delivery is called."""
        return _word({**STATES, **DELIVERY_STATES}, state, self.language)

    def audience(self, audience: str) -> str:
        """For whom a message is."""
        return _word(AUDIENCES, audience, self.language)

    def why(self, keys: Iterable[str]) -> list[str]:
        """Reasons in words."""
        return [explain(key, self.language) for key in keys]

    def lacks(self, planned: Planned) -> list[str]:
        """What a message waits for, in words."""
        return [waits_for_words(key, self.event, self.language) for key in planned.waits_for]

    def link(self, message: Message | int) -> str:
        """Where a message is looked at."""
        return f"/messages/{message if isinstance(message, int) else message.id}"


def _word(words: Mapping[str, tuple[str, str]], key: str, language: str) -> str:
    return words.get(key, (key, key))[language != "de"]


def shown(visit: Visit, name: str) -> Shown:
    """The campaign of this name; raises `NotFound`."""
    with visit.desk.house.database.read() as connection:
        return read(connection, visit, campaigns.find(connection, name))


def of_message(visit: Visit, text: str) -> tuple[Shown, Message]:
    """A message by its number, as it stands in an address, and its campaign; raises `NotFound`."""
    if not text.isdecimal() or len(text) > 15:
        raise NotFound(f"there is no message {text!r}; the timeline shows which there are")
    with visit.desk.house.database.read() as connection:
        message = store.message_by_id(connection, int(text))
        return read(connection, visit, store.campaign_of(message)), message


def read(connection: sa.Connection, visit: Visit, key: Campaign) -> Shown:
    """A campaign by its key."""
    known = status.campaign_status(connection, visit.desk.house, key)
    return Shown(
        key=key,
        event=known.event,
        announcement=known.announcement,
        digest=known.digest,
        zone=known.zone,
        title=known.title,
        language=visit.language,
        paused=journal.pauses(connection).get(f"event:{key.event_id}") if key.event_id else None,
        unconfirmed=known.unconfirmed,
        to_approve=len(store.messages(connection, key, states=(MessageState.DRAFT, MessageState.HELD))),
    )


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment as a form's field has it, on the wall clock of `zone`; None for an empty or wrong one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
