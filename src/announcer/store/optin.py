"""Double opt-in: requests as they come in, and consents from the request to the confirmation.

A request first lies in `signup`, written the same for every address. Whoever
takes it out looks whose it is and writes a consent per list, not confirmed
yet, under the key of the mail that asks for it (`request`). A consent that
nobody confirmed is no proof of anything and is deleted; a confirmed one is
kept as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from announcer.store.tables import consent, signup

#: How long a request may be confirmed.
OPEN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Signup:
    """What somebody asked for, about an address that may or may not be theirs."""

    address: str
    lists: tuple[str, ...]
    language: str
    form: str  #: The address of the form, or what an API client called its own.
    text: str  #: The words of the consent, exactly as they stood there.
    text_version: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent to one list, or the claim of one where it was imported."""

    list_id: str
    list_title: str  #: As the list was called then.
    source: str
    text: str = ""
    text_version: str = ""
    form: str = ""
    requested_at: datetime | None = None
    message_id: str = ""  #: Of the confirmation mail, in angle brackets.
    confirmed_at: datetime | None = None
    request: str = ""  #: The key of that mail, which its link names.
    outlet: str = ""  #: Of a press contact: for whom they write.


# -- Requests as they come in. --


def put(connection: sa.Connection, asked: Signup) -> None:
    """Keep a request until somebody looks at it."""
    connection.execute(
        signup.insert().values(
            address=asked.address[:254],
            lists=json.dumps(asked.lists),
            language=asked.language,
            form=asked.form,
            text=asked.text,
            text_version=asked.text_version,
            requested_at=asked.requested_at,
        )
    )


def take(connection: sa.Connection) -> Signup | None:
    """Take out the oldest request; it is gone when the transaction ends."""
    row = connection.execute(
        sa.select(signup).order_by(signup.c.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(signup.delete().where(signup.c.id == row.id))
    lists = tuple(json.loads(row.lists))
    return Signup(row.address, lists, row.language, row.form, row.text, row.text_version, row.requested_at)


def waiting(connection: sa.Connection) -> bool:
    """Whether a request waits to be looked at."""
    return connection.scalar(sa.select(signup.c.id).limit(1)) is not None


# -- Consents. --


def record(connection: sa.Connection, subscriber_id: int, one: Consent) -> None:
    """Keep a consent: confirmed, or waiting for it."""
    connection.execute(
        consent.insert().values(
            subscriber_id=subscriber_id,
            list_id=one.list_id,
            list_title=one.list_title,
            source=one.source,
            text=one.text,
            text_version=one.text_version,
            form=one.form,
            requested_at=one.requested_at,
            message_id=one.message_id,
            confirmed_at=one.confirmed_at,
            request=one.request,
            outlet=one.outlet,
        )
    )


def consents(connection: sa.Connection, subscriber_id: int, request: str | None = None) -> list[Consent]:
    """A person's consents, the oldest first; only those of one request if it is named."""
    query = sa.select(consent).where(consent.c.subscriber_id == subscriber_id).order_by(consent.c.id)
    if request is not None:
        query = query.where(consent.c.request == request)
    return [_consent(row) for row in connection.execute(query)]


def _consent(row: Any) -> Consent:
    return Consent(
        row.list_id, row.list_title, row.source, row.text, row.text_version, row.form,
        row.requested_at, row.message_id, row.confirmed_at, row.request, row.outlet,
    )  # fmt: skip


def is_open(one: Consent, now: datetime) -> bool:
    """Whether a consent can still be confirmed."""
    return one.confirmed_at is None and one.requested_at is not None and now < one.requested_at + OPEN_FOR


def mark_confirmed(
    connection: sa.Connection, subscriber_id: int, request: str, list_ids: Collection[str], now: datetime
) -> None:
    """The person said yes to these lists of a request."""
    theirs = sa.and_(
        consent.c.subscriber_id == subscriber_id,
        consent.c.request == request,
        consent.c.list_id.in_(sorted(list_ids)),
        consent.c.confirmed_at.is_(None),
    )
    connection.execute(consent.update().where(theirs).values(confirmed_at=now))


def drop_open(connection: sa.Connection, subscriber_id: int, list_id: str | None = None) -> None:
    """Whoever leaves has no open request any more, for one list or for all: an older link must not undo it."""
    theirs = sa.and_(consent.c.subscriber_id == subscriber_id, consent.c.confirmed_at.is_(None))
    if list_id is not None:
        theirs = sa.and_(theirs, consent.c.list_id == list_id)
    connection.execute(consent.delete().where(theirs))


def expire(connection: sa.Connection, now: datetime, limit: int = 500) -> Sequence[int]:
    """Delete what nobody confirmed in time; whose requests that were, at most about `limit` at once."""
    late = sa.and_(consent.c.confirmed_at.is_(None), consent.c.requested_at <= now - OPEN_FOR)
    rows = connection.execute(sa.select(consent.c.id, consent.c.subscriber_id).where(late).limit(limit)).all()
    connection.execute(consent.delete().where(consent.c.id.in_([row.id for row in rows])))
    return sorted({row.subscriber_id for row in rows})
