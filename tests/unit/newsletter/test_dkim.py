"""Own signatures: dkimpy finds them right, and wrong as soon as anything is changed."""

from __future__ import annotations

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import SettingsError
from announcer.model.content import Payload
from announcer.newsletter import slots
from announcer.newsletter.compile import Sender, compile
from announcer.newsletter.dkim import Signer, canonical, load
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links

RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()
SIGNERS = [Signer("city.example", "eins", RSA), Signer("city.example", "zwei", ED)]
PAYLOAD: Payload = {
    "subject": "Stadtfest: „Türen auf“ – drei Tage, zwölf Bühnen & freier Eintritt für alle, die kommen wollen",
    "preheader": "",
    "text": "⟦greeting⟧\n.\n..\nEin  Satz mit   Abständen. \n⟦reason⟧\n⟦unsubscribe_url⟧\n",
    "html": '<p>⟦greeting⟧</p>\n.\n<a href="⟦unsubscribe_url⟧">Abmelden</a>\n',
}
LINKS = Links("https://presse.city.example", {"news": "Newsletter der Stadt"})


def mail(name: str = "Zoë", corrects: str | None = None) -> bytes:
    one = Letter(7, 1, 1, "4f" * 16, 9, "alex@leser.example", name, "de", "news", 1, False, corrects)
    made = compile(PAYLOAD, Sender("presse@city.example", "Presse", "antwort@city.example"))
    made = made.bind(slots.shared(one, LINKS))
    return made.personalise(slots.personal(one, b"k" * 32, "Tue, 01 Sep 2026 09:05:00 +0000"))


def verified(data: bytes, signer: Signer) -> bool:
    """What a receiving server finds; the body's dots are not stuffed, as none stands at a line's beginning."""

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name.decode().rstrip(".") == f"{signer.selector}._domainkey.{signer.domain}"
        return signer.record.encode()

    found: bool = dkim.verify(data, dnsfunc=dns)
    return found


@pytest.mark.parametrize("signer", SIGNERS, ids=["RSA", "Ed25519"])
@given(name=st.text(max_size=40), corrects=st.sampled_from([None, "ab" * 16]))
def test_every_mail_verifies_whatever_the_name(signer: Signer, name: str, corrects: str | None) -> None:
    data = mail(name, corrects)
    assert verified(signer.sign(data) + data, signer)


@pytest.mark.parametrize("signer", SIGNERS, ids=["RSA", "Ed25519"])
@pytest.mark.parametrize(
    "header", [b"From", b"Subject", b"To", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"List-Id", b"Message-ID"]
)
def test_no_header_that_counts_can_be_changed(signer: Signer, header: bytes) -> None:
    """Nor taken away, nor said a second time."""
    data = mail()
    signed = signer.sign(data) + data
    line = next(line for line in data.split(b"\r\n") if line.startswith(header + b":"))
    assert verified(signed, signer)
    assert not verified(signed.replace(line, header + b": x"), signer)
    assert not verified(signed.replace(line + b"\r\n", b""), signer)
    if header != b"List-Id":  # one that may stand there once more deceives nobody
        assert not verified(header + b": x\r\n" + signed, signer)


@pytest.mark.parametrize("signer", SIGNERS, ids=["RSA", "Ed25519"])
def test_the_body_cannot_be_changed_and_headers_may_be_folded_anew(signer: Signer) -> None:
    data = mail()
    signed = signer.sign(data) + data
    assert not verified(signed.replace(b"Abmelden", b"Anmelden"), signer)
    assert verified(signed.replace(b"List-Help: ", b"LIST-HELP:\r\n   \t"), signer)


def test_the_header_names_both_ways_to_unsubscribe_and_has_short_lines() -> None:
    header = SIGNERS[0].sign(mail())
    names = b"".join(header.split()).partition(b"h=")[2].partition(b";")[0].split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"list-id"} <= set(names)
    assert all(len(line) <= 100 for line in header.split(b"\r\n"))


def test_two_keys_sign_one_mail() -> None:
    """A reader that knows only one of them finds it right."""
    data = mail()
    headers, body = canonical(data)
    signed = b"".join(signer.header(headers, body) for signer in SIGNERS) + data
    assert b"a=rsa-sha256" in signed
    assert b"a=ed25519-sha256" in signed

    def dns(name: bytes, timeout: int = 5) -> bytes:
        signer = SIGNERS[0] if name.startswith(b"eins") else SIGNERS[1]
        return signer.record.encode()

    assert [dkim.DKIM(signed).verify(index, dnsfunc=dns) for index in (0, 1)] == [True, True]


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_keys_are_read_or_refused_with_a_remedy() -> None:
    for key in (RSA, ED):
        assert load(_pem(key), "city.example", "s", "mail.dkim.eins").algorithm in ("rsa-sha256", "ed25519-sha256")
    for pem, said in (
        (b"nonsense", "no unencrypted private key in PEM"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "neither RSA nor Ed25519"),
    ):
        with pytest.raises(SettingsError, match=rf"\[mail.dkim.eins\] the key of the selector 's'.*{said}"):
            load(pem, "city.example", "s", "mail.dkim.eins")
