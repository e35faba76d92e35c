"""Who calls, whatever is written into X-Forwarded-For; and the stamps in forms."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from announcer.office.signup import network
from announcer.web import stamps
from announcer.web.callers import Callers

PROXIES = ("10.0.0.0/8", "2001:db8:1::/48")
KEY = b"k" * 32
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


def asked(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode("latin-1", "replace")) for line in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # a stranger says something
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),  # the first is what the caller said
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8:2::1]:4711"], "2001:db8:2::1"),
        ("10.0.0.1", ["198.51.100.1:80"], "198.51.100.1"),
        ("2001:db8:1::5", ["2001:db8:2::1"], "2001:db8:2::1"),
    ],
)
def test_the_caller_is_the_last_who_is_not_one_of_ours(peer: str, forwarded: list[str], caller: str) -> None:
    assert Callers(PROXIES).of(asked(peer, *forwarded)) == caller


@given(st.text(max_size=60), st.ip_addresses())
def test_nobody_can_make_up_who_they_are(said: str, caller: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Whatever stands before the address that our own proxy added changes nothing."""
    callers = Callers(["192.0.2.1"])
    if str(caller) != "192.0.2.1":
        assert callers.of(asked("192.0.2.1", f"{said}, {caller}")) == str(caller)
        assert callers.of(asked(str(caller), said)) == str(caller)


@pytest.mark.parametrize(
    ("caller", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_one_caller(caller: str, counted: str) -> None:
    assert network(caller) == counted


def test_a_stamp_says_when_and_with_which_words() -> None:
    assert stamps.read(KEY, stamps.make(KEY, "0a1b2c", NOW)) == stamps.Stamp(NOW, "0a1b2c")


@given(st.integers(0, 60), st.characters(codec="ascii"))
def test_no_other_stamp_is_taken_for_ours(place: int, character: str) -> None:
    genuine = stamps.make(KEY, "0a1b2c", NOW)
    changed = genuine[:place] + character + genuine[place + 1 :]
    assert changed == genuine or stamps.read(KEY, changed) is None
    assert stamps.read(b"other" * 7, genuine) is None
    assert stamps.read(KEY, stamps.make(KEY, "0a1b2c", NOW + timedelta(days=1))) != stamps.read(KEY, genuine)
