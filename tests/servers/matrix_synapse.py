"""A real Synapse on loopback, with one account and a room."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers.bluesky_pds import INSTALLED

PYTHON = INSTALLED / "synapse" / "bin" / "python"


@dataclass(frozen=True)
class Synapse:
    """A running homeserver, and the account of the press office."""

    url: str
    token: str
    account: str

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Anything, as the account."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        answer = httpx.request(
            method, f"{self.url}/_matrix/client/v3/{path}", json=body, headers=headers, trust_env=False, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def room(self) -> str:
        """A new room that the account has joined."""
        room: str = self.call("POST", "createRoom", {"preset": "public_chat"})["room_id"]
        return room

    def sign_on(self) -> str:
        """Another token of the same account, on a device of its own."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.account},
            "password": PASSWORD,
        }
        token: str = self.call("POST", "login", body)["access_token"]
        return token

    def visible(self, room: str) -> Mapping[str, str]:
        """What the room shows: edits applied, redacted messages gone."""
        events: list[Any] = []
        start = ""
        while True:
            found = self.call("GET", f"rooms/{room}/messages?dir=f&limit=500{start}")
            events += [event for event in found["chunk"] if event["type"] == "m.room.message"]
            if not found.get("end") or not found["chunk"]:
                break
            start = f"&from={found['end']}"
        shown: dict[str, str] = {}
        for event in events:
            content = event["content"]
            relation = content.get("m.relates_to", {})
            if relation.get("rel_type") == "m.replace":
                if relation["event_id"] in shown:
                    shown[relation["event_id"]] = content["m.new_content"]["body"]
            elif content:
                shown[event["event_id"]] = content["body"]
        return shown


PASSWORD = "the-press-office"


def missing() -> str:
    """Why no Synapse can be started; empty if one can."""
    if not PYTHON.exists():
        return "Synapse is not installed; tests/servers/install.sh brings it"
    return ""


@contextmanager
def matrix_synapse(folder: Path) -> Iterator[Synapse]:
    """Start one with its data in `folder`; ended by its process id."""
    port = _free_port()
    config = folder / "homeserver.yaml"
    config.write_text(json.dumps(_config(folder, port)))  # JSON is YAML
    log = (folder / "synapse.log").open("wb")
    command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(config)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    subprocess.run([*command, "--generate-keys"], check=True, stdout=log, stderr=log, env=environment, cwd=folder)
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    try:
        url = f"http://127.0.0.1:{port}"
        _until_it_answers(url, process, folder / "synapse.log")
        body = {"username": "presse", "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
        answer = httpx.post(f"{url}/_matrix/client/v3/register", json=body, trust_env=False, timeout=30)
        if not answer.is_success:
            raise RuntimeError(f"Synapse makes no account: {answer.text}")
        yield Synapse(url, answer.json()["access_token"], answer.json()["user_id"])
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _config(folder: Path, port: int) -> dict[str, Any]:
    often = {"per_second": 10_000, "burst_count": 10_000}
    resources = [{"names": ["client"], "compress": False}]
    return {
        "server_name": "localhost",
        "listeners": [{"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": resources}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "rc_message": often,
        "rc_registration": often,
        "rc_login": {"address": often, "account": often, "failed_attempts": often},
        "rc_joins": {"local": often, "remote": often},
        "rc_room_creation": often,
    }


def _until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"Synapse ended at once: {log.read_text(errors='replace')[-2000:]}")
        try:
            if httpx.get(f"{url}/_matrix/client/versions", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Synapse did not answer within a minute: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
