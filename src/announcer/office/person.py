"""One person, as the office looks after them: proof, withdrawal by telephone, their data, their erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from announcer.errors import IntakeError, NotFound
from announcer.model.people import Actor, Basis, Subscriber, Subscription, SubscriptionState
from announcer.office import subscribers
from announcer.office.addresses import normalise
from announcer.office.house import House
from announcer.store import erasure, journal, optin, people, person_data
from announcer.store.database import Database
from announcer.store.erasure import Belongings
from announcer.store.optin import Consent
from announcer.store.withdrawals import ERASED, EVERYTHING, Withdrawal, WithdrawalLog

#: Of a suppression: a word for the office.
LONGEST_REASON = 40


@dataclass(frozen=True, slots=True)
class Chosen:
    """One list of a person, with what it is called."""

    subscription: Subscription
    title: str
    left_at: datetime | None = None

    @property
    def objected(self) -> bool:
        """Whether a press contact objected to being written to (article 21 GDPR)."""
        return self.subscription.basis is Basis.PRESS and self.subscription.state is SubscriptionState.LEFT


@dataclass(frozen=True, slots=True)
class Person:
    """A person with everything that says by what right they are written to."""

    subscriber: Subscriber
    chosen: tuple[Chosen, ...]
    consents: tuple[Consent, ...]
    suppressed: tuple[str, datetime] | None  #: Why and since when.


def look(db: Database, key: bytes, address: str) -> Person:
    """The person behind an address as somebody typed it. Raises `NotFound`, and `IntakeError` for no address."""
    with db.read() as connection:
        return _person(connection, key, _found(connection, key, address))


def _found(connection: sa.Connection, key: bytes, address: str) -> Subscriber:
    person = people.find(connection, normalise(address))
    if person is not None:
        return person
    if (why := people.suppression_of(connection, key, normalise(address))) is not None:
        raise NotFound(
            f"nobody with this address is known; it is suppressed since {why[1].date().isoformat()} ({why[0]})"
        )
    raise NotFound("nobody with this address is known; check its spelling")


def _person(connection: sa.Connection, key: bytes, found: Subscriber) -> Person:
    titles = {row.id: row.title for row in people.lists(connection)}
    left = person_data.left_at(connection, found.id)
    chosen = people.subscriptions(connection, found.id)
    return Person(
        found,
        tuple(Chosen(one, titles[one.list_id], left.get(one.list_id)) for one in chosen),
        tuple(optin.consents(connection, found.id)),
        people.suppression_of(connection, key, found.address),
    )


# -- Letting go. --


def leave(
    house: House, address: str, list_id: str | None, actor: Actor, now: datetime, kept: WithdrawalLog | None
) -> list[str]:
    """Take a caller off one list, or with None off all and for good; the lists they were on. Raises as `look` does."""
    if list_id is not None:
        with house.database.read() as connection:
            people.list_row(connection, list_id)
    person = look(house.database, house.key, address)
    if list_id is not None:
        return subscribers.take_off(house.database, house.key, person.subscriber.id, [list_id], actor, now, kept)
    on = [one.subscription.list_id for one in person.chosen if one.subscription.state is not SubscriptionState.LEFT]
    subscribers.take_off_all(house.database, house.key, person.subscriber.id, actor, now, kept)
    return on


def suppress(house: House, address: str, reason: str, actor: Actor, now: datetime, kept: WithdrawalLog | None) -> bool:
    """Never write to an address again, known or not; False if that was so already. Raises `IntakeError`."""
    normal, why = normalise(address), " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON or "@" in why:
        raise IntakeError(
            f"the reason is a few words without an address, at most {LONGEST_REASON} characters, like 'complaint'"
        )
    hashed = people.address_hash(house.key, normal)
    with house.database.write() as connection:
        done = people.suppress(connection, house.key, normal, why, now)
        if done:
            person = people.find(connection, normal)
            subject = f"subscriber {person.id}" if person else f"address {hashed[:12]}"
            journal.note(connection, actor, now, "suppress", subject, why=why)
            if kept is not None:
                subscribers.keep_hash(kept, Withdrawal(now, hashed, EVERYTHING), person.id if person else 0)
    return done


# -- Erasure. --


def belongings(db: Database, subscriber_id: int) -> Belongings:
    """What an erasure would touch."""
    with db.read() as connection:
        return erasure.belongings(connection, subscriber_id)


def erase(
    db: Database, key: bytes, subscriber_id: int, actor: Actor | None, now: datetime, kept: WithdrawalLog | None
) -> bool:
    """Take a person out for good; False if there is nobody any more. `actor` None is the person themselves.

    Their address stays as a keyed hash among the suppressed, and in the log of
    withdrawals, so that neither an import nor a restored copy brings them back.
    """
    with db.write() as connection:
        person = people.locked(connection, subscriber_id)
        if person is None:
            return False
        hashed = people.address_hash(key, person.address)
        erasure.erase(connection, key, subscriber_id, now)
        by = actor or subscribers.themselves(subscriber_id)
        journal.note(connection, by, now, "erase", f"subscriber {subscriber_id}")
        if kept is not None:
            subscribers.keep_hash(kept, Withdrawal(now, hashed, ERASED), subscriber_id)
    return True


# -- Everything there is, as one file (articles 15 and 20 GDPR). --


def data(db: Database, key: bytes, address: str) -> dict[str, Any]:
    """Everything that is stored about a person, fit for JSON. Raises as `look` does."""
    with db.read() as connection:
        found = _found(connection, key, address)
        person = _person(connection, key, found)
        return {
            "person": {
                "number": found.id,
                "address": found.address,
                "name": found.name,
                "language": found.language,
                "since": stamp(person_data.known_since(connection, found.id)),
            },
            "subscriptions": [_subscription(one) for one in person.chosen],
            "consents": [consent_shape(one) for one in person.consents],
            "suppressed": suppressed_shape(person),
            "mails": [
                {
                    "subject": row.subject,
                    "list": row.list_id,
                    "state": row.state,
                    "at": stamp(row.at),
                    "message": row.message_key,
                }
                for row in person_data.mails(connection, found.id)
            ],
            "confirmation_mails": [
                {
                    "state": row.state,
                    "created_at": stamp(row.created_at),
                    "sent_at": stamp(row.sent_at),
                    "message": row.message_key,
                }
                for row in person_data.confirmations(connection, found.id)
            ],
            "log": [
                {"at": stamp(row.at), "by": row.actor, "verb": row.verb, "after": row.after}
                for row in person_data.log_lines(connection, found.id)
            ],
        }


def proof(person: Person) -> dict[str, Any]:
    """By what right a person is written to, fit for JSON."""
    return {
        "address": person.subscriber.address,
        "subscriptions": [_subscription(one) for one in person.chosen],
        "consents": [consent_shape(one) for one in person.consents],
        "suppressed": suppressed_shape(person),
    }


def _subscription(one: Chosen) -> dict[str, Any]:
    chosen = one.subscription
    return {
        "list": chosen.list_id,
        "title": one.title,
        "state": chosen.state.value,
        "basis": chosen.basis.value,
        "since": stamp(chosen.since),
        "left_at": stamp(one.left_at),
        "objected": one.objected,
    }


def consent_shape(one: Consent) -> dict[str, Any]:
    """A consent, fit for JSON."""
    return {
        "list": one.list_id,
        "title": one.list_title,
        "source": one.source,
        "text": one.text,
        "text_version": one.text_version,
        "form": one.form,
        "requested_at": stamp(one.requested_at),
        "message_id": one.message_id,
        "confirmed_at": stamp(one.confirmed_at),
        "outlet": one.outlet,
    }


def suppressed_shape(person: Person) -> dict[str, Any] | None:
    """Why and since when the address is suppressed; None if it is not."""
    return None if person.suppressed is None else {"reason": person.suppressed[0], "at": stamp(person.suppressed[1])}


def stamp(moment: datetime | None) -> str | None:
    """An instant as JSON has it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
