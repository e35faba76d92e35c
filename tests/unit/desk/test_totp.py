"""One-time codes, against the numbers of RFC 6238."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from announcer.office import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_table_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, for SHA-1; the last six of its eight digits."""
    assert totp.code(SECRET, seconds // totp.PERIOD_SECONDS) == code


@pytest.mark.parametrize(("off", "found"), [(-60, None), (-30, -1), (0, 0), (30, 1), (60, None)])
def test_a_phone_may_be_half_a_minute_off(off: int, found: int | None) -> None:
    """And no more."""
    now = datetime.fromtimestamp(1_234_567_890, UTC)
    middle = totp.step_at(now)
    typed = totp.code(SECRET, middle + off // totp.PERIOD_SECONDS)
    assert totp.matching_step(SECRET, typed, now) == (None if found is None else middle + found)


@pytest.mark.parametrize("typed", ["", "abcdef", "١٢٣٤٥٦", "0059240", "-05924"])
def test_what_is_no_code(typed: str) -> None:
    """Is refused, not misread."""
    assert totp.matching_step(SECRET, typed, datetime.fromtimestamp(1_234_567_890, UTC)) is None


def test_blanks_are_overlooked() -> None:
    """Apps show the digits in two groups."""
    assert totp.matching_step(SECRET, " 005 924 ", datetime.fromtimestamp(1_234_567_890, UTC)) is not None
