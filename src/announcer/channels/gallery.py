"""The pictures of a content as one network takes them: made to fit once, named by what they contain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from announcer.channels.pictures import Frame, fit_picture
from announcer.errors import ComposeError


class Files(Protocol):
    """Where pictures are kept (`store.assets.Assets`)."""

    def put(self, data: bytes) -> str: ...
    def read(self, hash_: str) -> bytes: ...
    def path(self, hash_: str) -> Path: ...


class Notes(Protocol):
    """What is remembered beyond a restart (`store.memory.Memory`)."""

    def recall(self, name: str) -> str | None: ...
    def remember(self, name: str, value: str) -> None: ...


#: What a composed payload says of a picture, beside its alt text.
SHAPE = ("hash", "media_type", "width", "height", "size")


class Gallery:
    """Pictures for one channel."""

    def __init__(self, files: Files, notes: Notes) -> None:
        self._files = files
        self._notes = notes

    def made_to_fit(self, picture: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
        """The picture within `frame`, under the hash of the bytes that will be sent; raises `ComposeError`."""
        name = str(picture.get("name") or picture["hash"][:12])
        noted = f"picture:{picture['hash'][:20]}:{frame.most_side}:{frame.most_bytes}"
        known = self._notes.recall(noted)
        if known is None:
            made = fit_picture(self._files.read(picture["hash"]), frame, name)
            hash_ = self._files.put(made.data)
            known = f"{hash_} {made.media_type} {made.width} {made.height} {len(made.data)}"
            self._notes.remember(noted, known)
        hash_, media_type, width, height, size = known.split()
        shape = {"media_type": media_type, "width": int(width), "height": int(height), "size": int(size)}
        return {**picture, "hash": hash_, **shape}

    def read(self, picture: Mapping[str, Any]) -> bytes:
        """The bytes of a picture that was made to fit."""
        return self._files.read(picture["hash"])

    def path(self, picture: Mapping[str, Any]) -> str:
        """Where the file of a picture is, for what takes files."""
        return str(self._files.path(picture["hash"]))


def shape_of(picture: Mapping[str, Any]) -> dict[str, Any]:
    """What a payload keeps of a prepared picture; raises `ComposeError` for one that was not."""
    try:
        return {key: picture[key] for key in SHAPE}
    except KeyError as error:
        raise ComposeError(f"a picture was not made ready for this network (it has no {error})") from error
