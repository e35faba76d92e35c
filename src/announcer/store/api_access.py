"""Tokens of programs, and the answers of writes that may be repeated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.accounts import Account
from announcer.store import accounts
from announcer.store.desk_tables import account, api_answer, api_token


@dataclass(frozen=True, slots=True)
class Token:
    """A program's right to work in somebody's name."""

    id: int
    account: Account
    title: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def add(
    connection: sa.Connection, account_id: int, token: str, title: str, scopes: Collection[str], now: datetime,
    expires_at: datetime,
) -> int:  # fmt: skip
    """Keep a new token's hash; its number."""
    values = {
        "account_id": account_id, "title": title, "token_hash": accounts.hashed(token),
        "scopes": ",".join(sorted(scopes)), "created_at": now, "expires_at": expires_at,
    }  # fmt: skip
    made: int = connection.execute(api_token.insert().values(**values).returning(api_token.c.id)).scalar_one()
    return made


def find(connection: sa.Connection, token: str, now: datetime) -> Token | None:
    """The token somebody sent, if it still counts and its account may sign in."""
    joined = api_token.join(account, account.c.id == api_token.c.account_id)
    wanted = (api_token.c.token_hash == accounts.hashed(token), api_token.c.expires_at > now, account.c.active)
    row = connection.execute(sa.select(api_token).select_from(joined).where(*wanted)).first()
    return None if row is None else _token(connection, row)


def listed(connection: sa.Connection) -> list[Token]:
    """All tokens, the newest first."""
    rows = connection.execute(sa.select(api_token).order_by(api_token.c.id.desc())).all()
    return [_token(connection, row) for row in rows]


def touch(connection: sa.Connection, id_: int, now: datetime) -> None:
    """It was used."""
    connection.execute(api_token.update().where(api_token.c.id == id_).values(used_at=now))


def revoke(connection: sa.Connection, id_: int) -> bool:
    """Take a token away; False if it is gone."""
    return connection.execute(api_token.delete().where(api_token.c.id == id_)).rowcount == 1


def _token(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Token:
    owner = accounts.by_id(connection, row.account_id)
    return Token(
        row.id, owner, row.title, frozenset(row.scopes.split(",")), row.created_at, row.expires_at, row.used_at
    )


# -- Writes that may be repeated. --


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answered; status 0 while it runs."""

    status: int
    body: str


def begin(connection: sa.Connection, key: str, request: str, now: datetime) -> Answer | None:
    """Begin a write under a key; its answer if it was made before.

    Raises `Conflict` if the key was used for another request.
    """
    row = connection.execute(sa.select(api_answer).where(api_answer.c.key_hash == key)).first()
    if row is None:
        connection.execute(api_answer.insert().values(key_hash=key, request_hash=request, status=0, at=now))
        return None
    if row.request_hash != request:
        raise Conflict("this Idempotency-Key was used for another request; use a new one")
    return Answer(row.status, row.body)


def keep(connection: sa.Connection, key: str, answer: Answer) -> None:
    """Keep what a write answered."""
    mine = api_answer.c.key_hash == key
    connection.execute(api_answer.update().where(mine).values(status=answer.status, body=answer.body))


def give_up(connection: sa.Connection, key: str) -> None:
    """A write failed without having done anything: it may be tried under the same key."""
    connection.execute(api_answer.delete().where(api_answer.c.key_hash == key))


def forget(connection: sa.Connection, before: datetime) -> None:
    """Answers nobody repeats any more."""
    connection.execute(api_answer.delete().where(api_answer.c.at < before))
