"""What the figures were measured on: without it no figure means anything."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

_WRITES = 200


def describe() -> str:
    """Processors, versions, the load others make, and what an fsync costs here."""
    typical, slow = fsync_milliseconds()
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({_processor()}), busy before this run: {busy:.1f}\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}\n"
        f"fsync of 4 kB in {tempfile.gettempdir()}: {typical:.2f} ms, the slowest of {_WRITES}: {slow:.1f} ms"
    )


def fsync_milliseconds() -> tuple[float, float]:
    """The median and the slowest of many small writes that wait for the disk."""
    costs = []
    with tempfile.TemporaryFile() as file:
        for _ in range(_WRITES):
            file.write(b"\0" * 4096)
            file.flush()
            begin = time.perf_counter()
            os.fsync(file.fileno())
            costs.append((time.perf_counter() - begin) * 1000)
    return statistics.median(costs), max(costs)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def peak_megabytes() -> float:
    """The most memory this process ever had resident, without what its parent had (as getrusage would give)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status has no VmHWM; this benchmark needs Linux")
