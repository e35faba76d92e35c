"""Tokens: readable without storage, worthless for anything else."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.newsletter import tokens

KEY = b"k" * 32
PURPOSES: tuple[tokens.Purpose, ...] = ("unsubscribe", "preferences", "view")
subscribers = st.integers(min_value=0, max_value=2**62)
lists = st.from_regex(r"[a-z][a-z0-9_-]{0,39}", fullmatch=True)


@given(subscribers, lists, st.sampled_from(PURPOSES))
def test_reads_what_it_made_and_is_safe_in_a_path(subscriber: int, name: str, purpose: tokens.Purpose) -> None:
    token = tokens.make(KEY, purpose, subscriber, name)
    assert tokens.read(KEY, purpose, token) == (subscriber, name)
    assert set(token) <= set(string.ascii_lowercase + string.digits + "-_")


@given(subscribers, lists)
def test_is_good_for_one_purpose_and_one_key_only(subscriber: int, name: str) -> None:
    made = {purpose: tokens.make(KEY, purpose, subscriber, name) for purpose in PURPOSES}
    for purpose in PURPOSES:
        assert [tokens.read(KEY, purpose, token) is not None for token in made.values()] == [
            other == purpose for other in made
        ]
        assert tokens.read(b"another key", purpose, made[purpose]) is None


@given(subscribers, lists, st.data())
def test_a_changed_character_makes_it_worthless(subscriber: int, name: str, data: st.DataObject) -> None:
    token = tokens.make(KEY, "unsubscribe", subscriber, name)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(string.ascii_lowercase + string.digits + "-").filter(lambda c: c != token[place]))
    assert tokens.read(KEY, "unsubscribe", token[:place] + other + token[place + 1 :]) is None


def test_lists_whose_names_have_hyphens_do_not_mix() -> None:
    token = tokens.make(KEY, "unsubscribe", 1, "a-b")
    assert tokens.read(KEY, "unsubscribe", token) == (1, "a-b")
    assert token != tokens.make(KEY, "unsubscribe", 1, "a")


NO_TOKENS = [
    "",
    "1-presse",
    "x-presse-" + "0" * 32,
    "1-presse-" + "g" * 32,
    "1-Presse-" + "0" * 32,
    "٣-a-" + "0" * 32,
    "1-a-" + "0" * 32 + "\n",
]


@pytest.mark.parametrize("token", NO_TOKENS)
def test_anything_else_is_no_token(token: str) -> None:
    assert tokens.read(KEY, "unsubscribe", token) is None


def test_stays_the_same_for_ever() -> None:
    """Mails sent years ago carry these links; a change here would break them."""
    assert tokens.make(b"key", "unsubscribe", 17, "presse") == "17-presse-9474eb9bff30c1adf225f565cc79961d"
