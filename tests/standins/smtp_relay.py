"""A scripted SMTP relay on loopback, with the faults that relays have.

    with SmtpRelay(Script(replies={"RCPT": ["550 5.1.1 no such user"]})) as relay:
        ... connect to relay.port; relay.mails holds what it took

A script says what the relay answers instead of the usual. Each entry is used
once, in order, over all connections; afterwards everything is well. An entry
may be a reply, `DROP` (hang up), `HALF` (half a line, then hang up), `KEEP`
(the usual answer), `HANG` (never answer) or a callable that gives a reply.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

KEEP, DROP, HALF, HANG = "<keep>", "<drop>", "<half>", "<hang>"

_USUAL = {
    "CONNECT": "220 relay.example ESMTP",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
    "STARTTLS": "220 2.0.0 Ready",
}


@dataclass(frozen=True, slots=True)
class Script:
    """What the relay is like, and what goes wrong."""

    replies: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: Command, CONNECT or END → answers.
    always: Mapping[str, str] = field(default_factory=dict)  #: The same, on every use.
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    users: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)  #: User → the token XOAUTH2 takes.
    tls: ssl.SSLContext | None = None  #: Offers STARTTLS; with `tls_first` it begins with TLS.
    tls_first: bool = False
    seconds: float = 0.0  #: Waits so long before each answer to a mail.
    portion: int = 65536  #: Writes its replies in portions of so many octets.


@dataclass(slots=True)
class Taken:
    """A mail that the relay took (or answered wrongly), as it came off the wire, dots unstuffed."""

    sender: str
    recipient: str
    data: bytes
    secure: bool


class _HangUp(Exception):
    pass


class SmtpRelay:
    """Runs in a thread of its own; `mails` and `seen` may be read at any time."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.mails: list[Taken] = []
        self.seen: list[str] = []  #: Every command line of every connection.
        self.counts: Counter[str] = Counter()
        self.connections = 0
        self.open_connections = 0
        self.port = 0
        self._left = {command: deque(answers) for command, answers in self.script.replies.items()}
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> SmtpRelay:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), self.loop).result(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    @property
    def keys(self) -> list[str]:
        """The Message-IDs of the mails it took, sorted."""
        return sorted(mail.data.split(b"\nMessage-ID: <")[1].split(b"@")[0].decode() for mail in self.mails)

    async def start(self) -> None:
        """Listen, on the port of before if there was one."""
        tls = self.script.tls if self.script.tls_first else None
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=tls, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more and hang up on everybody."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_connections += 1
        try:
            with contextlib.suppress(_HangUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await _Conversation(self, reader, writer).run()
        finally:
            self.open_connections -= 1
            self._tasks.discard(task)
            writer.close()

    def answer(self, command: str, usual: str) -> str:
        """What the script says to this command, else the usual."""
        self.counts[command] += 1
        waiting = self._left.get(command)
        said = waiting.popleft() if waiting else self.script.always.get(command, KEEP)
        return usual if said == KEEP else said


class _Conversation:
    """One connection."""

    def __init__(self, relay: SmtpRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._relay = relay
        self._script = relay.script
        self._reader = reader
        self._writer = writer
        self._sender: str | None = None
        self._recipient: str | None = None

    async def run(self) -> None:
        await self._say("CONNECT", _USUAL["CONNECT"])
        while line := await self._reader.readline():
            text = line.decode("latin-1").rstrip("\r\n")
            self._relay.seen.append(text)
            await self._command(text.split(" ")[0].upper(), text)

    async def _command(self, verb: str, text: str) -> None:
        match verb:
            case "EHLO":
                await self._say(verb, self._greeting())
            case "STARTTLS":
                await self._say(verb, _USUAL[verb])
                await self._writer.start_tls(self._script.tls or ssl.create_default_context())
            case "AUTH":
                await self._sign_on(text)
            case "MAIL":
                # As Postfix does: a second MAIL needs RSET before it.
                nested = self._sender is not None
                if await self._say(verb, "503 5.5.1 nested MAIL command" if nested else _USUAL[verb]):
                    self._sender = text.partition("<")[2].rstrip(">")
            case "RCPT":
                if await self._say(verb, _USUAL[verb] if self._sender is not None else "503 5.5.1 need MAIL"):
                    self._recipient = text.partition("<")[2].rstrip(">")
            case "DATA":
                known = self._recipient is not None
                if await self._say(verb, _USUAL[verb] if known else "554 5.5.1 no valid recipients"):
                    await self._data()
            case _:
                await self._say(verb, _USUAL.get(verb, "502 5.5.2 unknown command"))
                self._forget()
                if verb == "QUIT":
                    raise _HangUp

    def _forget(self) -> None:
        self._sender = self._recipient = None

    def _greeting(self) -> str:
        words = [*self._script.extensions]
        if self._script.tls and not self._secure:
            words.append("STARTTLS")
        if self._script.users:
            words.append("AUTH PLAIN LOGIN")
        if self._script.tokens:
            words.append("AUTH XOAUTH2")
        lines = ["relay.example", *words]
        return "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines)

    @property
    def _secure(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    async def _sign_on(self, text: str) -> None:
        _, method, *initial = text.split(" ")
        if method == "XOAUTH2":
            user, _, rest = base64.b64decode(initial[0]).decode().removeprefix("user=").partition("\x01")
            if self._script.tokens.get(user) == rest.removeprefix("auth=Bearer ").rstrip("\x01"):
                await self._say("AUTH", "235 2.7.0 Ok")
            else:  # as Google and Microsoft do: the reason first, the refusal after an empty line
                await self._ask("334 eyJzdGF0dXMiOiI0MDAifQ==")
                await self._say("AUTH", "535 5.7.8 token refused")
            return
        if method == "PLAIN":
            _, user, password = base64.b64decode(initial[0]).decode().split("\0")
        else:
            user = await self._ask("334 VXNlcm5hbWU6")
            password = await self._ask("334 UGFzc3dvcmQ6")
        known = self._script.users.get(user) == password
        await self._say("AUTH", "235 2.7.0 Ok" if known else "535 5.7.8 authentication failed")

    async def _ask(self, question: str) -> str:
        await self._write(question)
        return base64.b64decode(await self._reader.readline()).decode()

    async def _data(self) -> None:
        lines: list[bytes] = []
        while (line := await self._reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        if self._script.seconds:
            await asyncio.sleep(self._script.seconds)
        sender, recipient = self._sender, self._recipient
        self._forget()
        if recipient is None:
            await self._say("EMPTY", "554 5.5.1 no valid recipients")
        elif await self._say("END", "250 2.0.0 Ok: queued as 4F2A"):
            self._relay.mails.append(Taken(sender or "", recipient, b"".join(lines), self._secure))

    async def _say(self, command: str, usual: str) -> bool:
        """Answer; whether the answer was a yes."""
        said = self._relay.answer(command, usual)
        if said == HANG:
            await asyncio.sleep(3600)
        if said == DROP:
            raise _HangUp
        if said == HALF:
            self._writer.write(usual[: len(usual) // 2].encode())
            await self._writer.drain()
            await asyncio.sleep(0.05)
            raise _HangUp
        await self._write(said)
        if said.startswith("421"):
            raise _HangUp
        return said[:1] in "23"

    async def _write(self, said: str) -> None:
        data = said.encode() + b"\r\n"
        for start in range(0, len(data), self._script.portion):
            self._writer.write(data[start : start + self._script.portion])
            await self._writer.drain()
            if self._script.portion < len(data):
                await asyncio.sleep(0)
