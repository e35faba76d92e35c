"""A relay and a Mastodon server in a process of their own, which outlives the service that is being killed.

    python -m tests.faults.sink FOLDER PAUSE

What arrives is appended to `mails` and `posts` in FOLDER before it is
answered, so that the files say what the world has seen, whatever the service
came to know of it. The Mastodon server ignores the Idempotency-Key, as
GoToSocial and Takahe do: only looking up saves from a second post.

It ends when its standard input ends, and so never outlives the test.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

from tests.contract.mastodon_standin import Habits, Post, mastodon_standin

ROOT = Path(__file__).parents[2]
_END = b"\r\n.\r\n"
_MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)


# -- The process. --


class Relay(asyncio.Protocol):
    """One client's connection: SMTP with PIPELINING, `pause` seconds before each mail is answered."""

    def __init__(self, mails: int, pause: float) -> None:
        self._mails = mails
        self._pause = pause
        self._buffer = bytearray()
        self._recipient = b""
        self._in_data = False
        self._waits = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 relay.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Take what came, unless a mail still waits for its answer."""
        self._buffer += data
        self._work()

    def _work(self) -> None:
        while not self._waits and (self._mail() if self._in_data else self._line()):
            pass

    def _line(self) -> bool:
        line, end, rest = bytes(self._buffer).partition(b"\r\n")
        if not end:
            return False
        self._buffer = bytearray(rest)
        self._command(line)
        return True

    def _command(self, line: bytes) -> None:
        match line[:4].upper():
            case b"EHLO":
                self._transport.write(b"250-relay.example\r\n250 PIPELINING\r\n")
            case b"RCPT":
                self._recipient = line.partition(b"<")[2].partition(b">")[0]
                self._transport.write(b"250 2.1.5 Ok\r\n")
            case b"DATA":
                self._in_data = True
                self._transport.write(b"354 End data with <CR><LF>.<CR><LF>\r\n")
            case b"QUIT":
                self._transport.write(b"221 2.0.0 Bye\r\n")
                self._transport.close()
            case _:
                self._transport.write(b"250 2.0.0 Ok\r\n")

    def _mail(self) -> bool:
        body, end, rest = bytes(self._buffer).partition(_END)
        if not end:
            return False
        self._buffer = bytearray(rest)
        self._in_data = False
        found = _MESSAGE_ID.search(body)
        os.write(self._mails, b"%b %b\n" % (found[1] if found else b"-", self._recipient))
        self._waits = True
        asyncio.get_running_loop().call_later(self._pause, self._answer)
        return True

    def _answer(self) -> None:
        self._waits = False
        self._transport.write(b"250 2.0.0 Ok: queued\r\n")
        self._work()


class Kept(dict[str, Post]):
    """The server's posts, each written down as it is published."""

    def __init__(self, file: int) -> None:
        super().__init__()
        self._file = file

    def __setitem__(self, key: str, post: Post) -> None:
        os.write(self._file, json.dumps(post.text).encode() + b"\n")
        super().__setitem__(key, post)


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


async def _receive(mails: int, pause: float, url: str, token: str) -> None:
    """Say where, then receive until standard input ends."""
    loop = asyncio.get_running_loop()
    relay = await loop.create_server(lambda: Relay(mails, pause), "127.0.0.1", 0)
    print(json.dumps({"smtp_port": relay.sockets[0].getsockname()[1], "url": url, "token": token}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    relay.close()


def main(folder: Path, pause: float) -> None:
    """Run the two servers."""
    with mastodon_standin(Habits(keeps_keys=False)) as standin:
        standin.posts = Kept(_open(folder / "posts"))
        asyncio.run(_receive(_open(folder / "mails"), pause, standin.url, standin.token))


# -- Seen from the test. --


@dataclass(frozen=True, slots=True)
class Sink:
    """Where the two servers are, and what they have seen."""

    folder: Path
    smtp_port: int
    url: str  #: The Mastodon server's.
    token: str

    def mails(self) -> list[tuple[str, str]]:
        """Message-ID and recipient of every mail, in the order they came."""
        lines = (self.folder / "mails").read_text(encoding="ascii").splitlines()
        return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]

    def count(self) -> int:
        """How many mails came."""
        return (self.folder / "mails").read_bytes().count(b"\n")

    def size(self) -> int:
        """A number that grows with every mail and post."""
        return sum((self.folder / name).stat().st_size for name in ("mails", "posts"))

    def posts(self) -> list[str]:
        """The text of every post that was ever published."""
        return [json.loads(line) for line in (self.folder / "posts").read_text(encoding="ascii").splitlines()]


@contextmanager
def receiving(folder: Path, pause: float = 0.0) -> Iterator[Sink]:
    """The sink, for the length of a `with`; `pause` as for `Relay`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.faults.sink", str(folder), str(pause)]
    with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            where = json.loads(process.stdout.readline())
            yield Sink(folder, **where)
        finally:
            with suppress(OSError):
                process.communicate(timeout=10)
            process.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
