"""One mail to one person: what the program writes to the office, and what answers somebody who asked for it.

No list, no slots, no rounds: the mail is written out and sent, and the call
says what came of it. Whoever calls keeps the mail until it has arrived; `key`
gives the Message-ID, so a repeated mail is known as the same one.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from announcer import failpoints, settings
from announcer.errors import ComposeError, Credentials, Transient
from announcer.model.content import Health
from announcer.model.ledger import Deferred, Failed, Outcome
from announcer.newsletter import encode
from announcer.newsletter.compile import Sender, rfc_date
from announcer.newsletter.connection import Access, Connection, Lost, health
from announcer.newsletter.dkim import Signer, signed
from announcer.newsletter.pace import Bucket, Permit
from announcer.newsletter.pool import Pool
from announcer.newsletter.rounds import Letter
from announcer.newsletter.smtp import Mail, Round

#: While it waits, it looks so often whether the service stops; and waits no longer than that for an answer then.
_LOOK_SECONDS, _GRACE_SECONDS = 0.25, 2.0
#: An idle connection is closed after so many seconds.
_KEEP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SingleMail:
    """A mail as it is meant; `html` may be empty."""

    key: str  #: Hex; the Message-ID is `<key@sender-domain>`.
    to: str
    subject: str
    text: str
    html: str = ""
    name: str = ""
    language: str = "de"
    date: datetime | None = None  #: None: the moment of sending. Given, every try has the same bytes.


def written(mail: SingleMail, sender: Sender, now: datetime) -> bytes:
    """The mail in the wire's own form, CRLF and 7-bit, but for the end of data. Raises `ComposeError`."""
    boundary = f"=_{mail.key}"  # "=_" can't occur in quoted-printable (RFC 2045 §6.7)
    head = [
        b"Date: " + encode.plain(rfc_date(mail.date or now)),
        b"From: " + encode.phrase(sender.name) + b"<" + encode.address(sender.address) + b">",
        b"To: " + encode.phrase(mail.name) + b"<" + encode.address(mail.to) + b">",
        *([b"Reply-To: <" + encode.address(sender.reply_to) + b">"] if sender.reply_to else []),
        b"Subject: " + encode.header_text(mail.subject),
        b"Message-ID: <" + encode.plain(mail.key) + b"@" + encode.address(sender.address).rpartition(b"@")[2] + b">",
        # RFC 3834 §5: no machine answers this; the second header says the same to Exchange.
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: All",
        b"Content-Language: " + encode.plain(mail.language),
        b"MIME-Version: 1.0",
    ]
    if not mail.html:
        return b"\r\n".join([*head, *_part("plain", mail.text)])
    return b"\r\n".join(
        [
            *head,
            b'Content-Type: multipart/alternative;\r\n boundary="' + boundary.encode() + b'"',
            b"",
            b"--" + boundary.encode(),
            *_part("plain", mail.text),
            b"--" + boundary.encode(),
            *_part("html", mail.html),
            b"--" + boundary.encode() + b"--",
            b"",
        ]
    )


def _part(subtype: str, text: str) -> list[bytes]:
    return [
        b"Content-Type: text/" + subtype.encode() + b"; charset=utf-8",
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        encode.quoted_printable(text.rstrip("\r\n") + "\n"),
    ]


class Courier:
    """Sends single mails through the first relay that answers, over a connection of its own.

    `close` may come from any thread.
    """

    def __init__(
        self,
        mail: settings.Mail,
        clock: Callable[[], datetime],
        *,
        stop: threading.Event | None = None,
        relays: Sequence[Access] = (),
        signers: Sequence[Signer] = (),
    ) -> None:
        """`stop` ends a conversation that waits; so does `close`."""
        self._sender = Sender(mail.sender, mail.sender_name, mail.reply_to)
        self._envelope = encode.address(mail.sender)
        self._clock = clock
        self._stop = stop or threading.Event()
        self._signers = tuple(signers)
        self._relays = tuple(relays) or (Access(mail.relay),)
        self._pools = [Pool(access, _KEEP_SECONDS) for access in self._relays]
        self._permit = Permit(self._stop.is_set, Bucket(mail.relay.per_second, time.monotonic), self._stop.wait)

    def send(self, mail: SingleMail) -> Outcome:
        """Send it. `Unknown` is a lost answer: it may be repeated under the same key.

        Raises `Transient` if the relay can't be reached and `Credentials` if
        it refuses the sign-on; nothing was begun then.
        """
        try:
            data = signed(self._signers, written(mail, self._sender, self._clock()))
            written_out = Mail(_letter(mail), encode.address(mail.to), data)
        except ComposeError as error:
            return Failed(str(error))
        pool, connection = self._connection()
        try:
            failpoints.hit("before-send")
            outcome = self._converse(connection, written_out)
            failpoints.hit("after-send")
        finally:
            pool.give(connection)
        return outcome

    def _connection(self) -> tuple[Pool, Connection]:
        trouble: Transient | Credentials | None = None
        for pool in self._pools:
            try:
                return pool, pool.take()
            except (Transient, Credentials) as error:
                trouble = trouble or error
        assert trouble is not None
        raise trouble

    def _converse(self, connection: Connection, mail: Mail) -> Outcome:
        steps = Round(connection, self._envelope).send([mail], self._permit)
        descriptor = connection.begin_round()
        outcome: Outcome = Deferred("stopped before it began", counted=False)
        trouble: Lost | None = None
        try:
            while True:
                step = steps.throw(trouble) if trouble else next(steps)
                trouble = self._wait(connection, descriptor) if step is None else None
                outcome = step[1] if step is not None else outcome
        except StopIteration:
            return outcome
        finally:
            connection.end_round()

    def _wait(self, connection: Connection, descriptor: int) -> Lost | None:
        """Wait until the conversation can go on; why it can't, if the relay is silent or the service stops."""
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT if connection.unsent else select.POLLIN)
        began = time.monotonic()
        while not poll.poll(_LOOK_SECONDS * 1000):
            waited = time.monotonic() - began
            if waited > self._relays[0].relay.timeout_seconds:
                return Lost("it does not answer in time")
            # An end of mail that is not answered yet would be in doubt: that one gets a little longer.
            if self._stop.is_set() and waited > (_GRACE_SECONDS if connection.owes_answer else 0):
                return Lost("the service stops")
        return None

    def check(self) -> Health:
        """Whether the relay takes our mail; sends nothing."""
        return health(self._relays[0])

    def idle(self) -> None:
        """Close a connection that has had nothing to do for a while."""
        for pool in self._pools:
            pool.reap()

    def close(self) -> None:
        """Begin nothing more, and say goodbye to the relay."""
        self._stop.set()
        for pool in self._pools:
            pool.abort_opening()
            pool.close()


def _letter(mail: SingleMail) -> Letter:
    return Letter(0, 0, 0, mail.key, 0, mail.to, mail.name, mail.language, "", 0, False, None)
