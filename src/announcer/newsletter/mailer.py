"""The newsletter as a channel: composes issues, and drains the ledger's due mails to the relay."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog

from announcer import settings as configuration
from announcer.clock import Clock
from announcer.errors import ComposeError, Credentials
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Failed
from announcer.newsletter import encode, slots, verp
from announcer.newsletter.compile import Compiled, Sender, compile, rfc_date, subject_parts
from announcer.newsletter.connection import Access, health
from announcer.newsletter.dkim import Signer, signed
from announcer.newsletter.drain import Drain, Outlet
from announcer.newsletter.lanes import Done
from announcer.newsletter.pace import Breaker, Bucket
from announcer.newsletter.pool import Pool
from announcer.newsletter.rounds import Ledger, Letter
from announcer.newsletter.slots import Links
from announcer.newsletter.smtp import Mail

log = structlog.get_logger(__name__)

#: Gmail clips at 102 kB, encoded; below this nobody loses the foot with its unsubscribe link.
MAX_HTML_BYTES = 80_000
#: Compiled issues kept.
_CACHED = 64

Issue = tuple[int, str, str]  #: Content, list and language: what letters have in common.


class Mailer:
    """The newsletter over one relay, or over the next where the first is in trouble.

    `drain` may be called as often as one likes, `close` at the end.
    """

    name = "newsletter"
    kind = "mail"
    can = Abilities(rounds=True)

    def __init__(
        self,
        mail: configuration.Mail,
        key: bytes,
        links: Links,
        clock: Clock,
        *,
        relays: Sequence[Access] = (),
        signers: Sequence[Signer] = (),
        keep_seconds: float = 30.0,
    ) -> None:
        """`key` signs the links; `relays` are those of `mail` with what opens them (none: the first, no password).

        `signers` sign here, besides what the relay does. A connection without work is closed after `keep_seconds`.
        """
        self._relays = tuple(relays) or (Access(mail.relay),)
        self._sender = Sender(mail.sender, mail.sender_name, mail.reply_to)
        envelope = encode.address(mail.bounce_address or mail.sender)
        self._outlets = [
            Outlet(
                name=access.section,
                relay=access.relay,
                sender=envelope,
                pool=Pool(access, keep_seconds),
                breaker=Breaker(time.monotonic, random.random),
                bucket=Bucket(access.relay.per_second, time.monotonic),
                write=self._write,
                alone=len(self._relays) == 1,
            )
            for access in self._relays
        ]
        self._signers = tuple(signers)
        self._verp = (mail.bounce_address or mail.sender) if mail.verp else ""
        self._key = key
        self._links = links
        self._clock = clock
        self._compiled: OrderedDict[Issue, Compiled] = OrderedDict()
        self._lock = threading.Lock()
        self._draining = threading.Lock()

    # -- before anything leaves --

    def limits(self) -> Limits:
        """Mail has none that a network would tell."""
        return Limits()

    def prepare(self, content: Content) -> Content:
        """Nothing to fetch: the content as it is."""
        return content

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The payload, unchanged, once it is sure that it can be sent.

        Raises `ComposeError` for an unknown slot, a missing part, HTML above
        `MAX_HTML_BYTES`, or a part without a way to leave the list.
        """
        payload = content.payload
        for part in ("subject", "text", "html"):
            if not str(payload.get(part, "")).strip():
                raise ComposeError(f"the mail has no {part}; fill it in")
        if encode.one_line(payload["subject"]) != payload["subject"].strip():
            raise ComposeError("the mail's subject has a line break or double spaces; write it as one line")
        subject_parts(payload["subject"])
        slots.parts(payload.get("preheader", ""))
        for part in ("text", "html"):
            if "unsubscribe_url" not in slots.parts(payload[part])[1::2]:
                raise ComposeError(f"the mail's {part} has no ⟦unsubscribe_url⟧; add the link to leave the list")
        if (size := len(payload["html"].encode())) >= MAX_HTML_BYTES:
            raise ComposeError(f"the mail's HTML has {size // 1000} kB, which mail programs cut off; keep it below 80")
        return payload

    def check(self) -> Health:
        """Connect, secure, sign on, NOOP, QUIT, at each relay; sends nothing."""
        found = [health(access) for access in self._relays]
        return Health(all(one.ok for one in found), "; ".join(one.said for one in found))

    def fault(self, payload: Payload, readers: Sequence[Letter]) -> tuple[int, str] | None:
        """The first of these letters that can't be written, by subscriber, and why; None if all can. Sends nothing."""
        bound: dict[tuple[str, str], Compiled] = {}
        date = rfc_date(self._clock())
        for letter in readers:
            shared = (letter.list_id, letter.language)
            try:
                if shared not in bound:
                    bound[shared] = compile(payload, self._sender).bind(slots.shared(letter, self._links))
                bound[shared].personalise(slots.personal(letter, self._key, date))
            except ComposeError as error:
                return letter.subscriber_id, str(error)
        return None

    # -- sending --

    def drain(
        self, ledger: Ledger, stop: threading.Event | None = None, paused: Callable[[], bool] = lambda: False
    ) -> Counter[str]:
        """Send what is due until nothing is, `stop` is set, or what is under way was `paused`.

        Gives how many came to which outcome.

        A relay in trouble is passed over for the next; while all are, it returns at once and claims nothing. A
        second call while one runs does nothing. Raises `Credentials` if no relay is left, and whatever the ledger
        raises.
        """
        if not self._draining.acquire(blocking=False):
            return Counter()
        try:
            return self._drain(ledger, stop or threading.Event(), paused)
        finally:
            self._draining.release()

    def _drain(self, ledger: Ledger, stop: threading.Event, paused: Callable[[], bool]) -> Counter[str]:
        counts: Counter[str] = Counter()
        refused: Credentials | None = None
        for outlet in self._outlets:
            outlet.pool.reap()
            if stop.is_set() or outlet.breaker.seconds_left() > 0:
                continue
            try:
                counts += Drain(outlet, ledger, stop, paused).run()
            except Credentials as error:
                refused = error
                log.error("a relay refuses to let us in", relay=outlet.name, why=str(error))
                continue
            if not outlet.breaker.tripped and outlet.relay.window_mails is None:
                return counts  # it took all there was
        if refused is not None and all(outlet.breaker.tripped for outlet in self._outlets):
            raise refused
        return counts

    def close(self) -> None:
        """Say goodbye to the relays; a later `drain` connects again."""
        for outlet in self._outlets:
            outlet.pool.close()

    def _write(self, ledger: Ledger, letters: Sequence[Letter], done: Done) -> Iterator[Mail]:
        """The letters written out one by one; those that can't be go to `done` with the reason."""
        issues = {_issue(letter): letter for letter in letters}
        contents = {issue: self._content(ledger, issue, letter) for issue, letter in issues.items()}
        return self._written(contents, letters, done)

    def _written(self, contents: Mapping[Issue, Compiled], letters: Sequence[Letter], done: Done) -> Iterator[Mail]:
        date = rfc_date(self._clock())
        for letter in letters:
            try:
                data = contents[_issue(letter)].personalise(slots.personal(letter, self._key, date))
                data = signed(self._signers, data)
                sender = verp.sender(self._key, self._verp, letter.id).encode() if self._verp else b""
                mail = Mail(letter, encode.address(letter.address), data, sender)
            except ComposeError as error:
                done.append((letter, Failed(str(error))))
            else:
                yield mail

    def _content(self, ledger: Ledger, issue: Issue, letter: Letter) -> Compiled:
        with self._lock:
            if issue in self._compiled:
                self._compiled.move_to_end(issue)
                return self._compiled[issue]
        made = compile(ledger.payload(letter.content_id), self._sender).bind(slots.shared(letter, self._links))
        with self._lock:
            self._compiled[issue] = made
            while len(self._compiled) > _CACHED:
                self._compiled.popitem(last=False)
        return made


def _issue(letter: Letter) -> Issue:
    return letter.content_id, letter.list_id, letter.language
