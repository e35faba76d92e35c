"""Feed files on disk: written whole or not at all, and only when they changed.

Beside each file stands its `.gz`, for a web server that sends compressed
files as they are. The folder may hold other things; they are left alone.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import gzip
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from announcer.errors import AnnouncerError

#: What a crash leaves behind ends so; nothing else is ever removed.
_TEMPORARY = ".announcer-part"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class FeedFolder:
    """The folder the feeds are written to. Every method raises `AnnouncerError` when the disk says no."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> tuple[Path, ...]:
        """At start: make the folder, remove what a crash left half written, and name what was removed."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with _alone(self.path):
                left = tuple(sorted(path for path in self.path.rglob(f".*{_TEMPORARY}") if path.is_file()))
                for path in left:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _refused(self.path, error) from error
        return left

    def differing(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Which of these files are not on the disk as they are here."""
        return tuple(name for name, body in files.items() if not _holds(self._target(name), body))

    def write(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Write what differs from the disk, and name it. What was written before a failure stays written."""
        return tuple(name for name, body in files.items() if self._put(name, body))

    def names(self) -> tuple[str, ...]:
        """What lies in the folder: names relative to it, without compressed copies and hidden files."""
        try:
            found = [path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file()]
        except OSError as error:
            raise _refused(self.path, error) from error
        shown = (path for path in found if path.suffix != ".gz" and not path.name.startswith("."))
        return tuple(sorted(path.as_posix() for path in shown))

    def check(self) -> None:
        """Try to write a file, and leave none."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part = _write_part(self.path / "check", b"")
            part.unlink()
        except OSError as error:
            raise _refused(self.path, error) from error

    def _put(self, name: str, body: bytes) -> bool:
        target = self._target(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _alone(self.path):
                return _put_both(target, body)
        except OSError as error:
            raise _refused(target, error) from error

    def _target(self, name: str) -> Path:
        path = PurePosixPath(name)
        if not path.parts or path.is_absolute() or any(part.startswith(".") for part in path.parts):
            raise AnnouncerError(f"{name!r} is no name for a feed file; it would leave the folder {self.path}")
        return self.path / path


def _put_both(target: Path, body: bytes) -> bool:
    packed = target.with_name(target.name + ".gz")
    if packed.exists() and _holds(target, body):
        return False
    # The compressed file first, on disk before the other: then an unchanged
    # plain file says that its .gz is right as well.
    _replace(packed, gzip.compress(body, mtime=0))
    _replace(target, body)
    return True


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other writers out, threads and processes: two at once could leave one's file beside the other's `.gz`.

    The lock is on the folder itself, so it leaves no file, and ends with the process.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _holds(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except FileNotFoundError:
        return False


def _replace(target: Path, body: bytes) -> None:
    """Readers see the old bytes or the new ones, also after a power cut."""
    part = _write_part(target, body)
    try:
        _date_after(part, target)
        part.replace(target)
    except OSError:
        _discard(part)
        raise
    _sync_folder(target.parent)


def _date_after(part: Path, target: Path) -> None:
    """Last-Modified counts whole seconds: two versions must not share one, or readers miss the second."""
    try:
        before = int(target.stat().st_mtime)
    except FileNotFoundError:
        return
    now = part.stat().st_mtime
    if now < before + 1:
        os.utime(part, (before + 1, before + 1))


def _write_part(target: Path, body: bytes) -> Path:
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}{_TEMPORARY}")
    # Readable by the web server, as far as the umask allows; mkstemp would make it the owner's alone.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(body)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError:
        _discard(part)
        raise
    return part


def _discard(part: Path) -> None:
    # The first error is the one to tell; `prepare` finds what stays.
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """The new name itself, not only the file's bytes: rename(2) alone may be lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, error: OSError) -> AnnouncerError:
    if error.errno in _FULL:
        return AnnouncerError(f"{path} can't be written: the disk is full; free some space, the feed stays as it was")
    said = error.strerror or error
    return AnnouncerError(f"{path} can't be written: {said}; check owner and mode, or [paths] feeds in config.toml")
