"""What search engines are told: robots.txt (RFC 9309) and the sitemap (sitemaps.org/protocol.html). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

#: Personal addresses, which no search engine should ask for.
PRIVATE = ("/u/", "/p/", "/v/")


def robots(site_url: str, base: str) -> bytes:
    """Everything may be read but the personal pages."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {base}{path}" for path in PRIVATE),
        "",
        f"Sitemap: {site_url}/sitemap.xml",
        "",
    ]
    return "\n".join(lines).encode()


def sitemap(pages: Iterable[tuple[str, datetime | None]]) -> bytes:
    """Absolute addresses with the moment each page last changed, if it is known."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(_url(address, changed) for address, changed in pages),
        "</urlset>",
        "",
    ]
    return "\n".join(lines).encode()


def _url(address: str, changed: datetime | None) -> str:
    moment = f"<lastmod>{changed.astimezone(UTC).isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{moment}</url>"
