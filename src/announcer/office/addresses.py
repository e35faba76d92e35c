"""What an address is, in one spelling, and why one can't be taken. Pure.

An address that announcer writes to is an ASCII local part and a domain in
A-label form. Internationalised local parts (RFC 6531) are refused: they need
SMTPUTF8 on every relay of the way, and a mail to one would fail there, unseen.
"""

from __future__ import annotations

import re
from enum import StrEnum

import idna

from announcer.errors import IntakeError

#: RFC 5321 §4.5.3.1: local part, and the path without its angle brackets.
LONGEST_LOCAL = 64
LONGEST = 254

# RFC 5322 §3.2.3 dot-atom. Quoted local parts are legal too, but nobody has one
# and every program on the way reads them differently.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
# What nearly every address looks like, without anything to look at twice.
_PLAIN = re.compile(rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+[a-z]{{2,63}}")
# What spreadsheets and web pages leave around a cell: byte order mark, zero-width characters.
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Fault(StrEnum):
    """Why a row can't be taken."""

    EMPTY = "empty"
    NO_AT = "no_at"
    SEVERAL = "several"
    SPACE = "space"
    CONTROL = "control"
    BRACKETS = "brackets"
    LONG = "long"
    LOCAL_LETTERS = "local_letters"
    LOCAL = "local"
    NO_DOT = "no_dot"
    DOMAIN = "domain"
    DUPLICATE = "duplicate"
    QUOTE = "quote"
    DATE = "date"
    FUTURE = "future"
    LEFT = "left"
    OTHER_LIST = "other_list"
    UNKNOWN_LIST = "unknown_list"
    PRESS_LIST = "press_list"
    PUBLIC_LIST = "public_list"


_ENGLISH = {
    Fault.EMPTY: "there is no address; fill in the cell or delete the line",
    Fault.NO_AT: "an address needs an @ with something on both sides; correct it",
    Fault.SEVERAL: "there is more than one @; give each address a line of its own",
    Fault.SPACE: "an address has no spaces; remove them",
    Fault.CONTROL: "the address holds an invisible control character; type it anew",
    Fault.BRACKETS: "write only the address, without name and < >",
    Fault.LONG: "the address is too long (at most 64 characters before the @ and 254 in all); correct it",
    Fault.LOCAL_LETTERS: "only plain letters may stand before the @ (no ä, é, ß); ask the person for another address",
    Fault.LOCAL: "the part before the @ has a character or dot where none may be; correct it",
    Fault.NO_DOT: "the part after the @ has no dot; complete it, as in example.com",
    Fault.DOMAIN: "the part after the @ is no domain name; correct it",
    Fault.DUPLICATE: "the address already stands further up; the first one counts, nothing needs to be done",
    Fault.QUOTE: "a quotation mark is opened and not closed, or stands alone; remove it or double it",
    Fault.DATE: "the consent date can't be read; write it like 2026-03-31 or 31.03.2026",
    Fault.FUTURE: "the consent date lies in the future; correct it",
    Fault.LEFT: "the file itself says that this person has left or never confirmed; they have to subscribe again",
    Fault.OTHER_LIST: "the line names another list than the one this import is for; import it there",
    Fault.UNKNOWN_LIST: "the line names no list that exists; correct it or add the list under [lists] in config.toml",
    Fault.PRESS_LIST: "the line names a press list, which has a legal basis of its own; import it with --press",
    Fault.PUBLIC_LIST: "the line names a list that is no press list; import it without --press",
}
_GERMAN = {
    Fault.EMPTY: "Die Adresse fehlt; bitte nachtragen oder die Zeile löschen",
    Fault.NO_AT: "Eine Adresse braucht ein @ mit etwas davor und dahinter; bitte berichtigen",
    Fault.SEVERAL: "Hier steht mehr als ein @; bitte jede Adresse in eine eigene Zeile schreiben",
    Fault.SPACE: "Eine Adresse enthält keine Leerzeichen; bitte entfernen",
    Fault.CONTROL: "Die Adresse enthält ein unsichtbares Steuerzeichen; bitte neu eintippen",
    Fault.BRACKETS: "Bitte nur die Adresse eintragen, ohne Namen und ohne < >",
    Fault.LONG: "Die Adresse ist zu lang (höchstens 64 Zeichen vor dem @ und 254 insgesamt); bitte berichtigen",
    Fault.LOCAL_LETTERS: (
        "Vor dem @ dürfen keine Umlaute und Sonderbuchstaben stehen; bitte eine andere Adresse der Person erfragen"
    ),
    Fault.LOCAL: "Vor dem @ steht ein unzulässiges Zeichen oder ein Punkt zu viel; bitte berichtigen",
    Fault.NO_DOT: "Hinter dem @ fehlt ein Punkt; bitte ergänzen, zum Beispiel example.com",
    Fault.DOMAIN: "Hinter dem @ steht kein gültiger Domainname; bitte berichtigen",
    Fault.DUPLICATE: "Die Adresse steht weiter oben schon; die erste Zeile gilt, es ist nichts zu tun",
    Fault.QUOTE: "Ein Anführungszeichen ist nicht geschlossen oder steht allein; bitte entfernen oder verdoppeln",
    Fault.DATE: "Das Datum der Einwilligung ist nicht lesbar; bitte als 31.03.2026 oder 2026-03-31 schreiben",
    Fault.FUTURE: "Das Datum der Einwilligung liegt in der Zukunft; bitte berichtigen",
    Fault.LEFT: ("Laut Datei hat sich diese Person abgemeldet oder nie bestätigt; sie muss sich selbst neu anmelden"),
    Fault.OTHER_LIST: "Die Zeile nennt eine andere Liste als die, für die importiert wird; bitte dort importieren",
    Fault.UNKNOWN_LIST: (
        "Die Zeile nennt eine Liste, die es nicht gibt; bitte berichtigen oder die Liste in config.toml anlegen"
    ),
    Fault.PRESS_LIST: (
        "Die Zeile nennt eine Presseliste, für die eine eigene Rechtsgrundlage gilt; bitte mit --press importieren"
    ),
    Fault.PUBLIC_LIST: "Die Zeile nennt eine Liste, die keine Presseliste ist; bitte ohne --press importieren",
}


def explain(fault: Fault, language: str = "en") -> str:
    """The fault and its remedy, in German or English."""
    return (_GERMAN if language == "de" else _ENGLISH)[fault]


class AddressRefused(IntakeError):
    """An address that can't be taken; `fault` says why."""

    def __init__(self, fault: Fault, address: str) -> None:
        super().__init__(f"{excerpt(address)!r}: {explain(fault)}")
        self.fault = fault


def excerpt(text: str) -> str:
    """The beginning of a cell, fit to be shown: one line, no control characters, at most 60 characters."""
    line = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.strip())
    return line if len(line) <= 60 else line[:59] + "…"


def normalise(address: str) -> str:
    """The one spelling of an address, by which a person is known.

    The domain is lower-case, an international one in A-labels (IDNA 2008). The
    local part is lower-case as well: RFC 5321 §2.4 lets a host tell cases
    apart, hosts in use don't, and one person must not be written to twice.
    Raises `AddressRefused` (an `IntakeError`).
    """
    text = address.strip().strip(_INVISIBLE).strip()
    if _is_plain(lowered := text.lower()):
        return lowered
    if fault := _shape_fault(text):
        raise AddressRefused(fault, address)
    local, _, domain = text.rpartition("@")
    local = local.lower()
    if fault := _local_fault(local):
        raise AddressRefused(fault, address)
    domain = _domain(domain, address)
    if len(local) + 1 + len(domain) > LONGEST:
        raise AddressRefused(Fault.LONG, address)
    return f"{local}@{domain}"


def _is_plain(text: str) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and len(text) <= LONGEST
        and text.index("@") <= LONGEST_LOCAL
        and "xn--" not in text
    )


def _shape_fault(text: str) -> Fault | None:
    if not text:
        return Fault.EMPTY
    if _UNSEEN.search(text):
        return Fault.CONTROL
    if "<" in text or ">" in text:
        return Fault.BRACKETS
    count = text.count("@")
    if count > 1:
        return Fault.SEVERAL
    if not count or text[0] == "@" or text[-1] == "@":
        return Fault.NO_AT
    if any(character.isspace() for character in text):
        return Fault.SPACE
    return None


def _local_fault(local: str) -> Fault | None:
    if not local.isascii():
        return Fault.LOCAL_LETTERS
    if len(local) > LONGEST_LOCAL:
        return Fault.LONG
    return None if _LOCAL.fullmatch(local) else Fault.LOCAL


def _domain(domain: str, address: str) -> str:
    if "." not in domain.strip("."):
        raise AddressRefused(Fault.NO_DOT, address)
    lowered = domain.lower()
    if not lowered.isascii() or "xn--" in lowered:
        try:
            # UTS 46 maps what people type (capitals, full-width dots) before IDNA 2008 looks at it.
            lowered = idna.encode(domain, uts46=True).decode("ascii").lower()
        except idna.IDNAError as error:
            raise AddressRefused(Fault.DOMAIN, address) from error
    if not _DOMAIN.fullmatch(lowered) or lowered.rpartition(".")[2].isdigit():
        raise AddressRefused(Fault.DOMAIN, address)
    return lowered


def masked(address: str) -> str:
    """An address as a page may show it to whoever holds the link: `a…@example.com`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
