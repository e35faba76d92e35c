"""What the link of a confirmation mail does, and joining further lists on one's own page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.people import Basis, SubscriptionState
from announcer.newsletter import tokens
from announcer.office.addresses import masked
from announcer.office.subscribers import themselves
from announcer.store import journal, optin, people
from announcer.store.database import Database
from announcer.store.optin import Consent

_OWN_PAGE = "own page"
_CONFIRMED = SubscriptionState.CONFIRMED


class Stage(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    DONE = "done"
    GONE = "gone"  #: Too old, withdrawn meanwhile, or the person is erased.


@dataclass(frozen=True, slots=True)
class Request:
    """What the holder of a confirmation link sees."""

    stage: Stage
    subscriber_id: int
    masked: str
    language: str
    lists: tuple[tuple[str, str], ...]  #: Id and title; of an open one what can be confirmed.


def request_of(db: Database, key: bytes, token: str, now: datetime) -> Request | None:
    """What a confirmation link stands for; None if it is not one of ours."""
    holder = tokens.read(key, "confirm", token)
    if holder is None:
        return None
    with db.read() as connection:
        return _request(connection, *holder, now)


def _request(connection: sa.Connection, subscriber_id: int, request: str, now: datetime) -> Request:
    person = people.by_id(connection, subscriber_id)
    if person is None:
        return Request(Stage.GONE, subscriber_id, "", "", ())
    asked = optin.consents(connection, subscriber_id, request)
    on = {s.list_id for s in people.subscriptions(connection, subscriber_id) if s.state is _CONFIRMED}
    open_ = [one for one in asked if optin.is_open(one, now) and one.list_id not in on]
    done = [one for one in asked if one.list_id in on]
    stage = Stage.OPEN if open_ else Stage.DONE if done else Stage.GONE
    lists = tuple((one.list_id, one.list_title) for one in open_ or done)
    return Request(stage, subscriber_id, masked(person.address), person.language, lists)


def confirm(db: Database, key: bytes, token: str, list_ids: Collection[str], now: datetime) -> Request:
    """Confirm these lists of a request. May come twice; raises `NotFound` for a token that is not ours.

    Whoever had left everything is written to again: the suppression they wished for ends with their own opt-in.
    """
    holder = tokens.read(key, "confirm", token)
    if holder is None:
        raise NotFound("this link is incomplete or not ours; copy it whole from the mail")
    subscriber_id, request = holder
    with db.write() as connection:
        person = people.locked(connection, subscriber_id)
        asked = optin.consents(connection, subscriber_id, request)
        yes = sorted({one.list_id for one in asked if optin.is_open(one, now) and one.list_id in list_ids})
        if person is None or not yes:
            return _request(connection, subscriber_id, request, now)
        optin.mark_confirmed(connection, subscriber_id, request, yes, now)
        people.allow_again(connection, key, person.address)
        joined = [id_ for id_ in yes if _join(connection, subscriber_id, id_, now)]
        said = ", ".join(f"list {id_}" for id_ in joined)
        journal.note(connection, themselves(subscriber_id), now, "opt in", f"subscriber {subscriber_id}", after=said)
        return _request(connection, subscriber_id, request, now)


def _join(connection: sa.Connection, subscriber_id: int, list_id: str, now: datetime) -> bool:
    return people.subscribe(connection, subscriber_id, list_id, _CONFIRMED, Basis.DOUBLE_OPT_IN, now)


# -- On one's own page. --


def may_join(db: Database, subscriber_id: int) -> bool:
    """Whether a person's address is confirmed as a subscriber's, so that they may join lists without another mail."""
    with db.read() as connection:
        return _may_join(connection, subscriber_id)


def _may_join(connection: sa.Connection, subscriber_id: int) -> bool:
    chosen = people.subscriptions(connection, subscriber_id)
    return any(s.state is _CONFIRMED and s.basis is not Basis.PRESS for s in chosen)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a consent, and where they stood."""

    text: str
    version: str
    form: str


def join(db: Database, subscriber_id: int, list_ids: Sequence[str], wording: Wording, now: datetime) -> list[str]:
    """Put a person with a confirmed address on further lists, by their own click; the lists they joined.

    `list_ids` are open to the public (`signup.open_lists`).
    """
    joined: list[str] = []
    with db.write() as connection:
        if people.locked(connection, subscriber_id) is None or not _may_join(connection, subscriber_id):
            return joined
        for row in people.lists(connection):
            if row.id not in list_ids or row.press or not _join(connection, subscriber_id, row.id, now):
                continue
            given = Consent(
                row.id, row.title, _OWN_PAGE, wording.text, wording.version, wording.form,
                requested_at=now, confirmed_at=now,
            )  # fmt: skip
            optin.record(connection, subscriber_id, given)
            by, subject = themselves(subscriber_id), f"subscriber {subscriber_id}"
            journal.note(connection, by, now, "join", subject, after=f"list {row.id}")
            joined.append(row.id)
    return joined


def speak(db: Database, subscriber_id: int, language: str, now: datetime) -> bool:
    """Write to a person in another language from now on, by their own wish; False if it was this one."""
    with db.write() as connection:
        changed = people.speak(connection, subscriber_id, language)
        if changed:
            by, subject = themselves(subscriber_id), f"subscriber {subscriber_id}"
            journal.note(connection, by, now, "speak", subject, after=language)
    return changed
