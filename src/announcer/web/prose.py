"""Texts of the office as safe HTML, and addresses of the office as safe links. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markupsafe import Markup

from announcer.office.addresses import AddressRefused, normalise

# Images are off: they would be fetched from elsewhere, and tell that somebody reads this.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str) -> Markup:
    """Markdown as HTML. HTML within it is shown as text; the page's own headline stays the only h1."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def web_link(address: str) -> str:
    """The address if a page may link to it, else nothing: `javascript:` and relatives stay text."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def host(address: str) -> str:
    """The host and path of an address, as people read it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path.rstrip('/')}"


def contact_link(contact: str) -> str:
    """`mailto:` or `tel:` for what is nothing but an address or a number, else nothing."""
    text = contact.strip()
    try:
        return f"mailto:{normalise(text)}"
    except AddressRefused:
        digits = re.sub(r"[\s()/-]", "", text)
        return f"tel:{digits}" if re.fullmatch(r"\+?\d{5,20}", digits) else ""


def embedded_json(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a `<script>` block: nothing in it can end the block."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
