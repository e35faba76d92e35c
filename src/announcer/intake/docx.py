"""A Word file as a document. It is a zip of XML, so it is looked over before anything in it is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import mammoth

from announcer.errors import IntakeError
from announcer.intake.archive import BROKEN, open_zip
from announcer.intake.document import Document, Enclosure, Picture
from announcer.intake.html import read_html

#: Word's own names for what a release is made of, English and German.
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titel'] => h1:fresh
p[style-name='Subtitle'] => p.subline:fresh
p[style-name='Untertitel'] => p.subline:fresh
p[style-name='Caption'] => p.caption:fresh
p[style-name='Beschriftung'] => p.caption:fresh
p[style-name='Quote'] => p:fresh
"""
_MOST_PICTURES = 50
_BROKEN_SAID = "{name} is a broken Word file; open it in Word, save it anew, or give its text"


def read_docx(data: bytes, name: str, keep: frozenset[str] = frozenset()) -> Document:
    """A .docx; raises `IntakeError` for one that is broken, a bomb, or another kind of zip."""
    with open_zip(data, name) as archive:
        members = set(archive.namelist())
        if "word/document.xml" not in members:
            raise IntakeError(f"{name} is {_kind(members)}; save the text as .docx or .txt")
        try:
            _refuse_entities(archive, name)
        except BROKEN as error:
            raise IntakeError(_BROKEN_SAID.format(name=name)) from error
    pictures: list[tuple[str, bytes, str]] = []

    def note(image: Any) -> Mapping[str, str]:
        kind = str(image.content_type).rpartition("/")[2].replace("jpeg", "jpg") or "bin"
        label = f"bild-{len(pictures) + 1}.{re.sub(r'[^a-z0-9]', '', kind)[:5]}"
        if len(pictures) < _MOST_PICTURES:
            with image.open() as handle:
                pictures.append((label, handle.read(), image.alt_text or ""))
        return {"src": label, "alt": image.alt_text or ""}

    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(note)
        )
    except BROKEN as error:
        raise IntakeError(_BROKEN_SAID.format(name=name)) from error
    markup = str(converted.value)
    if not re.search(r"\w", re.sub(r"<[^>]*>", "", markup)):
        raise IntakeError(f"{name} has no text in it; give the text of the release")
    document = read_html(f"<html><body>{markup}</body></html>", name, keep=keep)
    files = tuple(Enclosure(label, data=content) for label, content, _ in pictures)
    known = {picture.src for picture in document.pictures}
    more = tuple(Picture(src=label, alt=alt) for label, _, alt in pictures if label not in known)
    return Document(
        document.blocks,
        links=document.links,
        pictures=(*document.pictures, *more),
        enclosures=(*document.enclosures, *files),
        removed=document.removed,
    )


def _kind(members: set[str]) -> str:
    if "xl/workbook.xml" in members:
        return "a table (xlsx), and no text; a programme goes to 'announcer event programme'"
    if "content.xml" in members:
        return "an OpenDocument file, which is not taken"
    return "a zip archive, which is not taken"


def _refuse_entities(archive: zipfile.ZipFile, name: str) -> None:
    """No Word file has a document type; one that does wants something else of the parser."""
    for member in archive.namelist():
        if member.endswith((".xml", ".rels")):
            with archive.open(member) as handle:
                if re.search(rb"<!(?:DOCTYPE|ENTITY)", handle.read(4096), re.IGNORECASE):
                    raise IntakeError(f"{name}: {member} declares entities, which no Word file does; it is not opened")
