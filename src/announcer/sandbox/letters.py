"""A mail as its reader sees it. Pure: bytes in, `Letter` out; hostile bytes never raise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser

#: Parsing a Message-ID list: RFC 5322 §3.6.4.
_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class Letter:
    """The decoded parts of one mail."""

    message_id: str
    subject: str
    sender: str  #: The From header, decoded.
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]  #: In their order, decoded and unfolded.
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    attachments: tuple[str, ...]  #: Their file names.

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def list_unsubscribe(self) -> str:
        """Where one leaves with one click (RFC 8058)."""
        return self.header("List-Unsubscribe")

    @property
    def answers(self) -> tuple[str, ...]:
        """The Message-IDs it refers to, the nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))


def read_letter(raw: bytes) -> Letter:
    """Parse a mail; what can't be decoded becomes replacement characters."""
    # compat32: the newer policy parses each header by grammar, at several milliseconds a mail.
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    headers = tuple((name, _decoded(str(value))) for name, value in message.raw_items())
    first = {name.lower(): value for name, value in reversed(headers)}
    parts = list(_leaves(message))
    bodies = [part for part in parts if not _attached(part)]
    return Letter(
        message_id=first.get("message-id", ""),
        subject=first.get("subject", ""),
        sender=first.get("from", ""),
        text=_text(bodies, "text/plain"),
        html=_text(bodies, "text/html"),
        headers=headers,
        in_reply_to=tuple(_ID.findall(first.get("in-reply-to", ""))),
        references=tuple(_ID.findall(first.get("references", ""))),
        attachments=tuple(_decoded(part.get_filename("")) for part in parts if _attached(part)),
    )


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _decoded(value: str) -> str:
    """A header's value: unfolded, encoded words (RFC 2047) and raw UTF-8 (RFC 6532) decoded."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" in text:
        with suppress(HeaderParseError, LookupError, ValueError):  # Not encoded words after all: as it stands.
            text = str(make_header(decode_header(text)))
    return " ".join(text.split())


def _text(parts: list[Message], content_type: str) -> str:
    part = next((part for part in parts if part.get_content_type() == content_type), None)
    payload = None if part is None else part.get_payload(decode=True)
    if part is None or not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # A charset nobody knows.
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
