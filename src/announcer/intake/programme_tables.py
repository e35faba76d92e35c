"""A programme as a table: CSV, Excel, or a table in a Word file. Its head says what each column is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError
from announcer.intake.archive import BROKEN, open_zip
from announcer.intake.columns import head_of
from announcer.intake.dates import find_dates
from announcer.intake.document import Kind
from announcer.intake.docx import read_docx
from announcer.intake.names import find_people, merged
from announcer.intake.programme import day_number
from announcer.model.facts import Person, Session

_LONGEST_ROW, _MOST_ROWS = 60, 20_000


def rows_of_csv(text: str, name: str) -> list[list[str]]:
    """The rows of a CSV file, whatever parts its cells."""
    sample = text[:4000]
    sign = max(";\t,|", key=lambda one: sample.split("\n", 1)[0].count(one))
    try:
        return [[cell.strip() for cell in row[:_LONGEST_ROW]] for row in csv.reader(io.StringIO(text), delimiter=sign)][
            :_MOST_ROWS
        ]
    except csv.Error as error:
        raise IntakeError(f"{name} is no table that can be read ({error}); save it as CSV again") from error


def rows_of_xlsx(data: bytes, name: str) -> list[list[str]]:
    """The rows of the first sheet that has a head we know, else of the first."""
    import openpyxl

    with open_zip(data, name) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise IntakeError(f"{name} is no Excel file; save the programme as .xlsx or .csv")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [
            [
                [_cell(value) for value in row[:_LONGEST_ROW]]
                for row in sheet.iter_rows(max_row=_MOST_ROWS, values_only=True)
            ]
            for sheet in book.worksheets
        ]
    except BROKEN as error:
        raise IntakeError(f"{name} is a broken Excel file; open it, save it anew, or save it as .csv") from error
    return next((rows for rows in sheets if any(head_of(row) for row in rows[:20])), sheets[0] if sheets else [])


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != time() else str(value.date())
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else " ".join(str(value).split())


def rows_of_docx(data: bytes, name: str) -> list[list[str]]:
    """The rows of the tables in a Word file."""
    return [block.text.split("\t") for block in read_docx(data, name).blocks if block.kind is Kind.ROW]


def from_rows(rows: Sequence[Sequence[str]], name: str, zone: ZoneInfo, first_day: date | None) -> list[Session]:
    """The items of a table; raises `IntakeError` if its head names no title."""
    at = next((n for n, row in enumerate(rows[:20]) if head_of(row)), None)
    if at is None:
        raise IntakeError(
            f"{name}: no row names the columns; put a head above the table, like Datum;Beginn;Ende;Titel;Raum;"
            f"Referentin"
        )
    columns = head_of(rows[at])
    found: list[Session] = []
    day = first_day
    for row in rows[at + 1 :]:
        cells = {key: row[n].strip() if n < len(row) else "" for key, n in columns.items()}
        day = _day(cells.get("day", ""), first_day) or day
        if cells["title"]:
            found.append(_item(cells, day, zone))
    return found


def _day(said: str, first_day: date | None) -> date | None:
    if not said:
        return None
    mentions = [m for m in find_dates(said, release=first_day) if m.first is not None]
    if mentions:
        return mentions[0].first
    number = day_number(said)
    return first_day + timedelta(days=number - 1) if first_day and number and number > 0 else None


def _item(cells: Mapping[str, str], day: date | None, zone: ZoneInfo) -> Session:
    start, end = _clock(cells.get("start", "")), _clock(cells.get("end", ""))
    begins, ends = start[0], end[0] or start[1]
    own_day = start[2] or day
    first = datetime.combine(own_day, begins, zone) if own_day and begins else None
    last = datetime.combine(own_day, ends, zone) if own_day and ends and first else None
    if first and last and last <= first:
        last += timedelta(days=1)
    people = merged(find_people(cells.get("people", "")))
    performers = tuple(Person(" ".join(filter(None, (p.title, p.name))), p.role, p.affiliation) for p in people)
    if not performers and cells.get("people"):
        performers = tuple(Person(part.strip()) for part in re.split(r"[;,]| und ", cells["people"]) if part.strip())
    code = cells.get("id", "")
    return Session(
        id=code,
        title=cells["title"],
        kind=cells.get("kind", ""),
        day=own_day,
        start=first,
        end=last,
        room=cells.get("room", ""),
        performers=performers,
        external_id=code,
    )


def _clock(said: str) -> tuple[time | None, time | None, date | None]:
    """A time, or a span of times, or a moment."""
    bare = re.fullmatch(r"(\d{1,2})[:.](\d\d)(?::\d\d)?", said)
    if bare and int(bare[1]) < 24 and int(bare[2]) < 60:
        return time(int(bare[1]), int(bare[2])), None, None
    mentions = [m for m in find_dates(f"von {said}" if said[:1].isdigit() else said) if m.begins is not None]
    if not mentions:
        return None, None, None
    return mentions[0].begins, mentions[0].ends, mentions[0].first
