"""Bringing a backup home. Nothing is overwritten: what was there is moved aside, and the house starts held."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from announcer.errors import Conflict, StoreError
from announcer.settings import Settings
from announcer.store.database import open_database
from announcer.upkeep import copying
from announcer.upkeep.backup import DATABASE, KEY, Manifest, database_path, unpack


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    manifest: Manifest
    aside: tuple[Path, ...]  #: Where what was there before now lies.
    brought: int  #: Files beside the database.


def restore(path: Path, settings: Settings, now: datetime) -> Restored:
    """Verify the backup, move the present database aside, put the backup's in its place, read it back.

    Raises `Conflict` while a service runs, `StoreError` for a backup that can't be used. Until the database is
    replaced nothing is changed.
    """
    home = database_path(settings)
    with tempfile.TemporaryDirectory(prefix="announcer-restore-") as work, _nobody_serves(home):
        folder = Path(work)
        manifest = unpack(path, folder)
        aside: tuple[Path, ...] = ()
        if home is None:
            _into_postgresql(folder / DATABASE, settings)
        else:
            aside = _into_file(folder / DATABASE, home, now)
        _compare(settings, manifest)
        return Restored(manifest, aside, sum(_bring_files(folder, settings)))


@contextmanager
def _nobody_serves(home: Path | None) -> Iterator[None]:
    """The service's own lock: neither runs while the other does. On PostgreSQL the database has to be empty."""
    if home is None:
        yield
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{home}.lock").open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"a service runs on {home}; stop it, then restore") from error
        yield


def _into_file(copy: Path, home: Path, now: datetime) -> tuple[Path, ...]:
    stamp = f"before-restore-{now:%Y%m%dT%H%M%SZ}"
    try:
        new = home.with_name(f".{home.name}.new")
        shutil.copyfile(copy, new)
        moved = []
        for suffix in ("", "-wal", "-shm"):
            old = home.with_name(home.name + suffix)
            if old.exists():
                moved.append(old.rename(home.with_name(f"{home.stem}-{stamp}{home.suffix}{suffix}")))
        new.replace(home)
    except OSError as error:
        raise StoreError(f"{home} can't be replaced: {error.strerror}; check owner, mode and room") from error
    return tuple(moved)


def _into_postgresql(copy: Path, settings: Settings) -> None:
    database = open_database(settings.database_url())
    try:
        copying.out_of_file(copy, database)
    finally:
        database.close()


def _compare(settings: Settings, manifest: Manifest) -> None:
    """Read back what now stands there: as many rows as the backup had, of every table."""
    database = open_database(settings.database_url())
    try:
        with database.read() as connection:
            found = copying.counts(connection)
    finally:
        database.close()
    wrong = [table for table, rows in manifest.rows.items() if found.get(table) != rows]
    if wrong:
        raise StoreError(f"after the restore these tables lack rows: {', '.join(wrong)}; don't start the service")


def _bring_files(folder: Path, settings: Settings) -> Iterator[bool]:
    """Pictures and texts that are missing; the key only where there is none, for links hang on the one there is."""
    yield from _missing(folder / "assets", settings.path(settings.paths.var) / "assets")
    if settings.paths.templates is not None:
        yield from _missing(folder / "templates", settings.path(settings.paths.templates))
    key = settings.path(settings.keys.secret_file)
    if (folder / KEY).is_file() and not settings.keys.secret_env and not key.exists():
        key.parent.mkdir(parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_bytes((folder / KEY).read_bytes())
        yield True


def _missing(source: Path, target: Path) -> Iterator[bool]:
    for path in sorted(source.rglob("*")):
        home = target / path.relative_to(source)
        if path.is_file() and not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, home)
            yield True
