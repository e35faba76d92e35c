"""Fuzzers for every parser that eats foreign bytes: taken, or refused in a sentence, never anything else.

Each begins with a good sample and damages it, since noise alone never gets
past the first line of a parser. `make fuzz` runs many more examples.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.errors import AnnouncerError
from announcer.intake.dates import find_dates
from announcer.intake.files import read_file_content
from announcer.intake.programmes import read_programme
from announcer.intake.release import Beside
from announcer.newsletter import reports
from announcer.newsletter.replies import Garbled, Replies
from announcer.office.address_file import read_csv
from announcer.office.adoption import read_feed
from tests.unit.intake.test_files import RELEASE, docx, table

EXAMPLES: Final = int(os.environ.get("ANNOUNCER_FUZZ", "40"))
BERLIN = ZoneInfo("Europe/Berlin")
BESIDE = Beside(date(2026, 9, 1))

RSS: Final = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Rathaus</title><language>de</language><link>https://city.example/</link><item><title>Tagung</title>
<guid isPermaLink="false">a-1</guid><link>https://city.example/a</link>
<pubDate>Fri, 11 Sep 2026 09:00:00 +0200</pubDate>
<content:encoded><![CDATA[<p>Am <b>18.</b> September &amp; mehr</p>]]></content:encoded></item></channel></rss>"""
ATOM: Final = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Rathaus</title><id>tag:a</id>
<updated>2026-09-11T09:00:00Z</updated><entry><id>tag:b</id><title type="html">T&lt;b&gt;</title>
<updated>2026-09-11T09:00:00+02:00</updated><content type="xhtml"><div>x</div></content></entry></feed>"""
CALENDAR: Final = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\nBEGIN:VEVENT
UID:a@b\r\nDTSTAMP:20260911T080000Z
DTSTART;TZID=Europe/Berlin:20260918T100000\r\nDTEND:20260918T110000Z\r\nRRULE:FREQ=DAILY;COUNT=3
SUMMARY:Keynote\\, eins
LOCATION:Saal 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
FRONT: Final = """---
title: "Tagung im Rathaus"
embargo: 2026-09-18T10:00
topics: [Stadt, Wasser]
---
Am 18. September lädt die Stadt ein.
""".encode()
TOML_FRONT: Final = b'+++\nheadline = "Tagung"\nlanguage = "de"\n+++\nAm 18. September 2026 um 10 Uhr.\n'
HTML: Final = (
    b"<html><head><title>T</title></head><body><article><h1>Tagung</h1><p>Am 18. September</p></article></body></html>"
)
MAIL: Final = (
    b"From: a@city.example\r\nSubject: =?utf-8?q?Tagung?=\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    b"Am 18. September laedt die Stadt zur Tagung ein.\r\n--x\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    b"PGgxPlRhZ3VuZzwvaDE+PHA+QW0gMTguIFNlcHRlbWJlcjwvcD4=\r\n--x--\r\n"
)
BOUNCE: Final = (
    b"From: MAILER-DAEMON@relay.example\r\nContent-Type: multipart/report; report-type=delivery-status; "
    b"boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; a@people.example\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\n\r\n--b--\r\n"
)
TABLE: Final = b"Zeit;Titel;Raum;Person\n18.09.2026 10:00;Keynote;Saal 1;Dr. Maria Muster\n11:00;Pause;;\n"
PEOPLE: Final = b"mail,name,sprache\na@people.example,Anna,de\nb@people.example,Bert,en\n"


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (("Zeit", "Titel", "Raum"), ("10:00", "Keynote", "Saal 1")):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _file(name: str) -> Callable[[bytes], object]:
    return lambda data: read_file_content(data, name, BERLIN, BESIDE)


def _programme(name: str) -> Callable[[bytes], object]:
    return lambda data: read_programme(data, name, BERLIN, date(2026, 9, 18))


def _replies(data: bytes) -> None:
    replies = Replies()
    replies.feed(data)
    try:
        while replies.next() is not None:
            pass
    except Garbled:
        pass


#: Every parser of foreign bytes, by name, with a sample it takes.
PARSERS: Final[Mapping[str, tuple[Callable[[bytes], object], bytes]]] = {
    "front matter (YAML)": (_file("a.md"), FRONT),
    "front matter (TOML)": (_file("a.md"), TOML_FRONT),
    "HTML": (_file("a.html"), HTML),
    "mail": (_file("a.eml"), MAIL),
    "text": (_file("a.txt"), b"Tagung\n\nAm 18. September 2026 um 10 Uhr im Rathaus.\n"),
    "DOCX": (_file("a.docx"), docx(RELEASE + table(("10:00 Uhr", "Keynote")))),
    "iCalendar": (_programme("a.ics"), CALENDAR),
    "programme (CSV)": (_programme("a.csv"), TABLE),
    "programme (XLSX)": (_programme("a.xlsx"), _xlsx()),
    "RSS": (lambda data: read_feed(data, "a", "de"), RSS),
    "Atom": (lambda data: read_feed(data, "a", "de"), ATOM),
    "DSN": (reports.read, BOUNCE),
    "addresses (CSV)": (lambda data: list(read_csv(data)), PEOPLE),
    "SMTP replies": (_replies, b"250-relay.example\r\n250-PIPELINING\r\n250 SIZE 1000\r\n354 go\r\n"),
    "dates": (
        lambda data: find_dates(data.decode("utf-8", "replace")),
        b"Am Freitag, 18. September 2026, 10 bis 12.30 Uhr",
    ),
}
_BITS = st.sampled_from(
    [
        b"", b"\0", b"\xff", b"<", b"&x;", b"]]>", b"\r\n", b"--x", b"---\n", b"99999999999", b"\xe2\x80\xae", b"%s",
        b"\x1b[2J", b"[" * 200, b"<a>" * 200,
    ]
)  # fmt: skip


@st.composite
def damage(draw: st.DrawFn, sample: bytes) -> bytes:
    """A sample with pieces cut out, doubled, swapped or replaced."""
    data = sample
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + draw(st.sampled_from([0, 1, 4, 40, 400])))))
        new = draw(st.one_of(_BITS, st.binary(max_size=8), st.just(data[start:end] * 2)))
        data = data[:start] + new + data[end:]
    return data


@pytest.mark.parametrize("name", PARSERS)
def test_the_good_sample_is_taken(name: str) -> None:
    """So that the damage below begins inside of what the parser knows."""
    parse, sample = PARSERS[name]
    parse(sample)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_whatever_comes_is_taken_or_refused_in_a_sentence(name: str, data: st.DataObject) -> None:
    parse, sample = PARSERS[name]
    _survives(parse, data.draw(damage(sample)))


@pytest.mark.parametrize("member", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_word_file_whose_inside_is_damaged(member: str, data: st.DataObject) -> None:
    """A broken zip is told at once; this gets through to the XML within."""
    parse, sample = PARSERS["DOCX"]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample)) as good, zipfile.ZipFile(out, "w") as bad:
        for each in good.namelist():
            content = good.read(each)
            bad.writestr(each, data.draw(damage(content)) if each == member else content)
    _survives(parse, out.getvalue())


def _survives(parse: Callable[[bytes], object], data: bytes) -> None:
    try:
        parse(data)
    except AnnouncerError as error:
        assert str(error).strip()  # noqa: PT017 - both ends are right
        assert "\n" not in str(error)  # noqa: PT017 - a sentence is one line
