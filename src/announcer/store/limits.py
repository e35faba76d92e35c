"""How fast mail may go to one domain, and how much through one relay: counted in the database, for all workers.

A domain has a bucket of tokens that fills up steadily. A mail that finds it
empty is put off to a moment of its own, one after the other at the domain's
pace, and so stands in nobody's way. A relay's window is counted in slices, so
that no `hours`, wherever they begin, see more than was allowed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.store.driver import Statement
from announcer.store.tables import from_micros, limit_bucket, to_micros

#: A bucket holds what goes in so many seconds: more in a burst would look like what limits are made against.
BURST_SECONDS = 10
_SLICES = 24
#: What a relay takes a second is handed out to the workers in portions: they look at least once a second.
PORTION_SECONDS = 2
_at = sa.type_coerce(limit_bucket.c.at, sa.BigInteger)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `mails` within any `hours`."""

    mails: int
    hours: float


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What config.toml allows: mails a minute by recipient domain (`*` for the others), a window by relay."""

    domains: Mapping[str, float] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)  #: Mails a second by relay, of all workers.

    def per_minute(self, domain: str) -> float | None:
        """How fast mail may go to this domain; None: as fast as it goes."""
        return self.domains.get(domain, self.domains.get("*"))


class Addressed(Protocol):
    """A mail, as far as its limits matter."""

    @property
    def id(self) -> int: ...
    @property
    def address(self) -> str: ...


def in_time(
    connection: sa.Connection, mails: Sequence[Addressed], limits: MailLimits, most: int, now: datetime
) -> tuple[set[int], int]:
    """The ids of up to `most` of these mails that may leave now, and how many were put off.

    What is neither stays as it is. Takes their tokens.
    """
    may: set[int] = set()
    over: dict[str, list[int]] = {}
    left: dict[str, float] = {}
    taken: dict[str, int] = {}
    for mail in mails:
        domain = mail.address.rpartition("@")[2].lower()
        pace = limits.per_minute(domain)
        if pace is None:
            if len(may) < most:
                may.add(mail.id)
            continue
        if domain not in left:
            left[domain] = _level(connection, domain, pace, now)
        if left[domain] < 1:
            over.setdefault(domain, []).append(mail.id)
        elif len(may) < most:
            left[domain] -= 1
            taken[domain] = taken.get(domain, 0) + 1
            may.add(mail.id)
    for domain in taken:
        _set(connection, _bucket(domain), left[domain], now)
    for domain, ids in over.items():
        _put_off(connection, domain, ids, limits.per_minute(domain) or 1.0, now)
    return may, sum(map(len, over.values()))


def _level(connection: sa.Connection, domain: str, per_minute: float, now: datetime) -> float:
    """How many tokens a domain's bucket holds now; its row is locked until the transaction ends."""
    name, capacity = _bucket(domain), max(1.0, per_minute * BURST_SECONDS / 60)
    tokens, at = _locked(connection, name, capacity, now)
    passed = max(0, to_micros(now) - at)  # a clock that was set back takes nothing away
    return min(capacity, tokens + passed * per_minute / 60e6)


_PUT_OFF = Statement(
    "UPDATE delivery SET ready_at = later.at FROM"
    " (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS at FROM json_each(:later)) AS later"
    " WHERE delivery.id = later.id AND state IN ('pending', 'deferred')",
    "UPDATE delivery SET ready_at = later.at FROM"
    " (SELECT (value->>0)::bigint AS id, (value->>1)::bigint AS at"
    " FROM json_array_elements(CAST(:later AS json))) AS later"
    " WHERE delivery.id = later.id AND state IN ('pending', 'deferred')",
)


def _put_off(connection: sa.Connection, domain: str, ids: Sequence[int], per_minute: float, now: datetime) -> None:
    """Each to a moment of its own, behind what was put off before."""
    name = f"domain-queue:{domain}"[:200]
    _, last = _locked(connection, name, 0.0, now)
    step = int(60e6 / per_minute)
    first = max(last, to_micros(now))
    later = [(id_, first + step * (place + 1)) for place, id_ in enumerate(ids)]
    _PUT_OFF.change(connection, {"later": json.dumps(later)})
    _set(connection, name, 0.0, from_micros(later[-1][1]))


# -- A relay's window. --


def allowed(connection: sa.Connection, limits: MailLimits, relay: str, wanted: int, now: datetime) -> int:
    """How many of `wanted` mails the relay may be given now; nobody else counts until the transaction ends."""
    if wanted and (pace := limits.paces.get(relay)) is not None:
        wanted = min(wanted, int(_pace_level(connection, relay, pace, now)))
    if wanted and (window := limits.windows.get(relay)) is not None:
        wanted = min(wanted, room(connection, relay, window, now))
    return wanted


def given(connection: sa.Connection, limits: MailLimits, relay: str, mails: int, now: datetime) -> None:
    """So many more were given to it. Call it after `allowed`."""
    if (pace := limits.paces.get(relay)) is not None:
        _set(connection, _pace_name(relay), _pace_level(connection, relay, pace, now) - mails, now)
    if (window := limits.windows.get(relay)) is not None:
        count(connection, relay, window, mails, now)


def _pace_level(connection: sa.Connection, relay: str, per_second: float, now: datetime) -> float:
    most = max(1.0, per_second * PORTION_SECONDS)
    tokens, at = _locked(connection, _pace_name(relay), most, now)
    return min(most, tokens + max(0, to_micros(now) - at) * per_second / 1e6)


def _pace_name(relay: str) -> str:
    return f"pace:{relay}"


def room(connection: sa.Connection, relay: str, window: Window, now: datetime) -> int:
    """How many mails the relay may still be given; nobody else counts until the transaction ends."""
    _locked(connection, _slice(relay, window, now, 0), 0.0, now)
    names = [_slice(relay, window, now, back) for back in range(_SLICES + 1)]
    used = connection.scalar(sa.select(sa.func.sum(limit_bucket.c.tokens)).where(limit_bucket.c.name.in_(names)))
    return max(0, window.mails - int(used or 0))


def count(connection: sa.Connection, relay: str, window: Window, mails: int, now: datetime) -> None:
    """So many more were given to it. Call it after `room`."""
    name = _slice(relay, window, now, 0)
    mine = limit_bucket.update().where(limit_bucket.c.name == name)
    connection.execute(mine.values(tokens=limit_bucket.c.tokens + mails, at=now))


def _slice(relay: str, window: Window, now: datetime, back: int) -> str:
    length = int(window.hours * 3600e6 / _SLICES)
    return f"relay:{relay}:{length}:{to_micros(now) // length - back}"


def forget(connection: sa.Connection, now: datetime) -> None:
    """Remove what no limit looks at any more: the longest window is a month."""
    old = sa.and_(
        sa.or_(limit_bucket.c.name.startswith("relay:"), limit_bucket.c.name.startswith("domain")),
        _at < to_micros(now - timedelta(days=33)),
    )
    connection.execute(limit_bucket.delete().where(old))


# -- Rows. --


def _bucket(domain: str) -> str:
    return f"domain:{domain}"[:200]


def _locked(connection: sa.Connection, name: str, tokens: float, now: datetime) -> tuple[float, int]:
    """Tokens and moment of a row, made if there is none; SQLite has one writer anyway."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(limit_bucket).values(name=name, tokens=tokens, at=now).on_conflict_do_nothing()
    connection.execute(fresh)
    query = sa.select(limit_bucket.c.tokens, _at).where(limit_bucket.c.name == name).with_for_update()
    found = connection.execute(query).one()
    return found[0], found[1]


def _set(connection: sa.Connection, name: str, tokens: float, now: datetime) -> None:
    connection.execute(limit_bucket.update().where(limit_bucket.c.name == name).values(tokens=tokens, at=now))
