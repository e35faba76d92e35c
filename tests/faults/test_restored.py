"""An old backup put back, a snapshot of the machine, a migration cut off, a schema from the future."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from announcer.clock import system_clock
from announcer.engine import MAIL
from announcer.keyring import signing_key
from announcer.newsletter import tokens
from announcer.office import holding
from announcer.settings import load
from announcer.store import journal, schema
from announcer.store.database import open_database
from tests.faults.conftest import Figure
from tests.faults.house import LIST, SOCIAL, Office, address
from tests.faults.process import Service, own_environment, service, wait_until
from tests.faults.sink import Sink, receiving

PEOPLE = 6


class Copies:
    """Copies of a database, made and put back while nobody uses it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self._name = urlsplit(url).path.strip("/")

    def make(self) -> None:
        """Make a copy."""
        if self._file is not None:
            source, target = sqlite3.connect(self._file), sqlite3.connect(self._file.with_suffix(".copy"))
            source.backup(target)
            source.close()
            target.close()
        else:
            self._say(f"CREATE DATABASE {self._name}_copy TEMPLATE {self._name}")

    def put_back(self) -> None:
        """Put it in the database's place."""
        if self._file is not None:
            for suffix in ("-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            shutil.copy(self._file.with_suffix(".copy"), self._file)
        else:
            self._say(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._say(f"ALTER DATABASE {self._name}_copy RENAME TO {self._name}")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._url.replace(f"/{self._name}?", "/postgres?"), autocommit=True) as connection:
            connection.execute(statement.encode())


def say(office: Office, *words: str) -> tuple[int, str]:
    """A verb of the command line; its code and what it said."""
    command = [sys.executable, "-m", "announcer", "--config", str(office.config), "--lang", "en", *words]
    done = subprocess.run(command, env=own_environment({}), capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def furnished(folder: Path, url: str, sink: Sink) -> Office:
    office = Office(folder, url, sink.smtp_port, sink.url, sink.token)
    office.furnish()
    office.invite(PEOPLE)
    return office


def finish(office: Office) -> None:
    with office.ledger() as ledger:
        wait_until(ledger.over, "everything to be sent")


def leave(office: Office, running: Service, number: int) -> None:
    link = tokens.make(signing_key(load(office.config)), "unsubscribe", number, LIST)
    assert httpx.post(f"{running.url}/u/{link}", trust_env=False).status_code == 200


def test_an_old_backup_starts_held_and_nobody_who_left_is_written_to(
    database_url: str, tmp_path: Path, figure: Figure
) -> None:
    copies = Copies(database_url)
    with receiving(tmp_path / "sink") as sink:
        office = furnished(tmp_path / "office", database_url, sink)
        office.announce("erste", (MAIL,))
        with service(office.config) as running:
            finish(office)
            assert running.stop()[0] == 0
        copies.make()
        office.announce("zweite", (MAIL, SOCIAL))
        with service(office.config) as running:
            finish(office)
            leave(office, running, 1)
            leave(office, running, 2)
            assert running.stop()[0] == 0
        copies.put_back()
        arrived = sink.size()
        office.announce("dritte", (MAIL, SOCIAL))
        with service(office.config) as running:
            assert "all sending is held" in running.log
            time.sleep(3)
            assert sink.size() == arrived
            assert "→" in say(office, "release-hold", "--yes")[1]
            finish(office)
            assert running.stop()[0] == 0
        came = Counter(recipient for _, recipient in sink.mails())
    assert came == {address(n): 2 if n <= 2 else 3 for n in range(1, PEOPLE + 1)}
    figure("old backup restored", database_url, "held, 0 sent before the release; of 2 who left 0 written to")


def test_a_snapshot_of_the_machine_starts_held(database_url: str, tmp_path: Path, figure: Figure) -> None:
    """Database and folder from seven hours ago, back together: neither knows of the other's future."""
    copies = Copies(database_url)
    with receiving(tmp_path / "sink") as sink:
        office = furnished(tmp_path / "office", database_url, sink)
        with service(office.config) as running:
            assert running.stop()[0] == 0
        office.announce("erste", (MAIL, SOCIAL))
        with office.open() as engine, engine.database.write() as connection:
            then = system_clock() - timedelta(hours=7)
            journal.remember(connection, holding.LAST_TICK, then.isoformat())  # as the snapshot has it
        copies.make()
        shutil.copytree(office.folder, tmp_path / "snapshot")
        with service(office.config) as running:
            assert "all sending is held" in running.log
            assert running.stop()[0] == 0
        copies.put_back()
        shutil.rmtree(office.folder)
        shutil.copytree(tmp_path / "snapshot", office.folder)
        with service(office.config) as running:
            assert "all sending is held" in running.log
            time.sleep(3)
            assert (sink.mails(), sink.posts()) == ([], [])
            say(office, "release-hold", "--yes")
            finish(office)
            assert running.stop()[0] == 0
        assert (len(sink.mails()), len(sink.posts())) == (PEOPLE, 1)
    figure("snapshot of the machine, 7 h old", database_url, "held, 0 sent before the release, then each once")


# -- The schema. --


@pytest.fixture
def old_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """An empty database, for an older schema."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/old.db"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return database_url


def revision(url: str) -> str | None:
    database = open_database(url)
    try:
        return schema.current_revision(database)
    finally:
        database.close()


@pytest.mark.parametrize("passed", [1, 3])
def test_a_migration_that_is_killed_midway_is_completed_by_the_next_start(
    old_url: str, tmp_path: Path, figure: Figure, passed: int
) -> None:
    old = "0014"
    schema.migrate_to(old_url, old)
    with receiving(tmp_path / "sink") as sink:
        office = Office(tmp_path / "office", old_url, sink.smtp_port, sink.url, sink.token)
        office.write_settings()
        killed = Service(office.config, ANNOUNCER_FAILPOINT=f"migration-step:{passed}")
        assert killed.wait() == -9
        assert revision(old_url) == old  # all or nothing
        with service(office.config) as running:
            office.invite(PEOPLE)
            office.announce("erste", (MAIL,))
            finish(office)
            assert running.stop()[0] == 0
        assert len(sink.mails()) == PEOPLE
    came = f"still {old}; the next start goes on to {revision(old_url)}"
    figure(f"migration killed after {passed} step(s)", old_url, came)


def test_a_newer_schema_is_refused_with_a_sentence(database_url: str, tmp_path: Path, figure: Figure) -> None:
    office = Office(tmp_path / "office", database_url, 9, "http://127.0.0.1:9")
    office.furnish()
    database = open_database(database_url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    refused = Service(office.config)
    assert refused.wait() == 1
    assert "newer announcer: upgrade this one" in refused.log
    assert len(refused.log.splitlines()) == 1
    figure("newer schema", database_url, f"refused: {refused.log.removeprefix('announcer: ')[:60]} …")
