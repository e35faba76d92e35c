"""What a returned mail says: told by what machines write for machines, never by an address in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.returns import ReturnKind
from announcer.newsletter.reports import Report, read
from tests.unit.newsletter import returned_mails as mails

HARD, SOFT, DELAYED = ReturnKind.HARD, ReturnKind.SOFT, ReturnKind.DELAYED


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind", "found"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 User unknown", HARD, "5.1.1"),
        ("failed", "5.1.2", "smtp; 550 5.1.2 Bad destination system", HARD, "5.1.2"),
        ("failed", "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", HARD, "5.1.10"),
        ("failed", "5.2.1", "smtp; 550 5.2.1 The account is disabled", HARD, "5.2.1"),
        ("failed", "5.4.4", "X-Postfix; Host or domain name not found", HARD, "5.4.4"),
        # The relay's own code says little; what the other side said counts.
        ("failed", "5.0.0", "smtp; 550 5.1.1 no mailbox here", HARD, "5.1.1"),
        ("failed", "5.0.0", "smtp; 550 Requested action not taken: user unknown", HARD, "5.0.0"),
        ("failed", "5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", HARD, "5.4.1"),
        # Full, too large, refused for its content or for its sender: the address is good.
        ("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full", SOFT, "5.2.2"),
        ("failed", "5.3.4", "smtp; 552 5.3.4 Message too big", SOFT, "5.3.4"),
        ("failed", "5.7.1", "smtp; 550 5.7.1 Message rejected as spam", SOFT, "5.7.1"),
        ("failed", "5.7.26", "smtp; 550 5.7.26 DMARC policy", SOFT, "5.7.26"),
        ("failed", "5.1.8", "smtp; 553 5.1.8 Bad sender's domain", SOFT, "5.1.8"),
        ("failed", "5.0.0", "smtp; 554 Transaction failed", SOFT, "5.0.0"),
        ("failed", "4.4.1", "X-Postfix; connect to 192.0.2.5:25: Connection timed out", SOFT, "4.4.1"),
        ("delayed", "4.4.1", "X-Postfix; connect to 192.0.2.5:25: Connection timed out", DELAYED, "4.4.1"),
        ("relayed", "2.0.0", "smtp; 250 Ok", ReturnKind.NOTICE, "2.0.0"),
        ("FAILED (permanent)", "5.1.1 (no mailbox)", "smtp; 550", HARD, "5.1.1"),
    ],
)
def test_a_delivery_report(action: str, status: str, diagnostic: str, kind: ReturnKind, found: str) -> None:
    said = read(mails.report(action, status, diagnostic))
    assert (said.kind, said.status, said.keys, said.tokens) == (kind, found, (mails.KEY,), (mails.TOKEN,))
    assert said.sent_to == ("bounces@city.example",)


@pytest.mark.parametrize(
    ("mail", "kind", "keys"),
    [
        (mails.complaint(), ReturnKind.COMPLAINT, (mails.KEY,)),
        (mails.complaint("fraud"), ReturnKind.COMPLAINT, (mails.KEY,)),
        (mails.complaint("not-spam"), ReturnKind.NOTICE, (mails.KEY,)),
        (mails.complaint("auth-failure"), ReturnKind.NOTICE, (mails.KEY,)),
        (mails.EXIM, HARD, (mails.KEY,)),
        (mails.QMAIL, HARD, (mails.KEY,)),
        (mails.ABSENT, ReturnKind.ABSENT, (mails.KEY,)),
        (mails.ABSENT_OLD, ReturnKind.ABSENT, ()),
        (mails.ABSENT_SUBJECT, ReturnKind.ABSENT, ()),
        (mails.ANSWER, ReturnKind.UNCLEAR, (mails.KEY,)),
        (b"", ReturnKind.UNCLEAR, ()),
        (b"\xff\xfe\0 nothing of the kind", ReturnKind.UNCLEAR, ()),
    ],
)
def test_what_else_comes_back(mail: bytes, kind: ReturnKind, keys: tuple[str, ...]) -> None:
    found = read(mail)
    assert (found.kind, found.keys) == (kind, keys)


def test_an_address_in_a_report_is_never_believed() -> None:
    """Anybody can send one that names somebody else."""
    found = read(mails.report(headers="Subject: nothing of ours\n"))
    assert (found.kind, found.keys, found.tokens) == (HARD, (), ())


def test_a_report_without_a_recipient_is_not_understood() -> None:
    assert read(mails.report().replace(b"Action:", b"Aktion:")).kind is ReturnKind.UNCLEAR


SAMPLES = [mails.report(), mails.complaint(), mails.EXIM, mails.QMAIL, mails.ABSENT, mails.ANSWER]


@given(st.sampled_from(SAMPLES), st.data())
def test_whatever_comes_is_read_to_an_end(sample: bytes, data: st.DataObject) -> None:
    """Cut off, twisted, with bytes put in: there is always a report, one line in each of its texts."""
    mail = bytearray(sample)
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(mail)))
        match data.draw(st.sampled_from(["cut", "put", "repeat"])):
            case "cut":
                del mail[place : place + data.draw(st.integers(1, 200))]
            case "put":
                mail[place:place] = data.draw(st.binary(max_size=40))
            case _:
                mail[place:place] = mail[place : place + 120]
    found = read(bytes(mail))
    assert isinstance(found, Report)
    assert all(text.isprintable() or not text for text in (found.said, found.subject, found.sender, found.status))


@given(st.binary(max_size=2_000))
def test_bytes_without_meaning_are_kept_for_a_person(raw: bytes) -> None:
    assert read(raw).kind in (ReturnKind.UNCLEAR, ReturnKind.ABSENT)


def test_a_mail_nested_a_thousand_times_is_kept_for_a_person() -> None:
    """The parser gives up; the program does not."""
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_500))
    assert read(raw).kind is ReturnKind.UNCLEAR
