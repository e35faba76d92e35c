"""Accounts of the press desk: invited, signed in, signed out, changed. Every act stands in the log.

A sign-in says the same for a name nobody has, a wrong password and a wrong
code, and takes as long for each: nobody learns who works here. Whoever guesses
is slowed down, by name and by caller, without anybody else being locked out.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from announcer.errors import Conflict, NotAllowed, NotFound
from announcer.model.accounts import Account, Link, Role
from announcer.model.people import Actor
from announcer.office import totp
from announcer.office.house import House
from announcer.store import accounts, buckets, journal
from announcer.store.accounts import Secrets, Session
from announcer.store.sealing import Seal

FIRST_LINK = timedelta(hours=24)
INVITATION = timedelta(days=7)
#: A browser nobody uses is signed out after this, and every one after the longer time.
IDLE = timedelta(hours=10)
LONGEST = timedelta(days=7)
#: How often a use of a session is written down.
_TOUCH = timedelta(minutes=1)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_WINDOW = timedelta(minutes=10)
#: Attempts within ten minutes: of one caller for one name, of one caller, and for one name from anywhere.
_TRIES = {"pair": 5, "caller": 30, "name": 60}
_hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Compared with where there is no account, so that both take as long."""
    return _hasher.hash(secrets.token_hex(16))


def _seal(house: House) -> Seal:
    return Seal(house.key, "second factors")


# -- Links: the first start's, and invitations. --


def first_link(house: House, now: datetime) -> str | None:
    """The token of a new one-time link while nobody can sign in, else None. An older one no longer opens."""
    token = secrets.token_urlsafe(32)
    with house.database.write() as connection:
        if accounts.count(connection):
            return None
        accounts.add_link(connection, token, None, now + FIRST_LINK)
    return token


def open_link(house: House, token: str, now: datetime) -> Link | None:
    """What a one-time link opens, None if it is unknown, used up or too old."""
    with house.database.read() as connection:
        found = accounts.link(connection, token, now)
        # Two first starts at once: the one that came second opens nothing any more.
        if found is not None and found.account is None and accounts.count(connection):
            return None
    return None if found is not None and found.account is not None and not found.account.active else found


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What somebody sets who follows a one-time link."""

    password: str
    second_factor: str  #: The secret their app was shown.
    code: str  #: What the app says to it.


def accept(house: House, token: str, keys: NewKeys, now: datetime, name: str = "", shown: str = "") -> Account:
    """Set password and second factor; with the first start's link also make the first account, an admin.

    Raises `NotFound` for a link that no longer opens, `NotAllowed` for a
    password or code that won't do, `Conflict` for a name that won't.
    """
    check_password(keys.password)
    step = totp.matching_step(keys.second_factor, keys.code, now)
    if step is None:
        raise NotAllowed(
            "the code is not the one the app shows now; wait for the next one and type it in",
            "Der Code ist nicht der, den die App jetzt zeigt; warten Sie auf den nächsten und geben Sie ihn ein.",
        )
    password = _hasher.hash(keys.password)
    with house.database.write() as connection:
        link = accounts.link(connection, token, now)
        if link is None or not accounts.use_link(connection, link.token_hash):
            raise _link_gone()
        owner = link.account
        if owner is None:
            if accounts.count(connection):
                raise _link_gone()
            owner = _add(connection, house, name, shown, set(Role))
            journal.note(connection, owner.actor, now, "account added", f"account {owner.name}", after=_roles(owner))
        sealed = _seal(house).close(keys.second_factor)
        accounts.change(connection, owner.id, password=password, second_factor=sealed, last_step=step)
        accounts.end_sessions(connection, owner.id)
        journal.note(connection, owner.actor, now, "password set", f"account {owner.name}")
    return owner


def _link_gone() -> NotFound:
    return NotFound("this link has been used or is too old; ask for a new one")


def check_password(password: str) -> None:
    """Raises `NotAllowed` if a password is too short or absurdly long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise NotAllowed(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose a longer one",
            f"Ein Passwort hat {SHORTEST_PASSWORD} bis {LONGEST_PASSWORD} Zeichen; wählen Sie ein längeres.",
        )


# -- Signing in and out. --


def sign_in(house: House, name: str, password: str, code: str, caller: str, now: datetime) -> str:
    """The token for a cookie. Raises `NotAllowed`, with the same words whatever was wrong."""
    wanted = name.strip().casefold()[:40]
    _slow_down(house, wanted, caller, now)
    with house.database.read() as connection:
        known = accounts.secrets_of(connection, wanted)
    # Outside of every transaction: it takes a tenth of a second, on purpose.
    fits = _fits(known.password if known else None, password[:LONGEST_PASSWORD])
    step = _step(house, known, code, now)
    if known is None or not fits or step is None or not known.account.active:
        raise _refused()
    token = secrets.token_urlsafe(32)
    with house.database.write() as connection:
        if not accounts.use_step(connection, known.account.id, step):
            raise _refused()
        accounts.forget_old_sessions(connection, now, now - IDLE)
        accounts.add_session(connection, token, known.account.id, now, now + LONGEST)
        accounts.change(connection, known.account.id, seen_at=now)
        journal.note(connection, known.account.actor, now, "signed in", f"account {known.account.name}")
    return token


def _fits(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _nobodys_hash(), password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def _step(house: House, known: Secrets | None, code: str, now: datetime) -> int | None:
    if known is None or known.second_factor is None:
        return None
    secret = _seal(house).open(known.second_factor)
    return None if secret is None else totp.matching_step(secret, code, now)


def _slow_down(house: House, name: str, caller: str, now: datetime) -> None:
    names = {"pair": f"{name} {caller}", "caller": caller, "name": name}
    with house.database.write() as connection:
        allowed = [
            buckets.take(connection, f"desk:{kind}:{_masked(house, what)}", _TRIES[kind], _WINDOW, now)
            for kind, what in names.items()
        ]
    if not all(allowed):
        raise NotAllowed(
            "too many attempts; wait ten minutes and try again",
            "Zu viele Versuche; warten Sie zehn Minuten und versuchen Sie es dann noch einmal.",
        )


def _masked(house: House, text: str) -> str:
    return hmac.digest(house.key, b"announcer desk " + text.encode(), "sha256").hex()[:32]


def _refused() -> NotAllowed:
    return NotAllowed(
        "name, password or code are not right; each code is good for one sign-in",
        "Name, Passwort oder Code stimmen nicht; jeder Code gilt nur für eine Anmeldung.",
    )


def signed(house: House, token: str, now: datetime) -> Session | None:
    """The session of a cookie, None if there is none or it has run out. Notes that it was used."""
    with house.database.read() as connection:
        found = accounts.session(connection, token)
    if found is None or not found.account.active:
        return None
    if found.expires_at <= now or found.seen_at <= now - IDLE:
        return None
    if now - found.seen_at >= _TOUCH:
        with house.database.write(durable=False) as connection:
            accounts.touch(connection, found, now)
    return found


def sign_out(house: House, token: str, account: Account, now: datetime) -> None:
    """End this browser's session."""
    with house.database.write() as connection:
        accounts.end_session(connection, token)
        journal.note(connection, account.actor, now, "signed out", f"account {account.name}")


# -- What an admin does, and everybody for themselves. --


def invite(
    house: House, name: str, shown: str, roles: Collection[Role], actor: Actor, now: datetime
) -> tuple[Account, str]:
    """A new account and the token of its invitation, shown once. Raises `Conflict` for a name that won't do."""
    token = secrets.token_urlsafe(32)
    with house.database.write() as connection:
        made = _add(connection, house, name, shown, roles)
        accounts.add_link(connection, token, made.id, now + INVITATION)
        journal.note(connection, actor, now, "account added", f"account {made.name}", after=_roles(made))
    return made, token


def invite_again(house: House, id_: int, actor: Actor, now: datetime) -> tuple[Account, str]:
    """A new invitation for somebody who lost password or phone; until it is used the old ones stay good."""
    token = secrets.token_urlsafe(32)
    with house.database.write() as connection:
        found = accounts.by_id(connection, id_)
        accounts.add_link(connection, token, found.id, now + INVITATION)
        journal.note(connection, actor, now, "account invited", f"account {found.name}")
    return found, token


def change(
    house: House, id_: int, *, shown: str, roles: Collection[Role], active: bool, actor: Actor, now: datetime
) -> Account:
    """Change what an account may do. Whoever is switched off is signed out everywhere.

    Raises `Conflict` if nobody would be left who looks after the accounts.
    """
    with house.database.write() as connection:
        before = accounts.by_id(connection, id_)
        accounts.change(connection, id_, shown=_shown(shown, before.name), roles=roles, active=active)
        if not any(Role.ADMIN in one.roles and one.active and one.ready for one in accounts.listed(connection)):
            raise Conflict("somebody has to look after the accounts; give another one the role first")
        after = accounts.by_id(connection, id_)
        if not active:
            accounts.end_sessions(connection, id_)
        journal.note(
            connection, actor, now, "account changed", f"account {after.name}", before=_roles(before),
            after=_roles(after),
        )  # fmt: skip
    return after


def speak(house: House, account: Account, language: str) -> None:
    """The language this account reads the desk in."""
    with house.database.write() as connection:
        accounts.change(connection, account.id, language=language)


def listed(house: House) -> list[Account]:
    """All accounts by name."""
    with house.database.read() as connection:
        return accounts.listed(connection)


def _add(connection: sa.Connection, house: House, name: str, shown: str, roles: Collection[Role]) -> Account:
    wanted = name.strip().casefold()
    if not _NAME.fullmatch(wanted):
        raise Conflict(
            f"{name!r} can't be a name to sign in with; use letters a to z, digits, _ and -, beginning with a letter"
        )
    if accounts.secrets_of(connection, wanted) is not None:
        raise Conflict(f"there is an account {wanted!r} already; choose another name")
    now, language = house.clock(), house.settings.site.language
    return accounts.add(connection, wanted, _shown(shown, wanted), roles, language, now)


def _shown(shown: str, name: str) -> str:
    return " ".join(shown.split())[:120] or name


def _roles(account: Account) -> str:
    return ", ".join(role for role in Role if account.has(role)) + ("" if account.active else " (off)")
