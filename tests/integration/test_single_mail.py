"""One mail to one person, over a real SMTP conversation."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from announcer import settings
from announcer.errors import Credentials, Transient
from announcer.model.ledger import Deferred, Failed, Outcome, Sent, Unknown
from announcer.newsletter.connection import Access
from announcer.newsletter.dkim import Signer
from announcer.newsletter.single import Courier, SingleMail
from tests.standins.smtp_relay import DROP, HANG, Script, SmtpRelay

NOW = datetime(2026, 9, 11, 8, tzinfo=UTC)
TEXT = "Guten Tag Änne,\n\n.ein Punkt am Anfang\nFrom der Rest\n" + "lang " * 40
MAIL = SingleMail(
    "0f" * 16, "aenne@büro.example", "Bitte freigeben: „Tag der Städte“ – und noch einiges mehr, das lang ist", TEXT,
    "<p>Grüße</p>", "Änne Amsel", "de", NOW,
)  # fmt: skip


def courier(port: int, **relay: object) -> Courier:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 5, **relay}
    mail = settings.Mail(
        sender="presse@city.example", sender_name="Pressestelle Münster", reply_to="wir@city.example",
        relay=settings.Relay.model_validate(given),
    )  # fmt: skip
    return Courier(mail, lambda: NOW, relays=[Access(mail.relay, "geheim")])


def parsed(data: bytes) -> EmailMessage:
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_arrives_as_it_was_meant() -> None:
    with SmtpRelay() as relay:
        carrier = courier(relay.port)
        outcomes = [carrier.send(MAIL), carrier.send(MAIL)]
        carrier.close()
        first, second = relay.mails
        connections = relay.connections
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert (first.data, connections) == (second.data, 1)  # a repeated mail is the same mail, to the byte
    assert (first.sender, first.recipient) == ("presse@city.example", "aenne@xn--bro-hoa.example")
    assert max(len(line) for line in first.data.split(b"\r\n")) <= len("Subject: ") + 75  # an encoded word
    mail = parsed(first.data)
    heads = {name: str(mail[name]) for name in mail}
    heads.pop("Content-Type")
    assert heads == {
        "Date": "Fri, 11 Sep 2026 08:00:00 +0000",
        "From": "Pressestelle Münster <presse@city.example>",
        "To": "Änne Amsel <aenne@xn--bro-hoa.example>",
        "Reply-To": "wir@city.example",
        "Subject": MAIL.subject,
        "Message-ID": f"<{'0f' * 16}@city.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "de",
        "MIME-Version": "1.0",
    }
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == TEXT
    assert html.get_content().strip() == "<p>Grüße</p>"


def test_a_mail_without_html_is_plain_text() -> None:
    with SmtpRelay() as relay:
        carrier = courier(relay.port)
        carrier.send(SingleMail("ab", "x@city.example", "Hallo", "Ein Wort."))
        carrier.close()
    mail = parsed(relay.mails[0].data)
    assert (mail.get_content_type(), mail.get_content().strip()) == ("text/plain", "Ein Wort.")


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        ({"RCPT": ["550 5.1.1 no such user"]}, Failed),
        ({"RCPT": ["450 4.2.1 later"]}, Deferred),
        ({"MAIL": ["550 5.7.1 not you"]}, Deferred),  # about us, not about the mail
        ({"END": ["554 5.7.1 spam"]}, Failed),
        ({"END": [DROP]}, Unknown),
        ({"DATA": [DROP]}, Deferred),
    ],
)
def test_what_came_of_it_is_said(replies: dict[str, list[str]], kind: type[Outcome]) -> None:
    with SmtpRelay(Script(replies=replies)) as relay:
        carrier = courier(relay.port)
        assert isinstance(carrier.send(MAIL), kind)
        assert isinstance(carrier.send(MAIL), Sent)  # and the next one finds its way
        carrier.close()


def test_a_relay_that_is_away_or_refuses_the_sign_on_raises() -> None:
    with SmtpRelay(Script(users={"presse": "anders"})) as relay:
        with pytest.raises(Credentials):
            courier(relay.port, username="presse").send(MAIL)
        port = relay.port
    with pytest.raises(Transient, match="refuses connections"):
        courier(port).send(MAIL)


@pytest.mark.parametrize(("command", "kind"), [("MAIL", Deferred), ("END", Unknown)])
def test_a_relay_that_falls_silent_is_not_waited_for_for_ever(command: str, kind: type[Outcome]) -> None:
    with SmtpRelay(Script(replies={command: [HANG]})) as relay:
        carrier = courier(relay.port, timeout_seconds=0.3)
        outcome = carrier.send(MAIL)
        assert isinstance(outcome, kind)
        assert "does not answer in time" in str(getattr(outcome, "said", ""))
        assert isinstance(carrier.send(MAIL), Sent)
        carrier.close()


def test_an_address_that_cant_be_written_fails_for_good() -> None:
    assert isinstance(courier(1).send(SingleMail("ab", "ä@city.example", "x", "y")), Failed)


def test_single_mails_are_signed_too() -> None:
    """With the key of config.toml, as the newsletter is."""
    signer = Signer("city.example", "s", Ed25519PrivateKey.generate())
    with SmtpRelay() as relay:
        mail = settings.Mail(sender="presse@city.example", relay=settings.Relay(port=relay.port, security="none"))
        signing = Courier(mail, lambda: NOW, signers=[signer])
        assert isinstance(signing.send(SingleMail("0" * 32, "alex@leser.example", "Bitte", "Guten Tag")), Sent)
        signing.close()
    (taken,) = relay.mails
    assert dkim.verify(taken.data, dnsfunc=lambda name, timeout=5: signer.record.encode())
