"""Tokens: made by an admin, shown once, bound to an account and to what a program may do."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from announcer.errors import Conflict, NotFound
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import accounts, api_access, journal
from announcer.store.api_access import Token

#: What a program may do: read everything, write announcements and plans, stop and go on.
SCOPES: Final = ("read", "write", "stop")
PREFIX: Final = "ann_"  # so that a leaked token is recognised for what it is
LONGEST: Final = timedelta(days=730)
_TOUCH: Final = timedelta(minutes=1)


def make(
    house: House, account_id: int, title: str, scopes: Collection[str], days: int, actor: Actor, now: datetime
) -> str:
    """A new token, which nobody can look up later. Raises `Conflict` for a title, scopes or days that won't do."""
    wanted, named = set(scopes), " ".join(title.split())
    if not named or len(named) > 120:
        raise Conflict("a token needs a title of at most 120 characters that says which program has it")
    if not wanted or not wanted <= set(SCOPES):
        raise Conflict(f"a token needs at least one of {', '.join(SCOPES)}")
    if not 1 <= days <= LONGEST.days:
        raise Conflict(f"a token lasts 1 to {LONGEST.days} days")
    token = PREFIX + secrets.token_urlsafe(32)
    with house.database.write() as connection:
        owner = accounts.by_id(connection, account_id)
        id_ = api_access.add(connection, account_id, token, named, wanted, now, now + timedelta(days=days))
        after = f"{named}: {', '.join(sorted(wanted))}, in the name of {owner.name}"
        journal.note(connection, actor, now, "token made", f"token {id_}", after=after)
    return token


def revoke(house: House, id_: int, actor: Actor, now: datetime) -> None:
    """Take a token away at once; raises `NotFound`."""
    with house.database.write() as connection:
        if not api_access.revoke(connection, id_):
            raise NotFound(f"there is no token {id_} any more")
        journal.note(connection, actor, now, "token revoked", f"token {id_}")


def listed(house: House) -> list[Token]:
    """All tokens, the newest first."""
    with house.database.read() as connection:
        return api_access.listed(connection)


def known(house: House, token: str, now: datetime) -> Token | None:
    """The token that came with a request, None if it counts no more. Notes that it was used."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    with house.database.read() as connection:
        found = api_access.find(connection, token, now)
    if found is not None and (found.used_at is None or now - found.used_at >= _TOUCH):
        with house.database.write(durable=False) as connection:
            api_access.touch(connection, found.id, now)
    return found
