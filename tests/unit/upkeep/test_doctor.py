"""The doctor: each point by what it is told, its sentences in both languages, its exit codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.exception
import pytest

from announcer.cli.upkeep_words import FOUND, POINTS
from announcer.settings import Settings, from_dict
from announcer.upkeep import machine, mail_domain
from announcer.upkeep.findings import Finding, Level, worst

NOW = datetime(2026, 9, 11, 8, tzinfo=UTC)
SENDER = "presse@city.example"
GOOD = {
    "city.example": ["v=spf1 include:relay.example -all"],
    "s1._domainkey.city.example": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.city.example": ["v=DMARC1; p=reject"],
}


def _mail(records: Mapping[str, list[str]], sender: str = SENDER, selectors: Sequence[str] = ()) -> dict[str, str]:
    found = mail_domain.examine(sender, lambda name: records.get(name, []), selectors)
    return {one.what: one.key for one in found}


def test_a_domain_in_order() -> None:
    assert _mail(GOOD) == {"spf": "spf_ok", "dkim": "dkim_ok", "dmarc": "dmarc_ok"}


@pytest.mark.parametrize(
    ("name", "records", "what", "key"),
    [
        ("city.example", [], "spf", "spf_missing"),
        ("city.example", ["verification=1"], "spf", "spf_missing"),
        ("city.example", ["v=spf1 mx -all", "v=spf1 a ~all"], "spf", "spf_twice"),
        ("city.example", ["v=spf1 mx +all"], "spf", "spf_all"),
        ("city.example", ["v=spf1 mx all"], "spf", "spf_all"),
        ("city.example", ["v=spf1 mx"], "spf", "spf_open"),
        ("city.example", ["v=spf1 redirect=other.example"], "spf", "spf_ok"),
        ("city.example", ["v=spf1 ip4:192.0.2.1 ~all"], "spf", "spf_ok"),
        ("city.example", ["v=spf1" + " include:x.example" * 11 + " -all"], "spf", "spf_lookups"),
        ("s1._domainkey.city.example", [], "dkim", "dkim_unknown"),
        ("s1._domainkey.city.example", ["v=DKIM1; p="], "dkim", "dkim_unknown"),
        ("_dmarc.city.example", [], "dmarc", "dmarc_missing"),
        ("_dmarc.city.example", ["v=DMARC1; p=none"], "dmarc", "dmarc_none"),
        ("_dmarc.city.example", ["v=DMARC1; p=reject", "v=DMARC1; p=none"], "dmarc", "dmarc_twice"),
        ("_dmarc.city.example", ["something else"], "dmarc", "dmarc_missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_domain(name: str, records: list[str], what: str, key: str) -> None:
    assert _mail({**GOOD, name: records})[what] == key


def test_a_named_selector_has_to_be_there_and_valid() -> None:
    assert _mail(GOOD, selectors=["nobody"])["dkim"] == "dkim_missing"
    assert _mail({**GOOD, "old._domainkey.city.example": ["p="]}, selectors=["old"])["dkim"] == "dkim_revoked"


def test_the_organisations_record_counts_for_its_subdomain() -> None:
    records = {"_dmarc.city.example": ["v=DMARC1; p=reject; sp=none"]}
    assert _mail(records, "presse@news.city.example")["dmarc"] == "dmarc_none"


def test_a_dns_that_is_silent_is_unknown_and_not_bad() -> None:
    def silent(name: str) -> list[str]:
        raise dns.exception.Timeout

    assert {one.level for one in mail_domain.examine(SENDER, silent)} == {Level.UNKNOWN}


# -- The machine. --


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ((3, 40, 1), Level.WARN), ((3, 44, 5), Level.WARN), ((3, 44, 6), Level.OK), ((3, 50, 6), Level.WARN),
        ((3, 50, 7), Level.OK), ((3, 51, 2), Level.WARN), ((3, 51, 3), Level.OK), ((3, 53, 0), Level.OK),
    ],
)  # fmt: skip
def test_an_sqlite_that_can_damage_is_named(version: tuple[int, int, int], level: Level) -> None:
    assert machine.sqlite_point(Settings(), version).level is level


def test_on_postgresql_sqlite_does_not_matter() -> None:
    settings = from_dict({"database": {"url": "postgresql://host/name"}}, Path("config.toml"))
    assert machine.sqlite_point(settings, (3, 40, 0)).level is Level.OK


MOUNTS = "/dev/sda1 / ext4 rw 0 0\nhost:/share /srv nfs4 rw 0 0\n/dev/sdb /srv/data\\040disk xfs rw 0 0\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/var/lib", "ext4"), ("/srv", "nfs4"), ("/srv/announcer/a.db", "nfs4"), ("/srv/data disk/a.db", "xfs"),
     ("/srv2", "ext4")],
)  # fmt: skip
def test_on_which_disk_a_path_lies(path: str, kind: str) -> None:
    assert machine.mount_of(Path(path), MOUNTS)[1] == kind


def test_a_database_on_a_network_share_is_bad(tmp_path: Path) -> None:
    settings = from_dict({}, tmp_path / "config.toml")
    found = list(machine.disk_points(settings, f"host:/x {tmp_path} nfs rw 0 0\n"))
    assert [(one.level, one.key) for one in found] == [
        (Level.BAD, "disk_network"), (Level.WARN, "disk_network"), (Level.OK, "disk_ok"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "synchronised", "expected"),
    [
        (None, True, ["clock_ok"]),
        (NOW - timedelta(hours=3), False, ["clock_alone"]),
        (NOW + timedelta(minutes=1), None, ["clock_unknown"]),
        (NOW + timedelta(hours=1), True, ["clock_back", "clock_ok"]),
    ],
)
def test_the_clock(last: datetime | None, synchronised: bool | None, expected: list[str]) -> None:
    assert [one.key for one in machine.clock_points(last, NOW, synchronised)] == expected


def test_the_kernel_can_be_asked_about_the_clock() -> None:
    assert machine.clock_synchronised() in {True, False, None}


def test_root_old_zones_open_files_and_old_backups_are_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x" * 32)
    (tmp_path / "key").chmod(0o644)
    settings = from_dict({"keys": {"secret_file": "key"}, "backup": {"folder": "out"}}, tmp_path / "config.toml")
    assert (machine.user_point(0).level, machine.user_point(1000).level) == (Level.WARN, Level.OK)
    assert machine.zone_point(settings, NOW, "2020.1").key == "zones_old"
    assert [one.key for one in machine.private_points(settings)] == ["private_open"]
    (tmp_path / "key").chmod(0o600)
    assert [one.key for one in machine.private_points(settings)] == ["private_ok"]
    assert machine.backup_point(settings, NOW).key == "backup_missing"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "announcer-20260910T023000Z.tar.gz").touch()
    made = datetime.now(UTC)
    assert machine.backup_point(settings, made + timedelta(hours=35)).level is Level.OK
    assert machine.backup_point(settings, made + timedelta(hours=37)).level is Level.BAD


# -- How it is told. --


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 1], 1), ([1, 2, 3], 2)],
)
def test_the_exit_code_is_that_of_the_worst_point(levels: list[int], expected: int) -> None:
    assert worst([Finding(Level(level), "disk", "disk_ok") for level in levels]) == expected


def test_every_sentence_has_the_same_gaps_in_both_languages_and_every_key_is_said() -> None:
    for key, (german, english) in FOUND.items():
        assert sorted(re.findall(r"{(\w+)}", german)) == sorted(re.findall(r"{(\w+)}", english)), key
    source = "".join(path.read_text(encoding="utf-8") for path in Path(machine.__file__).parent.glob("*.py"))
    used = set(re.findall(r'Finding\([^"]*"(\w+)", "(\w+)"', source))
    assert {key for _, key in used} <= set(FOUND)
    assert {what for what, _ in used} <= set(POINTS)
