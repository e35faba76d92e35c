"""A real Bluesky PDS on loopback, with one account and its app password."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
#: Where install.sh puts what the tests need and no package of the system brings.
INSTALLED = Path(os.environ.get("ANNOUNCER_TEST_SERVERS") or ROOT / ".servers")
HANDLE = "pressestelle.test"


@dataclass(frozen=True)
class Pds:
    """A running server and the account of the press office."""

    url: str
    did: str
    password: str  #: An app password.
    owner: str  #: The account's own password: it can make and revoke app passwords.

    def query(self, method: str, **params: str) -> Any:
        """Read as anybody may."""
        answer = httpx.get(f"{self.url}/xrpc/{method}", params=params, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def records(self) -> list[Mapping[str, Any]]:
        """All posts of the account, the oldest first."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        while True:
            page = {"repo": self.did, "collection": "app.bsky.feed.post", "limit": "100", "reverse": "true"}
            said = self.query("com.atproto.repo.listRecords", **page, **({"cursor": cursor} if cursor else {}))
            found += said["records"]
            cursor = said.get("cursor") or ""
            if not cursor:
                return found

    def app_password(self, name: str) -> str:
        """A new app password."""
        return str(self._owned("com.atproto.server.createAppPassword", {"name": name})["password"])

    def revoke(self, name: str) -> None:
        """Take an app password back, with the sessions it began."""
        self._owned("com.atproto.server.revokeAppPassword", {"name": name})

    def take_down(self, down: bool) -> None:
        """What the server's administrator can do to an account, and undo."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": self.did}
        body = {"subject": subject, "takedown": {"applied": down, **({"ref": "test"} if down else {})}}
        url = f"{self.url}/xrpc/com.atproto.admin.updateSubjectStatus"
        httpx.post(url, json=body, auth=("admin", "admin-password"), trust_env=False).raise_for_status()

    def signed_on(self, client: httpx.Client) -> dict[str, str]:
        """The headers of the account's owner."""
        body = {"identifier": self.did, "password": self.owner}
        answer = client.post(f"{self.url}/xrpc/com.atproto.server.createSession", json=body).raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['accessJwt']}"}

    def _owned(self, method: str, body: Mapping[str, Any]) -> Any:
        with httpx.Client(trust_env=False) as client:
            headers = self.signed_on(client)
            answer = client.post(f"{self.url}/xrpc/{method}", json=dict(body), headers=headers).raise_for_status()
            return answer.json() if answer.content else {}


def missing() -> str:
    """Why no PDS can be started; empty if one can."""
    if shutil.which("node") is None:
        return "there is no node; tests/servers/install.sh brings it"
    if not (INSTALLED / "pds" / "node_modules" / "@atproto" / "pds").is_dir():
        return "@atproto/pds is not installed; tests/servers/install.sh brings it"
    return ""


@contextmanager
def bluesky_pds(folder: Path) -> Iterator[Pds]:
    """Start one with its data in `folder`; ended by its process id."""
    port, directory = _free_port(), _free_port()
    log = (folder / "pds.log").open("wb")
    script = Path(__file__).with_name("pds.cjs")
    process = subprocess.Popen(
        ["node", str(script), str(INSTALLED / "pds"), str(folder / "pds"), str(port), str(directory)],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "NODE_ENV": "production", "LOG_ENABLED": "false"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _until_it_answers(url, process, folder / "pds.log")
        yield _with_account(url)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _with_account(url: str) -> Pds:
    owner = "the-owners-password"
    body = {"handle": HANDLE, "email": "press@city.example", "password": owner}
    answer = httpx.post(f"{url}/xrpc/com.atproto.server.createAccount", json=body, trust_env=False, timeout=30)
    if not answer.is_success:
        raise RuntimeError(f"the PDS makes no account: {answer.text}")
    pds = Pds(url, answer.json()["did"], "", owner)
    return Pds(url, pds.did, pds.app_password("announcer"), owner)


def _until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the PDS ended at once: {log.read_text(errors='replace')[-2000:]}")
        try:
            if httpx.get(f"{url}/xrpc/_health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the PDS did not answer within a minute: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
