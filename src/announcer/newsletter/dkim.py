"""Signing the newsletter here (DKIM, RFC 6376; Ed25519 by RFC 8463), where the relay does not.

Headers are signed in their relaxed form, as mail systems fold and space them
anew; the body in its simple form: all of it is 7-bit with lines of our own,
so that nobody on the way has a reason to touch it. Names that must not be
added later are signed once more than they occur (§5.4.2).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from announcer.errors import SettingsError

#: Every header that says something; both for unsubscribing (RFC 8058 §4) are among them.
SIGNED = (
    b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-language", b"list-id", b"list-help",
    b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id",
)  # fmt: skip
#: A second one of these would deceive readers, so none may be added.
_OVERSIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post")
#: RFC 8301 §3.2.
_SHORTEST_RSA = 1024
_FOLDED = re.compile(rb"\r\n(?=[ \t])")
_SPACES = re.compile(rb"[ \t]+")
_WRAP = 72


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, and the name under which its public half stands in the DNS: `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """As `a=` names it."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record(self) -> str:
        """The TXT record that belongs into the DNS."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            data = public.public_bytes(serialization.Encoding.DER, form)
            return f"v=DKIM1; k=rsa; p={b64encode(data).decode()}"
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode()}"

    def sign(self, data: bytes) -> bytes:
        """The DKIM-Signature header of a mail, with its line end; `data` is what `Compiled.personalise` gives."""
        return self.header(*canonical(data))

    def header(self, headers: Sequence[tuple[bytes, bytes]], body_hash: bytes) -> bytes:
        """The same of a mail that was prepared by `canonical`: several keys sign one mail for the price of one."""
        names = [name for name, _ in headers] + list(_OVERSIGNED)
        open_ = b"DKIM-Signature: v=1; a=%b; c=relaxed/simple; d=%b; s=%b;\r\n\th=%b;\r\n\tbh=%b;\r\n\tb=" % (
            self.algorithm.encode(),
            self.domain.encode(),
            self.selector.encode(),
            _listed(names),
            body_hash,
        )
        own = _relaxed(open_)
        text = b"".join([name + b":" + value + b"\r\n" for name, value in headers]) + own[0] + b":" + own[1]
        signature = b64encode(self._signed(text))
        rows = [signature[start : start + _WRAP] for start in range(0, len(signature), _WRAP)]
        return open_ + b"\r\n\t".join(rows) + b"\r\n"

    def _signed(self, text: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(text).digest())  # RFC 8463 §3: the hash is what is signed


def signed(signers: Sequence[Signer], data: bytes) -> bytes:
    """The mail with a signature of each, the last of them on top."""
    if not signers:
        return data
    headers, body_hash = canonical(data)
    for signer in signers:
        data = signer.header(headers, body_hash) + data
    return data


def canonical(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The headers to be signed in relaxed form, the last of a name first (§5.4.2), and the body's hash in Base64."""
    head, _, body = data.partition(b"\r\n\r\n")
    found: dict[bytes, list[bytes]] = {}
    for line in _FOLDED.sub(b"", head).split(b"\r\n"):
        name, value = _relaxed(line)
        found.setdefault(name, []).append(value)
    headers = [(name, value) for name in SIGNED for value in reversed(found.get(name, ()))]
    return headers, b64encode(hashlib.sha256(body).digest())


def _relaxed(header: bytes) -> tuple[bytes, bytes]:
    """§3.4.2."""
    name, _, value = header.partition(b":")
    return name.strip().lower(), _SPACES.sub(b" ", _FOLDED.sub(b"", value)).strip()


def _listed(names: Sequence[bytes]) -> bytes:
    """The `h=` tag, folded so that no line is long."""
    rows: list[bytes] = []
    row = b""
    for place, name in enumerate(names):
        piece = name + (b":" if place < len(names) - 1 else b"")
        if row and len(row) + len(piece) > _WRAP:
            rows.append(row)
            row = b""
        row += piece
    return b"\r\n\t ".join([*rows, row])


def load(pem: bytes, domain: str, selector: str, section: str) -> Signer:
    """A signer with the private key of a PEM text. Raises `SettingsError` naming the section and the remedy."""
    place = f"config.toml: [{section}] the key of the selector {selector!r}"
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"{place} is no unencrypted private key in PEM; make one with openssl genpkey") from error
    if isinstance(key, RSAPrivateKey) and key.key_size < _SHORTEST_RSA:
        raise SettingsError(f"{place} has {key.key_size} bits, which nobody accepts; make one with 2048")
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError(f"{place} is neither RSA nor Ed25519; make one with openssl genpkey")
    return Signer(domain, selector, key)
