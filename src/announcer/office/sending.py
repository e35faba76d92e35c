"""What is being sent: how far it is and how long it takes, who got it, and how to stop it for good."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice

from announcer.errors import Conflict
from announcer.model.campaign import Message
from announcer.model.ledger import SETTLED, DeliveryState, MessageState
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.planning.why import explain
from announcer.store import campaign as store
from announcer.store import intervention, journal, sends
from announcer.store.sends import Fate

_DOMAINS, _ERRORS = 20, 10
#: Two looks closer than this say nothing about the rate.
_SHORTEST = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has left. Plain values, for the terminal and for pages."""

    message: Message
    at: datetime  #: When this was looked up.
    since: datetime | None  #: Since when it leaves.
    counts: dict[DeliveryState, int]
    writing: bool  #: Its audience is still being written down: `total` grows.
    paused: str  #: Why it stands still; empty if it does not.
    per_second: float | None = None  #: Sent in a second, of late.
    domains: tuple[tuple[str, dict[DeliveryState, int]], ...] = ()
    errors: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """Everybody it is for."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """Mails the relay took."""
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def left(self) -> int:
        """Mails of which it is not known yet what becomes of them."""
        return sum(number for state, number in self.counts.items() if state not in SETTLED)

    @property
    def remaining(self) -> timedelta | None:
        """How long the rest takes at this rate; None if that can't be said."""
        if not self.left:
            return timedelta(0)
        if self.paused or self.writing or not self.per_second:
            return None
        return timedelta(seconds=round(self.left / self.per_second))


def under_way(house: House) -> list[Progress]:
    """Every mail that is being sent, without domains and errors."""
    with house.database.read() as connection:
        found = store.messages(connection, states=[MessageState.SENDING])
    mail = [one for one in found if one.planned.channel in house.exits and _is_mail(house, one)]
    return [progress(house, one.id) for one in mail]


def _is_mail(house: House, one: Message) -> bool:
    return house.exits[one.planned.channel].kind == "mail"


def progress(house: House, message_id: int, before: Progress | None = None, *, details: bool = False) -> Progress:
    """How far a message is; with `details` by domain and error too. Raises `NotFound`.

    `before` is an earlier look: the rate is then that between the two, else the average.
    """
    now = house.clock()
    with house.database.read() as connection:
        message = store.message_by_id(connection, message_id)
        since, writing = sends.since(connection, message_id)
        paused = _paused(journal.pauses(connection), message)
        found = Progress(message, now, since, sends.counts(connection, message_id), writing, paused)
        if details:
            domains = sends.by_domain(connection, message_id, _DOMAINS)
            found = replace(found, domains=tuple(domains), errors=tuple(sends.errors(connection, message_id, _ERRORS)))
        first, last = sends.last_sent(connection, message_id) if before is None else (None, None)
    if before is not None:
        passed = now - before.at
        rate = (found.sent - before.sent) / passed.total_seconds() if passed >= _SHORTEST else before.per_second
        return replace(found, per_second=rate)
    if first is None or last is None or last <= first:
        return found
    return replace(found, per_second=found.sent / (last - first).total_seconds())


def _paused(pauses: dict[str, str], one: Message) -> str:
    names = ("all", f"channel:{one.planned.channel}", f"event:{one.event_id}", f"message:{one.id}")
    return next((pauses[name] or name for name in names if name in pauses), "")


def stop(house: House, message_id: int, actor: Actor, why: str, now: datetime) -> Progress:
    """End a message that is leaving: what has not left by now never does. Raises `Conflict` if it isn't.

    The switch comes first, so that no worker begins another mail; the rows follow a chunk at a time.
    """
    what = f"message:{message_id}"
    with house.database.write() as connection:
        state = store.message_by_id(connection, message_id).state
        if state is not MessageState.SENDING:
            raise Conflict(f"message {message_id} is {state}, not being sent; 'announcer drop' strikes out what waits")
        journal.remember(connection, journal.pause_name(what), why or f"by {actor.name}")
        journal.note(connection, actor, now, "stop", f"message {message_id}", why=why)
    more = True
    while more:
        with house.database.write() as connection:
            more = intervention.stop_message(connection, message_id, store.LET_GO)
    with house.database.write() as connection:
        store.cancel(connection, store.message_by_id(connection, message_id), store.LET_GO)
        journal.forget(connection, journal.pause_name(what))
        journal.forget(connection, journal.since_name(what))
    return progress(house, message_id)


# -- Who got it. --


def fates(house: House, message_id: int, after: int = 0, state: DeliveryState | None = None) -> Sequence[Fate]:
    """The next page of recipients behind the delivery `after`; empty at the end. Raises `NotFound`."""
    with house.database.read() as connection:
        store.message_by_id(connection, message_id)
        return sends.fates(connection, message_id, after, state)


def every_fate(house: House, message_id: int, state: DeliveryState | None = None) -> Iterator[Fate]:
    """Every recipient, page by page, so that a million needs no memory. Raises `NotFound`."""
    page = fates(house, message_id, 0, state)
    while page:
        yield from page
        page = fates(house, message_id, page[-1].delivery_id, state)


def fates_csv(house: House, message_id: int, state: DeliveryState | None = None) -> Iterator[str]:
    """Every recipient's fate as lines of CSV. Raises `NotFound`."""
    rows = every_fate(house, message_id, state)
    first = list(islice(rows, 1))  # whether there is such a message shows before anything is written
    columns = ("address", "list", "language", "state", "sent_at", "attempts", "said", "returned", "delivery")
    yield _line(columns)
    language = house.settings.site.language
    for one in chain(first, rows):
        sent = one.sent_at.isoformat() if one.sent_at else ""
        said = explain(one.said, language) if one.said else ""
        cells = (one.address, one.list_id, one.language, one.state.value, sent, one.attempts, said)
        yield _line((*cells, one.returned, one.delivery_id))


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_harmless(str(cell)) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
