"""Pictures that come inside a Word file or a mail are kept with what the text says of them."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from announcer.cli.verbs import app

CONFIG = '[site]\nurl = "https://city.example"\n[mail]\nenabled = false\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def picture(colour: str, kind: str = "PNG") -> bytes:
    """A small picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (640, 400), colour).save(out, kind)
    return out.getvalue()


def word_file(path: Path, *images: tuple[str, bytes, str, str]) -> None:
    """A Word file with a title, a paragraph, and pictures as name, bytes, alternative text and caption."""
    shown, relations = "", ""
    for number, (name, _, alt, caption) in enumerate(images, 10):
        relations += f'<Relationship Id="r{number}" Type="{OFFICE}/image" Target="media/{name}"/>'
        shown += (
            f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="{number}" name="B" descr="{alt}"/>'
            "<a:graphic><a:graphicData>"
            f'<pic:pic><pic:blipFill><a:blip r:embed="r{number}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
            f"</wp:inline></w:drawing></w:r></w:p>"
            f'<w:p><w:pPr><w:pStyle w:val="Caption"/></w:pPr><w:r><w:t>{caption}</w:t>'
            "</w:r></w:p>"
        )
    text = (
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Neues Haus am Ufer eröffnet</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Die Stadt Beispiel hat am Montag das neue Haus am Ufer eröffnet.</w:t></w:r></w:p>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="png" ContentType="image/png"/><Default Extension="emf" ContentType="image/x-emf"/>'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        )
        archive.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{WORD}">'
            '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
            '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style></w:styles>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}" xmlns:a="{DRAWING}/main" xmlns:pic="{DRAWING}/picture" '
            f'xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:r="{OFFICE}">'
            f"<w:body>{text}{shown}</w:body></w:document>",
        )
        for name, data, _, _ in images:
            archive.writestr(f"word/media/{name}", data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """The verb's output."""
    result = CliRunner().invoke(app, ["--config", str(folder / "config.toml"), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def kept(folder: Path, id_: str) -> list[Any]:
    """The stored pictures, each with the bytes that were kept."""
    shown = json.loads(run(folder, "picture", "list", id_, "--json"))
    for one in shown:
        hash_ = one.pop("hash")
        one["size"] = len((folder / "var" / "assets" / hash_[:2] / hash_).read_bytes())
    return list(shown)


def test_the_pictures_of_a_word_file(folder: Path) -> None:
    blue = picture("blue")
    word_file(
        folder / "haus.docx",
        ("a.png", blue, "Ein blaues Haus", "Das Haus am Ufer. (Foto: Alex Muster)"),
        ("b.emf", b"\x01\x00\x00\x00 no picture", "", "Der Lageplan."),
    )
    found = json.loads(run(folder, "add", str(folder / "haus.docx"), "--dry-run", "--json"))
    assert [one["key"] for one in found["warnings"] if "picture" in one["key"]] == ["picture_unusable"]
    run(folder, "add", str(folder / "haus.docx"), "--yes")
    assert kept(folder, "haus") == [
        {
            "file": "bild-1.png", "alt": "Ein blaues Haus", "credit": "Alex Muster", "caption": "Das Haus am Ufer.",
            "licence": "", "size": len(blue),
        }
    ]  # fmt: skip


def test_the_pictures_of_a_mail(folder: Path) -> None:
    message = EmailMessage()
    message["From"] = "Pressestelle Stadt Beispiel <presse@city.example>"
    message["Subject"] = "Neues Haus am Ufer eröffnet"
    message.set_content(
        "<h1>Neues Haus am Ufer eröffnet</h1><p>Die Stadt Beispiel hat am Montag das neue Haus eröffnet.</p>"
        '<figure><img src="cid:inside@city.example" alt="Ein rotes Haus"><figcaption>Das Haus.</figcaption></figure>',
        subtype="html",
    )
    red, green = picture("red", "JPEG"), picture("green")
    message.add_related(red, "image", "jpeg", cid="<inside@city.example>")
    message.add_attachment(green, "image", "png", filename="..\\..\\plan.png")
    message.add_attachment(b"kein Bild", "image", "png", filename="kaputt.png")
    (folder / "haus.eml").write_bytes(message.as_bytes())
    run(
        folder,
        "add",
        str(folder / "haus.eml"),
        "--yes",
        "--answer",
        "alt:plan.png=Der Plan",
        "--answer",
        "credit:*=Stadt",
    )
    assert kept(folder, "haus") == [
        {
            "file": "inside.jpg",
            "alt": "Ein rotes Haus",
            "credit": "Stadt",
            "caption": "Das Haus.",
            "licence": "",
            "size": len(red),
        },
        {"file": "plan.png", "alt": "Der Plan", "credit": "Stadt", "caption": "", "licence": "", "size": len(green)},
    ]
