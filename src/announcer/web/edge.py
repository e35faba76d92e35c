"""What surrounds every answer of the public site: security headers, and the path it is served under."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Nothing from elsewhere, no script at all, no cookies anywhere.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address of an unsubscribe link must not reach the site somebody goes to next.
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Edge:
    """ASGI middleware around the whole site."""

    def __init__(self, app: Application, base: str) -> None:
        self._app = app
        self._base = base
        self._headers = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                set_already = {name for name, _ in own}
                message["headers"] = own + [header for header in self._headers if header[0] not in set_already]
            await send(message)

        await self._app(below_base(scope, self._base), receive, guarded)


def below_base(scope: Scope, base: str) -> Scope:
    """The same request as seen below the path a site is served under; a proxy may have cut it off already, or not."""
    path: str = scope["path"]
    if not base or not (path == base or path.startswith(base + "/")):
        return scope
    rest = path[len(base) :] or "/"
    return {**scope, "path": rest, "raw_path": rest.encode()}
