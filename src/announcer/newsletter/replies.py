"""What an SMTP server says, taken apart. Takes bytes, gives replies; does no I/O."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import NamedTuple

#: RFC 5321 §4.5.3.1.5 allows 512 octets; servers with long explanations get more.
MAX_LINE = 4096
#: More continuation lines than any EHLO has.
MAX_LINES = 200

_CODES = {b"%d" % code: code for code in range(200, 600)}


class Garbled(Exception):
    """What came is not SMTP."""


class Reply(NamedTuple):
    """A whole reply: its code and the words of its lines (RFC 5321 §4.2)."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def words(self) -> str:
        """The reply as one line of printable text for people and the ledger, at most 300 characters."""
        text = b" ".join(self.lines).decode("utf-8", "replace")
        words = f"{self.code} {text}"[:300]
        return words if words.isprintable() else "".join(sign if sign.isprintable() else " " for sign in words)


class Replies:
    """Collects bytes as they arrive, in any portions, and gives out whole replies."""

    __slots__ = ("_garbled", "_open", "_rest", "_whole")

    def __init__(self) -> None:
        self._rest = b""
        self._open: list[Reply] = []
        self._whole: deque[Reply] = deque()
        self._garbled: Garbled | None = None

    @property
    def pending(self) -> bool:
        """Whether anything came that was not asked for yet."""
        return bool(self._rest or self._open or self._whole)

    def feed(self, data: bytes) -> None:
        """Take what a read gave."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        try:
            for line in lines:
                reply, more = _parsed(line)
                if more or self._open:
                    self._continue(reply, more)
                else:
                    self._whole.append(reply)
            if len(self._rest) > MAX_LINE:
                raise Garbled(f"a reply line of more than {MAX_LINE} octets")
        except Garbled as error:
            self._garbled = error  # told in its turn: what came before it still counts

    def next(self) -> Reply | None:
        """The next whole reply; None until more bytes come. Raises `Garbled` where something else stands."""
        if self._whole:
            return self._whole.popleft()
        if self._garbled:
            raise self._garbled
        return None

    def _continue(self, reply: Reply, more: bool) -> None:
        self._open.append(reply)
        if len(self._open) > MAX_LINES:
            raise Garbled(f"a reply of more than {MAX_LINES} lines")
        if not more:
            parts, self._open = self._open, []
            if any(part.code != parts[0].code for part in parts):
                raise Garbled("a reply whose lines have different codes")
            self._whole.append(Reply(parts[0].code, tuple(part.lines[0] for part in parts)))


# A relay answers MAIL, RCPT and DATA with the same lines all day.
@lru_cache(maxsize=128)
def _parsed(line: bytes) -> tuple[Reply, bool]:
    """One line as a reply of its own, and whether more lines belong to it."""
    code = _CODES.get(line[:3])
    mark = line[3:4]
    if code is None or mark not in (b" ", b"-", b"\r", b"") or len(line) > MAX_LINE:
        raise Garbled(f"{line[:80]!r} instead of a reply")
    return Reply(code, (line[4:].rstrip(b"\r"),)), mark == b"-"
