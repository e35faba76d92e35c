"""Reading a table of addresses as it comes out of a spreadsheet or another newsletter program. Pure.

Encoding, delimiter and columns are recognised. Nothing is dropped in silence:
each line becomes a `Row` or a `Problem`.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from announcer.errors import IntakeError
from announcer.office.addresses import AddressRefused, Fault, excerpt, normalise

DELIMITERS = (";", "\t", ",", "|")
#: A cell may hold line breaks, but a quotation mark open for longer was forgotten.
LONGEST_CELL_LINES = 20

_HEADER_WORDS = {
    "address": {"email", "emailadresse", "emailaddress", "mail", "mailadresse", "adresse", "address", "eml"},
    "name": {"name", "fullname", "vollername", "vorundnachname", "ansprechpartner", "ansprechpartnerin"},
    "first": {"vorname", "firstname", "givenname"},
    "last": {"nachname", "lastname", "surname", "familienname", "familyname"},
    "language": {"sprache", "language", "lang", "locale"},
    "list": {"liste", "list", "verteiler", "lists"},
    "since": {"seit", "since", "consentdate", "einwilligung", "einwilligungsdatum", "consent", "datum", "date"},
    "outlet": {"medium", "redaktion", "outlet", "publication", "media"},
    "state": {"stand", "status", "state", "subscriptionstatus"},
}
_LEFT_WORDS = {"left", "abgemeldet", "unsubscribed", "unconfirmed", "unbestätigt"} | {
    "blocklisted", "blacklisted", "disabled", "bounced", "cleaned",
}  # fmt: skip
_LANGUAGES = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:[ ,].*)?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the file. `language` is empty and `since` None where the file says nothing."""

    line: int
    address: str  #: Normalised.
    name: str = ""
    language: str = ""
    list: str = ""  #: As it stands there: an id or a title.
    since: date | None = None
    outlet: str = ""  #: Of a press contact: for whom they write.


@dataclass(frozen=True, slots=True)
class Problem:
    """One line that can't be taken, and why."""

    line: int
    excerpt: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class _Columns:
    places: dict[str, int]

    def cell(self, record: Sequence[str], name: str) -> str:
        place = self.places.get(name, -1)
        return record[place].strip() if 0 <= place < len(record) else ""


def read_csv(data: bytes) -> Iterator[Row | Problem]:
    """Every line of the file, in its order; a repeated address is a `Problem`.

    Raises `IntakeError` when the file as a whole can't be read.
    """
    text = decode(data)
    first = text[: text.find("\n") + 1] or text
    delimiter, skip = _declared(first) or (_guess_delimiter(text), 0)
    columns: _Columns | None = None
    seen: dict[str, int] = {}
    for line, record in _records(_lines(text), delimiter):
        if line <= skip or (record is not None and not "".join(record).strip()):
            continue
        if columns is None and record is not None:
            columns, is_header = _columns(record)
            if is_header:
                continue
        yield _unless_seen(_read(line, record, columns or _Columns({"address": 0})), seen)


def decode(data: bytes) -> str:
    """The file's text: UTF-8 or UTF-16 with or without a byte order mark, else Windows-1252."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise IntakeError("the file is a spreadsheet, not a table of text; save it as CSV (UTF-8) and import that")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if data[:400].count(0) > len(data[:400]) // 4:
        return _decoded(data, "utf-16-be" if data[0] == 0 else "utf-16-le")
    try:
        return _universal(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return _universal(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise IntakeError(
            f"the file's characters can't be read (byte {error.start}); save it as CSV (UTF-8) and import that"
        ) from error


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _lines(text: str) -> Iterator[str]:
    """Line by line, without a copy of the whole file. Not `splitlines`: that splits at odd characters too."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _declared(first: str) -> tuple[str, int] | None:
    # Spreadsheets write a first line "sep=;" to tell each other.
    match = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
    return (match[1], 1) if match else None


def _guess_delimiter(text: str) -> str:
    sample = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter)) if sample else ","


def _agreement(sample: Sequence[str], delimiter: str) -> tuple[int, int]:
    widths = [len(record) for record in csv.reader(sample, delimiter=delimiter)]
    alike = sum(width == widths[0] > 1 for width in widths)
    return alike, widths[0]


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the number of its first line; None where its quotation marks don't close."""
    again: deque[str] = deque()
    number = 1
    while True:
        line = again.popleft() if again else next(lines, None)
        if line is None:
            return
        if '"' not in line:
            yield number, line.rstrip("\n").split(delimiter)
            number += 1
            continue
        taken, record = _quoted(line, lines, again, delimiter)
        yield number, record
        if record is None:
            # Only this line is given up; those it swallowed are read once more.
            again.extendleft(reversed(taken[1:]))
            taken = taken[:1]
        number += len(taken)


def _quoted(first: str, lines: Iterator[str], again: deque[str], delimiter: str) -> tuple[list[str], list[str] | None]:
    taken = [first]

    def feed() -> Iterator[str]:
        yield first
        while len(taken) < LONGEST_CELL_LINES:
            line = again.popleft() if again else next(lines, None)
            if line is None:
                return
            taken.append(line)
            yield line

    try:
        return taken, next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error:
        return taken, None


def _columns(record: Sequence[str]) -> tuple[_Columns, bool]:
    """Which column holds what, and whether this first record is a header."""
    with_at = next((place for place, cell in enumerate(record) if "@" in cell), None)
    if with_at is not None:
        return _Columns({"address": with_at}), False
    words = [re.sub(r"[\W_]+", "", cell).casefold() for cell in record]
    places = {
        name: place
        for name, known in _HEADER_WORDS.items()
        if (place := next((i for i, word in enumerate(words) if word in known), None)) is not None
    }
    # "Adresse" may be the street when there is a column "E-Mail" as well.
    mail = next((i for i, word in enumerate(words) if "mail" in word and word in _HEADER_WORDS["address"]), None)
    if mail is not None:
        places["address"] = mail
    if "address" in places:
        return _Columns(places), True
    if len(record) == 1:
        # One column without a header whose first line is no address: a problem of that line only.
        return _Columns({"address": 0}), False
    raise IntakeError("the file's first line names no column of addresses; call that column 'E-Mail'")


def _read(line: int, record: Sequence[str] | None, columns: _Columns) -> Row | Problem:
    if record is None:
        return Problem(line, "", Fault.QUOTE)
    written = _unguarded(columns.cell(record, "address"))
    if columns.cell(record, "state").casefold() in _LEFT_WORDS:
        return Problem(line, excerpt(written), Fault.LEFT)
    try:
        address = normalise(written)
        since = _date(columns.cell(record, "since"))
    except AddressRefused as error:
        return Problem(line, excerpt(written), error.fault)
    except ValueError:
        return Problem(line, excerpt(written), Fault.DATE)
    if len(columns.places) == 1:
        return Row(line, address)
    language = _language(columns.cell(record, "language"))
    outlet = _words(columns.cell(record, "outlet"))
    return Row(line, address, _name(record, columns), language, columns.cell(record, "list"), since, outlet)


def _unless_seen(found: Row | Problem, seen: dict[str, int]) -> Row | Problem:
    if isinstance(found, Problem):
        return found
    # The same person may stand there once for each list.
    first = seen.setdefault(f"{found.address} {found.list}" if found.list else found.address, found.line)
    return found if first == found.line else Problem(found.line, found.address, Fault.DUPLICATE)


def _name(record: Sequence[str], columns: _Columns) -> str:
    whole = columns.cell(record, "name")
    first, last = columns.cell(record, "first"), columns.cell(record, "last")
    # With a column of first names, "Name" is the family name.
    text = f"{first} {last or whole}" if first or last else whole
    return _words(text)


def _words(text: str) -> str:
    return _UNSEEN.sub(" ", _unguarded(text)).strip()[:200] if text else ""


def _language(text: str) -> str:
    word = text.casefold()
    return _LANGUAGES.get(word) or (match[0] if (match := re.match(r"[a-z]{2}(?![a-z])", word)) else "")


def _date(text: str) -> date | None:
    if not text:
        return None
    if match := _ISO_DATE.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _GERMAN_DATE.fullmatch(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    raise ValueError(text)


def _unguarded(text: str) -> str:
    # What `guarded` put before a cell that a spreadsheet would take for a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


#: A spreadsheet runs a cell that begins like this.
FORMULA_STARTS = tuple("=+-@")


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows and never runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
