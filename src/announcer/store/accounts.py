"""Accounts of the press desk, their one-time links and sessions. Tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.accounts import Account, Link, Role
from announcer.store.desk_tables import account, account_link, desk_session


def hashed(token: str) -> str:
    """What the database knows of a token. Tokens are long and random, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


# -- Accounts. --


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a sign-in is compared with; never leaves the office's functions."""

    account: Account
    password: str | None
    second_factor: str | None
    last_step: int | None


def count(connection: sa.Connection) -> int:
    """How many accounts can sign in."""
    query = sa.select(sa.func.count()).select_from(account).where(account.c.password.isnot(None))
    return connection.scalar(query) or 0


def listed(connection: sa.Connection) -> list[Account]:
    """All accounts by name."""
    return [_account(row) for row in connection.execute(sa.select(account).order_by(account.c.name))]


def by_id(connection: sa.Connection, id_: int) -> Account:
    """One account; raises `NotFound`."""
    row = connection.execute(sa.select(account).where(account.c.id == id_)).first()
    if row is None:
        raise NotFound(f"there is no account {id_}; the page 'Users' shows all")
    return _account(row)


def secrets_of(connection: sa.Connection, name: str) -> Secrets | None:
    """An account by the name somebody signs in with."""
    row = connection.execute(sa.select(account).where(account.c.name == name)).first()
    return None if row is None else Secrets(_account(row), row.password, row.second_factor, row.last_step)


def add(
    connection: sa.Connection, name: str, shown: str, roles: Collection[Role], language: str, now: datetime
) -> Account:
    """A new account that can't sign in yet; raises `Conflict` if the name is taken."""
    values = {"name": name, "shown": shown, "roles": _written(roles), "language": language, "created_at": now}
    made = connection.execute(account.insert().values(**values).returning(account.c.id)).scalar_one()
    return by_id(connection, made)


def change(connection: sa.Connection, id_: int, **values: object) -> None:
    """Set columns of an account; `roles` as a collection."""
    if "roles" in values:
        values["roles"] = _written(values["roles"])
    connection.execute(account.update().where(account.c.id == id_).values(**values))


def use_step(connection: sa.Connection, id_: int, step: int) -> bool:
    """Take the code of this time step; False if it or a later one was used already."""
    unused = sa.or_(account.c.last_step.is_(None), account.c.last_step < step)
    taken = account.update().where(account.c.id == id_, unused).values(last_step=step)
    return connection.execute(taken).rowcount == 1


def _written(roles: object) -> str:
    assert isinstance(roles, Collection)
    return ",".join(role for role in Role if role in roles or role is Role.AUTHOR)


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    roles = frozenset(Role(one) for one in row.roles.split(","))
    ready = row.password is not None
    return Account(row.id, row.name, row.shown, roles, row.language, row.active, row.created_at, row.seen_at, ready)


# -- One-time links. --


def add_link(connection: sa.Connection, token: str, account_id: int | None, expires_at: datetime) -> None:
    """Keep a link; an older one for the same account no longer opens."""
    connection.execute(account_link.delete().where(account_link.c.account_id.is_not_distinct_from(account_id)))
    values = {"token_hash": hashed(token), "account_id": account_id, "expires_at": expires_at}
    connection.execute(account_link.insert().values(**values))


def link(connection: sa.Connection, token: str, now: datetime) -> Link | None:
    """The link of a token that still opens."""
    found = account_link.c.token_hash == hashed(token)
    row = connection.execute(sa.select(account_link).where(found, account_link.c.expires_at > now)).first()
    if row is None:
        return None
    owner = None if row.account_id is None else by_id(connection, row.account_id)
    return Link(row.token_hash, owner, row.expires_at)


def use_link(connection: sa.Connection, token_hash: str) -> bool:
    """Use a link up; False if somebody just did."""
    return connection.execute(account_link.delete().where(account_link.c.token_hash == token_hash)).rowcount == 1


# -- Sessions. --


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    token_hash: str
    account: Account
    seen_at: datetime
    expires_at: datetime
    flash: tuple[tuple[str, str], ...]


def add_session(connection: sa.Connection, token: str, account_id: int, now: datetime, expires_at: datetime) -> None:
    """A browser that just signed in."""
    values = {"token_hash": hashed(token), "account_id": account_id, "created_at": now, "seen_at": now}
    connection.execute(desk_session.insert().values(**values, expires_at=expires_at))


def session(connection: sa.Connection, token: str) -> Session | None:
    """The session of a cookie, whether or not it has run out."""
    query = (
        sa.select(account, desk_session.c.token_hash, desk_session.c.seen_at.label("session_seen"))
        .add_columns(desk_session.c.expires_at, desk_session.c.flash)
        .join(desk_session, desk_session.c.account_id == account.c.id)
        .where(desk_session.c.token_hash == hashed(token))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    flash = tuple((kind, said) for kind, said in json.loads(row.flash))
    return Session(row.token_hash, _account(row), row.session_seen, row.expires_at, flash)


def touch(connection: sa.Connection, found: Session, now: datetime) -> None:
    """The session was used now, and so was its account."""
    connection.execute(desk_session.update().where(desk_session.c.token_hash == found.token_hash).values(seen_at=now))
    connection.execute(account.update().where(account.c.id == found.account.id).values(seen_at=now))


def set_flash(connection: sa.Connection, token_hash: str, said: Collection[tuple[str, str]]) -> None:
    """What the next page of this session says once; nothing to clear it."""
    values = {"flash": json.dumps([list(one) for one in said], ensure_ascii=False)}
    connection.execute(desk_session.update().where(desk_session.c.token_hash == token_hash).values(**values))


def end_session(connection: sa.Connection, token: str) -> None:
    """Sign a browser out."""
    connection.execute(desk_session.delete().where(desk_session.c.token_hash == hashed(token)))


def end_sessions(connection: sa.Connection, account_id: int, *, but: str = "") -> None:
    """Sign an account out everywhere, but for the session with this token hash."""
    mine = sa.and_(desk_session.c.account_id == account_id, desk_session.c.token_hash != but)
    connection.execute(desk_session.delete().where(mine))


def forget_old_sessions(connection: sa.Connection, now: datetime, idle_since: datetime) -> None:
    """Sessions that have run out."""
    over = sa.or_(desk_session.c.expires_at <= now, desk_session.c.seen_at <= idle_since)
    connection.execute(desk_session.delete().where(over))
