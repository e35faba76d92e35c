"""The receiving end of SMTP (RFC 5321), with PIPELINING (RFC 2920), 8BITMIME and SIZE.

Own code, because aiosmtpd's controller can't bind port 0, doesn't announce
PIPELINING, and took 1,400 mails a second where this takes many times that.
Everything that came in one read is answered in one write.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch

#: Takes a mail: envelope sender, one recipient, the mail's bytes. Returns its number.
Deliver = Callable[[str, str, bytes], int]

MAX_SIZE = 10 * 1024 * 1024
#: RFC 5321 §4.5.3.1.4 asks for 512 octets at least; parameters may add to it.
MAX_LINE = 4096
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>\s*(.*)", re.IGNORECASE)


@dataclass
class SmtpFaults:
    """What goes wrong on command. Counts say for how many of the next mails or connections."""

    busy: int = 0  #: Connections greeted with 421 and closed.
    drop_after_dot: int = 0  #: Mails whose connection is closed after the dot, without a reply.
    half_reply: int = 0  #: Mails answered with half a line before the connection is closed.
    keep_unanswered: bool = True  #: Whether a mail without a (whole) reply has arrived all the same.
    delay: float = 0.0  #: Seconds before the reply to each mail.
    recipients: dict[str, str] = field(default_factory=dict)  #: Address pattern → reply, e.g. "451 4.2.2 Mailbox full".

    def take(self, name: str) -> bool:
        """Whether the fault `name` strikes now; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def refusal(self, recipient: str) -> str | None:
        """The reply for an address that is to be refused."""
        return next((reply for pattern, reply in self.recipients.items() if fnmatch(recipient, pattern)), None)


class Conversation(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, deliver: Deliver, faults: SmtpFaults, connections: set[asyncio.Transport]) -> None:
        self._deliver = deliver
        self._faults = faults
        self._connections = connections
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._searched = 0  # Up to here the buffer holds no end of data.
        self._replies: list[bytes] = []
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._in_data = False
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or say that we are busy."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(transport)
        if self._faults.take("busy"):
            transport.write(b"421 4.3.2 sandbox.example is busy, try again later\r\n")
            transport.close()
        else:
            transport.write(b"220 sandbox.example ESMTP\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._connections.discard(self._transport)
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer everything that is complete."""
        self._buffer += data
        if self._waiting is None:
            self._work()

    def _work(self) -> None:
        while self._waiting is None and not self._transport.is_closing() and self._step():
            pass
        self._flush()

    def _flush(self) -> None:
        if self._replies:
            self._transport.write(b"".join(self._replies))
            self._replies.clear()

    def _step(self) -> bool:
        """Take one command or one mail off the buffer; False when none is complete."""
        if self._in_data:
            return self._mail()
        end = self._buffer.find(b"\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > MAX_LINE:
            self._close("500 5.5.2 Line too long")
            return False
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).decode("utf-8", "replace")
        del self._buffer[: end + 2]
        self._command(line)
        return True

    def _reply(self, *lines: str) -> None:
        code, last = lines[-1][:3], lines[-1]
        self._replies += [f"{code}-{line}\r\n".encode() for line in lines[:-1]]
        self._replies.append(f"{last}\r\n".encode())

    def _close(self, last_words: str) -> None:
        self._reply(last_words)
        self._flush()
        self._transport.close()

    def _command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                self._reset()
                self._reply("sandbox.example", "PIPELINING", f"SIZE {MAX_SIZE}", "250 8BITMIME")
            case "HELO":
                self._reset()
                self._reply("250 sandbox.example")
            case "MAIL":
                self._mail_from(rest)
            case "RCPT":
                self._rcpt_to(rest)
            case "DATA":
                self._data()
            case "RSET":
                self._reset()
                self._reply("250 2.0.0 Ok")
            case "NOOP":
                self._reply("250 2.0.0 Ok")
            case "QUIT":
                self._close("221 2.0.0 Bye")
            case _:
                self._reply("502 5.5.1 Command not known here")

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []

    def _mail_from(self, rest: str) -> None:
        found = _PATH.match(rest)
        size = re.search(r"\bSIZE=(\d+)", rest, re.IGNORECASE)
        if found is None:
            self._reply("501 5.5.4 Write MAIL FROM:<address>")
        elif self._sender is not None:
            self._reply("503 5.5.1 The sender was already given")
        elif size is not None and int(size[1]) > MAX_SIZE:
            self._reply("552 5.3.4 Too large")
        else:
            self._sender = found[1]
            self._reply("250 2.1.0 Ok")

    def _rcpt_to(self, rest: str) -> None:
        found = _PATH.match(rest)
        if self._sender is None:
            self._reply("503 5.5.1 MAIL comes first")
        elif found is None or not found[1]:
            self._reply("501 5.5.4 Write RCPT TO:<address>")
        elif refusal := self._faults.refusal(found[1]):
            self._reply(refusal)
        else:
            self._recipients.append(found[1])
            self._reply("250 2.1.5 Ok")

    def _data(self) -> None:
        if not self._recipients:
            # RFC 2920 §3.1: a pipelined DATA after refused recipients must not be answered with 354.
            self._reply("554 5.5.1 No valid recipients" if self._sender is not None else "503 5.5.1 MAIL comes first")
            return
        self._in_data = True
        self._searched = 0
        self._reply("354 End data with <CR><LF>.<CR><LF>")

    def _mail(self) -> bool:
        end = self._end_of_data()
        if end < 0:
            if len(self._buffer) > 2 * MAX_SIZE:
                self._close("552 5.3.4 Too large")
            return False
        body = bytes(self._buffer[:end])
        del self._buffer[: end + 3]
        self._in_data = False
        # RFC 5321 §4.5.2: a dot that begins a line was put there by the client.
        self._settle(body.removeprefix(b".").replace(b"\r\n.", b"\r\n"))
        return True

    def _end_of_data(self) -> int:
        """Where the mail ends in the buffer (its last line end included), before the dot; -1 if it goes on."""
        if self._buffer.startswith(b".\r\n"):
            return 0
        # Only CRLF.CRLF ends a mail; a bare LF around the dot is text (SMTP smuggling).
        found = self._buffer.find(b"\r\n.\r\n", self._searched)
        self._searched = max(0, len(self._buffer) - 4)
        return found + 2 if found >= 0 else -1

    def _settle(self, body: bytes) -> None:
        """Keep the mail and answer, or do what the faults say."""
        sender, recipients = self._sender or "", self._recipients
        self._reset()
        if len(body) > MAX_SIZE:
            self._reply("552 5.3.4 Too large")
            return
        dropped, halved = self._faults.take("drop_after_dot"), self._faults.take("half_reply")
        number = 0
        if self._faults.keep_unanswered or not (dropped or halved):
            numbers = [self._deliver(sender, recipient, body) for recipient in recipients]
            number = numbers[-1]
        if dropped or halved:
            self._flush()
            self._transport.write(b"" if dropped else b"250 2.0")
            self._transport.close()
        elif self._faults.delay:
            self._flush()
            self._waiting = asyncio.get_running_loop().call_later(self._faults.delay, self._late, number)
        else:
            self._reply(f"250 2.0.0 Ok: {number}")

    def _late(self, number: int) -> None:
        self._waiting = None
        self._reply(f"250 2.0.0 Ok: {number}")
        self._work()
