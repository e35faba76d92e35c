"""Conditional GETs of a feed, as thousands of readers send them, against a bare ASGI application that answers 304.

Bar: at least 4,000 a second from one processor. The load comes from wrk
(Debian's package), which runs on the other one.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from bench.figures import Bar, Options, spread

BAR = Bar("conditional GETs a second from one processor", 4_000, "/s", at_least=True)
SECONDS = 4
CONNECTIONS = 16
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def main(options: Options) -> bool:
    """Measure both sides in turn; whether the bar held."""
    if shutil.which("wrk") is None:
        print("  not measured: wrk is missing (apt install wrk)", flush=True)
        return True
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        pairs = [(_measured(_ours, folder), _measured(_bare, folder)) for _ in range(options.repeats)]
    ours, bare = zip(*pairs, strict=True)
    print(f"  304 for a feed of 100 entries: {spread(ours, 0)} /s; a bare application: {spread(bare, 0)} /s")
    print(f"  ratio to the bare application: {statistics.median(a / b for a, b in pairs):.2f} ×", flush=True)
    return BAR.holds(max(ours))


def _measured(serve: Any, folder: str) -> float:
    """Requests a second against a server in a process of its own, on one processor."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=serve, args=(far, folder), daemon=True)
    process.start()
    try:
        address = f"http://127.0.0.1:{near.recv()}/feeds/feed.rss.xml"
        tag = httpx.get(address, headers={"Accept-Encoding": "gzip"}, trust_env=False).headers["etag"]
        headers = ["-H", f"If-None-Match: {tag}", "-H", "Accept-Encoding: gzip"]
        load = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, address]
        said = subprocess.run(load, capture_output=True, text=True, check=True, timeout=60).stdout
        found = re.search(r"Requests/sec:\s+([\d.]+)", said)
        assert found is not None, said
        assert "Non-2xx" not in said, said
        return float(found[1])
    finally:
        near.send(None)
        process.join(10)


def _serve(app: Any, pipe: Connection) -> None:
    from announcer.web.server import WebServer

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    server = WebServer(app, "127.0.0.1", 0)
    pipe.send(server.start())
    pipe.recv()
    server.stop()


def _ours(pipe: Connection, folder: str) -> None:
    from announcer.clock import system_clock
    from announcer.feeds.files import FeedFolder
    from announcer.feeds.projection import FeedRow, FeedSite, project
    from announcer.settings import Settings
    from announcer.store import schema
    from announcer.store.database import open_database
    from announcer.web.public import public_app

    root = Path(folder)
    database = open_database(f"sqlite:///{root}/announcer.db")
    schema.migrate(database)
    rows = [
        FeedRow(UUID(int=n, version=5).urn, _payload(n), "de", _AT + timedelta(hours=n), _AT + timedelta(hours=n))
        for n in range(100)
    ]
    FeedFolder(root / "feeds").write(project(FeedSite("Stadt", "https://p.example", "https://p.example/feeds"), rows))
    _serve(public_app(database, Settings(root=root), b"k" * 32, root / "feeds", system_clock), pipe)


def _payload(number: int) -> dict[str, str]:
    html = "<p>Die Stadt lädt ein.</p>" * 120
    return {"title": f"Mitteilung {number}", "summary": "Kurz.", "html": html, "link": "https://p.example/a/1"}


def _bare(pipe: Connection, folder: str) -> None:
    tag = (b"etag", b'"x"')

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked = dict(scope["headers"]).get(b"if-none-match")
        status = 304 if asked == tag[1] else 200
        await send({"type": "http.response.start", "status": status, "headers": [tag]})
        await send({"type": "http.response.body", "body": b""})

    _serve(app, pipe)
