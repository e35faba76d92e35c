"""The log's form: JSON when asked for, and neither secrets nor addresses in any of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from announcer import redaction
from announcer.settings import LogSettings
from announcer.upkeep import logs

CANARY = "canary-Qm7xT2"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    yield io.StringIO()
    structlog.configure(**before)


def test_a_line_is_an_object_with_the_ids_it_was_given(stream: io.StringIO) -> None:
    logs.configure(LogSettings(format="json"), stream)
    structlog.get_logger().info("sent", message=3, delivery=7, channel="mastodon", again=False)
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "sent", "level": "info", "message": 3, "delivery": 7, "channel": "mastodon", "again": False,
    }  # fmt: skip


def test_the_level_is_kept_to(stream: io.StringIO) -> None:
    logs.configure(LogSettings(level="warning"), stream)
    structlog.get_logger().info("not said")
    structlog.get_logger().warning("said")
    assert ("not said" in stream.getvalue(), "said" in stream.getvalue()) == (False, True)


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_secret_nor_address_is_in_any_part_of_a_line(form: str, stream: io.StringIO) -> None:
    redaction.keep_out(CANARY)
    logs.configure(LogSettings.model_validate({"format": form}), stream)
    log = structlog.get_logger().bind(of="anna@city.example")
    try:
        raise ValueError(f"550 no <berta@city.example>, token {CANARY}")
    except ValueError as error:
        log.exception(f"for carla@city.example: {CANARY}", why=error, inner={"a": [CANARY, "dora@city.example"]})
    said = stream.getvalue()
    assert CANARY not in said
    assert "@city.example" not in said
    assert said.count(redaction.SECRET_TAKEN_OUT) >= 3
    assert said.count(redaction.ADDRESS_TAKEN_OUT) >= 4


@given(before=st.text(), after=st.text())
def test_a_secret_is_found_wherever_it_stands(before: str, after: str) -> None:
    redaction.keep_out(CANARY)
    assert CANARY not in redaction.without_secrets(before + CANARY + after)


def test_short_words_are_no_secrets() -> None:
    redaction.keep_out("an")
    assert redaction.without_secrets("an answer") == "an answer"


def test_of_two_secrets_of_which_one_holds_the_other_nothing_is_left() -> None:
    redaction.keep_out("inner-part")
    redaction.keep_out("outer inner-part outer")
    assert redaction.without_secrets("x outer inner-part outer x") == f"x {redaction.SECRET_TAKEN_OUT} x"
