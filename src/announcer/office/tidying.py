"""What ends by itself: requests that nobody confirmed, and the lists of events that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from announcer.errors import AnnouncerError, NotFound
from announcer.model.facts import Certainty, Event, EventStatus
from announcer.model.people import Actor
from announcer.office import marks
from announcer.office.house import House
from announcer.store import buckets, erasure, facts, journal, limits, optin, outbox, people, returned
from announcer.store.optin import OPEN_FOR
from announcer.store.people import ListRow
from announcer.store.writelock import Lane

log = structlog.get_logger(__name__)

#: How often the service looks.
EVERY = timedelta(minutes=10)
#: How long it is kept that a confirmation mail left.
_MAIL_KEPT = timedelta(days=30)


def over_at(event: Event) -> datetime | None:
    """When the last of an event ends; None if that is not known, as of one put off without a date."""
    if event.start is None or event.status is EventStatus.POSTPONED or event.certainty is not Certainty.CONFIRMED:
        return None
    ends = [event.end or event.start, *(moment for s in event.sessions if (moment := s.end or s.start) is not None)]
    return max(ends)


class Tidier:
    """Tidies up whenever it was not done for a while."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked: datetime | None = None

    def tick(self, now: datetime) -> None:
        """Tidy up if it is time to. What goes wrong is logged and tried again the next time: nothing waits for it."""
        if self._looked is not None and timedelta(0) <= now - self._looked < EVERY:
            return
        self._looked = now
        try:
            tidy(self._house, now)
        except AnnouncerError as error:
            log.error("the subscribers could not be tidied up", why=str(error))


def tidy(house: House, now: datetime) -> None:
    """End what is over, a chunk at a time."""
    _forget_unconfirmed(house, now)
    _end_lists(house, now)
    _forget_marks(house, now)


def _forget_unconfirmed(house: House, now: datetime) -> None:
    requests = gone = 0
    while True:
        with house.database.write(Lane.NEWSLETTER) as connection:
            ids = set(optin.expire(connection, now))
            requests += len(ids)
            lists = [row.id for row in people.lists(connection)]
            ids |= set(erasure.unasked(connection, lists, now - OPEN_FOR))
            removed = erasure.remove_unconfirmed(connection, ids)
            gone += removed
            if not ids:
                break
    if requests or gone:
        said = f"{requests} requests, {gone} addresses"
        with house.database.write(Lane.TICK) as connection:
            journal.note(connection, Actor.clock(), now, "unconfirmed", "subscribers", after=said)


def _end_lists(house: House, now: datetime) -> None:
    with house.database.read() as connection:
        ended = [row for row in people.lists(connection) if row.event_id and _is_over(house, connection, row, now)]
    for row in ended:
        _end_list(house, row, now)


def _is_over(house: House, connection: sa.Connection, row: ListRow, now: datetime) -> bool:
    assert row.event_id is not None
    try:
        over = over_at(facts.event_facts(connection, row.event_id))
    except NotFound:  # config.toml was quicker than the event
        return False
    return over is not None and over + timedelta(days=house.settings.subscribe.event_days) <= now


def _end_list(house: House, row: ListRow, now: datetime) -> None:
    subscriptions = gone = 0
    while True:
        with house.database.write(Lane.NEWSLETTER) as connection:
            some, removed = erasure.end_list(connection, row.id)
        subscriptions, gone = subscriptions + some, gone + removed
        if not some:
            break
    if subscriptions:
        said = f"{subscriptions} subscriptions, {gone} addresses"
        with house.database.write(Lane.TICK) as connection:
            journal.note(connection, Actor.clock(), now, "list over", f"list {row.id}", after=said)


def _forget_marks(house: House, now: datetime) -> None:
    with house.database.write(Lane.NEWSLETTER) as connection:
        for prefix, kept in marks.KEPT.items():
            buckets.forget(connection, prefix, now - kept)
        outbox.forget(connection, marks.WAY, now - _MAIL_KEPT)
        returned.forget(connection, now)
        limits.forget(connection, now)
