"""A backup is one file, made while the house works, and read back before it counts.

    announcer-20260911T023000Z.tar.gz
        manifest.json      what is in it: SHA-256 of each file, rows of each table
        announcer.db       the database as SQLite, whatever it is at home
        config.toml, assets/, templates/

The key and what networks gave us to sign on stay at home unless asked for: who
finds a backup must not be able to speak in our name. Left out always are
`epoch` and `withdrawals.log`, which have to be newer than any backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from announcer import __version__
from announcer.errors import SettingsError, StoreError
from announcer.settings import Settings
from announcer.store import schema
from announcer.store.database import Database, open_database
from announcer.upkeep import copying

DATABASE, MANIFEST, KEY = "announcer.db", "manifest.json", "secret.key"
_PREFIX, _SUFFIX = "announcer-", ".tar.gz"
#: A backup that says it holds more than this is not unpacked.
MOST_BYTES = 2**40
#: Rows that only lead in: whoever was signed in signs in again, a network is signed on to again.
_SCRUB = (
    "DELETE FROM setting WHERE name LIKE 'channel:%'",
    "DELETE FROM desk_session",
    "DELETE FROM account_link",
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    program: str
    schema: str
    secrets: bool
    files: dict[str, str]  #: SHA-256 by name.
    rows: dict[str, int]  #: By table.


def make(database: Database, settings: Settings, folder: Path, now: datetime, *, secrets: bool = False) -> Path:
    """Make a backup in `folder` and read it back; its path. Raises `StoreError` if it can't be made or read."""
    path = folder / f"{_PREFIX}{now:%Y%m%dT%H%M%SZ}{_SUFFIX}"
    unfinished = path.with_suffix(".unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as work:
            copy = Path(work) / DATABASE
            copying.into_file(database, copy)
            rows = _settled(copy, secrets)
            parts = {DATABASE: copy, **dict(_files(settings, secrets))}
            manifest = Manifest(
                now.isoformat(), __version__, _revision(copy), secrets, {n: _digest(p) for n, p in parts.items()}, rows
            )
            said = Path(work) / MANIFEST
            said.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
            unfinished.touch(mode=0o600)
            with tarfile.open(unfinished, "w:gz", compresslevel=6) as tar:
                for name, file in ({MANIFEST: said} | parts).items():
                    tar.add(file, name, recursive=False)
            verify(unfinished)
            unfinished.replace(path)
    except (OSError, tarfile.TarError) as error:
        raise StoreError(f"the backup {path} can't be made: {error}; make room, or check owner and mode") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
    return path


def verify(path: Path) -> Manifest:
    """Read a backup back: every byte, and the database in it. Raises `StoreError` naming what is wrong."""
    with tempfile.TemporaryDirectory(prefix="announcer-backup-") as work:
        return unpack(path, Path(work))


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder and look through all of it; raises `StoreError` naming what is wrong."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            members = tar.getmembers()
            for one in members:
                _refuse_strange(path, one)
            if sum(one.size for one in members) > MOST_BYTES:
                raise StoreError(f"{path} says that it holds more than any backup does; it is none of ours")
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError, EOFError) as error:
        raise StoreError(f"{path} can't be read: {error}; take another backup") from error
    manifest = _manifest(path, folder)
    present = {str(PurePosixPath(one.relative_to(folder))) for one in folder.rglob("*") if one.is_file()} - {MANIFEST}
    if present != set(manifest.files):
        raise StoreError(f"{path} does not hold the files its manifest names; take another backup")
    for name, digest in manifest.files.items():
        if _digest(folder / name) != digest:
            raise StoreError(f"{path}: {name} is damaged; take another backup")
    _check_database(path, folder / DATABASE, manifest)
    return manifest


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups beyond `keep`; those that were removed."""
    old = backups(folder)[:-keep]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def backups(folder: Path) -> list[Path]:
    """What lies there, the oldest first."""
    return sorted(folder.glob(f"{_PREFIX}[0-9]*{_SUFFIX}"))


def database_path(settings: Settings) -> Path | None:
    """The SQLite file; None on PostgreSQL."""
    url = settings.database_url()
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _files(settings: Settings, secrets: bool) -> Iterator[tuple[str, Path]]:
    config = settings.root / "config.toml"
    if config.is_file():
        yield "config.toml", config
    if secrets:
        key = settings.path(settings.keys.secret_file)
        if settings.keys.secret_env or not key.is_file():
            raise SettingsError(
                "the key can't go into the backup: it is in no file; keep what [keys] 'secret_env' names yourself"
            )
        yield KEY, key
    yield from _below("assets", settings.path(settings.paths.var) / "assets")
    if settings.paths.templates is not None:
        yield from _below("templates", settings.path(settings.paths.templates))


def _below(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(PurePosixPath(name, *path.relative_to(folder).parts)), path


def _settled(copy: Path, secrets: bool) -> dict[str, int]:
    """Take out of the copy what leads in, make it one file, count its rows."""
    with closing(sqlite3.connect(copy)) as raw:
        if not secrets:
            for statement in _SCRUB:
                raw.execute(statement)
            raw.commit()
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("VACUUM")  # so that what was taken out is gone from the pages, too
    database = open_database(f"sqlite:///{copy}")
    try:
        with database.read() as connection:
            return copying.counts(connection)
    finally:
        database.close()
        _one_file(copy)


def _one_file(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")


def _revision(copy: Path) -> str:
    database = open_database(f"sqlite:///{copy}")
    try:
        return schema.current_revision(database) or ""
    finally:
        database.close()
        _one_file(copy)


def _check_database(path: Path, copy: Path, manifest: Manifest) -> None:
    if not copy.is_file():
        raise StoreError(f"{path} holds no database; take another backup")
    try:
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as raw:
            said = raw.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = raw.execute("PRAGMA foreign_key_check").fetchall()
            names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            own = sorted(name for name in names if not name.startswith("sqlite_"))
            rows = {name: _number_of_rows(raw, name) for name in own}
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: the database in it is damaged ({error}); take another backup") from error
    if said != "ok" or dangling:
        raise StoreError(f"{path}: the database in it is damaged ({said}); take another backup")
    if rows != manifest.rows:
        raise StoreError(f"{path}: the database in it lacks rows; take another backup")


def _number_of_rows(raw: sqlite3.Connection, table: str) -> int:
    # The name comes from the file's own catalogue, quoted as SQL wants it.
    quoted = table.replace('"', '""')
    number: int = raw.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # nosec B608
    return number


def _manifest(path: Path, folder: Path) -> Manifest:
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path} has no manifest that can be read; it is no backup of this program") from error


def _refuse_strange(path: Path, one: tarfile.TarInfo) -> None:
    parts = PurePosixPath(one.name).parts
    if not one.isfile() or one.name.startswith("/") or ".." in parts:
        raise StoreError(f"{path} holds {one.name!r}, which no backup of this program does; don't restore it")


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
