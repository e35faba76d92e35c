"""Slots: fields with a fallback, each known by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.newsletter import slots, tokens
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links

KEY = b"k" * 32
LINKS = Links("https://presse.city.example/pool", {"presse": "Presseverteiler"})
LETTER = Letter(
    id=1,
    fence=1,
    content_id=7,
    key="ab12",
    subscriber_id=42,
    address="alex@city.example",
    name="Alex Muster",
    language="de",
    list_id="presse",
    attempts=1,
    maybe_double=False,
    corrects_key=None,
)


def test_values_of_a_letter() -> None:
    unsubscribe, preferences, view = (tokens.make(KEY, purpose, 42, "presse") for purpose in slots.PURPOSES)
    assert slots.shared(LETTER, LINKS) == {
        "unsubscribe_base": "https://presse.city.example/pool/u/",
        "preferences_base": "https://presse.city.example/pool/p/",
        "view_base": "https://presse.city.example/pool/v/7/",
        "list_title": "Presseverteiler",
        "list_id": "presse",
        "language": "de",
        "reason": "Sie erhalten diese E-Mail, weil Sie „Presseverteiler“ abonniert haben.",
    }
    assert slots.personal(LETTER, KEY, "Tue, 18 Sep 2018 08:00:00 +0000") == {
        "date": "Tue, 18 Sep 2018 08:00:00 +0000",
        "name": "Alex Muster",
        "address": "alex@city.example",
        "key": "ab12",
        "corrects": "",
        "greeting": "Guten Tag Alex Muster,",
        "unsubscribe_token": unsubscribe,
        "preferences_token": preferences,
        "view_token": view,
    }


def test_a_list_without_title_is_called_by_its_id() -> None:
    assert Links("https://city.example").title("presse") == "presse"


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Alex Muster", "de", "Guten Tag Alex Muster"),
        ("", "de", "Guten Tag"),
        ("Alex Muster", "de-AT", "Guten Tag Alex Muster"),
        ("Alex Muster", "en", "Hello Alex Muster"),
        ("", "en", "Hello"),
        ("", "fr", "Hello"),
    ],
)
def test_greeting_falls_back(name: str, language: str, expected: str) -> None:
    assert slots.greeting(name, language) == f"{expected},"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("  Alex   Muster ", "Alex Muster"),
        ("Alex\r\nBcc: all@city.example", ""),
        ("Alex\r\nMuster", "Alex Muster"),
        ("Al\x00ex\u2028Muster\u202e", "Al ex Muster"),
        ("Gewinn: https://spam.example", ""),
        ("www.spam.example", ""),
        ("alex@city.example", ""),
        ("Müller/Meier 👩‍👩‍👧", "Müller/Meier 👩‍👩‍👧"),
    ],
)
def test_clean_name(name: str, expected: str) -> None:
    assert slots.clean_name(name) == expected


@given(st.text(max_size=300))
def test_a_clean_name_is_one_line_and_stays_clean(name: str) -> None:
    clean = slots.clean_name(name)
    assert len(clean.splitlines()) <= 1
    assert slots.clean_name(clean) == clean


def test_parts() -> None:
    assert slots.parts("⟦greeting⟧, ⟦reason⟧") == ["", "greeting", ", ", "reason", ""]


@pytest.mark.parametrize("text", ["Hallo ⟦vorname⟧", "⟦⟧", "⟦ greeting ⟧", "⟦Greeting⟧"])
def test_an_unknown_slot_is_named(text: str) -> None:
    with pytest.raises(ComposeError, match="does not exist"):
        slots.parts(text)


@pytest.mark.parametrize("text", ["⟦greeting", "greeting⟧", "⟦⟦greeting⟧⟧"])
def test_a_stray_bracket_is_told(text: str) -> None:
    with pytest.raises(ComposeError, match="single"):
        slots.parts(text)
