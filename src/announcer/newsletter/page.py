"""A mail as a page: the same HTML part, its slots filled for one recipient."""

from __future__ import annotations

import html

from announcer.model.content import Payload
from announcer.newsletter import slots
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links


def as_page(payload: Payload, letter: Letter, links: Links, key: bytes) -> str:
    """The HTML of a sent mail for a browser. Raises `ComposeError` for a payload with an unknown slot."""
    return slots.filled(str(payload["html"]), _filled(letter, links, key), html.escape)


def _filled(letter: Letter, links: Links, key: bytes) -> dict[str, str]:
    values = {**slots.shared(letter, links), **slots.personal(letter, key, date="")}
    urls = {f"{purpose}_url": values[f"{purpose}_base"] + values[f"{purpose}_token"] for purpose in slots.PURPOSES}
    return {**{name: values[name] for name in slots.WORDS}, **urls}
