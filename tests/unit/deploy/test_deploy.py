"""What is shipped to run the program with: units, container, compose, reverse proxy."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = [DEPLOY / "systemd" / "announcer.service", DEPLOY / "systemd" / "user" / "announcer.service"]


def _service(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # the documented way to keep capitals
    parser.read_string(path.read_text(encoding="utf-8"))
    return dict(parser["Service"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.parent.name)
def test_the_units_notify_are_watched_and_get_the_time_to_stop(path: Path) -> None:
    said = _service(path)
    assert (said["Type"], said["WatchdogSec"], said["Restart"]) == ("notify", "90", "on-failure")
    assert int(said["TimeoutStopSec"]) > 10
    assert (said["NoNewPrivileges"], said["UMask"]) == ("yes", "0077")


def test_the_systems_unit_is_hardened_and_runs_as_nobody_special() -> None:
    said = _service(UNITS[0])
    assert said["User"] == "announcer"
    wanted = (
        "ProtectSystem",
        "ProtectHome",
        "PrivateDevices",
        "RestrictNamespaces",
        "SystemCallFilter",
        "StateDirectory",
    )
    assert [key for key in wanted if not said.get(key)] == []
    assert said["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.parent.name)
def test_systemd_takes_the_units(path: Path, tmp_path: Path) -> None:
    """By its own verifier, with a program that is there in the place of ours."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    copy = tmp_path / path.name
    copy.write_text(text.replace("User=announcer\nGroup=announcer\n", ""))
    command = ["systemd-analyze", "verify", "--man=no", *(["--user"] if path.parent.name == "user" else []), str(copy)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    about_us = [line for line in (ran.stdout + ran.stderr).splitlines() if "announcer.service" in line]
    assert about_us == []


def test_the_container_is_not_root_and_installs_what_is_pinned() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in text
    assert "HEALTHCHECK" in last
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert [name for name in source.split() if not (ROOT / name).exists()] == []


def test_compose_keeps_the_root_read_only_and_waits_for_the_database() -> None:
    said: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    ours = said["services"]["announcer"]
    assert (ours["read_only"], ours["cap_drop"], ours["user"]) == (True, ["ALL"], "10001:10001")
    assert all(port.startswith("127.0.0.1:") for port in ours["ports"])
    assert "ports" not in said["services"]["database"]
    assert ours["depends_on"]["database"]["condition"] == "service_healthy"
    assert (DEPLOY / ours["build"]["context"] / ours["build"]["dockerfile"]).is_file()
    used = {name for service in said["services"].values() for name in service.get("secrets", ())}
    assert used == set(said["secrets"])


def test_the_reverse_proxy_lets_through_what_readers_need() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert "X-Forwarded-For" in text
    assert "limit_except" not in text  # one-click unsubscribing is a POST
    assert "access_log off" in text
