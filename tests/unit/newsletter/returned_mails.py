"""Mails as they come back, made up for the tests: delivery reports, complaints, notes of absence, sentences."""

from __future__ import annotations

KEY = "4f2a" * 8
MESSAGE_ID = f"<{KEY}@city.example>"
TOKEN = f"17-newsletter-{'0f' * 16}"


def original(message_id: str = MESSAGE_ID) -> str:
    """The headers of our mail, as they are returned."""
    return (
        f"From: Pressestelle <presse@city.example>\nTo: <alex@leser.example>\nSubject: Stadtfest\n"
        f"Message-ID: {message_id}\n"
        f"List-Unsubscribe: <https://presse.city.example/u/{TOKEN}>\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
    )


def report(
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <alex@leser.example>: Recipient address rejected: User unknown",
    *,
    headers: str | None = None,
    to: str = "bounces@city.example",
) -> bytes:
    """A delivery report as RFC 3464 has it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@relay.city.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grenze"

--grenze
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.city.example.

--grenze
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.city.example

Final-Recipient: rfc822; alex@leser.example
Original-Recipient: rfc822;alex@leser.example
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--grenze
Content-Type: text/rfc822-headers

{headers if headers is not None else original()}
--grenze--
""".replace("\n", "\r\n").encode()


def complaint(kind: str = "abuse") -> bytes:
    """A feedback report as RFC 5965 has it."""
    return f"""\
From: <feedback@anbieter.example>
To: <bounces@city.example>
Subject: FW: Stadtfest
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="grenze"

--grenze
Content-Type: text/plain

This is an email abuse report.

--grenze
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Anbieter/1.0
Version: 1

--grenze
Content-Type: message/rfc822

{original()}
Guten Tag,

--grenze--
""".replace("\n", "\r\n").encode()


def plain(headers: str, body: str) -> bytes:
    """A mail of one part."""
    return f"{headers}\nContent-Type: text/plain; charset=utf-8\n\n{body}\n".replace("\n", "\r\n").encode()


EXIM = plain(
    "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nAuto-Submitted: auto-replied\n"
    "X-Failed-Recipients: alex@leser.example\nSubject: Mail delivery failed: returning message to sender",
    "A message that you sent could not be delivered.\n\n  alex@leser.example\n"
    "    host mx.leser.example [192.0.2.5]\n    550 5.1.1 no such user here\n\n" + original(),
)
QMAIL = plain(
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice",
    "Hi. This is the mail program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n"
    "<alex@leser.example>:\n192.0.2.5 does not like recipient.\nRemote host said: 550 user unknown\n\n" + original(),
)
ABSENT = plain(
    f"From: Alex <alex@leser.example>\nIn-Reply-To: {MESSAGE_ID}\nAuto-Submitted: auto-replied (vacation)\n"
    "Subject: Abwesend: Stadtfest",
    "Ich bin bis 5.1.2027 nicht im Haus. Nummer 550.",
)
ABSENT_OLD = plain("From: Alex <alex@leser.example>\nPrecedence: auto_reply\nSubject: Re: Stadtfest", "Bin im Urlaub.")
ABSENT_SUBJECT = plain(
    "From: Alex <alex@leser.example>\nSubject: =?utf-8?q?Automatische_Antwort=3A_Stadtfest?=", "Bis Montag."
)
ANSWER = plain(
    f"From: Alex <alex@leser.example>\nIn-Reply-To: {MESSAGE_ID}\nSubject: Re: Stadtfest",
    "Wo genau ist der Eingang? Der Weg 5.1.1 ist gesperrt.",
)
