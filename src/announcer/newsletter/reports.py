"""What a returned mail says. Pure: bytes in, a report out; whatever the bytes are.

Delivery reports (RFC 3464) and complaints (ARF, RFC 5965) have a part for
machines, and only that is believed where it is there. Older mail systems
write sentences: they count as bounces only if they also quote a status. A
note of absence is told by what its headers say of themselves (RFC 3834).

Whom it is about is never read from an address in it, which anybody can
write: only from what was sent along with the mail and can't be guessed, its
Message-ID, the code in its way out, or the envelope's sender (`verp`).
"""

from __future__ import annotations

import email
import email.header
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

from announcer.model.returns import ReturnKind

#: More of a mail is not looked at.
MAX_BYTES = 256_000
_MOST_PARTS, _MOST_TEXT = 60, 20_000

#: An enhanced status code (RFC 3463), and not a part of an IP address.
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@[^<>\s]{1,255}>")
_WAY_OUT = re.compile(r"/[up]/([0-9]{1,19}-[a-z0-9_-]{0,40}-[0-9a-f]{32})")
_NOBODY = re.compile(
    r"user (?:is )?unknown|unknown user|no such (?:user|mailbox|recipient|address)|does(?:n't| not) exist"
    r"|recipient address rejected|recipient not found|address not found|invalid (?:recipient|mailbox)"
    r"|account (?:has been |is )?(?:disabled|closed|deleted)|unbekannt|existiert nicht|nicht vorhanden",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^\W*(?:(?:aw|re|wg|fwd?)\s*:\s*)*(?:automatische? (?:antwort|beantwortung)|abwesen|außer haus|ausser haus"
    r"|urlaub|out of (?:the )?office|auto(?:matic)?[- ]?(?:reply|response)|autoreply|away from)",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system|microsoftexchange", re.IGNORECASE)

#: The address itself is at fault (RFC 3463 §3.2, §3.3): not full, too large, or refused for what was in it.
_NO_ADDRESS = re.compile(r"5\.1\.(?:0|1|2|3|4|6|10)|5\.2\.1|5\.4\.4")
#: Says no more than that it failed.
_VAGUE = re.compile(r"5\.(?:0\.0|1\.0|2\.0|3\.0|4\.1|5\.0|7\.1)")


@dataclass(frozen=True, slots=True)
class Report:
    """What a returned mail says, and what it can be known by."""

    kind: ReturnKind
    status: str = ""  #: The enhanced status code, as 5.1.1.
    said: str = ""  #: In the other side's words, one line.
    keys: tuple[str, ...] = ()  #: Of mails it is about: the local parts of their Message-IDs.
    tokens: tuple[str, ...] = ()  #: From the ways out of mails it is about.
    sent_to: tuple[str, ...] = ()  #: Where it came back to: may hold what `verp.read` knows.
    subject: str = ""
    sender: str = ""

    @property
    def is_bounce(self) -> bool:
        """Whether it should belong to one of our mails."""
        return self.kind in (ReturnKind.HARD, ReturnKind.SOFT, ReturnKind.DELAYED, ReturnKind.COMPLAINT)


def read(raw: bytes) -> Report:
    """What it says. Never raises: what can't be read is `UNCLEAR`, with the reason in `said`."""
    try:
        return _read(raw[:MAX_BYTES])
    except Exception as error:  # noqa: BLE001 - a stranger wrote it: whatever the parser stumbles over, it is kept
        return Report(ReturnKind.UNCLEAR, said=f"it can't be taken apart ({type(error).__name__})")


def refusal(said: str) -> Report:
    """What a relay's refusal during SMTP says: a bounce that needs no mail of its own. `said` has the command first."""
    codes = _STATUS.findall(said)
    status = next((code for code in codes if not _VAGUE.fullmatch(code)), codes[0] if codes else "")
    # Only an answer to RCPT is about the recipient; one to MAIL or to the text is about us.
    hard = said.startswith("RCPT:") and _failure(status, said) is ReturnKind.HARD
    return Report(ReturnKind.HARD if hard else ReturnKind.NOTICE, status, _line(said, 300))


def _read(raw: bytes) -> Report:
    mail = email.message_from_bytes(raw)
    parts = [part for _, part in zip(range(_MOST_PARTS), mail.walk(), strict=False)]
    about = _about(mail, parts, raw)
    for find in (_complaint, _delivery_report, _receipt, _in_sentences):
        if (found := find(mail, parts)) is not None:
            return replace(about, kind=found.kind, status=found.status, said=found.said)
    return replace(about, said="neither a delivery report, nor a complaint, nor a note of absence")


def _about(mail: Message, parts: list[Message], raw: bytes) -> Report:
    """What the mail can be known by: the returned headers if there are any, else whatever of ours it quotes."""
    originals = list(_originals(parts))
    quoted = "\n".join(_header(one, name) for one in originals for name in ("Message-ID", "List-Unsubscribe"))
    keys, tokens = _MESSAGE_ID.findall(quoted), _WAY_OUT.findall("".join(quoted.split()))
    if not keys:
        answered = f"{_header(mail, 'In-Reply-To')} {_header(mail, 'References')}"
        keys = _MESSAGE_ID.findall(answered) or _MESSAGE_ID.findall(raw.decode("ascii", "replace"))
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    sent_to = [_header(mail, name) for name in names if mail.get(name)]
    return Report(
        ReturnKind.UNCLEAR,
        keys=tuple(dict.fromkeys(keys)),
        tokens=tuple(dict.fromkeys(tokens)),
        sent_to=tuple(dict.fromkeys(sent_to)),
        subject=_line(_header(mail, "Subject"), 200),
        sender=_line(_header(mail, "From"), 200),
    )


def _originals(parts: list[Message]) -> Iterator[Message]:
    """The headers of our mail, as they were returned (RFC 3462)."""
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global") and isinstance(part.get_payload(), list):
            yield from _blocks(part)
        elif kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            yield email.message_from_string(_text(part))


# -- For machines. --


def _complaint(mail: Message, parts: list[Message]) -> Report | None:
    """RFC 5965 §3: a feedback report."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            fields = _fields(part)
            kind = fields.get("feedback-type", "").strip().lower()
            said = _line(f"feedback-type: {kind}", 200)
            # §3.1 and RFC 6591: reports on authentication are about our domain, and "not-spam" is praise.
            if kind in ("auth-failure", "not-spam", "dmarc"):
                return Report(ReturnKind.NOTICE, said=said)
            return Report(ReturnKind.COMPLAINT, said=said)
    return None


def _delivery_report(mail: Message, parts: list[Message]) -> Report | None:
    """RFC 3464: the worst that is said of a recipient. Each of our mails has only one."""
    found = []
    for part in parts:
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            found += [_judged(fields) for block in _blocks(part) if "action" in (fields := _named(block))]
    order = (ReturnKind.HARD, ReturnKind.SOFT, ReturnKind.DELAYED, ReturnKind.NOTICE)
    return min(found, key=lambda one: order.index(one.kind), default=None)


def _judged(fields: Mapping[str, str]) -> Report:
    """What one recipient's block says (RFC 3464 §2.3)."""
    action = fields["action"].split("(")[0].strip().lower()
    said = _line(fields.get("diagnostic-code", "") or fields.get("status", ""), 300)
    told = _STATUS.findall(f"{fields.get('status', '')} {said}")
    # The relay's own code is often the vague 5.0.0; the other side's words have the better one.
    status = next((code for code in told if not _VAGUE.fullmatch(code)), told[0] if told else "")
    if action == "failed":
        return Report(_failure(status, said), status, said)
    return Report(ReturnKind.DELAYED if action == "delayed" else ReturnKind.NOTICE, status, said)


def _failure(status: str, said: str) -> ReturnKind:
    """Whether the address is no good, or the mail just did not get through."""
    if _NO_ADDRESS.fullmatch(status) and not _VAGUE.fullmatch(status):
        return ReturnKind.HARD
    vague = not status or _VAGUE.fullmatch(status)
    return ReturnKind.HARD if vague and _NOBODY.search(said) else ReturnKind.SOFT


def _receipt(mail: Message, parts: list[Message]) -> Report | None:
    """RFC 8098: somebody's mail program tells that it was read, or deleted."""
    kinds = {part.get_content_type() for part in parts}
    if "message/disposition-notification" in kinds:
        return Report(ReturnKind.NOTICE, said="a receipt")
    return None


# -- For people. --


def _in_sentences(mail: Message, parts: list[Message]) -> Report | None:
    """Notes of absence, and the bounces of systems that write no report."""
    # Bounces call themselves auto-replied too, and notes of absence come from the empty sender too (RFC 3834 §4):
    # what tells them apart is who speaks, and Exim's header.
    by_the_system = (
        mail.get("X-Failed-Recipients") is not None
        or mail.get_content_type() == "multipart/report"
        or _POSTMASTER.search(_header(mail, "From")) is not None
    )
    if not by_the_system and _answers_by_itself(mail):
        return Report(ReturnKind.ABSENT, said=_line(_header(mail, "Subject"), 200))
    if not by_the_system and _header(mail, "Return-Path").strip() != "<>":
        return None
    text = next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")
    codes, replies = _STATUS.findall(text), _REPLY.findall(text)
    if not codes and not replies and not _NOBODY.search(text):
        return None
    status = codes[0] if codes else f"{replies[0][0]}.0.0" if replies else "5.0.0"
    said = _line(next((line for line in text.splitlines() if _STATUS.search(line) or _REPLY.search(line)), text), 300)
    if status.startswith("5"):
        return Report(_failure(status, said or text), status, said)
    return Report(ReturnKind.DELAYED if status.startswith("4") else ReturnKind.NOTICE, status, said)


def _answers_by_itself(mail: Message) -> bool:
    """RFC 3834 §5, and what was in use before it."""
    if _header(mail, "Auto-Submitted").split(";")[0].strip().lower().startswith("auto-replied"):
        return True
    if any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Vacation")):
        return True
    if _header(mail, "Precedence").strip().lower() in ("auto_reply", "vacation"):
        return True
    return _AWAY.search(_header(mail, "Subject")) is not None


# -- Taking a mail apart. --


def _blocks(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _named(block: Message) -> dict[str, str]:
    """The fields of a block, the first of each name, folded lines joined."""
    found: dict[str, str] = {}
    for name, value in block.items():
        found.setdefault(name.lower(), " ".join(str(value).split()))
    return found


def _fields(part: Message) -> dict[str, str]:
    """The fields of a part that consists of nothing else."""
    blocks = _blocks(part)
    if blocks:
        return {**_named(email.message_from_string(str(blocks[0].get_payload()))), **_named(blocks[0])}
    return _named(email.message_from_string(_text(part)))


def _text(part: Message) -> str:
    payload: Any = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        try:
            return payload.decode(part.get_content_charset() or "utf-8", "replace")[:_MOST_TEXT]
        except LookupError:
            return payload.decode("latin-1")[:_MOST_TEXT]
    return "\n".join(block.as_string() for block in _blocks(part))[:_MOST_TEXT]


def _header(mail: Message, name: str) -> str:
    value = str(mail.get(name, ""))
    if "=?" not in value:
        return value
    return str(email.header.make_header(email.header.decode_header(value)))


def _line(text: str, most: int) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:most]
