"""Where returned mails come to: a mailbox by IMAP, or a Maildir. Read, never emptied.

Each mail has a `ref` that stays the same, by which whoever records it knows
it again. `mark` comes afterwards: in IMAP it sets \\Seen, in a Maildir it moves
the file from `new` to `cur`; what is not understood stays unread there, so
that a person finds it.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from announcer.errors import Credentials, Transient
from announcer.mail_settings import BounceSource
from announcer.newsletter.reports import MAX_BYTES

#: Mails taken in one look; the next look goes on.
MOST_AT_ONCE = 2_000
_FETCHED_AT_ONCE = 50
_UID = re.compile(rb"UID (\d+)")

Unlock = Callable[[], str]  #: Gives the password or, with `oauth`, the token.


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in the mailbox."""

    ref: str  #: Known again by it: `<uidvalidity>:<uid>`, or the file's name.
    raw: bytes


class Mailbox(Protocol):
    """A place that returned mails come to."""

    def arrived(self, last: str) -> Iterator[Arrived]:
        """What came after the mail with the ref `last`, the oldest first. Raises `Transient` or `Credentials`."""
        ...

    def mark(self, ref: str, read: bool) -> None:
        """It is recorded; `read`: nobody has to look at it."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Maildir:
    """A Maildir, as a relay or fetchmail fills it."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path

    def arrived(self, last: str) -> Iterator[Arrived]:
        """Everything in `new`: what was recorded is in `cur`."""
        try:
            files = sorted(one for one in (self._path / "new").iterdir() if one.is_file())
        except OSError as error:
            raise Transient(
                f"the Maildir {self._path} can't be read: {error.strerror}; check [bounces.{self._name}] path"
            ) from error
        for file in files[:MOST_AT_ONCE]:
            with contextlib.suppress(FileNotFoundError), file.open("rb") as handle:  # another worker was quicker
                yield Arrived(file.name.partition(":")[0][:200], handle.read(MAX_BYTES))

    def mark(self, ref: str, read: bool) -> None:
        """Move it to `cur`, as a mail program does that has seen it."""
        try:
            (self._path / "cur").mkdir(exist_ok=True)
            for file in (self._path / "new").glob(f"{_literal(ref)}*"):
                file.rename(self._path / "cur" / f"{ref}:2,{'S' if read else ''}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise Transient(
                f"{self._path} can't be written: {error.strerror}; the service has to be its owner"
            ) from error

    def close(self) -> None:
        """Nothing is held."""


class Imap:
    """A mailbox by IMAP (RFC 9051), over TLS; signs on by password or XOAUTH2."""

    def __init__(self, name: str, source: BounceSource, unlock: Unlock, tls: ssl.SSLContext | None = None) -> None:
        """`tls` says whom to trust; None: the system's authorities."""
        self._name = name
        self._source = source
        self._server = f"the mailbox {source.username} at {source.host}:{source.port}"
        with self._mapped():
            self._imap = self._connect(tls or ssl.create_default_context())
        try:
            with self._mapped():
                self._sign_on(unlock)
                self._validity = self._opened()
        except BaseException:
            self.close()
            raise

    def _opened(self) -> str:
        """Open the folder; its UIDVALIDITY, with which UIDs begin anew."""
        answer, _ = self._imap.select(_quoted(self._source.folder))
        if answer != "OK":
            raise Transient(
                f"{self._server} has no folder {self._source.folder!r}; check [bounces.{self._name}] folder"
            )
        validity = self._imap.response("UIDVALIDITY")[1] or [b"0"]
        return (validity[0] or b"0").decode("ascii", "replace")

    def arrived(self, last: str) -> Iterator[Arrived]:
        """By their UIDs: marks that somebody's mail program set don't matter. A new UIDVALIDITY begins anew."""
        validity, _, uid = last.partition(":")
        after = int(uid) if validity == self._validity and uid.isdigit() else 0
        with self._mapped():
            _, found = self._imap.uid("SEARCH", f"UID {after + 1}:*")
        # "n:*" always gives the last mail, also when its UID is below n (RFC 9051 §6.4.8).
        uids = sorted(n for n in map(int, (found[0] or b"").split()) if n > after)[:MOST_AT_ONCE]
        for start in range(0, len(uids), _FETCHED_AT_ONCE):
            yield from self._fetched(uids[start : start + _FETCHED_AT_ONCE])

    def _fetched(self, uids: list[int]) -> list[Arrived]:
        with self._mapped():
            wanted = ",".join(map(str, uids))
            _, data = self._imap.uid("FETCH", wanted, f"(UID BODY.PEEK[]<0.{MAX_BYTES}>)")
        bodies: dict[int, bytes] = {}
        for item in data:
            if isinstance(item, tuple) and (found := _UID.search(item[0])):
                bodies[int(found[1])] = item[1]
        return [Arrived(f"{self._validity}:{uid}", bodies[uid]) for uid in uids if uid in bodies]

    def mark(self, ref: str, read: bool) -> None:
        """Set \\Seen on what nobody has to look at."""
        if read:
            with self._mapped():
                self._imap.uid("STORE", ref.partition(":")[2], "+FLAGS.SILENT", "(\\Seen)")

    def close(self) -> None:
        """Say goodbye."""
        try:
            self._imap.logout()
        except (OSError, imaplib.IMAP4.error):
            with contextlib.suppress(OSError):
                self._imap.shutdown()

    def _connect(self, tls: ssl.SSLContext) -> imaplib.IMAP4:
        source = self._source
        if source.security == "tls":
            return imaplib.IMAP4_SSL(source.host, source.port, ssl_context=tls, timeout=source.timeout_seconds)
        imap = imaplib.IMAP4(source.host, source.port, timeout=source.timeout_seconds)
        if source.security == "starttls":
            try:
                imap.starttls(tls)
            except BaseException:
                imap.shutdown()
                raise
        elif source.host not in ("127.0.0.1", "localhost", "::1"):
            imap.shutdown()
            raise Credentials(
                f"{self._server} would get the password in the clear; set [bounces.{self._name}] security to tls"
            )
        return imap

    def _sign_on(self, unlock: Unlock) -> None:
        source, secret = self._source, unlock()
        try:
            if source.oauth:
                said = f"user={source.username}\x01auth=Bearer {secret}\x01\x01"
                self._imap.authenticate("XOAUTH2", lambda _: said.encode())
            else:
                self._imap.login(source.username, secret)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise Credentials(
                f"{self._server} refuses the sign-on ({_said(error)}); check [bounces.{self._name}]"
            ) from error

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise Transient(
                f"{self._server}: its certificate is not trusted ({error.verify_message}); "
                "renew it, or name its authority in [proxy] ca_bundle"
            ) from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise Transient(
                f"{self._server} does not answer as it should ({_said(error)}); check [bounces.{self._name}]"
            ) from error


def _said(error: Exception) -> str:
    first: Any = error.args[0] if error.args else error
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    return " ".join(text.split())[:200]


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _literal(name: str) -> str:
    """A file's name as a pattern that matches nothing else."""
    return re.sub(r"([*?\[])", r"[\1]", name)
