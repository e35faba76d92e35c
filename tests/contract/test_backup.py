"""Backup, restore and retention, over both databases."""

from __future__ import annotations

import json
import sqlite3
import stat
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict, SettingsError, StoreError
from announcer.model.campaign import Kind
from announcer.office.house import House
from announcer.rendering.renderer import Renderer
from announcer.service import _one_service
from announcer.settings import Settings, from_dict
from announcer.store import journal, tables
from announcer.store.assets import Assets
from announcer.store.database import Database, open_database
from announcer.upkeep import backup, copying, restoring, retention
from announcer.upkeep.figures import Figures
from announcer.upkeep.nightly import DONE, Nightly
from tests.contract.ledger_world import NOW, OFFICE, approved, people, planned, queue_mail

KEY = b"the key of the house, 32 octets."
CANARY = "canary-Qm7xT2"


def _settings(tmp_path: Path, url: str, **more: object) -> Settings:
    (tmp_path / "config.toml").write_text("# settings\n")
    assets = tmp_path / "var" / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    (assets / "abc").write_bytes(b"picture")
    (tmp_path / "var" / "secret.key").write_text(CANARY)
    (tmp_path / "var" / "secret.key").chmod(0o600)
    return from_dict({"database": {"url": url}, **more}, tmp_path / "config.toml")


def _world(database: Database) -> None:
    people(database, 7)
    (message,) = approved(database, [planned(channel="newsletter", kind=Kind.REMINDER)])
    queue_mail(database, message)
    with database.write() as connection:
        journal.note(connection, OFFICE, NOW, "looked", "tag")
        journal.remember(connection, "channel:mastodon:session", CANARY)
        journal.remember(connection, "kept", "yes")


def _contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    known = sa.MetaData()
    with database.read() as connection:
        known.reflect(connection)
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in known.tables.items()
        }


def test_a_restored_backup_holds_what_was_there(database: Database, database_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, database_url)
    _world(database)
    before = _contents(database)
    path = backup.make(database, settings, tmp_path / "out", NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    home = tmp_path / "new"
    home.mkdir()
    elsewhere = _settings(home, f"sqlite:///{home}/var/a.db")
    (home / "var" / "assets" / "abc").unlink()
    done = restoring.restore(path, elsewhere, NOW)
    assert (done.aside, done.brought) == ((), 1)
    assert (home / "var" / "assets" / "abc").read_bytes() == b"picture"
    restored = open_database(elsewhere.database_url())
    after = _contents(restored)
    restored.close()
    before["setting"] = [row for row in before["setting"] if not str(row[0]).startswith("channel:")]
    assert after == before


def test_a_backup_goes_into_an_empty_postgresql_and_counts_on_from_there(
    sqlite_database: Database, sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    _world(sqlite_database)
    path = backup.make(sqlite_database, _settings(tmp_path, sqlite_url), tmp_path / "out", NOW)
    settings = _settings(tmp_path, postgres_url)
    restoring.restore(path, settings, NOW)
    target = open_database(postgres_url)
    with target.write() as connection:
        journal.note(connection, OFFICE, NOW, "looked", "again")  # its number comes from the sequence
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.audit)) == len(
            _contents(sqlite_database)["audit"]
        ) + 1  # fmt: skip
    target.close()
    with pytest.raises(StoreError, match="in use"):
        restoring.restore(path, settings, NOW)


def test_no_secret_is_in_a_backup_unless_asked(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, sqlite_url)
    _world(sqlite_database)
    plain = backup.make(sqlite_database, settings, tmp_path / "out", NOW)
    with tarfile.open(plain) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    assert CANARY.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "unpacked").rglob("*") if p.is_file())
    asked = backup.make(sqlite_database, settings, tmp_path / "out", NOW + timedelta(seconds=1), secrets=True)
    with tarfile.open(asked) as tar:
        assert backup.KEY in tar.getnames()
    named = _settings(tmp_path, sqlite_url, keys={"secret_env": "X"})
    with pytest.raises(SettingsError, match="secret_env"):
        backup.make(sqlite_database, named, tmp_path / "out", NOW, secrets=True)


def test_what_was_there_is_moved_aside_and_nothing_is_done_while_a_service_runs(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    settings = _settings(tmp_path, sqlite_url)
    path = backup.make(sqlite_database, settings, tmp_path / "out", NOW)
    _world(sqlite_database)
    sqlite_database.close()
    with _one_service(settings), pytest.raises(Conflict, match="stop it"):
        restoring.restore(path, settings, NOW)
    done = restoring.restore(path, settings, NOW)
    with closing(sqlite3.connect(done.aside[0])) as old:
        assert old.execute("SELECT count(*) FROM subscriber").fetchone() == (7,)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as new:
        assert new.execute("SELECT count(*) FROM subscriber").fetchone() == (0,)


def _rewritten(path: Path, change: str) -> Path:
    """The backup with one thing wrong in it."""
    folder = path.parent / "work"
    with tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")
    manifest = json.loads((folder / backup.MANIFEST).read_text())
    match change:
        case "damaged file":
            (folder / "config.toml").write_text("other")
        case "lost file":
            (folder / "config.toml").unlink()
        case "additional file":
            (folder / "more").write_text("x")
        case "fewer rows":
            manifest["rows"]["setting"] += 1
        case "no manifest":
            manifest = []
        case "damaged database":
            data = bytearray((folder / backup.DATABASE).read_bytes())
            data[5000:9000] = b"\xff" * 4000
            (folder / backup.DATABASE).write_bytes(data)
            manifest["files"][backup.DATABASE] = backup._digest(folder / backup.DATABASE)
    (folder / backup.MANIFEST).write_text(json.dumps(manifest))
    bad = path.parent / "bad.tar.gz"
    with tarfile.open(bad, "w:gz") as tar:
        for one in sorted(folder.rglob("*")):
            tar.add(one, str(one.relative_to(folder)), recursive=False) if one.is_file() else None
        if change == "path outwards":
            tar.addfile(tarfile.TarInfo("../evil"))
        if change == "link":
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
    return bad


@pytest.mark.parametrize(
    "change",
    [
        "damaged file", "lost file", "additional file", "fewer rows", "no manifest", "damaged database",
        "path outwards", "link",
    ],
)  # fmt: skip
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(
    change: str, sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    settings = _settings(tmp_path, sqlite_url)
    _world(sqlite_database)
    bad = _rewritten(backup.make(sqlite_database, settings, tmp_path / "out", NOW), change)
    before = _contents(sqlite_database)
    with pytest.raises(StoreError):
        restoring.restore(bad, settings, NOW)
    assert _contents(sqlite_database) == before
    assert not (tmp_path / "evil").exists()


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    with pytest.raises(StoreError, match="take another backup"):
        backup.verify(tmp_path / "x.tar.gz")


# -- The night. --


def _house(database: Database, settings: Settings, tmp_path: Path, now: object = NOW) -> House:
    return House(database, settings, Renderer([], settings.site), {}, KEY, lambda: now, Assets(tmp_path / "assets"))  # type: ignore[arg-type, return-value]  # a moment


def test_a_night_is_done_once_and_old_backups_go(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, sqlite_url, backup={"folder": "out", "keep": 2})
    figures = Figures()
    done = []
    for hours in (0, 1, 24, 48, 49, 72):
        house = _house(sqlite_database, settings, tmp_path, NOW + timedelta(hours=hours))
        done.append(Nightly(house, figures).look())
    assert done == [True, False, True, True, False, True]
    assert len(backup.backups(tmp_path / "out")) == 2
    assert figures.registry.get_sample_value("announcer_backups_total", {"outcome": "made"}) == 4


def test_a_night_that_failed_is_tried_again(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("no folder")
    settings = _settings(tmp_path, sqlite_url, backup={"folder": "out"})
    nightly = Nightly(_house(sqlite_database, settings, tmp_path), Figures())
    assert [nightly.look(), nightly.look()] == [True, True]
    (tmp_path / "out").unlink()
    assert [nightly.look(), nightly.look()] == [True, False]


def test_nothing_is_kept_or_forgotten_while_all_is_held(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    with sqlite_database.write() as connection:
        journal.remember(connection, journal.HOLD, "restored")
    settings = _settings(tmp_path, sqlite_url, backup={"folder": "out"})
    assert not Nightly(_house(sqlite_database, settings, tmp_path), Figures()).look()
    with sqlite_database.read() as connection:
        assert journal.recall(connection, DONE) is None


# -- Retention. --


def test_who_received_an_old_mail_is_forgotten_and_that_it_was_sent_is_not(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = _settings(tmp_path, database_url, retention={"deliveries_days": 30, "left_days": 0})
    _world(database)
    with database.write() as connection:
        connection.execute(tables.delivery.update().values(state="sent", sent_at=NOW, said="250 p1@people.example"))
        connection.execute(tables.message.update().values(state="sent", settled_at=NOW))
    young = _house(database, settings, tmp_path, NOW + timedelta(days=29))
    assert retention.forget(young, young.clock()) == retention.Forgotten()
    old = _house(database, settings, tmp_path, NOW + timedelta(days=31))
    assert retention.forget(old, old.clock()) == retention.Forgotten(deliveries=7)
    with database.read() as connection:
        rows = connection.execute(
            sa.select(tables.delivery.c.subscriber_id, tables.delivery.c.state, tables.delivery.c.said)
        )
        assert [tuple(row) for row in rows] == [(retention.NOBODY, "sent", None)]
        assert journal.entries(connection, limit=1)[0].verb == "retention"
    assert retention.forget(old, old.clock()) == retention.Forgotten()


def test_a_mail_that_is_not_over_is_never_forgotten(database: Database, database_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, database_url, retention={"deliveries_days": 1, "left_days": 0})
    _world(database)
    later = _house(database, settings, tmp_path, NOW + timedelta(days=900))
    assert retention.forget(later, later.clock()) == retention.Forgotten()


def test_who_left_everything_long_ago_is_forgotten(database: Database, database_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, database_url, retention={"deliveries_days": 0, "left_days": 100})
    people(database, 4, ("news", "press"))
    on = tables.subscription.c
    with database.write() as connection:
        left = tables.subscription.update().values(state="left", left_at=NOW)
        connection.execute(left.where(on.subscriber_id == 1))
        connection.execute(left.where(on.subscriber_id == 2, on.list_id == "news"))
        connection.execute(left.where(on.subscriber_id == 3).values(left_at=NOW + timedelta(days=50)))
    late = _house(database, settings, tmp_path, NOW + timedelta(days=101))
    assert retention.forget(late, late.clock()) == retention.Forgotten(people=1)
    with database.read() as connection:
        ids = connection.scalars(sa.select(tables.subscriber.c.id).where(tables.subscriber.c.id > 0)).all()
        assert sorted(ids) == [2, 3, 4]
    assert "!" in (tmp_path / "var" / "withdrawals.log").read_text()


def test_every_table_is_counted(database: Database) -> None:
    with database.read() as connection:
        assert set(tables.metadata.tables) <= set(copying.counts(connection))
