"""Returned mails: fetched, understood, and what follows from them.

A hard bounce or a complaint ends the address for good, a soft one counts.
Whose mail it was is known by something only our own mail contained; a bounce
that names nothing of the kind, and a mail that nobody understands, are kept
whole and listed until a person has looked at them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.ledger import Failed
from announcer.model.people import Actor
from announcer.model.returns import FOR_A_PERSON, ReturnKind
from announcer.newsletter import reports, tokens, verp
from announcer.newsletter.mailbox import Arrived, Mailbox
from announcer.newsletter.reports import Report
from announcer.newsletter.rounds import Letter
from announcer.office import subscribers
from announcer.office.house import House
from announcer.store import journal, outbox, people, returned
from announcer.store.returned import Returned
from announcer.store.withdrawals import EVERYTHING, Withdrawal, WithdrawalLog
from announcer.store.writelock import Lane

#: What a bounce is said to come from that the relay told at once.
RELAY = "relay"
#: Mails recorded in one transaction.
_CHUNK = 100
#: Of a mail that a person has to look at, so much is kept here; its mailbox has the rest.
_KEPT_BYTES = 64_000
#: How suppressions say where they come from.
HARD, SOFT, COMPLAINT = "bounce", "bounced repeatedly", "complaint"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look into a mailbox brought."""

    source: str
    kinds: tuple[tuple[ReturnKind, int], ...]
    ended: int  #: Addresses that are not written to any more.

    @property
    def number(self) -> int:
        """How many mails there were."""
        return sum(number for _, number in self.kinds)


@dataclass(frozen=True, slots=True)
class Overview:
    """What came back of late, and what waits for a person."""

    counts: dict[ReturnKind, int]
    open: tuple[Returned, ...]


def look(
    house: House, name: str, mailbox: Mailbox, kept: WithdrawalLog | None, stop: Callable[[], bool] = lambda: False
) -> Looked:
    """Take what came into a mailbox since the last look. Raises what the mailbox raises; what was taken stays taken."""
    found: dict[ReturnKind, int] = {}
    ended = 0
    last = _last(house, name)
    for chunk in _chunks(mailbox.arrived(last)):
        taken, gone = _take(house, name, chunk, kept)
        for one in taken:
            found[one.kind] = found.get(one.kind, 0) + 1
        ended += gone
        for arrived in chunk:
            kinds = {one.ref: one.kind for one in taken}
            mailbox.mark(arrived.ref, read=kinds.get(arrived.ref) not in FOR_A_PERSON)
        if stop():
            break
    return Looked(name, tuple(sorted(found.items())), ended)


def refused(house: House, refusals: Sequence[tuple[Letter, Failed]], kept: WithdrawalLog | None) -> int:
    """Follow what the relay refused at once, as a bounce that comes back later; how many addresses ended.

    A relay that refuses more recipients of a mail than it takes has a fault of
    its own: then nobody's address ends.
    """
    hard = [(one, found) for one, said in refusals if (found := reports.refusal(said.said)).kind is ReturnKind.HARD]
    if not hard:
        return 0
    now, ended = house.clock(), 0
    with house.database.write(Lane.NEWSLETTER) as connection:
        for letter, found in hard:
            one = Returned(
                RELAY, f"{letter.id}:{letter.fence}", now, found.kind, found.status[:20], found.said,
                delivery_id=letter.id, subscriber_id=letter.subscriber_id,
            )  # fmt: skip
            if returned.keep(connection, one) and returned.is_believable(connection, letter.id):
                ended += _follow(connection, house, one, kept, now)
    return ended


def _chunks(arrived: Iterator[Arrived]) -> Iterator[list[Arrived]]:
    while chunk := list(islice(arrived, _CHUNK)):
        yield chunk


def _last(house: House, name: str) -> str:
    with house.database.read() as connection:
        return journal.recall(connection, f"bounces:{name}") or ""


def _take(house: House, name: str, chunk: Sequence[Arrived], kept: WithdrawalLog | None) -> tuple[list[Returned], int]:
    """Record some mails and what follows from them, in one transaction. Known ones are left out."""
    read = [(arrived, reports.read(arrived.raw)) for arrived in chunk]
    now = house.clock()
    taken, ended = [], 0
    with house.database.write(Lane.NEWSLETTER) as connection:
        known = returned.known(connection, name, [arrived.ref for arrived, _ in read])
        ours = returned.by_keys(connection, {key for _, report in read for key in report.keys})
        for arrived, report in read:
            if arrived.ref in known:
                continue
            one = _recorded(connection, house, name, arrived, report, ours, now)
            if returned.keep(connection, one):  # else another worker was quicker
                taken.append(one)
                ended += _follow(connection, house, one, kept, now)
        journal.remember(connection, f"bounces:{name}", chunk[-1].ref)
    return taken, ended


def _recorded(
    connection: sa.Connection,
    house: House,
    name: str,
    arrived: Arrived,
    report: Report,
    ours: dict[str, tuple[int, int]],
    now: datetime,
) -> Returned:
    delivery_id, subscriber_id = _whose(connection, house.key, report, ours)
    kind, said = report.kind, report.said
    if report.is_bounce and subscriber_id is None:
        kind = ReturnKind.STRANGE
        if any(outbox.is_ours(connection, key) for key in report.keys):
            kind = ReturnKind.NOTICE  # a mail that asked for a confirmation, or one to the office
    # PostgreSQL takes no NUL in a text.
    whole = arrived.raw[:_KEPT_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
    one = Returned(name, arrived.ref, now, kind, report.status[:20], said, report.subject, report.sender)
    return replace(one, delivery_id=delivery_id, subscriber_id=subscriber_id, raw=whole if kind in FOR_A_PERSON else "")


def _whose(
    connection: sa.Connection, key: bytes, report: Report, ours: dict[str, tuple[int, int]]
) -> tuple[int | None, int | None]:
    """Delivery and subscriber, by what cannot be guessed: VERP, else the Message-ID, else the code in a way out."""
    for address in report.sent_to:
        delivery_id = verp.read(key, address)
        if delivery_id is not None and (found := returned.of_delivery(connection, delivery_id)):
            return found
    for message_id in report.keys:
        if message_id in ours:
            return ours[message_id]
    for token in report.tokens:
        if (holder := tokens.read(key, "unsubscribe", token)) is not None:
            return None, holder[0]
    return None, None


def _follow(connection: sa.Connection, house: House, one: Returned, kept: WithdrawalLog | None, now: datetime) -> int:
    """What follows for the address; whether it is not written to any more because of this."""
    if one.subscriber_id is None:
        return 0
    match one.kind:
        case ReturnKind.HARD:
            why = HARD
        case ReturnKind.COMPLAINT:
            why = COMPLAINT
        case ReturnKind.SOFT:
            most = house.settings.mail.soft_bounces
            if returned.soft_in_a_row(connection, one.subscriber_id, now, most) < most:
                return 0
            why = SOFT
        case _:
            return 0
    person = people.by_id(connection, one.subscriber_id)
    if person is None or not people.suppress(connection, house.key, person.address, why, now):
        return 0
    subject = f"subscriber {person.id}"
    journal.note(connection, Actor.clock(), now, "suppress", subject, why=why, after=one.status)
    if kept is not None:
        withdrawn = Withdrawal(now, people.address_hash(house.key, person.address), EVERYTHING)
        subscribers.keep_hash(kept, withdrawn, person.id)
    return 1


# -- For people. --


def overview(house: House, since: datetime, limit: int = 100) -> Overview:
    """What came back since then, and what waits for a person, the newest first."""
    with house.database.read() as connection:
        waiting = returned.find(connection, FOR_A_PERSON, limit, open_=True)
        return Overview(returned.counts(connection, since), tuple(waiting))


def latest(house: House, kinds: Sequence[ReturnKind], limit: int) -> list[Returned]:
    """Returned mails of these kinds, the newest first."""
    with house.database.read() as connection:
        return returned.find(connection, kinds, limit)


def show(house: House, id_: int) -> Returned:
    """One returned mail; raises `NotFound`."""
    with house.database.read() as connection:
        found = returned.by_id(connection, id_)
    if found is None:
        raise NotFound(f"there is no returned mail {id_}; 'announcer bounces list' shows them")
    return found


def tick_off(house: House, id_: int, actor: Actor, now: datetime) -> None:
    """Somebody looked at it, and it needs nothing more. Raises `NotFound`, or `Conflict` if that was so already."""
    show(house, id_)
    with house.database.write() as connection:
        if not returned.tick_off(connection, id_, now):
            raise Conflict(f"returned mail {id_} was ticked off already")
        journal.note(connection, actor, now, "looked at", f"returned mail {id_}")
