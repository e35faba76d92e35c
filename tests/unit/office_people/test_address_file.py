"""Tables of addresses as spreadsheets write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import IntakeError
from announcer.office.address_file import FORMULA_STARTS, Problem, Row, guarded, read_csv
from announcer.office.addresses import Fault

GERMAN = "E-Mail;Vorname;Nachname;Sprache;Liste;seit\njoerg@city.example;Jörg;Müller;Deutsch;Stadt;31.03.2026\n"
GERMAN_ROW = Row(2, "joerg@city.example", "Jörg Müller", "de", "Stadt", date(2026, 3, 31))


def read(text: str) -> list[Row | Problem]:
    return list(read_csv(text.encode()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_a_spreadsheet_writes(encoding: str) -> None:
    assert list(read_csv(GERMAN.encode(encoding))) == [GERMAN_ROW]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end(delimiter: str, newline: str) -> None:
    assert read(GERMAN.replace(";", delimiter).replace("\n", newline)) == [GERMAN_ROW]


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("email,name", "a@b.example,Kim Muster", Row(2, "a@b.example", "Kim Muster")),
        ("Email Address,First Name,Last Name", "a@b.example,Kim,Muster", Row(2, "a@b.example", "Kim Muster")),
        ("Vorname,Name,E-Mail-Adresse", "Kim,Muster,a@b.example", Row(2, "a@b.example", "Kim Muster")),
        ("Name,Adresse,E-Mail", "Kim,Rathausplatz 1,a@b.example", Row(2, "a@b.example", "Kim")),
        ("Adresse,Sprache", "a@b.example,en-GB", Row(2, "a@b.example", language="en")),
        ("Adresse,Language", "a@b.example,English", Row(2, "a@b.example", language="en")),
        ("email,consent date", "a@b.example,2026-03-31 10:15", Row(2, "a@b.example", since=date(2026, 3, 31))),
        ("email,list", "a@b.example,presse", Row(2, "a@b.example", list="presse")),
        ("E_MAIL,Irgendwas", "a@b.example,x", Row(2, "a@b.example")),
        ("email,name", '"a@b.example","Muster, Kim ""K."""', Row(2, "a@b.example", 'Muster, Kim "K."')),
        ("email,name", '"a@b.example","Kim\nMuster"', Row(2, "a@b.example", "Kim Muster")),
    ],
)
def test_columns_by_their_names(header: str, cells: str, expected: Row) -> None:
    assert read(f"{header}\n{cells}\n") == [expected]


def test_one_column_needs_no_header() -> None:
    assert read("a@b.example\n\nc@d.example") == [Row(1, "a@b.example"), Row(3, "c@d.example")]
    assert read("Kim;a@b.example\nAlex;c@d.example\n") == [Row(1, "a@b.example"), Row(2, "c@d.example")]


def test_a_declared_delimiter_counts() -> None:
    assert read("sep=;\nE-Mail;Name\na@b.example;Muster, Kim\n") == [Row(3, "a@b.example", "Muster, Kim")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("kaputt;;", Problem(3, "kaputt", Fault.NO_AT)),
        (";Kim;", Problem(3, "", Fault.EMPTY)),
        ("k@m.example;Kim;gestern", Problem(3, "k@m.example", Fault.DATE)),
        ("k@m.example;Kim;31.02.2026", Problem(3, "k@m.example", Fault.DATE)),
        ("A@b.example;Kim;", Problem(3, "a@b.example", Fault.DUPLICATE)),
        ('"k@m.example;Kim;', Problem(3, "", Fault.QUOTE)),
        ('k@m.example;"K"im;', Problem(3, "", Fault.QUOTE)),
    ],
)
def test_each_problem_has_its_line_and_costs_no_other(line: str, problem: Problem) -> None:
    found = read(f"E-Mail;Name;Seit\na@b.example;;\n{line}\nz@z.example;Zoe;1.3.2026\n")
    assert found == [Row(2, "a@b.example"), problem, Row(4, "z@z.example", "Zoe", since=date(2026, 3, 1))]


def test_a_forgotten_quotation_mark_swallows_one_line_not_the_file() -> None:
    people = "".join(f"p{i}@b.example,P\n" for i in range(100))
    found = read(f'email,name\nfirst@b.example,"Kim\n{people}')
    assert found[0] == Problem(2, "", Fault.QUOTE)
    assert found[1:] == [Row(i + 3, f"p{i}@b.example", "P") for i in range(100)]


@pytest.mark.parametrize("state", ["left", "Abgemeldet", "unsubscribed", "unconfirmed", "blocklisted"])
def test_who_left_elsewhere_is_not_taken(state: str) -> None:
    assert read(f"email,status\na@b.example,{state}\nc@d.example,confirmed\n") == [
        Problem(2, "a@b.example", Fault.LEFT),
        Row(3, "c@d.example"),
    ]


def test_one_person_on_two_lists_is_no_duplicate() -> None:
    rows = read("email,list\na@b.example,x\na@b.example,y\na@b.example,x\n")
    assert rows == [
        Row(2, "a@b.example", list="x"),
        Row(3, "a@b.example", list="y"),
        Problem(4, "a@b.example", Fault.DUPLICATE),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"Vorname;Nachname\nKim;Muster\n", "call that column 'E-Mail'"),
        (b"\xff\xfea", "save it as CSV"),
        (b"\x81\x8d@\x90", "save it as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        list(read_csv(data))


def test_an_empty_file_is_nobody() -> None:
    assert read("") == []
    assert read("E-Mail;Name\n") == []


def test_a_name_can_carry_no_line_break() -> None:
    assert read('email,name\na@b.example,"Kim\r\nBcc: x"\n') == [Row(2, "a@b.example", "Kim Bcc: x")]


@given(st.sampled_from(FORMULA_STARTS), st.text(st.characters(categories=["L", "N"]), max_size=10))
def test_no_cell_becomes_a_formula_and_comes_back_as_it_was(start: str, rest: str) -> None:
    cell = guarded(start + rest)
    assert not cell.startswith(FORMULA_STARTS)
    assert read(f"email;name\na@b.example;{cell}\n") == [Row(2, "a@b.example", start + rest)]


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_problems_or_one_sentence(data: bytes) -> None:
    try:
        found = list(read_csv(data))
    except IntakeError:
        return
    assert [item.line for item in found] == sorted(item.line for item in found)
