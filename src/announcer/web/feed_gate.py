"""Feeds and calendars, answered before anything else looks at the request.

Readers ask every few minutes for what has mostly not changed, thousands at a
time. A file is read once and kept until it changes, so an answer is a look at
the file's date and a comparison: far less than handing it to a thread.
"""

from __future__ import annotations

from announcer.feeds import serving
from announcer.web.edge import Application, Receive, Scope, Send
from announcer.web.feed_files import FeedFiles

_PREFIX = "/feeds/"


class FeedGate:
    """ASGI middleware: answers for the feeds there are, and leaves everything else to the site."""

    def __init__(self, app: Application, feeds: FeedFiles) -> None:
        self._app = app
        self._feeds = feeds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        asked = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(_PREFIX)
        found = self._feeds.served(scope["path"].removeprefix(_PREFIX)) if asked else None
        if found is None:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = serving.answer(found, headers)
        lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})
