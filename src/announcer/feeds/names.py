"""File names of feeds, made of ids and topics. They never change and never leave the feeds folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_PLAIN = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LENGTH = 80


def event_stem(event_id: str) -> str:
    """The part of a file name that stands for an event: its id where that is plain, else a slug and a hash of it.

    Two ids never share one, also on file systems that don't tell capitals apart.
    """
    if len(event_id) <= _LENGTH and _PLAIN.fullmatch(event_id):
        return event_id
    return _marked(_slug(event_id), event_id)


@lru_cache(maxsize=4096)  # asked for every topic of every row, and there are few topics
def topic_stem(topic: str) -> str:
    """The part of a file name that stands for a topic: "Bürger & Stadt" is `buerger-stadt-` and a hash.

    Spellings that differ in capitals, spaces or hyphens are one topic. A hash
    is added where letters or signs were lost: "C++" and "C#" stay two.
    """
    folded = " ".join(re.split(r"[\s_-]+", unicodedata.normalize("NFKC", topic).casefold())).strip()
    slug = _slug(folded)
    kept = slug.replace("-", "")
    wanted = _ascii(folded).replace(" ", "")
    return slug if slug and kept == wanted and len(slug) <= _LENGTH else _marked(slug, folded)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _ascii(text.lower())).strip("-")


def _ascii(text: str) -> str:
    """Letters without their accents; what has no such form stays, so that its loss can be seen."""
    spelled = unicodedata.normalize("NFKC", text).translate(_GERMAN)
    decomposed = unicodedata.normalize("NFD", spelled)
    return "".join(character for character in decomposed if not unicodedata.category(character).startswith("M"))


def _marked(slug: str, identity: str) -> str:
    mark = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{slug[: _LENGTH - 11]}-{mark}" if slug else mark
