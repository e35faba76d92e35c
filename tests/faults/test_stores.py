"""The store is gone, full, read-only, or held by somebody else: said so, nothing lost, and on by itself."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from announcer.engine import MAIL
from announcer.model.ledger import DeliveryState
from tests.faults.conftest import Figure
from tests.faults.house import SOCIAL, Office, address
from tests.faults.own_postgres import OwnPostgres
from tests.faults.process import Service, service, wait_until
from tests.faults.sink import Sink, receiving
from tests.standins.faulty_wire import Wire

PEOPLE = 400
#: What could not be recorded comes back when its lease is over: not after 120 seconds here.
SHORT = {"ANNOUNCER_LEASE_SECONDS": "10"}


@contextmanager
def tiny_disk(folder: Path, megabytes: int = 12) -> Iterator[Path]:
    """A file system of its own; skips where none can be mounted."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def readiness(running: Service) -> int:
    try:
        return httpx.get(running.url + "/readyz", timeout=15, trust_env=False).status_code
    except httpx.HTTPError:
        return 0


def unready(running: Service) -> None:
    wait_until(lambda: readiness(running) == 503, "readyz to say 503")


def furnished(folder: Path, url: str, sink: Sink, people: int = PEOPLE) -> Office:
    office = Office(
        folder, url, sink.smtp_port, sink.url, sink.token, round=10, more="\n[monitoring]\ndisk_free_mb = 1\n"
    )
    office.furnish()
    office.invite(people)
    return office


def finish(office: Office, seconds: float = 90) -> None:
    with office.ledger() as ledger:
        wait_until(ledger.over, "everything to be sent", seconds)


def doubles(sink: Sink, people: int) -> int:
    reached = Counter(recipient for _, recipient in sink.mails())
    assert set(reached) == {address(number) for number in range(1, people + 1)}
    return reached.total() - len(reached)


def without_record(office: Office, sink: Sink) -> int:
    """Mails that left and of which the ledger knows no attempt."""
    with office.ledger() as ledger:
        known = ledger.attempted()
    return len({key.partition("@")[0] for key, _ in sink.mails()} - known)


def _postgres_away(folder: Path, seconds: float) -> tuple[int, float]:
    """Stopped hard in the midst of a send, back after so long; how many came double, and when the next mail came."""
    with OwnPostgres() as store, receiving(folder / "sink", 0.02) as sink:
        office = furnished(folder / "office", store.url, sink)
        with service(office.config, ANNOUNCER_LEASE_SECONDS="10") as running:
            office.announce("rathaus", (MAIL, SOCIAL))
            wait_until(lambda: len(sink.mails()) > 30, "the first mails")
            store.kill()
            unready(running)
            time.sleep(seconds)
            store.start()
            back, before = time.monotonic(), sink.size()
            wait_until(lambda: sink.size() > before, "the next mail", 40)
            resumed = time.monotonic() - back
            finish(office)
            wait_until(lambda: readiness(running) == 200, "readyz to say 200")
            assert running.stop()[0] == 0
        assert without_record(office, sink) == 0
        return doubles(sink, PEOPLE), resumed


def test_postgresql_stopped_hard(tmp_path: Path, figure: Figure) -> None:
    double, resumed = _postgres_away(tmp_path, 3)
    assert resumed <= 30
    figure(
        "PostgreSQL stopped hard mid-batch, gone 3 s",
        "postgresql",
        f"0 lost, {double} double, on after {resumed:.1f} s",
    )


@pytest.mark.long
def test_postgresql_gone_for_a_minute(tmp_path: Path, figure: Figure) -> None:
    double, resumed = _postgres_away(tmp_path, 60)
    assert resumed <= 30
    figure(
        "PostgreSQL stopped hard mid-batch, gone 60 s",
        "postgresql",
        f"0 lost, {double} double, on after {resumed:.1f} s",
    )


def test_a_disk_that_is_full(database_url: str, tmp_path: Path, figure: Figure) -> None:
    """The disk of the house: SQLite's database is on it, and of a house on PostgreSQL its own files."""
    with tiny_disk(tmp_path / "disk") as disk, receiving(tmp_path / "sink", 0.02) as sink:
        url = database_url
        if url.startswith("sqlite"):
            shutil.copy(url.removeprefix("sqlite:///"), disk / "announcer.db")
            url = f"sqlite:///{disk}/announcer.db"
        office = furnished(disk / "office", url, sink, 60)
        with service(office.config, **SHORT) as running:
            office.announce("rathaus", (MAIL,))
            wait_until(lambda: len(sink.mails()) > 5, "the first mails")
            _fill(disk)
            unready(running)
            time.sleep(2)
            (disk / "ballast").unlink()
            mended = time.monotonic()
            wait_until(lambda: readiness(running) == 200, "readyz to say 200")
            ready = time.monotonic() - mended
            finish(office)
            assert running.stop()[0] == 0
        assert without_record(office, sink) == 0
        double = doubles(sink, 60)
    figure(
        "disk full",
        database_url,
        f"readyz 503, 0 sent without a record, 200 again {ready:.1f} s after; 0 lost, {double} double",
    )


def _fill(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            pass


#: Without these rights root, too, has to keep to the mode of a folder.
_AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


def test_a_folder_that_is_read_only(database_url: str, tmp_path: Path, figure: Figure) -> None:
    """The folder of the house's own files, and of the database where it is a file."""
    before = _AS_OTHERS if os.geteuid() == 0 else ()
    if before and shutil.which(before[0]) is None:
        pytest.skip("root can write anywhere here: setpriv is not installed")
    with receiving(tmp_path / "sink", 0.02) as sink, ExitStack() as stack:
        url = database_url
        if not url.startswith("sqlite"):  # whose socket may be in a folder of another user's
            url = stack.enter_context(Wire.to_postgres(url)).postgres_url(url)
        office = furnished(tmp_path / "office", url, sink, 60)
        folders = [office.folder / "var", *([tmp_path] if database_url.startswith("sqlite") else [])]
        with service(office.config, before=before, **SHORT) as running:
            office.announce("rathaus", (MAIL,))
            wait_until(lambda: len(sink.mails()) > 5, "the first mails")
            try:
                for folder in folders:
                    folder.chmod(0o555)
                unready(running)
            finally:
                for folder in folders:
                    folder.chmod(0o755)
            wait_until(lambda: readiness(running) == 200, "readyz to say 200")
            finish(office)
            assert running.stop()[0] == 0
        assert without_record(office, sink) == 0
        double = doubles(sink, 60)
    figure("read-only folder", database_url, f"readyz 503, none unrecorded, 200 again; 0 lost, {double} double")


@contextmanager
def held(database_url: str) -> Iterator[None]:
    """Another program has locked the tables."""
    if database_url.startswith("sqlite"):
        other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK TABLE delivery, message, setting IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_a_database_that_another_program_holds(database_url: str, tmp_path: Path, figure: Figure) -> None:
    with receiving(tmp_path / "sink", 0.02) as sink:
        office = furnished(tmp_path / "office", database_url, sink, 100)
        with service(office.config, **SHORT) as running:
            office.announce("rathaus", (MAIL,))
            wait_until(lambda: len(sink.mails()) > 5, "the first mails")
            with held(database_url):
                unready(running)
            mended = time.monotonic()
            wait_until(lambda: readiness(running) == 200, "readyz to say 200")
            ready = time.monotonic() - mended
            finish(office)
            assert running.stop()[0] == 0
        assert without_record(office, sink) == 0
        double = doubles(sink, 100)
    figure(
        "locked by another program", database_url, f"readyz 503, 200 again {ready:.1f} s after; 0 lost, {double} double"
    )


def test_a_service_that_dies_while_the_store_is_held_leaves_nothing_half_done(sqlite_url: str, tmp_path: Path) -> None:
    with receiving(tmp_path / "sink", 0.02) as sink:
        office = furnished(tmp_path / "office", sqlite_url, sink, 30)
        with service(office.config) as running:
            office.announce("rathaus", (MAIL,))
            wait_until(lambda: len(sink.mails()) > 2, "the first mails")
            with held(sqlite_url):
                running.send(signal.SIGKILL)
                running.wait()
        with service(office.config):
            finish(office)
        assert doubles(sink, 30) <= 40  # in flight: four connections with a round of ten
        with office.ledger() as ledger:
            assert ledger.deliveries(MAIL) == {DeliveryState.SENT: 30}
