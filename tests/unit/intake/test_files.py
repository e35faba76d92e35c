"""Files from outside: what is read, what is refused and what to do instead."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import IntakeError
from announcer.intake.files import read_file_content
from announcer.intake.release import Beside

BERLIN = ZoneInfo("Europe/Berlin")
BESIDE = Beside(date(2026, 6, 1))

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body>"
)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_STYLES = (
    '<?xml version="1.0" encoding="UTF-8"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>'
)


def docx(body: str, **extra: bytes) -> bytes:
    """A Word file with this body, and what else is to lie in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr("word/styles.xml", _STYLES)
        archive.writestr("word/document.xml", f"{_HEAD}{body}</w:body></w:document>")
        for name, data in extra.items():
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of Word's."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table of Word's."""
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


RELEASE = paragraph("Tagung im Rathaus", "Title") + paragraph(
    "Am 18. September 2026 um 10 Uhr lädt die Stadt zur Tagung „Kommunen“ in das Rathaus ein."
)


def test_a_word_file() -> None:
    programme = table(("10:00 Uhr", "Begrüßung durch Bürgermeisterin Maria Muster"), ("11:00 Uhr", "Vortrag „Wasser“"))
    found = read_file_content(docx(RELEASE + programme), "meldung.docx", BERLIN, BESIDE)
    assert found.announcement.headline == "Tagung im Rathaus"
    assert found.draft is not None
    assert (found.draft.event.name, found.draft.start, found.draft.certainty) == (
        "Kommunen",
        "2026-09-18T10:00",
        "stated",
    )
    assert [item.title for item in found.draft.items] == ["Begrüßung", "Wasser"]
    assert found.draft.event.certainty.value == "inferred"  # nobody confirmed it


def bomb() -> bytes:
    """A Word file that would unfold to 150 MB."""
    return docx(RELEASE, **{"word/media/x.bin": b"\0" * 150_000_000})


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&b;</w:body></w:document>'
)


def entities() -> bytes:
    """A Word file that declares entities."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr("word/document.xml", ENTITIES)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "a.txt is empty"),
        (b"  \n\t ", "a.txt", "a.txt is empty"),
        (b"%PDF-1.7 \x00\x01", "a.pdf", "is a PDF, which is not taken; open it, copy its text"),
        (b"%PDF-1.7", "a.txt", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a.doc", "save it as .docx"),
        (b"PK\x03\x04 broken", "a.docx", "is a broken file"),
        (docx("<w:p>"), "a.docx", "broken Word file"),
        (docx(""), "a.docx", "has no text in it"),
        (entities(), "a.docx", "declares entities"),
        (b"\x00\x81\x8d" * 40, "a.txt", "save it as UTF-8"),
        (b"x" * 20_000_001, "a.txt", "has 20 MB, more than 20"),
        (b"<html><body><script>1</script></body></html>", "a.html", "no text in this page"),
        (b"From: a@b.example\nTo: c@d.example\n\n", "a.eml", "has no text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_says_what_to_do_instead(data: bytes, name: str, said: str) -> None:
    with pytest.raises(IntakeError) as error:
        read_file_content(data, name, BERLIN, BESIDE)
    assert said in str(error.value)
    assert str(error.value).startswith(name)


def test_a_zip_bomb_is_not_unpacked() -> None:
    with pytest.raises(IntakeError, match="unfold"):
        read_file_content(bomb(), "a.docx", BERLIN, BESIDE)


def test_windows_text_is_read_right() -> None:
    text = "Übung der Feuerwehr – „Sülzbach“\n\nAm 24. April 2027 übt die Feuerwehr für den Ernstfall.\n"
    found = read_file_content(text.encode("cp1252"), "a.txt", BERLIN, BESIDE)
    assert found.announcement.headline == "Übung der Feuerwehr – „Sülzbach“"


def test_a_page_without_what_stands_around_it() -> None:
    page = """<!doctype html><html lang="de"><head><title>Fest | Stadt</title></head><body>
    <nav><a href="/">Start</a></nav>
    <article><h1>Stadtfest am 3. Mai 2027</h1><p>Am 3. Mai 2027 um 15 Uhr feiert die Stadt auf dem Marktplatz.</p>
    <figure><img src="/fest.jpg" alt="Menschen auf dem Markt">
    <figcaption>Das Fest. Foto: Alex Muster</figcaption></figure>
    <p>Mehr im <a href="/programm.pdf">Programm</a>.</p></article><footer>Impressum</footer></body></html>"""
    beside = Beside(date(2027, 4, 1), base="https://city.example/presse/fest")
    found = read_file_content(page.encode(), "fest.html", BERLIN, beside)
    assert found.announcement.headline == "Stadtfest am 3. Mai 2027"
    assert [(p.src, p.caption, p.alt, p.credit) for p in found.pictures] == [
        ("https://city.example/fest.jpg", "Das Fest.", "Menschen auf dem Markt", "Alex Muster")
    ]
    assert [one.url for one in found.enclosures] == ["https://city.example/programm.pdf"]
    assert {"Start", "Impressum"} <= {one.text for one in found.removed}


def test_yaml_values_are_read_as_they_are_written() -> None:
    text = "---\ntitle: NO\ntags: Kultur, 18:00\nembargo: 2027-05-01T18:00\n---\nEin Absatz mit einem ganzen Satz.\n"
    found = read_file_content(text.encode(), "a.md", BERLIN, BESIDE).announcement
    assert (found.headline, found.topics) == ("NO", ("Kultur", "18:00"))
    assert str(found.embargoed_until) == "2027-05-01 16:00:00+00:00"


def test_yaml_anchors_are_refused() -> None:
    text = "---\na: &a [x]\ntitle: *a\n---\nText.\n"
    with pytest.raises(IntakeError, match="anchors"):
        read_file_content(text.encode(), "a.md", BERLIN, BESIDE)


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html", "a.eml", "a.docx"]))
def test_any_bytes_are_read_or_refused_in_words(data: bytes, name: str) -> None:
    try:
        found = read_file_content(data, name, BERLIN, BESIDE)
    except IntakeError as error:
        assert str(error).startswith(name)  # noqa: PT017  both ends are right
    else:
        assert found.announcement.headline


_PIECES = st.sampled_from(
    [
        "Pressemitteilung Nr. 3/2027",
        "Sperrfrist: 3. Mai, 10 Uhr",
        "Kontakt:",
        "Dr. Maria Muster, Leiterin",
        "„Ein Satz, der lang ist“,",
        "Tel. 0999 1-0",
        "am 18. September",
        "um 19 Uhr",
        "im Rathaus",
        "Quelle: Stadt",
        "0",
        "Facebookrss",
        "\n",
        "\n\n",
        "## Teil",
        "- Punkt",
        "| a | b |",
        "Foto: X",
        "Programm [pdf, 1 kB]",
        "finden Sie unter",
        "Tag 2",
        "10:00 Uhr Keynote",
        "abgesagt",
        "verschoben auf den 3. Mai",
        "https://city.example/a",
        "Anlagen:",
        "Mit freundlichen Grüßen",
        "--",
        "Von: a",
        "<b>",
        "![x](y)",
        "+++",
        "---",
    ]
)


@given(st.lists(_PIECES, max_size=30).map(" ".join), st.sampled_from([None, date(2027, 4, 6)]))
def test_any_heap_of_pieces_is_a_proposal_or_refused(text: str, release: date | None) -> None:
    try:
        read_file_content(text.encode(), "a.txt", BERLIN, Beside(release))
    except IntakeError as error:
        assert str(error).startswith("a.txt")  # noqa: PT017  both ends are right


@pytest.mark.parametrize(
    "piece", ["a", "Aa ", "1. ", "10:00\tx\ty\n", "Am 3. Mai um 19 Uhr spielt Maria Muster. ", "# ", "„a"]
)
def test_a_megabyte_of_anything_comes_to_an_end(piece: str) -> None:
    text = "Titel\n\n" + piece * (1_000_000 // len(piece))
    assert read_file_content(text.encode(), "a.txt", BERLIN, BESIDE).announcement.headline == "Titel"
