"""A newsletter through a real Postfix: who gets it, who is refused, and what arrives."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.model.facts import Announcement
from announcer.model.ledger import DeliveryState, MessageState
from announcer.newsletter import tokens
from announcer.store import campaign, people
from announcer.store.tables import delivery
from tests.servers.newsroom import SITE, Newsroom
from tests.servers.postfix import DOMAIN, Postfix

pytestmark = pytest.mark.servers

RELEASE = Announcement(
    id="stadtfest",
    headline="Stadtfest: „Türen auf“ – drei Tage, zwölf Bühnen & freier Eintritt",
    lead="Vom 18. bis 20. September öffnen Museen, Werkstätten und Höfe in der ganzen Stadt ihre Türen.",
    body="Der Eintritt ist frei.\n\n.Ein Punkt am Anfang der Zeile bleibt stehen.\n\nUnd – – – ein langer Satz. " * 8,
    language="de",
)
READERS = [f"leserin-{number:03}" for number in range(300)]
GONE = [f"verzogen-{number:02}" for number in range(24)]


def _everybody() -> list[tuple[str, str]]:
    """Readers and, among them, those whose mailbox is gone; every other one with a name."""
    names = ("Zoë Müller-Lüdenscheidt", "")
    every = len(READERS) // len(GONE)
    mixed = [
        local
        for number, reader in enumerate(READERS)
        for local in (
            [GONE[number // every], reader] if number % every == 0 and number // every < len(GONE) else [reader]
        )
    ]
    return [(f"{local}@{DOMAIN}", names[number % 2]) for number, local in enumerate(mixed)]


def _relay(postfix: Postfix) -> dict[str, object]:
    security = "starttls" if postfix.encrypted else "none"
    return {"host": "127.0.0.1", "port": postfix.port, "security": security, "connections": 4, "timeout_seconds": 20}


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=SMTP)


def _ledger(newsroom: Newsroom) -> dict[str, tuple[str, str, str]]:
    """Address → state, words and key of its delivery."""
    with newsroom.engine.database.read() as connection:
        rows = connection.execute(sa.select(delivery).where(delivery.c.channel == "newsletter")).all()
        addresses = {row.id: people.by_id(connection, row.subscriber_id) for row in rows}
    return {found.address: (row.state, row.said or "", row.key) for row in rows if (found := addresses[row.id])}


def test_a_newsletter_reaches_every_mailbox_once_and_tells_who_refused(tmp_path: Path) -> None:
    """Three hundred readers get it whole, two dozen unknown ones are `failed` in the server's own words."""
    with Postfix(READERS) as postfix, Newsroom.open(tmp_path, relay=_relay(postfix)) as newsroom:
        newsroom.invite(_everybody())
        key = newsroom.announce(RELEASE)
        newsroom.work()
        delivered = postfix.delivered(len(READERS))
        ledger = _ledger(newsroom)

        assert {local: len(mails) for local, mails in delivered.items()} == dict.fromkeys(READERS, 1)
        states = {address.partition("@")[0]: state for address, (state, _, _) in ledger.items()}
        assert states == dict.fromkeys(READERS, DeliveryState.SENT) | dict.fromkeys(GONE, DeliveryState.FAILED)
        for local in GONE:
            said = ledger[f"{local}@{DOMAIN}"][1]
            assert "550 5.1.1" in said
            assert "User unknown in virtual mailbox table" in said
        for address, (_, _, key_of_mail) in ledger.items():
            if (local := address.partition("@")[0]) in delivered:
                _check_mail(_parsed(delivered[local][0]), address, key_of_mail, newsroom)
        with newsroom.engine.database.read() as connection:
            (message,) = [m for m in campaign.messages(connection, key) if m.planned.channel == "newsletter"]
        assert message.state is MessageState.PARTLY_SENT


def _check_mail(mail: EmailMessage, address: str, key: str, newsroom: Newsroom) -> None:
    """One reader's mail, as a mail program would read it."""
    assert mail["Subject"] == RELEASE.headline
    assert mail["Message-ID"] == f"<{key}@city.example>"
    assert mail["To"].addresses[0].addr_spec == address
    assert mail["Delivered-To"] == address
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    opening = "Guten Tag Zoë Müller-Lüdenscheidt," if mail["To"].addresses[0].display_name else "Guten Tag,"
    for words in (text.get_content(), html.get_content()):
        assert opening in words
        assert "öffnen Museen, Werkstätten und Höfe" in " ".join(words.split())
        assert "⟦" not in words
    assert "\n.Ein Punkt am Anfang" in text.get_content()
    way_out = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way_out in text.get_content()
    assert way_out in html.get_content()
    assert _whose(way_out, newsroom) == address


def _whose(way_out: str, newsroom: Newsroom) -> str | None:
    path, _, token = way_out.rpartition("/")
    assert path == f"{SITE}/u"
    holder = tokens.read(newsroom.engine.house.key, "unsubscribe", token)
    assert holder is not None
    assert holder[1] == "newsletter"
    with newsroom.engine.database.read() as connection:
        found = people.by_id(connection, holder[0])
    return found.address if found else None


def test_over_starttls_with_the_citys_own_authority(tmp_path: Path) -> None:
    """Postfix takes nothing in the clear here; every mail came encrypted, checked against the CA bundle."""
    with (
        Postfix(READERS[:20], encrypted=True) as postfix,
        Newsroom.open(tmp_path, relay=_relay(postfix), ca_bundle=postfix.authority) as newsroom,
    ):
        newsroom.invite([(f"{local}@{DOMAIN}", "") for local in READERS[:20]])
        newsroom.announce(RELEASE)
        newsroom.work()
        delivered = postfix.delivered(20)
        received = [_parsed(mails[0]).get_all("Received", [])[-1] for mails in delivered.values()]
        assert sorted(delivered) == READERS[:20]
        assert all("with ESMTPS" in " ".join(line.split()) for line in received)


def test_a_certificate_nobody_vouches_for_stops_the_sending(tmp_path: Path) -> None:
    """Without the CA bundle nothing leaves, nobody is lost, and the next try is still to come."""
    with (
        Postfix(READERS[:3], encrypted=True) as postfix,
        Newsroom.open(tmp_path, relay=_relay(postfix)) as newsroom,
    ):
        newsroom.invite([(f"{local}@{DOMAIN}", "") for local in READERS[:3]])
        newsroom.announce(RELEASE)
        newsroom.work()
        health = newsroom.engine.house.exits["newsletter"].check()
        assert "certificate" in health.said
        assert not health.ok
        assert {state for state, _, _ in _ledger(newsroom).values()} <= {DeliveryState.PENDING, DeliveryState.DEFERRED}
        assert postfix.delivered(0) == {}
