"""Who left, kept outside the database: an older copy of it must not bring anybody back.

One line of JSON for each withdrawal: when, the keyed hash of the address
(`people.address_hash`; never the address), and the list, `*` for everything,
or `!` for an erasure. A line is written before the database commits the withdrawal, and
waits for the disk. Lines are only ever added; what a crash cut off in the
middle of a line is taken away by whoever writes next.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from announcer.errors import StoreError
from announcer.model.people import Subscription, SubscriptionState
from announcer.store import erasure, people
from announcer.store.database import Database
from announcer.store.epoch import sync_folder
from announcer.store.tables import subscriber, suppression
from announcer.store.writelock import Lane

#: Instead of a list: everything, and the address is suppressed.
EVERYTHING = "*"
#: Instead of a list: everything, and the person with it.
ERASED = "!"
#: People looked at in one step of a replay.
CHUNK = 20_000
#: More than any line is long.
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One line."""

    at: datetime
    address_hash: str
    list_id: str  #: `EVERYTHING` or `ERASED` for all.


@dataclass(frozen=True, slots=True)
class WithdrawalLog:
    """The file. Several processes may write to it. Every method raises `StoreError` naming file and remedy."""

    path: Path

    def append(self, withdrawal: Withdrawal) -> None:
        """Add a line, durably."""
        line = json.dumps(
            {"at": withdrawal.at.isoformat(), "address": withdrawal.address_hash, "list": withdrawal.list_id}
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _add(descriptor, line.encode() + b"\n", self.path.parent)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(
                f"{self.path} can't be written: {error.strerror}; make room, or check its owner and mode"
            ) from error

    def read(self) -> list[Withdrawal]:
        """Every line, in the order of writing; without what a crash cut off. No file is no withdrawal."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self.path} can't be read: {error.strerror}; check its owner and mode") from error
        *lines, rest = data.split(b"\n")
        found = [self._line(number, line) for number, line in enumerate(lines, 1)]
        last = _parsed(rest)
        return found if last is None else [*found, last]

    def _line(self, number: int, line: bytes) -> Withdrawal:
        found = _parsed(line)
        if found is None:
            raise StoreError(f"{self.path}: line {number} can't be read; put it right, or bring the file back")
        return found


def _add(descriptor: int, line: bytes, folder: Path) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # until it is closed
    size = os.fstat(descriptor).st_size
    _mend(descriptor, size)
    if os.write(descriptor, line) != len(line):
        raise OSError(0, "only part of a line could be written")
    os.fsync(descriptor)
    if size == 0:
        sync_folder(folder)


def _mend(descriptor: int, size: int) -> None:
    """End the last line if only its end is missing, take away a part of one."""
    tail = os.pread(descriptor, _LONGEST, max(0, size - _LONGEST))
    rest = tail.rpartition(b"\n")[2]
    if not rest:
        return
    if _parsed(rest) is not None:
        os.write(descriptor, b"\n")
    else:
        os.ftruncate(descriptor, size - len(rest))


def _parsed(line: bytes) -> Withdrawal | None:
    try:
        value = json.loads(line)
        found = Withdrawal(datetime.fromisoformat(value["at"]), str(value["address"]), str(value["list"]))
    except (ValueError, KeyError, TypeError):
        return None
    return found if found.at.tzinfo is not None else None


# -- Replay. --

_Latest = Mapping[str, Mapping[str, datetime]]


def latest(withdrawals: Iterable[Withdrawal]) -> dict[str, dict[str, datetime]]:
    """The last withdrawal of each address from each list, by hash."""
    found: dict[str, dict[str, datetime]] = {}
    for one in withdrawals:
        lists = found.setdefault(one.address_hash, {})
        lists[one.list_id] = max(one.at, lists.get(one.list_id, one.at))
    return found


def replay(database: Database, key: bytes, withdrawals: Sequence[Withdrawal]) -> int:
    """Let everybody who left leave again; how many people that changed. May be repeated.

    Who came back to a list by an opt-in later than the withdrawal stays.
    """
    if not withdrawals:
        return 0
    left = latest(withdrawals)
    changed, after = 0, 0
    unknown = {hashed: whole for hashed, lists in left.items() if (whole := _for_good(lists)) is not None}
    while page := _page(database, after):
        matched = {id_: hashed for id_, address in page if (hashed := people.address_hash(key, address)) in left}
        with database.write(Lane.OFFICE) as connection:
            changed += sum(_leave_again(connection, key, id_, left[hashed]) for id_, hashed in matched.items())
        for hashed in matched.values():
            unknown.pop(hashed, None)
        after = page[-1][0]
    with database.write(Lane.OFFICE) as connection:
        return changed + sum(_suppress_again(connection, hashed, *whole) for hashed, whole in unknown.items())


def _for_good(lists: Mapping[str, datetime]) -> tuple[str, datetime] | None:
    """Why and when an address was suppressed, if one of its withdrawals did that."""
    if ERASED in lists:
        return erasure.ERASED, lists[ERASED]
    return (people.LEFT_EVERYTHING, lists[EVERYTHING]) if EVERYTHING in lists else None


def _page(database: Database, after: int) -> list[tuple[int, str]]:
    query = sa.select(subscriber.c.id, subscriber.c.address).where(subscriber.c.id > after)
    with database.read() as connection:
        rows = connection.execute(query.order_by(subscriber.c.id).limit(CHUNK))
        return [(row.id, row.address) for row in rows]


def _leave_again(connection: sa.Connection, key: bytes, subscriber_id: int, left: Mapping[str, datetime]) -> bool:
    chosen = people.subscriptions(connection, subscriber_id)
    erased, everything = left.get(ERASED), left.get(EVERYTHING)
    if erased is not None and not any(_came_back(one, erased) for one in chosen):
        return erasure.erase(connection, key, subscriber_id, erased)
    if everything is not None and not any(_came_back(one, everything) for one in chosen):
        return people.leave_everything(connection, key, subscriber_id, everything)
    changed = False
    for one in chosen:
        moments = [moment for moment in (left.get(one.list_id), everything) if moment is not None]
        if moments and not _came_back(one, max(moments)):
            changed |= people.leave(connection, subscriber_id, one.list_id, max(moments))
    return changed


def _came_back(chosen: Subscription, left: datetime) -> bool:
    return chosen.state is not SubscriptionState.LEFT and chosen.since > left


def _suppress_again(connection: sa.Connection, hashed: str, reason: str, at: datetime) -> bool:
    """Of an address the database does not know (any more): so that no import brings it back."""
    if connection.scalar(sa.select(suppression.c.at).where(suppression.c.address_hash == hashed)) is not None:
        return False
    connection.execute(suppression.insert().values(address_hash=hashed, reason=reason, at=at))
    return True
