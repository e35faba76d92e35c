"""A web application on a thread of its own, started and stopped by whoever owns the process.

`uvicorn.run` takes SIGTERM for itself and nothing written behind it runs any
more; a server on another thread leaves all signals to the service.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading

import uvicorn
from fastapi import FastAPI

from announcer.errors import AnnouncerError, SettingsError

START_SECONDS = 15
#: Requests under way get so long to end when the server stops.
GRACE_SECONDS = 3


class WebServer:
    """One application on one address. Start it once, stop it once."""

    def __init__(self, app: FastAPI, host: str, port: int, *, section: str = "web") -> None:
        self._host = host
        self._port = port
        self._section = section
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # the addresses of unsubscribe links belong in no log
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_keep_alive=10,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=500,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self.address = ""  #: Where it answers, once it is started.

    def start(self) -> int:
        """Listen, and return the port (chosen by the system for port 0).

        Raises `SettingsError` if the address can't be had.
        """
        listener = self._listen()
        port: int = listener.getsockname()[1]
        self.address = f"http://{self._host}:{port}"
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=f"web:{port}", daemon=True
        )
        self._thread.start()
        self._wait_started(listener)
        return port

    def stop(self) -> None:
        """Stop listening and let requests under way end, for a few seconds; stopping twice is fine."""
        if self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 2)
        self._server.force_exit = True
        self._thread.join(2)
        self._thread = None

    def _wait_started(self, listener: socket.socket) -> None:
        assert self._thread is not None
        pause = threading.Event()
        for _ in range(START_SECONDS * 100):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            pause.wait(0.01)
        with contextlib.suppress(OSError):
            listener.close()
        raise AnnouncerError(f"the web server on port {self._port} did not start; see the log")

    def _listen(self) -> socket.socket:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listener = socket.socket(family, kind, protocol)
        except OSError as error:
            raise self._refused(error) from error
        try:
            # So that a restart need not wait for the old connections to be forgotten.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(256)
        except OSError as error:
            listener.close()
            raise self._refused(error) from error
        return listener

    def _refused(self, error: OSError) -> SettingsError:
        where = f"config.toml: [{self._section}]"
        if error.errno == errno.EADDRINUSE:
            return SettingsError(
                f"{where} port {self._port} is used by another program; stop that one or choose another port"
            )
        if error.errno == errno.EACCES:
            return SettingsError(
                f"{where} port {self._port} may not be used without root; choose one above 1023 behind a proxy"
            )
        return SettingsError(
            f"{where} can't listen on {self._host} port {self._port}: {error.strerror}; correct host and port"
        )
