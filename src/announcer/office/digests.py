"""Digests as the office sets them up: first values from config.toml, then edited here, with a look before."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound, SettingsError
from announcer.model.campaign import Message
from announcer.model.digests import Digest
from announcer.model.people import Actor
from announcer.office import approval, editions, staff
from announcer.office.house import House
from announcer.office.issues import SPECIAL, Desk, upcoming
from announcer.planning.digests import Candidate, digest_definition, digest_from
from announcer.planning.repeats import Turn, turns
from announcer.store import campaign as store
from announcer.store import digests, journal, people
from announcer.store.campaign import Campaign
from announcer.store.digests import DigestRow

#: Who set up what config.toml says.
_CONFIG = Actor("config.toml")


@dataclass(frozen=True, slots=True)
class Outlook:
    """A digest with what comes next."""

    row: DigestRow
    digest: Digest
    turns: tuple[Turn, ...]
    waiting: tuple[Message, ...]  #: Issues that are put together and have not left.
    new: tuple[Candidate, ...]  #: What the next one would tell if it were put together now.


@dataclass(frozen=True, slots=True)
class Setting:
    """A digest as it would be, to be shown before it is stored."""

    id: str
    before: Digest | None  #: None for a new one, or one that was removed.
    after: Digest
    turns: tuple[Turn, ...]
    dropped: tuple[Message, ...]  #: Issues under way that fall out; what they tell comes with the next.
    version: int  #: Of what was looked at; 0 if there was none.


def seed(house: House) -> None:
    """Store the digests of config.toml, once: from then on the database's count.

    Raises `SettingsError` for a list that is not there, `PlanningError` for a moment that can't be read.
    """
    first = {id_: digest_from(id_, said) for id_, said in house.settings.digests.items()}
    if not first:
        return
    now = house.clock()
    with house.database.write() as connection:
        known = {row.id for row in digests.rows(connection, active=False)}
        for id_, digest in first.items():
            if id_ not in known:
                try:
                    people.list_row(connection, digest.list_id)
                except NotFound as error:
                    raise SettingsError(
                        f"config.toml: [digests.{id_}] 'list' names {digest.list_id!r}, which is no list; "
                        f"add [lists.{digest.list_id}] or correct the name"
                    ) from error
                digests.save(connection, _new_row(digest, _CONFIG, now))


def _new_row(digest: Digest, actor: Actor, now: datetime, version: int = 1) -> DigestRow:
    """From now on: nothing that was public before is told, no turn that has passed gets its issue."""
    return DigestRow(digest.id, digest.list_id, _definition(digest), version, actor.name, True, now, now, now)


def _definition(digest: Digest) -> str:
    return json.dumps(digest_definition(digest), ensure_ascii=False)


# -- Looking --


def outlook(house: House, digest_id: str, now: datetime, *, ahead: int = 4) -> Outlook:
    """A digest, its next turns and what the next issue would tell now; raises `NotFound`."""
    with house.database.read() as connection:
        return _outlook(connection, Desk.of(house), digests.row(connection, digest_id), now, ahead)


def outlooks(house: House, now: datetime, *, ahead: int = 4) -> list[Outlook]:
    """The same of every digest that was not removed."""
    with house.database.read() as connection:
        desk = Desk.of(house)
        return [_outlook(connection, desk, row, now, ahead) for row in digests.rows(connection)]


def _outlook(connection: sa.Connection, desk: Desk, row: DigestRow, now: datetime, ahead: int) -> Outlook:
    waiting = store.messages(connection, Campaign(digest_id=row.id), store.OPEN)
    new = upcoming(connection, desk, row, now) if row.active else []
    return Outlook(row, editions.digest_of(row), _ahead(desk, row, now, ahead), tuple(waiting), tuple(new))


def _ahead(desk: Desk, row: DigestRow, now: datetime, number: int) -> tuple[Turn, ...]:
    if not row.active:
        return ()
    return tuple(islice(turns(editions.digest_of(row).when, desk.zone, desk.calendar, now), number))


# -- Setting up and removing --


def propose(house: House, digest_id: str, said: Mapping[str, Any], now: datetime, *, ahead: int = 4) -> Setting:
    """A digest as it would be with these values; what is not given stays, or is as config.toml would have it.

    Raises `PlanningError` for what can't be read, `NotFound` for a list that is not there.
    """
    desk = Desk.of(house)
    with house.database.read() as connection:
        row = _known(connection, digest_id)
        last = editions.digest_of(row) if row is not None else None
        before = last if row is not None and row.active else None
        after = digest_from(digest_id, {**(digest_definition(last) if last is not None else {}), **said})
        people.list_row(connection, after.list_id)
        dropped = _dropped(connection, before, after)
    future = tuple(islice(turns(after.when, desk.zone, desk.calendar, now), ahead))
    return Setting(digest_id, before, after, future, dropped, row.version if row is not None else 0)


def _known(connection: sa.Connection, digest_id: str) -> DigestRow | None:
    return next((row for row in digests.rows(connection, active=False) if row.id == digest_id), None)


def _locked(connection: sa.Connection, digest_id: str) -> DigestRow | None:
    return digests.lock(connection, digest_id) if _known(connection, digest_id) is not None else None


def _waiting(connection: sa.Connection, digest_id: str) -> tuple[Message, ...]:
    return tuple(store.messages(connection, Campaign(digest_id=digest_id), store.OPEN))


def _dropped(connection: sa.Connection, before: Digest | None, after: Digest) -> tuple[Message, ...]:
    """The issues under way that don't fit any more: of another list, or of a moment that is none now."""
    waiting = _waiting(connection, after.id) if before is not None else ()
    if before is None or before.list_id != after.list_id:
        return waiting
    regular = (one for one in waiting if not one.planned.occurrence.anchor.startswith(SPECIAL))
    return tuple(regular) if before.when != after.when else ()


def confirm(house: House, setting: Setting, actor: Actor, reason: str, now: datetime) -> None:
    """Store what was shown. Raises `Conflict` if somebody changed the digest meanwhile.

    A standing approval is given by who may approve; for anybody else, `NotAllowed`.
    """
    after = setting.after
    with house.database.write() as connection:
        if after.standing_approval:
            _refuse_unless_approver(connection, house, actor, now)
        row = _locked(connection, setting.id)
        if (row.version if row is not None else 0) != setting.version:
            raise Conflict(f"the digest {setting.id!r} was changed by someone else meanwhile; look at it again")
        version = setting.version + 1
        if row is None or setting.before is None:
            digests.save(connection, _new_row(after, actor, now, version))
        else:
            considered = row.considered if setting.before.when == after.when and not setting.dropped else now
            fresh = _new_row(after, actor, now, version)
            digests.save(connection, replace(fresh, since=row.since, considered=considered, gathered=row.gathered))
            _drop(connection, _dropped(connection, setting.before, after), "digest_changed", actor, now)
        before = _definition(setting.before) if setting.before is not None else ""
        journal.note(
            connection, actor, now, "digest", f"digest {setting.id}",
            before=before, after=_definition(after), why=reason,
        )  # fmt: skip


def _refuse_unless_approver(connection: sa.Connection, house: House, actor: Actor, now: datetime) -> None:
    refused = approval.refusal(staff.read(connection, house), actor, (), staff.today(house, now))
    if refused is not None:
        raise refused


def remove(house: House, digest_id: str, actor: Actor, reason: str, now: datetime) -> int:
    """No issue comes any more; those under way fall out. How many. `propose` and `confirm` bring it back."""
    with house.database.write() as connection:
        row = digests.lock(connection, digest_id)
        if not row.active:
            raise Conflict(f"the digest {digest_id!r} is removed already")
        digests.save(connection, replace(row, version=row.version + 1, active=False))
        number = _drop(connection, _waiting(connection, digest_id), "digest_removed", actor, now)
        journal.note(connection, actor, now, "remove", f"digest {digest_id}", before=row.definition, why=reason)
    return number


def _drop(connection: sa.Connection, waiting: Collection[Message], why: str, actor: Actor, now: datetime) -> int:
    for message in waiting:
        store.cancel(connection, message, why)
        journal.note(connection, actor, now, "drop", f"message {message.id}", why=why)
    return len(waiting)
