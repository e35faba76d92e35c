"""Names for addresses and commands. Pure."""

from __future__ import annotations

import re
import unicodedata

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def slug(text: str) -> str:
    """A name for addresses: small letters, digits and hyphens."""
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(umlaut, plain)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:80].strip("-") or "announcement"


def unique(wanted: str, taken: set[str]) -> str:
    """The name, or the name with the next free number; it is taken from then on."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted[:76]}-{number}", number + 1
    taken.add(name)
    return name
