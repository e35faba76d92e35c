"""Looks the house over, point by point, and changes nothing. Each point is looked at even if another can't be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import structlog

from announcer.errors import AnnouncerError
from announcer.office import holding
from announcer.office.house import Exit, House
from announcer.settings import Settings
from announcer.store import schema
from announcer.store.database import open_database
from announcer.trust import authorities
from announcer.upkeep import machine, mail_domain, relay_tls
from announcer.upkeep.findings import Finding, Level

log = structlog.get_logger(__name__)

Look = Callable[[], Iterable[Finding]]


def examine_machine(
    settings: Settings, now: datetime, selectors: Sequence[str] = (), texts: mail_domain.Texts = mail_domain.look_up
) -> Iterator[Finding]:
    """All that can be seen without opening the house."""
    yield from _each(
        ("sqlite", lambda: [machine.sqlite_point(settings)]),
        ("disk", lambda: machine.disk_points(settings)),
        ("user", lambda: [machine.user_point()]),
        ("zones", lambda: [machine.zone_point(settings, now)]),
        ("private", lambda: machine.private_points(settings)),
        ("backup", lambda: [machine.backup_point(settings, now)]),
        ("schema", lambda: [schema_point(settings)]),
    )
    if settings.mail.enabled:
        yield from _each(
            ("relay", lambda: [relay_tls.examine(settings.mail.relay, now, authorities(settings))]),
            ("spf", lambda: mail_domain.examine(settings.mail.sender, texts, selectors)),
        )


def examine_house(house: House, now: datetime) -> Iterator[Finding]:
    """The clock against what has already happened, whether all is held, and every account with its token."""
    last = holding.last_tick(house)
    yield from machine.clock_points(last, now, machine.clock_synchronised())
    held = holding.state(house)
    yield Finding(Level.OK, "hold", "hold_none") if held is None else Finding(Level.BAD, "hold", "hold", {"why": held})
    yield from _each(*[(name, functools.partial(_channel, name, way)) for name, way in house.exits.items()])


def schema_point(settings: Settings) -> Finding:
    """Whether the database is one this program knows."""
    database = open_database(settings.database_url())
    try:
        found = schema.current_revision(database)
        schema.refuse_newer(found)
        return Finding(Level.OK, "schema", "schema_ok", {"revision": found or "-"})
    finally:
        database.close()


def _channel(name: str, way: Exit) -> list[Finding]:
    health = way.check()
    return [Finding(Level.OK if health.ok else Level.BAD, name, "said", {"said": health.said})]


def _each(*looks: tuple[str, Look]) -> Iterator[Finding]:
    for what, look in looks:
        try:
            yield from look()
        except AnnouncerError as error:
            yield Finding(Level.BAD, what, "said", {"said": str(error)})
        except Exception as error:  # one point must not hide the others
            log.exception("a point could not be looked at", what=what)
            yield Finding(Level.UNKNOWN, what, "said", {"said": f"{type(error).__name__}: {error}"})
