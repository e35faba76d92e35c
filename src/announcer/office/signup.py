"""Signing up: a request is taken in, the same for every address, and sorted out afterwards.

Whoever asks learns nothing about the address: known, unknown, suppressed or
unusable ones are written down alike, and what becomes of them is decided later
by somebody else. There is one confirmation mail per address and day; what is
asked for in between joins the request whose link still waits.
"""

from __future__ import annotations

import hmac
import ipaddress
import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.facts import Event, EventStatus
from announcer.model.people import Basis, Subscriber, SubscriptionState
from announcer.newsletter import encode
from announcer.office import tidying
from announcer.office.addresses import AddressRefused, normalise
from announcer.office.house import House
from announcer.office.marks import CALLER, DAY, EVERYBODY, HOUR, MAILED, MAILED_SELDOM, SELDOM, WAY
from announcer.office.shown import Shown
from announcer.settings import MailList, Settings, SubscribeSettings
from announcer.store import buckets, erasure, optin, outbox, people
from announcer.store.database import Database
from announcer.store.optin import Consent, Signup
from announcer.store.people import ListRow
from announcer.store.writelock import Lane

#: A confirmation mail that could not leave within this time is worth nothing any more.
WORTH = timedelta(days=2)
#: Suppressions that the person brought about; all others hold whatever a form says.
_OWN_WISH = frozenset({people.LEFT_EVERYTHING, erasure.ERASED})
_SOURCE = "double opt-in"


class Answer(StrEnum):
    """What whoever asks is told. None of it depends on the address."""

    TAKEN = "taken"
    TOO_MANY = "too_many"  #: From this caller, within the hour.
    BUSY = "busy"  #: From everybody together.


# -- What is open to the public. --


def open_lists(settings: Settings, shown: Shown, now: datetime) -> dict[str, MailList]:
    """What anybody may subscribe to now: no press lists; lists of an event while it is public and not over."""
    return {
        name: entry
        for name, entry in settings.lists.items()
        if not entry.press and (not entry.event or _is_ahead(shown, entry.event, now))
    }


def _is_ahead(shown: Shown, event_id: str, now: datetime) -> bool:
    found = shown.event(event_id)  # a list must not tell of an event under embargo
    return found is not None and _goes_on(found.facts, now)


def _goes_on(event: Event, now: datetime) -> bool:
    over = tidying.over_at(event)
    return event.status is not EventStatus.CANCELLED and (over is None or now < over)


# -- Taking a request in. --


def ask(db: Database, key: bytes, asked: Signup, caller: str, caps: SubscribeSettings, now: datetime) -> Answer:
    """Take a request from `caller`, an IP address, if there are not too many. One transaction, whatever the address."""
    with db.write() as connection:
        if not buckets.take(connection, _caller(key, caller, now), caps.caller_per_hour, HOUR, now):
            return Answer.TOO_MANY
        if not buckets.take(connection, EVERYBODY, caps.all_per_hour, HOUR, now):
            return Answer.BUSY
        optin.put(connection, asked)
    return Answer.TAKEN


def _caller(key: bytes, caller: str, now: datetime) -> str:
    """The caller's bucket. Another name each day, so that nobody can be followed; an IPv6 network is one caller."""
    said = f"signup caller {now.date().isoformat()} {network(caller)}"
    return CALLER + hmac.digest(key, said.encode(), "sha256").hex()[:32]


def network(caller: str) -> str:
    """Whose address it is: IPv6 hands out networks of 64 bits, of which one machine can use every address."""
    try:
        address = ipaddress.ip_address(caller.partition("%")[0])
    except ValueError:
        return caller
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


# -- Sorting out what was asked for. --


def sort_out(house: House) -> int:
    """Look whose the waiting requests are, and write the mails that ask for confirmation; how many requests."""
    done = 0
    while True:
        with house.database.read() as connection:
            if not optin.waiting(connection):
                return done
        try:
            with house.database.write(Lane.TICK) as connection:
                asked = optin.take(connection)
                if asked is None:  # another worker has it
                    return done
                _sort_out(connection, house, asked, house.clock())
        except Conflict:  # another worker wrote down the same new address at this moment; now it is known
            continue
        done += 1


def _sort_out(connection: sa.Connection, house: House, asked: Signup, now: datetime) -> None:
    try:
        asked = replace(asked, address=normalise(asked.address))
    except AddressRefused:
        return
    wanted = [row for row in people.lists(connection) if row.id in asked.lists and not row.press]
    blocked = people.suppression_of(connection, house.key, asked.address)
    if not wanted or (blocked is not None and blocked[0] not in _OWN_WISH):
        return
    hashed = people.address_hash(house.key, asked.address)
    mark, window = (MAILED + hashed, DAY) if blocked is None else (MAILED_SELDOM + hashed, SELDOM)
    may_mail = buckets.once(connection, mark, window, now)
    if blocked is not None and not may_mail:
        return
    person = people.add(connection, house.key, asked.address, language=asked.language, now=now)
    people.locked(connection, person.id)
    confirmed = _confirmed(connection, person)
    new = [row for row in wanted if row.id not in confirmed]
    if not confirmed:
        people.speak(connection, person.id, asked.language)
    if new:
        request = _request(connection, person, mark, may_mail, window, now)
        _write_down(connection, house, person, new, asked, request)
    elif may_mail:
        titles = [row.title for row in wanted]
        _put_mail(connection, person, uuid.uuid4().hex, now, now, {"known": titles})


def _confirmed(connection: sa.Connection, person: Subscriber) -> frozenset[str]:
    chosen = people.subscriptions(connection, person.id)
    return frozenset(s.list_id for s in chosen if s.state is SubscriptionState.CONFIRMED)


def _request(
    connection: sa.Connection, person: Subscriber, mark: str, may_mail: bool, window: timedelta, now: datetime
) -> str:
    """The key of the mail that asks for it: a new one, or one of today whose link still waits."""
    ready = now
    if not may_mail:
        waiting = [one.request for one in optin.consents(connection, person.id) if optin.is_open(one, now)]
        if waiting:
            return waiting[-1]
        # Confirmed within the day, and more is wanted: that mail waits for its turn.
        ready = (buckets.marked(connection, mark) or now) + window
        buckets.mark(connection, mark, ready)
    request = uuid.uuid4().hex
    _put_mail(connection, person, request, now, ready, {})
    return request


def _put_mail(
    connection: sa.Connection,
    person: Subscriber,
    request: str,
    now: datetime,
    ready: datetime,
    payload: Mapping[str, object],
) -> None:
    outbox.put(
        connection, [f"{WAY}:{request}"], way=WAY, recipient=erasure.recipient(person.id), kind=WAY,
        payload=dict(payload), now=now, ready_at=ready, not_after=ready + WORTH, message_key=request,
    )  # fmt: skip


def _write_down(
    connection: sa.Connection,
    house: House,
    person: Subscriber,
    rows: Collection[ListRow],
    asked: Signup,
    request: str,
) -> None:
    asked_already = {one.list_id for one in optin.consents(connection, person.id, request)}
    for row in rows:
        known = people.subscription_of(connection, person.id, row.id)
        if known is None:  # who left stays noted as such until they confirm
            state, since = SubscriptionState.UNCONFIRMED, asked.requested_at
            people.subscribe(connection, person.id, row.id, state, Basis.DOUBLE_OPT_IN, since)
        if row.id not in asked_already:
            optin.record(
                connection,
                person.id,
                Consent(
                    row.id, row.title, _SOURCE, asked.text, asked.text_version, asked.form, asked.requested_at,
                    message_id(house.settings, request), request=request,
                ),
            )  # fmt: skip


def message_id(settings: Settings, request: str) -> str:
    """The Message-ID that the mail of this key has (`newsletter.single`)."""
    domain = encode.address(settings.mail.sender).rpartition(b"@")[2].decode("ascii")
    return f"<{request}@{domain}>"
