"""Programmes as other programs write them."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from announcer.errors import IntakeError
from announcer.intake.programmes import read_programme
from announcer.model.facts import Person, Session
from tests.unit.intake.test_files import docx, table

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 9, 18)

KEYNOTE = Session(
    "abc12", "Wasser für alle", "Keynote", FIRST, datetime(2026, 9, 18, 10, tzinfo=BERLIN),
    datetime(2026, 9, 18, 10, 45, tzinfo=BERLIN), "Saal 1", (Person("Maria Muster"),), external_id="ABC12",
)  # fmt: skip

SCHEDULE = {
    "schedule": {
        "conference": {
            "days": [
                {
                    "date": "2026-09-18",
                    "rooms": {
                        "Saal 1": [
                            {
                                "id": 7,
                                "guid": "ABC12",
                                "code": "ABC12",
                                "date": "2026-09-18T10:00:00+02:00",
                                "start": "10:00",
                                "duration": "00:45",
                                "title": "Wasser für alle",
                                "type": "Keynote",
                                "persons": [{"public_name": "Maria Muster"}],
                            }
                        ]
                    },
                }
            ]
        }
    }
}
TALKS = {
    "results": [
        {
            "code": "ABC12",
            "title": "Wasser für alle",
            "submission_type": {"de": "Keynote"},
            "speakers": [{"name": "Maria Muster"}],
            "slot": {"start": "2026-09-18T08:00:00Z", "end": "2026-09-18T08:45:00Z", "room": {"de": "Saal 1"}},
        }
    ]
}
XML = """<?xml version="1.0"?><schedule><day date="2026-09-18"><room name="Saal 1">
<event guid="ABC12" code="ABC12" id="7"><date>2026-09-18T10:00:00+02:00</date><start>10:00</start>
<duration>00:45</duration><title>Wasser für alle</title><type>Keynote</type>
<persons><person id="1">Maria Muster</person></persons></event></room></day></schedule>"""
CSV = (
    "Datum;Beginn;Ende;Titel;Art;Raum;Referentin;Code\n18.09.2026;10:00;10:45;Wasser für "
    "alle;Keynote;Saal 1;Maria Muster;ABC12\n"
)
TOML = """[[session]]
id = "abc12"
title = "Wasser für alle"
kind = "Keynote"
start = 2026-09-18T10:00:00
end = 2026-09-18T10:45:00
room = "Saal 1"
performers = [{ name = "Maria Muster" }]
external_id = "ABC12"
"""


def excel() -> bytes:
    """The same as an Excel file."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Programm der Tagung"])
    sheet.append(["Datum", "Beginn", "Ende", "Titel", "Art", "Raum", "Referentin", "Code"])
    sheet.append(["18.09.2026", "10:00", "10:45", "Wasser für alle", "Keynote", "Saal 1", "Maria Muster", "ABC12"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word() -> bytes:
    """The same as a table in a Word file."""
    return docx(table(*(tuple(line.split(";")) for line in CSV.strip().split("\n"))))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (json.dumps(SCHEDULE).encode(), "schedule.json"),
        (json.dumps(TALKS).encode(), "talks.json"),
        (XML.encode(), "schedule.xml"),
        (CSV.encode(), "programm.csv"),
        (CSV.replace(";", "\t").encode("cp1252"), "programm.txt"),
        (TOML.encode(), "programm.toml"),
        (excel(), "programm.xlsx"),
        (word(), "programm.docx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_programme_in_each_form(data: bytes, name: str) -> None:
    assert read_programme(data, name, BERLIN, FIRST) == (KEYNOTE,)


def test_a_calendar_keeps_its_uids() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u1@x.example\r\nSUMMARY:Wasser\r\n"
        "DTSTART;TZID=Europe/Berlin:20260918T100000\r\nDTEND;TZID=Europe/Berlin:20260918T104500\r\nLOCATION:Saal 1\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    (found,) = read_programme(text.encode(), "a.ics", BERLIN, FIRST)
    assert (found.id, found.external_id, found.room) == ("wasser", "u1@x.example", "Saal 1")
    assert found.start == datetime(2026, 9, 18, 10, tzinfo=BERLIN)


def test_days_and_times_as_people_write_them() -> None:
    text = "Tag,Zeit,Titel\nTag 1,9.30–10 Uhr,Auftakt\nTag 2,14:00,Ende\n"
    first, second = read_programme(text.encode(), "a.csv", BERLIN, FIRST)
    assert (first.start, first.end) == (
        datetime(2026, 9, 18, 9, 30, tzinfo=BERLIN), datetime(2026, 9, 18, 10, tzinfo=BERLIN),
    )  # fmt: skip
    assert second.start == datetime(2026, 9, 19, 14, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.csv", "is empty"),
        (b"a;b\nc;d\n", "a.csv", "no row names the columns"),
        (b"{", "a.json", "is no JSON"),
        (b"[]", "a.json", "no programme item"),
        (b"<schedule>", "a.xml", "is no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a.xml", "declares entities"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "a.ics", "no programme item"),
        (b"[[session]]\nid = 1", "a.toml", "a.toml: "),
        (b"PK\x03\x04", "a.xlsx", "is a broken file"),
        (b"%PDF-1", "a.pdf", "is a PDF"),
    ],
)
def test_what_is_no_programme_says_so(data: bytes, name: str, said: str) -> None:
    with pytest.raises(IntakeError) as error:
        read_programme(data, name, BERLIN, FIRST)
    assert said in str(error.value)
