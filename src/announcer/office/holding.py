"""A database that was restored, copied or asleep for long starts held: nothing leaves until a person says so.

A restored database does not know what left after the backup, and would say it
all again; one that slept for hours would say everything at once. The service
calls `keep_watch` before it does anything else, once a minute from then on,
and at its end. In one transaction it sets the hold if there is a doubt, moves
the mark of the epoch on (`store.epoch`, which tells why the order of its two
writes is safe) and notes the moment; the epoch's file follows. So a crash can
happen

- before the transaction: nothing is changed, the next start finds the same doubt;
- between the transaction and the file: the hold is set; the next start finds no
  new doubt (or once more the same, if the file was missing) and stays held;
- before the withdrawals are replayed: a held start replays them again, and so does
  the release.

While it is held, the clock ticks for nothing: what was due stays as it is, and
on release the next tick misses what is past its `not_after` and asks, drops or
sends what is late, by its rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog

from announcer.errors import Conflict, StoreError
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import outlook
from announcer.office.house import House
from announcer.office.outlook import Overview
from announcer.planning.lateness import LATE
from announcer.settings import Settings
from announcer.store import epoch, journal, rota, withdrawals
from announcer.store.epoch import Doubt
from announcer.store.tables import delivery, message
from announcer.store.withdrawals import WithdrawalLog

log = structlog.get_logger(__name__)

#: The setting with the moment until which the clock has ticked.
LAST_TICK = "last-tick"
#: Longer than any update or repair that somebody stands beside, shorter than a night: after it nobody remembers
#: what was about to leave.
LONG_ASLEEP = timedelta(hours=6)
#: How often the service keeps watch.
EVERY = timedelta(minutes=1)
#: A process that kept watch so lately vouches for the database to a machine that never saw it.
VOUCHED = 3 * EVERY
ASLEEP, WITHDRAWALS, CLOCK = "asleep", "withdrawals_unreadable", "clock"
_WAITING = delivery.c.state.in_(("pending", "deferred"))


@dataclass(frozen=True, slots=True)
class Hold:
    """All sending is held. A reason is a key, `asleep` with its moment and `clock` with seconds behind a colon."""

    reasons: tuple[str, ...]

    @property
    def restored(self) -> bool:
        """Whether the database itself is in doubt, so that the withdrawals have to be replayed."""
        return any(reason in set(Doubt) for reason in self.reasons)

    def __str__(self) -> str:
        return " ".join(self.reasons)


def epoch_file(settings: Settings) -> Path:
    """Where the epoch stands outside the database. It belongs to this place: never back it up, never restore it."""
    return settings.path(settings.paths.var) / "epoch"


def withdrawal_log(settings: Settings) -> WithdrawalLog:
    """Where withdrawals are kept outside the database."""
    return WithdrawalLog(settings.path(settings.paths.var) / "withdrawals.log")


def last_tick(house: House) -> datetime | None:
    """The moment until which the clock has ticked, to within a minute."""
    with house.database.read() as connection:
        last = journal.recall(connection, LAST_TICK)
    return datetime.fromisoformat(last) if last is not None else None


def after_outage(house: House, since: datetime | None, now: datetime) -> None:
    """The service was down since `since`: judge what stood in the ledger meanwhile, before anything leaves."""
    if since is not None and now - since > LATE:
        with house.database.write() as connection:
            outlook.catch_up(connection, house, now, outlook.DOWN, since)


def state(house: House) -> Hold | None:
    """Whether all sending is held, and why."""
    with house.database.read() as connection:
        return _state(connection)


def _state(connection: sa.Connection) -> Hold | None:
    text = journal.recall(connection, journal.HOLD)
    return None if text is None else Hold(tuple(text.split(" ")))


# -- Watching. --


def keep_watch(house: House, now: datetime, *, starting: bool = False) -> Hold | None:
    """Hold if there is a doubt about the database or the clock, and move the epoch on; whether it is held now.

    Raises `StoreError` if the epoch's file can't be written.
    """
    path = epoch_file(house.settings)
    file, unreadable = _file(path)
    with house.database.write() as connection:
        rota.one_at_a_time(connection)  # several may start at once on a database that has no mark yet
        marked = epoch.stored(connection)
        if file is None and marked is None and not unreadable:
            file = epoch.fresh()
            epoch.write_file(path, file)  # before the database: see `store.epoch`
        doubt = Doubt.UNREADABLE if unreadable else epoch.judge(file, marked, shared=not house.database.sqlite)
        if doubt is Doubt.MOVED and not house.database.sqlite and _vouched_for(connection, now):
            doubt = None  # a further machine begins to work beside one that knows this database
        reasons = [*([doubt.value] if doubt else []), *_asleep(connection, now)]
        for reason in reasons:
            _hold(connection, reason, now)
        if doubt is not None:
            _mark_doubtful(connection)
        follows = epoch.following(file, marked)
        epoch.store(connection, follows)
        _remember_tick(connection, now)
        held = _state(connection)
    epoch.write_file(path, follows)
    if held is not None and held.restored and (starting or doubt is not None):
        _replay_or_say(house, now)
    return state(house)


def _file(path: Path) -> tuple[epoch.Epoch | None, bool]:
    try:
        return epoch.read_file(path), False
    except StoreError as error:
        log.error("the epoch is in doubt", why=str(error))
        return None, True


def _vouched_for(connection: sa.Connection, now: datetime) -> bool:
    last = journal.recall(connection, LAST_TICK)
    return last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < VOUCHED


def _remember_tick(connection: sa.Connection, now: datetime) -> None:
    journal.remember(connection, LAST_TICK, now.astimezone(UTC).isoformat())


def _asleep(connection: sa.Connection, now: datetime) -> Iterable[str]:
    last = journal.recall(connection, LAST_TICK)
    if last is not None and now - datetime.fromisoformat(last) > LONG_ASLEEP and _something_due(connection, now):
        yield f"{ASLEEP}:{last}"


def _something_due(connection: sa.Connection, now: datetime) -> bool:
    scheduled = sa.exists().where(message.c.state == MessageState.SCHEDULED, message.c.due_at <= now)
    waiting = sa.exists().where(_WAITING, delivery.c.ready_at <= now)
    return connection.scalar(sa.select(sa.or_(scheduled, waiting))) in (True, 1)


def hold_for_clock(house: House, apart: timedelta, now: datetime) -> None:
    """Hold everything, because the wall clock jumped by `apart`: what would be due by it nobody knows."""
    with house.database.write() as connection:
        _hold(connection, f"{CLOCK}:{apart.total_seconds():+.0f}", now)


def _hold(connection: sa.Connection, reason: str, now: datetime) -> None:
    held = _state(connection) or Hold(())
    if reason not in held.reasons:
        if not held.reasons:
            since = journal.recall(connection, LAST_TICK) or now.astimezone(UTC).isoformat()
            journal.remember(connection, journal.since_name(journal.HOLD), since)
        journal.remember(connection, journal.HOLD, str(Hold((*held.reasons, reason))))
        journal.note(connection, Actor.clock(), now, "hold", journal.ALL, after=reason)


def _mark_doubtful(connection: sa.Connection) -> None:
    """What waits in an older ledger may have left: networks that can be asked are asked before it is repeated."""
    connection.execute(delivery.update().where(_WAITING).values(maybe_double=True))


def _replay_or_say(house: House, now: datetime) -> None:
    try:
        replay(house, now)
    except StoreError as error:
        log.error("the withdrawals could not be replayed", why=str(error))
        with house.database.write() as connection:
            _hold(connection, WITHDRAWALS, now)


def replay(house: House, now: datetime) -> int:
    """Let everybody who left after the backup leave again; how many. Raises `StoreError` if it can't be read."""
    number = withdrawals.replay(house.database, house.key, withdrawal_log(house.settings).read())
    with house.database.write() as connection:
        held = _state(connection)
        if held is not None and WITHDRAWALS in held.reasons:
            left = Hold(tuple(reason for reason in held.reasons if reason != WITHDRAWALS))
            journal.remember(connection, journal.HOLD, str(left))
        if number:
            journal.note(connection, Actor.clock(), now, "replay", "withdrawals", after=str(number))
    return number


# -- Looking, and letting go. --


def what_would_go(connection: sa.Connection, house: House, now: datetime) -> Overview:
    """What a release at `now` would let go, and what it would not any more. Reads only."""
    return outlook.outlook(connection, house, now, journal.HOLD, _held_since(connection))


def _held_since(connection: sa.Connection) -> datetime | None:
    since = journal.recall(connection, journal.since_name(journal.HOLD))
    return datetime.fromisoformat(since) if since is not None else None


def release(house: House, actor: Actor, now: datetime) -> None:
    """Let it go on. Raises `Conflict` if nothing is held, `StoreError` if the withdrawals can't be replayed."""
    held = state(house)
    if held is None:
        raise Conflict("nothing is held; 'announcer status' shows how things stand")
    if held.restored:
        replay(house, now)
    with house.database.write() as connection:
        outlook.catch_up(connection, house, now, journal.HOLD, _held_since(connection))
        journal.forget(connection, journal.HOLD)
        journal.forget(connection, journal.since_name(journal.HOLD))
        # Somebody has just looked: a service that starts after this need not ask for the same sleep again.
        _remember_tick(connection, now)
        journal.note(connection, actor, now, "release", journal.ALL, before=str(held))
