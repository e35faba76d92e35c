"""The machine the house stands on: SQLite, disks, clock, user, time zones, files that must be private."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from announcer.settings import Settings
from announcer.upkeep.backup import backups, database_path
from announcer.upkeep.findings import Finding, Level

#: SQLite's WAL-reset bug is mended from here on, and in these older lines from that patch on.
MENDED = (3, 51, 3)
MENDED_IN = {(3, 44): 6, (3, 50): 7}
#: File systems where SQLite's locks can't be relied on.
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "glusterfs", "fuse.glusterfs", "ceph", "afs", "lustre"}
)
#: How old the newest backup may be.
BACKUP_AGE = timedelta(hours=36)
#: How old the rules of the time zones may be.
ZONES_AGE_YEARS = 2
_UNSYNCHRONISED = 0x40  # STA_UNSYNC of adjtimex(2)


def sqlite_point(settings: Settings, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Finding:
    """Whether this SQLite can damage a database that two programs checkpoint at once."""
    said = ".".join(map(str, version[:3]))
    if database_path(settings) is None:
        return Finding(Level.OK, "sqlite", "sqlite_unused")
    patch = MENDED_IN.get((version[0], version[1]))
    if version >= MENDED or (patch is not None and version[2] >= patch):
        return Finding(Level.OK, "sqlite", "sqlite_ok", {"version": said})
    return Finding(Level.WARN, "sqlite", "sqlite_reset", {"version": said})


def mount_of(path: Path, mounts: str) -> tuple[str, str]:
    """Mount point and file system type of a path, from the text of /proc/mounts; empty if it says nothing."""
    found = ("", "")
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = parts[1].encode().decode("unicode_escape", "replace")
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(found[0]):
            found = (point, parts[2])
    return found


def disk_points(settings: Settings, mounts: str | None = None) -> Iterator[Finding]:
    """Whether the files lie on disks of this machine, with room."""
    if mounts is None:
        mounts = _read(Path("/proc/mounts"))
    home, var = database_path(settings), settings.path(settings.paths.var).resolve()
    for path, level in ((home, Level.BAD), (var, Level.WARN)):
        if path is None:
            continue
        kind = mount_of(path.resolve(), mounts)[1]
        if kind in NETWORK:
            yield Finding(level, "disk", "disk_network", {"path": path, "kind": kind})
    there = next((one for one in (var, *var.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(there).free // 2**20
    least = settings.monitoring.disk_free_mb
    values = {"free": free, "least": least}
    yield (
        Finding(Level.OK, "disk", "disk_ok", values)
        if free >= least
        else Finding(Level.BAD, "disk", "disk_full", values)
    )


def user_point(uid: int | None = None) -> Finding:
    """Root is not needed, and what does not run as root can break less."""
    root = (os.geteuid() if uid is None else uid) == 0
    return Finding(Level.WARN, "user", "user_root") if root else Finding(Level.OK, "user", "user_ok")


def clock_points(last_tick: datetime | None, now: datetime, synchronised: bool | None) -> Iterator[Finding]:
    """Whether somebody keeps the clock right, and whether it has gone back behind what already happened."""
    if last_tick is not None and last_tick - now > timedelta(minutes=2):
        yield Finding(Level.BAD, "clock", "clock_back", {"minutes": round((last_tick - now).total_seconds() / 60)})
    if synchronised is None:
        yield Finding(Level.UNKNOWN, "clock", "clock_unknown")
    elif not synchronised:
        yield Finding(Level.WARN, "clock", "clock_alone")
    else:
        yield Finding(Level.OK, "clock", "clock_ok")


class _Timex(ctypes.Structure):
    # The fields of struct timex up to `status`, then room for the rest.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def clock_synchronised() -> bool | None:
    """Whether the kernel says that NTP keeps the clock; None where it can't be asked."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        told = _Timex()
        if library.adjtimex(ctypes.byref(told)) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return not told.status & _UNSYNCHRONISED


def zone_point(settings: Settings, now: datetime, version: str | None = None) -> Finding:
    """Whether the rules of the time zones are there and not too old."""
    if version is None:
        version = metadata.version("tzdata")
    ZoneInfo(settings.site.timezone)
    year = int(version.partition(".")[0])
    if now.astimezone(UTC).year - year > ZONES_AGE_YEARS:
        return Finding(Level.WARN, "zones", "zones_old", {"version": version})
    return Finding(Level.OK, "zones", "zones_ok", {"version": version})


def private_points(settings: Settings) -> Iterator[Finding]:
    """Files with secrets that others on this machine can read."""
    files = [settings.keys.secret_file, settings.mail.relay.password_file, settings.monitoring.heartbeat_file]
    files += [channel.token_file for channel in settings.channels.values()]
    open_ones = [str(one) for one in _paths(settings, files) if stat.S_IMODE(one.stat().st_mode) & 0o077]
    if open_ones:
        yield Finding(Level.WARN, "private", "private_open", {"files": ", ".join(open_ones)})
    else:
        yield Finding(Level.OK, "private", "private_ok")


def _paths(settings: Settings, files: Sequence[Path | None]) -> list[Path]:
    paths = [settings.path(one) for one in files if one is not None]
    return [one for one in paths if one.is_file()]


def backup_point(settings: Settings, now: datetime) -> Finding:
    """How old the newest backup is."""
    if settings.backup.folder is None:
        return Finding(Level.WARN, "backup", "backup_none")
    found = backups(settings.path(settings.backup.folder))
    if not found:
        return Finding(Level.BAD, "backup", "backup_missing", {"folder": settings.backup.folder})
    age = now - datetime.fromtimestamp(found[-1].stat().st_mtime, UTC)
    values = {"hours": round(age.total_seconds() / 3600), "n": len(found)}
    return Finding(Level.OK if age <= BACKUP_AGE else Level.BAD, "backup", "backup_age", values)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
