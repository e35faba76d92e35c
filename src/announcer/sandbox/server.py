"""The sandbox itself: SMTP and HTTP on two loopback ports, in one thread with one event loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType

import uvicorn
from fastapi import FastAPI

from announcer.errors import AnnouncerError
from announcer.model.facts import Event
from announcer.sandbox.arrivals import AS_PLANNED, Arrival, Arrivals, FeedItem, Mail, Story
from announcer.sandbox.mastodon import Mastodon, Refused
from announcer.sandbox.mastodon_api import refused, router
from announcer.sandbox.page import page_router
from announcer.sandbox.reader import FeedReader
from announcer.sandbox.smtp import Conversation, SmtpFaults

#: Seconds that starting and stopping may take.
PATIENCE = 10


class Sandbox:
    """Receives what the house sends, on 127.0.0.1, for as long as the `with` lasts.

    `now` is the simulated moment under which arrivals are kept; drive it from
    outside. When SMTP or HTTP has answered, the arrival is in `arrivals`.
    What `on_arrival` raises is raised when the sandbox closes.

        with Sandbox(now=start, event=event) as sandbox:
            send_everything_to(sandbox.smtp_port, sandbox.url)
            sandbox.poll([feed_url])
    """

    def __init__(
        self,
        *,
        now: datetime | None = None,
        story: str = AS_PLANNED,
        event: Event | None = None,
        on_arrival: Callable[[Arrival], None] | None = None,
        account: str = "",
    ) -> None:
        self._arrivals = Arrivals(now=now, story=story, event=event, on_arrival=on_arrival)
        self._smtp_socket, self._http_socket = _listener(), _listener()
        self.smtp_port: int = self._smtp_socket.getsockname()[1]
        self.http_port: int = self._http_socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.smtp_faults = SmtpFaults()
        self.mastodon = Mastodon(self._arrivals, self.url, display_name=account or _host(event))
        self._reader = FeedReader(self._arrivals)
        self._server = uvicorn.Server(_config(self._app()))
        self._connections: set[asyncio.Transport] = set()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    # What is driven from outside.

    @property
    def now(self) -> datetime:
        """The simulated moment, UTC. Setting a moment without a time zone raises `ValueError`."""
        return self._arrivals.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._arrivals.now = moment

    @property
    def story(self) -> str:
        """The story that arrivals belong to. Setting a new name begins one that shares no past (see `branch`)."""
        return self._arrivals.story.name

    @story.setter
    def story(self, name: str) -> None:
        known = {story.name: story for story in self._arrivals.stories}
        self._arrivals.tell(known.get(name) or Story(name, event=self._arrivals.story.event))

    def branch(self, name: str, *, since: datetime, of: str | None = None, event: Event | None = None) -> None:
        """Begin the variant `name` of the story `of` (default: the current one).

        It shares what came strictly before `since`; later posts and feed
        items of the other story do not exist in it. `event` is the event as
        it stands after the change, for the countdown; default: as it was.
        """
        parents = {story.name: story for story in self._arrivals.stories}
        parent = parents[of] if of else self._arrivals.story
        self._arrivals.tell(Story(name, parent.name, since, event or parent.event))

    def poll(self, urls: Iterable[str]) -> tuple[FeedItem, ...]:
        """Read these feeds as a subscriber; returns what is new or changed. Raises `IntakeError`."""
        return self._reader.poll(urls)

    # What can be looked at.

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        """Everything that came, over all stories, in the order it came."""
        return self._arrivals.all()

    @property
    def mails(self) -> tuple[Mail, ...]:
        """The mails among the arrivals."""
        return tuple(arrival for arrival in self.arrivals if isinstance(arrival, Mail))

    # Start and stop.

    def __enter__(self) -> Sandbox:
        self._thread.start()
        self._ready.wait(PATIENCE)
        if self._failure is not None or not self._ready.is_set():
            self.close()
            raise AnnouncerError("The sandbox could not start on 127.0.0.1; try again") from self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._failure is not None:
            raise AnnouncerError("The sandbox stopped before its time; see the cause") from self._failure
        if error is None and self._arrivals.errors:
            raise self._arrivals.errors[0]

    def close(self) -> None:
        """Stop receiving; what arrived stays readable. May be called twice."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(PATIENCE)
        for listener in (self._smtp_socket, self._http_socket):
            listener.close()

    def _app(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.add_exception_handler(Refused, refused)
        app.include_router(router(self.mastodon))
        app.include_router(page_router(self._arrivals, self.mastodon))
        return app

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits for the start
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        """Both servers, until `close`. Not in the main thread, so uvicorn leaves the signals alone."""
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(self._conversation, sock=self._smtp_socket)
        try:
            http = asyncio.create_task(self._server.serve(sockets=[self._http_socket]))
            while not (self._server.started or http.done()):
                await asyncio.sleep(0.005)
            self._ready.set()
            await http
        finally:
            smtp.close()
            for transport in list(self._connections):
                transport.abort()
            await asyncio.sleep(0)  # Lets the aborted transports close their sockets.

    def _conversation(self) -> Conversation:
        return Conversation(self._take, self.smtp_faults, self._connections)

    def _take(self, sender: str, recipient: str, raw: bytes) -> int:
        mail = self._arrivals.record(lambda number, at, story: Mail(number, at, story, sender, recipient, raw))
        return mail.number


def _listener() -> socket.socket:
    """A socket on a port the system chose, already listening: the port is known before anything starts."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    # Every conversation inherits it. asyncio sets it by itself only on a socket that names its protocol; without it
    # the end of an answer waits 40 ms for the other side to say that it has the beginning.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _host(event: Event | None) -> str:
    return (event.host or event.organizer if event else "") or "Pressestelle"


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
