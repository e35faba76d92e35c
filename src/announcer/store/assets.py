"""Pictures and other files of announcements, kept by what they contain: under var/assets, named by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.errors import NotFound, StoreError
from announcer.model.content import Payload
from announcer.store.tables import asset, asset_use


class Assets:
    """A folder of files by hash. What is there never changes, so that an approval of a hash covers every byte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, hash_: str) -> Path:
        """Where the file of this hash is, or would be."""
        return self._folder / hash_[:2] / hash_

    def put(self, data: bytes) -> str:
        """Keep `data`; its hash. Raises `StoreError` when the disk says no."""
        hash_ = hashlib.sha256(data).hexdigest()
        path = self.path(hash_)
        if path.exists():
            return hash_
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as error:
            raise StoreError(
                f"{path.parent} can't be written ({error.strerror}); check the disk and its owner"
            ) from error
        return hash_

    def read(self, hash_: str) -> bytes:
        """The file; raises `NotFound` if it is gone, `StoreError` if it is no longer what it was."""
        try:
            data = self.path(hash_).read_bytes()
        except OSError as error:
            raise NotFound(
                f"the picture {hash_[:12]} is not in {self._folder}; restore var/assets from the backup"
            ) from error
        if hashlib.sha256(data).hexdigest() != hash_:
            raise StoreError(f"{self.path(hash_)} was changed; restore it from the backup")
        return data


def note(connection: sa.Connection, hash_: str, media_type: str, size: int, alt: str = "", credit: str = "") -> None:
    """Remember what an asset is; the first to note it names alt text and credit."""
    row = {"hash": hash_, "media_type": media_type, "size": size, "alt": alt, "credit": credit}
    connection.execute(_dialect(connection).insert(asset).values(row).on_conflict_do_nothing())


def use(connection: sa.Connection, content_id: int, payload: Payload) -> None:
    """Note which pictures a content shows, so that they are kept as long as it is."""
    rows = []
    for picture in _pictures(payload):
        note(connection, picture["hash"], picture["media_type"], picture["size"], str(picture.get("alt", "")))
        rows.append({"content_id": content_id, "asset_hash": picture["hash"]})
    if rows:
        connection.execute(_dialect(connection).insert(asset_use).on_conflict_do_nothing(), rows)


def _pictures(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every picture in a payload, wherever it stands."""
    if isinstance(value, Mapping):
        if isinstance(value.get("hash"), str) and "media_type" in value:
            yield value
        for inner in value.values():
            yield from _pictures(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _pictures(inner)


def _dialect(connection: sa.Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql
