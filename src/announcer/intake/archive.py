"""Zip archives from outside: how much they would unfold to is known before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final
from xml.parsers.expat import ExpatError

from lxml.etree import LxmlError

from announcer.errors import IntakeError

#: What reading a damaged file raises, from the zip down to the XML within.
BROKEN: Final = (
    LookupError, ValueError, AttributeError, TypeError, NotImplementedError, zipfile.BadZipFile, zlib.error, OSError,
    RecursionError, ExpatError, EOFError, SyntaxError, LxmlError,
)  # fmt: skip

_MOST_MEMBERS = 2_000
_LARGEST_WHOLE = 100_000_000
_LARGEST_RATIO = 200
#: Small things may be as dense as they like.
_RATIO_FROM = 1_000_000


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive, looked over; raises `IntakeError` for a broken one, a locked one and a bomb."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise IntakeError(f"{name} is a broken file; open it, save it anew, or give its text") from error
    members = archive.infolist()
    whole = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > _MOST_MEMBERS or whole > _LARGEST_WHOLE:
        raise IntakeError(f"{name} would unfold to {whole // 1_000_000} MB in {len(members)} parts; it is not opened")
    if whole > _RATIO_FROM and whole > _LARGEST_RATIO * max(1, packed):
        raise IntakeError(f"{name} would unfold to {whole // max(1, packed)} times its size; it is not opened")
    if any(member.flag_bits & 1 for member in members):
        raise IntakeError(f"{name} is locked with a password; save it without one")
    return archive
