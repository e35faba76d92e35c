"""The service as whoever runs it sees it: health, readiness, figures, and a log for machines."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from announcer.sandbox.server import Sandbox
from tests.faults.house import Office
from tests.faults.process import service, wait_until

PEOPLE = 25


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _furnished(folder: Path, url: str, sandbox: Sandbox, more: str) -> Office:
    office = Office(folder, url, sandbox.smtp_port, sandbox.url, "a-token")
    office.furnish()
    office.invite(PEOPLE)
    with office.config.open("a", encoding="utf-8") as file:
        file.write(more)
    return office


def _figures(address: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = httpx.get(address + "/metrics", trust_env=False).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_left_is_counted_and_logged_with_its_numbers(sqlite_url: str, tmp_path: Path, sandbox: Sandbox) -> None:
    port = _free_port()
    office = _furnished(
        tmp_path, sqlite_url, sandbox, f'\n[log]\nformat = "json"\nlevel = "debug"\n[monitoring]\nport = {port}\n'
    )
    office.announce("rathaus")
    watch = f"http://127.0.0.1:{port}"
    with service(office.config) as running, office.ledger() as ledger:
        wait_until(lambda: ledger.over(), "everything to be sent")
        assert httpx.get(watch + "/healthz", trust_env=False).text == "ok\n"
        ready = httpx.get(watch + "/readyz", trust_env=False)
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert httpx.get(running.url + "/readyz", trust_env=False).text == "ready\n"
        figures = _figures(watch)
        sent = {name: value for name, value in figures.items() if name[0] == "announcer_sends_total"}
        assert sum(sent.values()) == PEOPLE + 2
        mails = figures["announcer_lateness_seconds_count", (("kind", "mail"),)]
        posts = figures["announcer_lateness_seconds_count", (("kind", "post"),)]
        assert (mails, posts) == (PEOPLE, 1)
        assert figures["announcer_deliveries", (("channel", "newsletter"), ("state", "sent"))] == PEOPLE
        assert figures["announcer_ticks_total", (("outcome", "done"),)] >= 1
        assert running.stop()[0] == 0
    lines = [json.loads(line) for line in running.log.splitlines()]
    said = [line for line in lines if line["event"] == "sent"]
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw:
        expected = set(raw.execute("SELECT message_id, id FROM delivery"))
    assert {(line["message"], line["delivery"]) for line in said} == expected
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw:
        addresses = [address for (address,) in raw.execute("SELECT address FROM subscriber")]
    assert [address for address in addresses if address in running.log] == []


def test_a_database_that_something_else_holds_is_not_ready_and_comes_back(
    sqlite_url: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    office = _furnished(tmp_path, sqlite_url, sandbox, "")
    with service(office.config) as running, httpx.Client(base_url=running.url, trust_env=False, timeout=30) as client:
        assert client.get("/readyz").status_code == 200
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=30)
        other.execute("BEGIN IMMEDIATE")
        wait_until(lambda: client.get("/readyz").status_code == 503, "the service to notice")
        assert client.get("/healthz").status_code == 200
        other.rollback()
        other.close()
        wait_until(lambda: client.get("/readyz").status_code == 200, "the service to be ready again")
