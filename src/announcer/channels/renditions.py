"""Pictures as pages and feeds show them: in a few sizes, without what a camera wrote, made once and kept.

A rendition is named by the picture's hash and its longer side, so its address
never shows other bytes. The files are a cache: lost ones are made again.
"""

from __future__ import annotations

import re
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from announcer.channels.gallery import Files
from announcer.channels.pictures import LARGEST_FILE, Frame, fit_picture
from announcer.errors import StoreError

#: Pixels of the longer side. Pages offer all of them, feeds and mails the largest.
SIDES = (480, 960, 1600)
LARGEST = SIDES[-1]
#: As large as it came, for print.
WHOLE = 0
_MOST_BYTES = {480: 150_000, 960: 400_000, 1600: 1_000_000, WHOLE: LARGEST_FILE}
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}
_TYPES = {ending: media_type for media_type, ending in _ENDINGS.items()}
_NAME = re.compile(r"(?P<hash>[0-9a-f]{16})-(?P<side>\d{1,5})(?:\.(?:jpg|png))?")


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size."""

    name: str  #: The last part of its address.
    path: Path
    media_type: str
    width: int
    height: int
    size: int  #: Bytes.


class Renditions:
    """Makes and keeps them. Safe in several threads: two that make the same write the same file."""

    def __init__(self, files: Files, folder: Path) -> None:
        self._files = files
        self._folder = folder
        self._making = threading.Lock()
        self._known = lru_cache(maxsize=4096)(self._read)

    def of(self, hash_: str, side: int, name: str = "") -> Rendition:
        """The picture with this hash, no longer than `side` pixels; `name` is for errors.

        Raises `ComposeError` for a picture that is damaged, `NotFound` for one that is gone.
        """
        if (found := self._found(hash_, side)) is None:
            with self._making:  # a crowd at the moment of release waits for the one that makes it
                found = self._found(hash_, side) or self._make(hash_, side, name or hash_[:12])
        return self._known(found)

    def all(self, hash_: str, name: str = "") -> tuple[Rendition, ...]:
        """Every size a page offers, the smallest first; a small picture has fewer."""
        made: dict[int, Rendition] = {}
        for side in SIDES:
            one = self.of(hash_, side, name)
            made.setdefault(one.width, one)
        return tuple(made.values())

    def _found(self, hash_: str, side: int) -> Path | None:
        return next((path for ending in _TYPES if (path := self._path(hash_, side, ending)).exists()), None)

    def _make(self, hash_: str, side: int, name: str) -> Path:
        made = fit_picture(self._files.read(hash_), Frame(_MOST_BYTES[side], most_side=side), name)
        path = self._path(hash_, side, _ENDINGS[made.media_type])
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(made.data)
            Path(file.name).replace(path)
        except OSError as error:
            raise StoreError(
                f"{path.parent} can't be written ({error.strerror}); check the disk and its owner"
            ) from error
        return path

    def _path(self, hash_: str, side: int, ending: str) -> Path:
        return self._folder / hash_[:2] / f"{hash_}-{side}.{ending}"

    @staticmethod
    def _read(path: Path) -> Rendition:
        with Image.open(path) as image:
            width, height = image.size
        hash_, _, rest = path.name.partition("-")
        media_type = _TYPES[path.suffix[1:]]
        return Rendition(f"{hash_[:16]}-{rest}", path, media_type, width, height, path.stat().st_size)


def asked_for(name: str) -> tuple[str, int] | None:
    """What an address asks for: the first 16 digits of a hash and the longer side; None if it can be no rendition.

    Mails name no ending: which it is shows only once the picture is made.
    """
    found = _NAME.fullmatch(name)
    return (found["hash"], int(found["side"])) if found and int(found["side"]) in SIDES else None


def attachment_path(hash_: str, file: str) -> str:
    """Where a file is found below its announcement's address. The name is for whoever saves it."""
    stem, dot, ending = file.rpartition(".")
    plain = [re.sub(r"[^A-Za-z0-9_-]+", "-", part).strip("-") for part in (stem, ending)]
    return f"datei/{hash_[:16]}/{plain[0] or 'datei'}{dot}{plain[1]}"
