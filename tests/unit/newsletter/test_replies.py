"""What a server says, in whatever portions it arrives."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.newsletter.replies import MAX_LINE, MAX_LINES, Garbled, Replies, Reply

WIRE = b"220 hello\r\n250-relay\r\n250-PIPELINING\r\n250 SIZE 1000\r\n354\r\n550 5.1.1 no\n"
SAID = [
    Reply(220, (b"hello",)),
    Reply(250, (b"relay", b"PIPELINING", b"SIZE 1000")),
    Reply(354, (b"",)),
    Reply(550, (b"5.1.1 no",)),
]


def all_of(replies: Replies) -> list[Reply]:
    return list(iter(replies.next, None))


@given(st.lists(st.integers(0, len(WIRE)), max_size=20))
def test_portions_make_no_difference(cuts: list[int]) -> None:
    replies, got = Replies(), list[Reply]()
    places = [0, *sorted(cuts), len(WIRE)]
    for start, end in pairwise(places):
        replies.feed(WIRE[start:end])
        got += all_of(replies)
    assert got == SAID
    assert not replies.pending


def heard(data: bytes) -> list[Reply]:
    replies = Replies()
    replies.feed(data)
    return all_of(replies)


def test_half_a_line_is_no_reply() -> None:
    replies = Replies()
    replies.feed(b"250 2.0.0 Ok")
    assert replies.next() is None
    assert replies.pending


@pytest.mark.parametrize(
    "line",
    [
        b"hello\r\n",
        b"25\r\n",
        b"\r\n",
        b"2500 x\r\n",
        b"199 x\r\n",
        b"600 x\r\n",
        b"250-a\r\n550 b\r\n",
        b"\xff\xfe\r\n",
    ],
)
def test_anything_else_is_garbled(line: bytes) -> None:
    replies = Replies()
    replies.feed(line)
    with pytest.raises(Garbled):
        all_of(replies)


@pytest.mark.parametrize("data", [b"250 " + b"x" * MAX_LINE, b"250 " + b"x" * MAX_LINE + b"\r\n"])
def test_a_line_that_never_ends_is_garbled(data: bytes) -> None:
    with pytest.raises(Garbled):
        heard(data)


def test_a_reply_that_never_ends_is_garbled() -> None:
    replies = Replies()
    replies.feed(b"250-x\r\n" * (MAX_LINES + 1))
    with pytest.raises(Garbled):
        all_of(replies)


def test_words_are_printable_and_short() -> None:
    assert Reply(550, (b"no\tsuch\x00user", b"ever")).words == "550 no such user ever"
    assert len(Reply(550, (b"x" * 4000,)).words) == 300


@given(st.binary(max_size=300))
def test_garbage_is_told_or_taken_but_never_breaks(data: bytes) -> None:
    with contextlib.suppress(Garbled):
        assert all(200 <= reply.code < 600 for reply in heard(data))


def test_what_came_before_garbage_still_counts() -> None:
    replies = Replies()
    replies.feed(b"250 2.0.0 Ok: queued\r\nhello\r\n")
    assert replies.next() == Reply(250, (b"2.0.0 Ok: queued",))
    with pytest.raises(Garbled):
        replies.next()
