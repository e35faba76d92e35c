"""What surrounds every answer of the desk: security headers, the path it is served under, the size of a request."""

from __future__ import annotations

from typing import Final

from announcer.web.edge import Application, Message, Receive, Scope, Send, below_base

#: Only our own files; no script or style inside of a page; nobody may frame the desk.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: For the preview of a mail in a frame: its own styles, no script, no form, nothing from elsewhere.
FRAMED_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
#: A photo or a Word file with pictures; nothing the office uploads is larger.
LARGEST_REQUEST: Final = 32 * 1024 * 1024


class TooLarge(Exception):
    """A request larger than anything the desk takes."""


class DeskEdge:
    """ASGI middleware around the whole desk."""

    def __init__(self, app: Application, base: str, *, secure: bool) -> None:
        """`base` is the path of the desk's address; `secure` whether it is reached by https."""
        self._app = app
        self._base = base
        headers = dict(SECURITY_HEADERS)
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_REQUEST:
                raise TooLarge
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                set_already = {name.lower() for name, _ in own}
                message["headers"] = own + [header for header in self._headers if header[0] not in set_already]
            await send(message)

        await self._app(below_base(scope, self._base), bounded, guarded)
