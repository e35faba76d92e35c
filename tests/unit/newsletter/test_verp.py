"""The envelope's sender of each mail: nobody can make one up, and every system can return it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from announcer.newsletter import verp

KEY = b"k" * 32
NUMBERS = st.integers(1, 2**63 - 1)


@given(NUMBERS)
def test_what_was_sent_is_read_again(number: int) -> None:
    """Also in capitals, and between other words."""
    address = verp.sender(KEY, "bounces@city.example", number)
    assert verp.read(KEY, address) == number
    assert verp.read(KEY, f"for <{address.upper()}>; Tue, 1 Sep") == number


@given(NUMBERS)
def test_it_fits_and_needs_no_quotes(number: int) -> None:
    local, _, domain = verp.sender(KEY, "bounces@city.example", number).partition("@")
    assert domain == "city.example"
    assert len(local) <= len("bounces") + verp.LONGEST <= 64
    assert set(local) <= set("abcdefghijklmnopqrstuvwxyz234567+-")


@given(NUMBERS, st.integers(0, 15))
def test_a_changed_one_counts_for_nobody(number: int, place: int) -> None:
    address = verp.sender(KEY, "bounces@city.example", number)
    at = address.index("-") + 1 + place
    other = "a" if address[at] != "a" else "b"
    assert verp.read(KEY, address[:at] + other + address[at + 1 :]) is None
    assert verp.read(b"another key", address) is None


@given(st.text(max_size=100))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert verp.read(KEY, text) is None
