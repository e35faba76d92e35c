"""A round of mails over one connection, and what became of each.

With PIPELINING (RFC 2920) the next envelope follows the end of a mail in the
same write; DATA ends each group, so exactly one mail per connection can be in
doubt: the one whose end was written and not answered. A mail further back,
whose envelope is under way, was never begun.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from announcer import failpoints
from announcer.errors import Credentials
from announcer.model.ledger import Deferred, Failed, Outcome, Receipt, Sent, Unknown
from announcer.newsletter.compile import END_OF_DATA
from announcer.newsletter.connection import Connection, Lost
from announcer.newsletter.replies import Reply
from announcer.newsletter.rounds import Letter

#: Seconds until a letter that was given back may be claimed again.
SOON = 1.0

_CLOSING = 421  #: RFC 5321 §3.8: the server hangs up after this reply.
_START_MAIL = 354
_NEEDS_AUTH = frozenset({530, 534, 535, 538})  #: RFC 4954 §6.


class Mail(NamedTuple):
    """A letter written out: where it goes, and its bytes without the end of data."""

    letter: Letter
    recipient: bytes
    data: bytes
    sender: bytes = b""  #: The envelope's; empty: that of the round.


class Pace(Protocol):
    """When the next mail may begin."""

    def ready(self) -> bool:
        """Whether one may begin right now."""
        ...

    def wait(self) -> bool:
        """Wait until one may begin; False if nothing is to begin any more."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """An envelope the relay did not take, by the first of its replies that said so."""

    reply: Reply
    command: str
    takes_data: bool  #: It said 354 all the same and waits for a mail.

    @property
    def outcome(self) -> Outcome:
        """What that means for the letter.

        A refusal of MAIL concerns us and not the recipient, so it never
        fails a letter for good; 421 there means that nothing was begun.
        """
        said = f"{self.command}: {self.reply.words}"
        if self.command == "MAIL":
            return Deferred(said, counted=self.reply.code != _CLOSING)
        return Failed(said) if self.reply.code >= 500 else Deferred(said)


#: What a round hands back: an outcome, or None where it waits for the relay.
Step = tuple[Letter, Outcome] | None


class Round:
    """Sends mails over a connection, each to exactly one outcome."""

    def __init__(self, connection: Connection, sender: bytes) -> None:
        self._connection = connection
        self._sender = sender
        self._ahead = False  #: The next envelope is written already.
        self._begun = False  #: The relay took MAIL for the present letter.
        self._written = 0  #: Octets of the present write that left.
        self._said = ""  #: Why the connection ended.

    def send(self, mails: Iterable[Mail], pace: Pace) -> Generator[Step, None, None]:
        """Send them in order. A mail that can't begin any more is deferred, not counted.

        None means: go on when the connection is readable, or writable if it
        has something `unsent`; a `Lost` thrown in there ends the connection.
        Raises `Credentials` if the relay wants another sign-on; the letters
        that then have no outcome were not begun.
        """
        waiting = iter(mails)
        following = next(waiting, None)
        while mail := following:
            # Written out while the relay works on the envelope of the one before.
            following = next(waiting, None)
            if not self._ahead and not (self._connection.usable and pace.wait()):
                yield mail.letter, Deferred(self._said or "stopped before it began", retry_after=SOON, counted=False)
                continue
            yield mail.letter, (yield from self._attempt(mail, following, pace))

    def _attempt(self, mail: Mail, following: Mail | None, pace: Pace) -> Generator[None, None, Outcome]:
        self._begun = False
        try:
            refused = yield from self._announce(mail)
        except Lost as error:
            self._hang_up(str(error))
            return Deferred(self._said, counted=self._begun)
        if refused is None:
            return (yield from self._deliver(mail.data, following, pace))
        yield from self._recover(refused, following, pace)
        return refused.outcome

    def _announce(self, mail: Mail) -> Generator[None, None, Refused | None]:
        """The envelope and its replies; None when the relay waits for the mail."""
        if not self._connection.pipelining:
            return (yield from self._announce_in_lockstep(mail))
        if not self._ahead:
            yield from self._write(self._resetting() + self._envelope(mail))
            yield from self._confirm_reset()
        self._ahead = False
        refused: tuple[Reply, str] | None = None
        for command in ("MAIL", "RCPT"):
            reply = self._connection.next_reply() or (yield from self._reply())
            if not refused and not 200 <= reply.code < 300:
                refused = reply, command
            if reply.code == _CLOSING:
                return self._refusal(reply, command)
            self._begun = self._begun or not refused
        reply = self._connection.next_reply() or (yield from self._reply())
        if not refused:
            return None if reply.code == _START_MAIL else self._refusal(reply, "DATA")
        return self._refusal(*refused, takes_data=reply.code == _START_MAIL)

    def _announce_in_lockstep(self, mail: Mail) -> Generator[None, None, Refused | None]:
        if self._connection.needs_reset:
            yield from self._write(self._resetting())
            yield from self._confirm_reset()
        for command, line in (("MAIL", self._mail_from(mail)), ("RCPT", b"RCPT TO:<%b>\r\n" % mail.recipient)):
            yield from self._write(line)
            reply = yield from self._reply()
            if not 200 <= reply.code < 300:
                return self._refusal(reply, command)
            self._begun = True
        yield from self._write(b"DATA\r\n")
        reply = yield from self._reply()
        return None if reply.code == _START_MAIL else self._refusal(reply, "DATA")

    def _refusal(self, reply: Reply, command: str, takes_data: bool = False) -> Refused:
        refused = Refused(reply, command, takes_data)
        if reply.code in _NEEDS_AUTH and command != "RCPT":
            self._hang_up("it asks for a sign-on")
            raise Credentials(f"the relay wants another sign-on ({refused.reply.words}); check [mail.relay]")
        if reply.code < 400:
            self._hang_up(f"it answered {command} with {reply.words!r}")
            raise Lost(self._said)
        return refused

    def _deliver(self, data: bytes, following: Mail | None, pace: Pace) -> Generator[None, None, Outcome]:
        after = self._following(following, pace)
        owed = len(data) + len(END_OF_DATA)
        self._connection.owes_answer = True
        self._written = 0
        try:
            yield from self._write(b"".join((data, END_OF_DATA, after)))
            failpoints.hit("after-data")
            reply = yield from self._reply()
        except Lost as error:
            self._hang_up(str(error))
            if self._written < owed:
                # The relay never saw the end of the mail, so it can't have taken it (RFC 5321 §4.1.1.4).
                return Deferred(f"within the mail: {self._said}")
            return Unknown(f"the answer to the end of the mail was lost: {self._said}")
        finally:
            self._connection.owes_answer = False
        return self._judged(reply)

    def _judged(self, reply: Reply) -> Outcome:
        if 200 <= reply.code < 300:
            failpoints.hit("after-250")
            return Sent(Receipt(reply.words))
        if reply.code == _CLOSING:
            self._hang_up(reply.words)
        if reply.code >= 500:
            return Failed(f"end of mail: {reply.words}")
        if reply.code >= 400:
            return Deferred(f"end of mail: {reply.words}")
        self._hang_up(f"it answered the end of a mail with {reply.words!r}")
        return Unknown(self._said)

    def _recover(self, refused: Refused, following: Mail | None, pace: Pace) -> Generator[None, None, None]:
        """Bring the connection back to where an envelope can begin."""
        if refused.reply.code == _CLOSING:
            self._hang_up(refused.reply.words)
        elif refused.takes_data and refused.command != "RCPT":
            # Ended with a dot, a mail without a text could reach whomever RCPT named.
            self._hang_up(f"it refused {refused.command} and took the mail all the same")
        elif refused.takes_data:
            # RFC 2920 §3.1: DATA was taken although nobody receives it; a lone dot ends it.
            yield from self._end_empty_mail(self._following(following, pace))
        else:
            self._connection.needs_reset = True

    def _end_empty_mail(self, after: bytes) -> Generator[None, None, None]:
        try:
            yield from self._write(END_OF_DATA + after)
            reply = yield from self._reply()
            if reply.code == _CLOSING:
                self._hang_up(reply.words)
        except Lost as error:
            self._hang_up(str(error))

    def _following(self, following: Mail | None, pace: Pace) -> bytes:
        """The envelope to write along with what is written now, if it may begin."""
        self._ahead = following is not None and self._connection.pipelining and pace.ready()
        return self._envelope(following) if following is not None and self._ahead else b""

    def _envelope(self, mail: Mail) -> bytes:
        return b"%bRCPT TO:<%b>\r\nDATA\r\n" % (self._mail_from(mail), mail.recipient)

    def _mail_from(self, mail: Mail) -> bytes:
        return b"MAIL FROM:<%b>\r\n" % (mail.sender or self._sender)

    def _resetting(self) -> bytes:
        return b"RSET\r\n" if self._connection.needs_reset else b""

    def _confirm_reset(self) -> Generator[None, None, None]:
        if self._connection.needs_reset:
            self._connection.needs_reset = False
            reply = yield from self._reply()
            if reply.code != 250:
                raise Lost(f"it answers RSET with {reply.words!r}")

    def _write(self, data: bytes) -> Generator[None, None, None]:
        """Write all of `data`; `_written` counts the octets that left."""
        self._written = self._connection.send(data)
        while self._written < len(data):
            self._connection.unsent = True
            yield None
            self._connection.unsent = False
            self._written += self._connection.send(data[self._written :])

    def _reply(self) -> Generator[None, None, Reply]:
        while (reply := self._connection.next_reply()) is None:
            yield None
            self._connection.receive()
        return reply

    def _hang_up(self, said: str) -> None:
        self._said = self._said or said
        self._ahead = False
        self._connection.usable = False
