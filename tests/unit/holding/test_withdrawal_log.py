"""The file of withdrawals: what was written is read, what was cut off is not."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from announcer.errors import StoreError
from announcer.store import withdrawals
from announcer.store.withdrawals import Withdrawal, WithdrawalLog

NOON = datetime(2026, 9, 18, 12, tzinfo=UTC)
FIRST, SECOND = Withdrawal(NOON, "ab" * 32, "newsletter"), Withdrawal(NOON + timedelta(hours=1), "cd" * 32, "*")


@pytest.fixture
def log(tmp_path: Path) -> WithdrawalLog:
    return WithdrawalLog(tmp_path / "var" / "withdrawals.log")


def test_lines_are_added_and_read_in_order_and_are_the_owners_only(log: WithdrawalLog) -> None:
    assert log.read() == []
    log.append(FIRST)
    log.append(SECOND)
    assert (log.read(), stat.S_IMODE(log.path.stat().st_mode)) == ([FIRST, SECOND], 0o600)


def test_wherever_the_last_line_was_cut_off_the_others_stay_and_the_next_is_added(log: WithdrawalLog) -> None:
    log.append(FIRST)
    whole = log.path.read_bytes()
    log.append(SECOND)
    both = log.path.read_bytes()
    for length in range(len(whole), len(both)):
        log.path.write_bytes(both[:length])
        kept = [FIRST] if length < len(both) - 1 else [FIRST, SECOND]
        assert log.read() == kept
        log.append(SECOND)
        assert log.read() == [*kept, SECOND]


def test_a_broken_line_in_the_middle_is_named(log: WithdrawalLog) -> None:
    log.append(FIRST)
    log.path.write_bytes(b"broken\n" + log.path.read_bytes())
    with pytest.raises(StoreError, match=r"withdrawals\.log: line 1 can't be read"):
        log.read()


def test_a_file_that_can_not_be_opened_is_named(tmp_path: Path) -> None:
    log = WithdrawalLog(tmp_path)  # a folder
    with pytest.raises(StoreError, match="can't be read"):
        log.read()
    with pytest.raises(StoreError, match="can't be written"):
        log.append(FIRST)


def test_the_latest_of_each_list_counts() -> None:
    again = Withdrawal(NOON + timedelta(days=1), FIRST.address_hash, "newsletter")
    everything = Withdrawal(NOON, FIRST.address_hash, "*")
    assert withdrawals.latest([again, FIRST, everything, SECOND]) == {
        FIRST.address_hash: {"newsletter": again.at, "*": NOON},
        SECOND.address_hash: {"*": SECOND.at},
    }
