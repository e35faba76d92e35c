"""A compiled mail, read back by the standard library's parser."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.newsletter import slots, tokens
from announcer.newsletter.compile import Sender, compile, rfc_date
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links

KEY = b"k" * 32
DATE = rfc_date(datetime(2018, 9, 11, 8, 0, tzinfo=UTC))
SENDER = Sender("presse@city.example", "Pressestelle der Stadt Müsterhausen", "antwort@city.example")
LINKS = Links("https://presse.city.example", {"presse": "Presse & Öffentlichkeit"})
PAYLOAD = {
    "subject": "Erinnerung: „Kommunen innovativ“ beginnt in einer Woche",
    "preheader": "Anmeldung bis 4. September",
    "text": "⟦greeting⟧\n\n.ein Punkt am Anfang\nFrom hier an = gleich.  \n\n⟦reason⟧\nAbmelden: ⟦unsubscribe_url⟧\n",
    "html": '<html lang="de"><p>⟦greeting⟧</p>\n<p style="width:100%">Größe</p><p>⟦reason⟧</p>\n'
    '<a href="⟦unsubscribe_url⟧">Abmelden</a> <a href="⟦preferences_url⟧">Wahl</a>'
    '<a href="⟦view_url⟧">Ansehen</a></html>',
}  # fmt: skip


def letter(name: str = "Alex Muster", address: str = "alex@city.example", corrects: str | None = None) -> Letter:
    return Letter(
        id=1,
        fence=1,
        content_id=7,
        key="ab12cd",
        subscriber_id=42,
        address=address,
        name=name,
        language="de",
        list_id="presse",
        attempts=1,
        maybe_double=False,
        corrects_key=corrects,
    )


def written(one: Letter, payload: dict[str, str] = PAYLOAD, sender: Sender = SENDER) -> bytes:
    return compile(payload, sender).bind(slots.shared(one, LINKS)).personalise(slots.personal(one, KEY, DATE))


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def filled(text: str, one: Letter, escape: bool) -> str:
    links = {
        f"{purpose}_url": LINKS.base(purpose, 7) + tokens.make(KEY, purpose, 42, "presse") for purpose in slots.PURPOSES
    }
    words = {
        "greeting": slots.greeting(slots.clean_name(one.name), "de"),
        "reason": slots.reason(LINKS.title("presse"), "de"),
    }
    for name, value in {**words, **links}.items():
        text = text.replace(f"⟦{name}⟧", html.escape(value) if escape else value)
    return text.rstrip("\n") + "\n"


def headers(one: Letter) -> list[tuple[str, str]]:
    token = tokens.make(KEY, "unsubscribe", 42, "presse")
    thread = [
        ("In-Reply-To", f"<{one.corrects_key}@city.example>"),
        ("References", f"<{one.corrects_key}@city.example>"),
    ]
    return [
        ("Date", "Tue, 11 Sep 2018 08:00:00 +0000"),
        ("From", "Pressestelle der Stadt Müsterhausen <presse@city.example>"),
        ("To", f"{one.name} <{one.address}>"),
        ("Reply-To", "antwort@city.example"),
        ("Subject", PAYLOAD["subject"]),
        ("Message-ID", "<ab12cd@city.example>"),
        *(thread if one.corrects_key else []),
        ("List-Id", "Presse & Öffentlichkeit <presse.city.example>"),
        ("List-Unsubscribe", f"<https://presse.city.example/u/{token}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Help", "<mailto:antwort@city.example>"),
        ("Content-Language", "de"),
        ("Precedence", "bulk"),
    ]


@pytest.mark.parametrize("corrects", [None, "0f0e0d"])
def test_the_whole_mail(corrects: str | None) -> None:
    one = letter(corrects=corrects)
    mail = parsed(written(one))
    expected = headers(one)
    assert [(name, str(value)) for name, value in mail.items()][: len(expected)] == expected
    assert mail.keys()[len(expected) :] == ["Feedback-ID", "MIME-Version", "Content-Type"]
    assert re.fullmatch(r"[0-9a-f]{12}:newsletter:announcer", str(mail["Feedback-ID"]))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert body(mail, "plain") == filled(PAYLOAD["text"], one, escape=False)
    assert body(mail, "html") == filled(PAYLOAD["html"], one, escape=True)
    assert not mail.defects


def test_the_same_payload_gives_the_same_bytes() -> None:
    assert written(letter()) == written(letter())


def test_bound_values_change_nothing() -> None:
    one = letter()
    everything = slots.shared(one, LINKS) | slots.personal(one, KEY, DATE)
    assert compile(PAYLOAD, SENDER).personalise(everything) == written(one)
    assert compile(PAYLOAD, SENDER).bind(everything).personalise({}) == written(one)


def test_a_name_left_empty_leaves_the_greeting_whole() -> None:
    mail = parsed(written(letter(name="")))
    assert str(mail["To"]) == "alex@city.example"
    assert body(mail, "plain").startswith("Guten Tag,\n")


def test_without_name_and_reply_to() -> None:
    mail = parsed(written(letter(), sender=Sender("presse@city.example")))
    assert [str(mail["From"]), mail["Reply-To"], str(mail["List-Help"])] == [
        "presse@city.example",
        None,
        "<mailto:presse@city.example>",
    ]


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | st.text(
    st.sampled_from("a.ü😀\r\n\t =?\"\\<>&'"), max_size=300
)


@given(NAMES, st.sampled_from(["alex@city.example", ".a..b.@city.example", "x" * 64 + "@" + "y" * 180 + ".example"]))
def test_whatever_the_name_the_mail_is_right(name: str, address: str) -> None:
    one = letter(name, address)
    data = written(one)
    mail = parsed(data)
    assert mail.keys() == [*[name for name, _ in headers(one)], "Feedback-ID", "MIME-Version", "Content-Type"]
    assert body(mail, "plain") == filled(PAYLOAD["text"], one, escape=False)
    assert body(mail, "html") == filled(PAYLOAD["html"], one, escape=True)
    lines = data.split(b"\r\n")
    assert data.isascii()
    assert not re.search(rb"[\r\n]", b"".join(lines))
    assert all(len(line) <= 998 and line[:1] != b"." for line in lines)  # RFC 5321 §4.5.3.1.6, §4.5.2
    assert lines[-1] == b""


@given(NAMES)
def test_whatever_the_name_the_recipient_stays_alone(name: str) -> None:
    # The old parser: the new one keeps the space between two encoded words of a name, against RFC 2047 §6.2.
    to = message_from_bytes(written(letter(name)))["To"].replace("\r\n", "")
    assert [(str(make_header(decode_header(shown))), address) for shown, address in getaddresses([to])] == [
        (slots.clean_name(name), "alex@city.example")
    ]


@pytest.mark.parametrize("name", ["Alex Muster", "", "Jürgen Müller", "😀" * 100])
def test_a_slot_in_the_subject(name: str) -> None:
    mail = parsed(written(letter(name), {**PAYLOAD, "subject": "Für Sie: ⟦greeting⟧ – jetzt"}))
    assert str(mail["Subject"]) == f"Für Sie: {slots.greeting(name, 'de')} – jetzt"


@pytest.mark.parametrize(
    "text", ["⟦greeting⟧", "⟦unsubscribe_url⟧", "a⟦greeting⟧⟦greeting⟧b", "\n⟦reason⟧\n\n", "x" * 75 + "⟦greeting⟧"]
)
def test_slots_at_every_place(text: str) -> None:
    one = letter(name=".Punkt")
    assert body(parsed(written(one, {**PAYLOAD, "text": text})), "plain") == filled(text, one, escape=False)


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_an_unknown_slot_is_named(part: str) -> None:
    with pytest.raises(ComposeError, match="⟦vorname⟧"):
        compile({**PAYLOAD, part: "Hallo ⟦vorname⟧"}, SENDER)


def test_a_link_in_the_subject_is_refused() -> None:
    with pytest.raises(ComposeError, match="⟦view_url⟧"):
        compile({**PAYLOAD, "subject": "Ansehen: ⟦view_url⟧"}, SENDER)


def test_an_impossible_address_is_refused_before_anything_leaves() -> None:
    with pytest.raises(ComposeError):
        written(letter(address="a@b>\r\nRCPT TO:<c@d"))
