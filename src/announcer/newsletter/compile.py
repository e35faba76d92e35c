"""A payload becomes a mail once; a recipient's copy is then a substitution of bytes.

What stays the same for everybody (headers, MIME structure, encoded text) is
made here, and so is the encoder of every place that differs. Each such place
in a body begins on a line of its own behind a soft line break (RFC 2045 §6.7
rule 5), so that line lengths and leading dots are right whatever the value is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from operator import itemgetter
from typing import Any

from announcer.errors import ComposeError
from announcer.model.content import Payload, digest
from announcer.newsletter import encode, slots

Encoder = Callable[[str], bytes]

#: The end of a mail in SMTP; the mail itself ends with CRLF (RFC 5321 §4.1.1.4).
END_OF_DATA = b".\r\n"
#: Ends a line of quoted-printable without ending the line of the text.
SOFT_BREAK = b"=\r\n"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: `address` in From and envelope, its domain in Message-ID and List-Id."""

    address: str
    name: str = ""
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Field:
    """A place that differs between recipients: a value's name, and how it is written there."""

    name: str
    encode: Encoder


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mail but for its fields: `pieces` in their order, and the same prepared for `personalise`."""

    pieces: tuple[bytes | Field, ...]
    _fixed: tuple[bytes, ...]
    _fields: tuple[tuple[str, Encoder], ...]
    _order: Callable[[Sequence[bytes]], tuple[bytes, ...]]

    def bind(self, values: Mapping[str, str]) -> Compiled:
        """The same mail with these values filled in for everybody; the more, the faster is the rest."""
        return _assembled(
            [
                piece.encode(values[piece.name]) if isinstance(piece, Field) and piece.name in values else piece
                for piece in self.pieces
            ]
        )

    def personalise(self, values: Mapping[str, str]) -> bytes:
        """One recipient's mail with CRLF line ends, ready to follow DATA but for `END_OF_DATA`.

        Raises `ComposeError` if a value can't be written in its header.
        """
        return b"".join(self._order((*self._fixed, *[encode(values[name]) for name, encode in self._fields])))


def compile(payload: Payload, sender: Sender) -> Compiled:
    """The mail of this payload, from this sender: multipart/alternative, all of it 7-bit.

    The same payload and sender always give the same bytes. Its fields are
    what `slots.shared` and `slots.personal` give. Raises `ComposeError` for
    an unknown slot.
    """
    boundary = f"=_{digest(payload)[:32]}"  # "=_" can't occur in quoted-printable (RFC 2045 §6.7)
    return _assembled(
        [
            *_headers(payload, sender),
            _multipart(boundary),
            *_part(boundary, "plain", payload["text"], encode.text_words, encode.text_url),
            *_part(boundary, "html", payload["html"], encode.html_words, encode.html_url),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def subject_parts(subject: str) -> list[str]:
    """A subject split at its slots. Raises `ComposeError` for one that doesn't exist or is a link."""
    pieces = slots.parts(subject)
    if links := [name for name in pieces[1::2] if name not in slots.WORDS]:
        raise ComposeError(f"the subject has the slot ⟦{links[0]}⟧; a link belongs in the text")
    return pieces


def rfc_date(now: datetime) -> str:
    """An aware instant as a Date header has it (RFC 5322 §3.3)."""
    return format_datetime(now)


def _headers(payload: Payload, sender: Sender) -> list[bytes | Field]:
    address = encode.address(sender.address)
    domain = address.rpartition(b"@")[2]
    answer = encode.address(sender.reply_to or sender.address)
    return [
        b"Date: ", Field("date", encode.plain),
        b"\r\nFrom: " + encode.phrase(sender.name) + b"<" + address + b">",
        b"\r\nTo: ", Field("name", encode.phrase), b"<", Field("address", encode.address), b">",
        *([b"\r\nReply-To: <" + answer + b">"] if sender.reply_to else []),
        b"\r\nSubject:", *_subject(payload["subject"]),
        b"\r\nMessage-ID: <", Field("key", encode.plain), b"@" + domain + b">",
        Field("corrects", _thread(domain)),
        # RFC 2919 §2: an identifier under the sender's own domain.
        b"\r\nList-Id: ", Field("list_title", encode.phrase),
        b"<", Field("list_id", encode.plain), b"." + domain + b">",
        # RFC 8058 §3.1: one HTTPS URI, and the header that allows to POST to it.
        b"\r\nList-Unsubscribe: <",
        Field("unsubscribe_base", encode.header_url), Field("unsubscribe_token", encode.plain), b">",
        b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click",
        b"\r\nList-Help: <mailto:" + answer + b">",
        b"\r\nContent-Language: ", Field("language", encode.plain),
        # RFC 3834 §2: notes of absence stay away from the office's inbox.
        b"\r\nPrecedence: bulk",
        b"\r\nFeedback-ID: " + digest(payload)[:12].encode() + b":newsletter:announcer",
    ]  # fmt: skip


def _thread(domain: bytes) -> Encoder:
    """The headers that put a correction beneath the mail it corrects (RFC 5322 §3.6.4); nothing without one."""

    def headers(corrected: str) -> bytes:
        if not corrected:
            return b""
        message_id = b"<" + encode.plain(corrected) + b"@" + domain + b">"
        return b"\r\nIn-Reply-To: " + message_id + b"\r\nReferences: " + message_id

    return headers


def _subject(subject: str) -> list[bytes | Field]:
    pieces = subject_parts(subject)
    if len(pieces) == 1:
        return [b" " + encode.header_text(subject)]
    # The first piece follows the header's name in its line, unless the subject begins with a slot.
    encoders = [encode.header_words, *[encode.header_slot] * len(pieces)]
    return [
        b" ",
        *[
            Field(piece, encoder) if is_slot else encoder(piece)
            for (piece, is_slot), encoder in zip(_nonempty(pieces), encoders, strict=False)
        ],
    ]


def _nonempty(pieces: Sequence[str]) -> list[tuple[str, bool]]:
    return [(piece, bool(place % 2)) for place, piece in enumerate(pieces) if piece]


def _multipart(boundary: str) -> bytes:
    return (f'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n').encode()


def _part(boundary: str, subtype: str, text: str, words: Encoder, url: Encoder) -> list[bytes | Field]:
    head = (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    pieces: list[bytes | Field] = [head.encode()]
    # The line break at the end keeps a last slot's soft break from ending the part (RFC 2045 §6.7).
    for place, piece in enumerate(slots.parts(text.rstrip("\r\n") + "\n")):
        pieces += _slot(piece, words, url) if place % 2 else [encode.quoted_printable(piece)]
    return [*pieces, b"\r\n"]


def _slot(name: str, words: Encoder, url: Encoder) -> list[bytes | Field]:
    if name in slots.WORDS:
        return [SOFT_BREAK, Field(name, words), SOFT_BREAK]
    purpose = name.removesuffix("_url")
    return [
        SOFT_BREAK, Field(f"{purpose}_base", url),
        SOFT_BREAK, Field(f"{purpose}_token", encode.plain), SOFT_BREAK,
    ]  # fmt: skip


def _assembled(pieces: Sequence[bytes | Field]) -> Compiled:
    fixed: list[bytes] = []
    fields: list[Field] = []
    places: list[tuple[bool, int]] = []
    for piece in pieces:
        if isinstance(piece, Field):
            if piece not in fields:
                fields.append(piece)
            places.append((True, fields.index(piece)))
        elif places and not places[-1][0]:
            fixed[-1] += piece
        else:
            places.append((False, len(fixed)))
            fixed.append(piece)
    indexes = [index + len(fixed) * is_field for is_field, index in places]
    order: Any = itemgetter(*indexes) if len(indexes) > 1 else tuple  # one index alone would give no tuple
    return Compiled(tuple(pieces), tuple(fixed), tuple((field.name, field.encode) for field in fields), order)
