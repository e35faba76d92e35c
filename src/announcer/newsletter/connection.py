"""A connection to the relay: opened, secured, signed on; then bytes out and replies in.

`Lost` stays within the mail engine: only who speaks knows what a lost answer
means for a letter. What prevents a connection from being opened is mapped
here to `Transient` and `Credentials`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol

from announcer.errors import Credentials, Transient
from announcer.model.content import Health
from announcer.newsletter.oauth import xoauth2
from announcer.newsletter.replies import Garbled, Replies, Reply
from announcer.settings import Relay

#: How long a farewell may take, in seconds.
_QUIT_SECONDS = 2.0
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Token(Protocol):
    """What gives tokens for XOAUTH2 (`oauth.Tokens`)."""

    def __call__(self) -> str: ...
    def forget(self) -> None: ...


class Lost(Exception):
    """The connection is of no more use; says why."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the relay: its settings, the password they name, and whom to trust."""

    relay: Relay
    password: str = ""
    tls: ssl.SSLContext | None = None  #: None: the system's certificate authorities.
    token: Token | None = None  #: Signs on by XOAUTH2 instead of the password.
    section: str = "mail.relay"  #: Of config.toml, for what somebody has to look at.

    @property
    def name(self) -> str:
        """The relay as messages call it."""
        return f"the relay {self.relay.host}:{self.relay.port}"


class Connection:
    """One connection to the relay. Used by one thread at a time; only `abort` may come from another."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._socket: socket.socket | None = None
        self._replies = Replies()
        self._extensions: dict[str, str] = {}
        self._aborted = False
        self.usable = False  #: Whether a letter can be sent.
        self.proved = False  #: A mail got through on it.
        self.owes_answer = False  #: The end of a mail is written and not answered: hanging up leaves it in doubt.
        self.needs_reset = False  #: A refused envelope is open; the next one has to reset it, also in another round.
        self.unsent = False  #: A round has more to write than went at once.

    @property
    def pipelining(self) -> bool:
        """Whether the relay takes several commands in one go (RFC 2920)."""
        return "PIPELINING" in self._extensions

    # -- open and close --

    def open(self) -> None:
        """Connect, secure and sign on.

        Raises `Credentials` if the relay does not take user name and
        password, `Transient` for everything else.
        """
        try:
            self._connect()
            self._greet()
        except Lost as error:
            self._drop()
            raise Transient(f"{self._access.name}: {error}") from error
        except (Transient, Credentials):
            self._drop()
            raise
        self.usable = True
        self.needs_reset = False

    def close(self) -> None:
        """Say QUIT if the other side still listens, and hang up."""
        if self.usable and self._socket is not None:
            self._socket.settimeout(_QUIT_SECONDS)
            with contextlib.suppress(Lost):
                self.ask(b"QUIT\r\n")
        self._drop()

    def abort(self) -> None:
        """Hang up at once; whoever waits for an answer gets `Lost`. May be called from any thread."""
        self._aborted = True
        if (held := self._socket) is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket's own: it would turn the reader's socket into a plain one.
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def alive(self) -> bool:
        """Whether a kept connection still answers."""
        try:
            self.usable = self.usable and not self._replies.pending and self.ask(b"NOOP\r\n").code == 250
        except Lost:
            self.usable = False
        return self.usable

    def _drop(self) -> None:
        self.usable = False
        if self._socket is not None:
            self._socket.close()

    # -- bytes and replies --

    def ask(self, command: bytes) -> Reply:
        """Send one command and wait for its reply. Raises `Lost`."""
        assert self._socket is not None
        try:
            self._socket.sendall(command)
        except OSError as error:
            raise self._lost(error) from error
        return self.reply()

    def reply(self) -> Reply:
        """Wait for the next reply. Raises `Lost` if it does not come, or is none."""
        while (reply := self.next_reply()) is None:
            self.receive()
        return reply

    # -- the same without waiting: what a round uses, many connections in one thread --

    def begin_round(self) -> int:
        """From here on nothing waits; gives the descriptor to watch."""
        assert self._socket is not None
        self._socket.setblocking(False)
        return self._socket.fileno()

    def end_round(self) -> None:
        """From here on commands wait for their replies again."""
        if self._socket is not None and self.usable:
            self._socket.settimeout(self._access.relay.timeout_seconds)

    def send(self, data: bytes) -> int:
        """Send what goes at once; gives how many octets left. Raises `Lost`."""
        assert self._socket is not None
        try:
            return self._socket.send(data)
        except _NOT_NOW:
            return 0
        except OSError as error:
            raise self._lost(error) from error

    def receive(self) -> None:
        """Take what came. Raises `Lost` if the other side hung up or talks no SMTP."""
        assert self._socket is not None
        try:
            data = self._socket.recv(16384)
            if not data:
                raise ConnectionResetError
            self._replies.feed(data)
        except _NOT_NOW:
            return
        except OSError as error:
            raise self._lost(error) from error

    def next_reply(self) -> Reply | None:
        """The next whole reply of what came. Raises `Lost` if something else stands there."""
        try:
            return self._replies.next()
        except Garbled as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError | Garbled) -> Lost:
        self.usable = False
        return Lost(f"it sent {error}" if isinstance(error, Garbled) else _said(error))

    # -- opening, step by step --

    def _connect(self) -> None:
        relay = self._access.relay
        problem = "it has no address"
        try:
            places = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Lost(f"its name is not known ({error.strerror}); check [{self._access.section}] host") from error
        for family, kind, protocol, _, place in places:
            try:
                self._dial(family, kind, protocol, place)
            except OSError as error:
                problem = _said(error)
                self._drop()
            else:
                return
        raise Lost(f"{problem}; check [{self._access.section}] and whether it runs")

    def _dial(self, family: int, kind: int, protocol: int, place: object) -> None:
        self._socket = socket.socket(family, kind, protocol)
        self._socket.settimeout(self._access.relay.timeout_seconds)
        if self._aborted:
            raise ConnectionAbortedError("the service stops")
        self._socket.connect(place)  # type: ignore[arg-type]  # getaddrinfo's own tuple, whatever the family
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _greet(self) -> None:
        relay = self._access.relay
        if relay.security == "tls":
            self._secure()
        self._expect(self.reply(), 220, "its greeting")
        self._ehlo()
        if relay.security == "starttls":
            self._start_tls()
        if relay.username or self._access.token:
            self._sign_on()

    def _ehlo(self) -> None:
        assert self._socket is not None
        reply = self.ask(b"EHLO %b\r\n" % _own_name(self._socket))
        self._expect(reply, 250, "EHLO")
        self._extensions = {}
        for line in reply.lines[1:]:
            keyword, _, parameters = line.decode("ascii", "replace").upper().partition(" ")
            known = self._extensions.get(keyword)  # some servers announce AUTH twice
            self._extensions[keyword] = f"{known} {parameters}" if known else parameters

    def _start_tls(self) -> None:
        # Never on in the clear: whoever sits between could have removed the offer (RFC 3207 §6).
        if "STARTTLS" not in self._extensions:
            raise Lost(f"it offers no STARTTLS; repair its certificate, or set [{self._access.section}] security")
        self._expect(self.ask(b"STARTTLS\r\n"), 220, "STARTTLS")
        if self._replies.pending:
            raise Lost("it sent something in the clear behind STARTTLS; somebody may be tampering")
        self._secure()
        self._ehlo()  # RFC 3207 §4.2: what was said in the clear is forgotten.

    def _secure(self) -> None:
        assert self._socket is not None
        context = self._access.tls or ssl.create_default_context()
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self._access.relay.host)
        except ssl.SSLCertVerificationError as error:
            raise Lost(
                f"its certificate is not trusted ({error.verify_message}); "
                "renew it, or name its authority in [proxy] ca_bundle"
            ) from error
        except (OSError, ValueError) as error:
            raise Lost(f"TLS failed: {_said(error)}") from error

    def _sign_on(self) -> None:
        relay = self._access.relay
        if not self._is_private():
            raise Credentials(
                f"{self._access.name} would get the password in the clear; "
                f"set [{self._access.section}] security to starttls or tls"
            )
        offered = self._extensions.get("AUTH", "").split()
        if self._access.token is not None:
            reply = self._show_token(self._access.token, offered)
        elif "PLAIN" in offered:
            secret = b64encode(f"\0{relay.username}\0{self._access.password}".encode())  # RFC 4616
            reply = self.ask(b"AUTH PLAIN %b\r\n" % secret)
        elif "LOGIN" in offered:
            reply = self._login(relay.username, self._access.password)
        else:
            raise Credentials(
                f"{self._access.name} offers no AUTH PLAIN or LOGIN; remove [{self._access.section}] username"
            )
        if reply.code >= 500:
            raise Credentials(
                f"{self._access.name} refuses the user name or password ({reply.words}); check [{self._access.section}]"
            )
        self._expect(reply, 235, "AUTH")

    def _show_token(self, token: Token, offered: list[str]) -> Reply:
        if "XOAUTH2" not in offered:
            raise Credentials(f"{self._access.name} offers no AUTH XOAUTH2; remove [{self._access.section}] oauth")
        reply = self.ask(b"AUTH XOAUTH2 %b\r\n" % xoauth2(self._access.relay.username, token()))
        if reply.code == 334:  # it says why not, and wants an empty line before it refuses
            reply = self.ask(b"\r\n")
        if reply.code != 235:
            token.forget()
        return reply

    def _login(self, username: str, password: str) -> Reply:
        reply = self.ask(b"AUTH LOGIN\r\n")
        for word in (username, password):
            if reply.code != 334:
                break
            reply = self.ask(b64encode(word.encode()) + b"\r\n")
        return reply

    def _is_private(self) -> bool:
        if isinstance(self._socket, ssl.SSLSocket):
            return True
        assert self._socket is not None
        return ipaddress.ip_address(self._socket.getpeername()[0].partition("%")[0]).is_loopback

    def _expect(self, reply: Reply, code: int, asked: str) -> None:
        if reply.code != code:
            raise Lost(f"it answers {asked} with {reply.words!r}")


def health(access: Access) -> Health:
    """Connect, secure, sign on, NOOP, QUIT; sends nothing."""
    connection = Connection(access)
    try:
        connection.open()
        alive = connection.alive()
    except (Transient, Credentials) as error:
        return Health(False, str(error))
    finally:
        connection.close()
    how = "in one go" if connection.pipelining else "command by command"
    return Health(alive, f"{access.name} {'answers' if alive else 'hangs up'} and takes mails {how}")


def _own_name(link: socket.socket) -> bytes:
    """The name for EHLO: this host's, or its address in brackets (RFC 5321 §4.1.3)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name.encode()
    own = link.getsockname()[0].partition("%")[0]
    return f"[IPv6:{own}]".encode() if ":" in own else f"[{own}]".encode()


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "it hung up"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections"
    return str(error)
