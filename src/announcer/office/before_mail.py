"""What happens to a mail before it leaves: every recipient's copy is written out once, and the office reads it first.

One broken field stops the whole mail while nothing has left. The office's copy
leaves some minutes ahead of the planned moment; where it was approved too late
for that, everybody else waits until those minutes are over. What is urgent
does not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from announcer.model.campaign import Message, Urgency
from announcer.model.content import Payload
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.newsletter.rounds import Letter
from announcer.office import sample
from announcer.office.house import House
from announcer.planning.why import why
from announcer.store import campaign, changes, contents, journal, outbox, queueing, turns
from announcer.store.contents import Stored
from announcer.store.tables import message
from announcer.store.writelock import Lane
from announcer.tick import LEAD

#: Finds the first letter that can't be written, by subscriber, and why (`newsletter.mailer.Mailer.fault`).
Fault = Callable[[Payload, Sequence[Letter]], tuple[int, str] | None]
#: Recipients looked at in one go, while a mail's moment is still far enough away; others want to work as well.
_AT_ONCE = 20_000
#: Looked at so long before the countdown begins.
_AHEAD = timedelta(minutes=2)
_KEY = "0" * 32


class BeforeMail:
    """Looks after mails that leave soon. Made once, because it remembers how far it has looked."""

    def __init__(self, house: House, fault: Fault, channel: str) -> None:
        self._house = house
        self._fault = fault
        self._channel = channel
        self._looked: dict[tuple[int, str], int] = {}  #: Message and what was approved → the last subscriber.
        self._fine: set[tuple[int, str]] = set()

    def look(self, now: datetime) -> None:
        """Try what leaves soon, and give the office what leaves within its minutes."""
        minutes = timedelta(minutes=self._house.settings.mail.countdown_minutes)
        with self._house.database.read() as connection:
            soon = _soon(connection, self._channel, now + minutes + _AHEAD)
        self._fine &= {_mark(one) for one in soon}
        for one in soon:
            if self._is_fine(one, now) and one.planned.due_at is not None and one.planned.due_at <= now + minutes:
                self._begin_countdown(one, now, minutes)

    # -- Every recipient's copy --

    def _is_fine(self, one: Message, now: datetime) -> bool:
        """Whether everybody's copy can be written; looks on where it stopped last time."""
        mark = _mark(one)
        if mark in self._fine:
            return True
        near = one.planned.due_at is not None and one.planned.due_at <= now + LEAD
        with self._house.database.read() as connection:
            stored = contents.current(connection, one.id)
            stale = changes.stale_messages(connection, one.change_id) if one.change_id is not None else None
            while True:
                after = self._looked.get(mark, 0)
                people = queueing.readers(connection, one, stale, after, _AT_ONCE, self._house.manners)
                if found := self._first_fault(stored, people):
                    break
                if len(people) < _AT_ONCE:
                    self._looked.pop(mark, None)
                    self._fine.add(mark)
                    return True
                self._looked[mark] = people[-1].id
                if not near:
                    return False
        self._looked.pop(mark, None)
        self._stop(one, *found, now)
        return False

    def _first_fault(
        self, stored: Sequence[Stored], people: Sequence[sa.Row[tuple[object, ...]]]
    ) -> tuple[int, str] | None:
        spoken = {content.language: content for content in stored}
        for language, content in spoken.items():
            mine = [
                _letter(one, content)
                for one in people
                if one.language == language or (one.language not in spoken and content is stored[0])
            ]
            if mine and (found := self._fault(content.payload, mine)):
                return found
        return None

    def _stop(self, one: Message, subscriber_id: int, said: str, now: datetime) -> None:
        with self._house.database.write(Lane.TICK) as connection:
            campaign.transition(connection, one.id, MessageState.HELD)
            campaign.set_why(connection, one, why("broken_field", subscriber_id, _without_address(said)))
            subject = f"message {one.id}"
            journal.note(connection, Actor.clock(), now, "hold", subject, why=why("broken_field", subscriber_id, ""))

    # -- The office first --

    def _begin_countdown(self, one: Message, now: datetime, minutes: timedelta) -> None:
        """Once for each approved text. Nobody waits for an office that nobody can be reached in."""
        readers = [name for name, person in self._house.settings.people.items() if person.approves]
        if not minutes or not readers or one.planned.urgency <= Urgency.CHANGE:
            return
        key = f"copy:{one.id}:{(one.approved_hash or '')[:16]}"
        with self._house.database.read() as connection:
            if outbox.told(connection, [key]) or journal.stopped(connection, self._channel):
                return
            stored = contents.current(connection, one.id)
        due = one.planned.due_at or now
        leaves_at = max(due, now + minutes)
        if one.planned.not_after is not None and leaves_at >= one.planned.not_after:
            leaves_at = due  # waiting would let it miss its time
        with self._house.database.write(Lane.TICK) as connection:
            stale = changes.stale_messages(connection, one.change_id) if one.change_id is not None else None
            number = queueing.audience_size(connection, one, stale, self._house.manners)
            turns.count_down(connection, one.id, leaves_at)
            for person in readers:
                for place, content in enumerate(stored):
                    payload = sample.ahead(content.payload, content.language, self._house, person, leaves_at, number)
                    sample.put(connection, payload, person, f"{key}:{place}" if place else key, now)
            journal.note(connection, Actor.clock(), now, "countdown", f"message {one.id}", after=leaves_at.isoformat())


def _soon(connection: sa.Connection, channel: str, until: datetime) -> list[Message]:
    near = sa.and_(message.c.channel == channel, message.c.due_at <= until)
    paused = journal.paused_events(connection)
    found = campaign.messages(connection, states=[MessageState.SCHEDULED], only=near)
    return [one for one in found if one.event_id not in paused]


def _mark(one: Message) -> tuple[int, str]:
    return one.id, one.approved_hash or ""


def _letter(one: Any, content: Stored) -> Letter:
    return Letter(0, 0, content.id, _KEY, one.id, one.address, one.name, content.language, one.target, 1, False, None)


def _without_address(said: str) -> str:
    """The reason without the address itself: it stands in the log and in mails to the office."""
    return "address" if said.startswith("the address ") else said.replace("|", " ")
