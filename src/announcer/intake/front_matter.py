"""What stands above a Markdown text: TOML between `+++`, or YAML between `---`, its values read as they are written.

YAML would make a number of 18:00 and a truth of "NO"; here every value is
text until its key says what it is.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from announcer.errors import IntakeError
from announcer.model.facts import Attachment, Link, Picture

KNOWN = {
    "id", "event", "language", "headline", "kicker", "lead", "source", "contact",
    "topics", "links", "embargo", "ed_note", "images", "attachments",
}  # fmt: skip
#: Other programs' names for the same.
_ALSO = {
    "title": "headline",
    "titel": "headline",
    "überschrift": "headline",
    "lang": "language",
    "sprache": "language",
    "tags": "topics",
    "themen": "topics",
    "sperrfrist": "embargo",
    "quelle": "source",
    "kontakt": "contact",
    "slug": "id",
    "dachzeile": "kicker",
    "subtitle": "kicker",
    "vorspann": "lead",
    "teaser": "lead",
    "description": "lead",
    "summary": "lead",
    "embargo_until": "embargo",
}
#: What other programs say beside the text.
BESIDE = {
    "date": "~date",
    "datum": "~date",
    "author": "~author",
    "autor": "~author",
    "number": "~number",
    "nummer": "~number",
}
_IGNORED = {
    "layout",
    "draft",
    "categories",
    "image",
    "published",
    "updated",
    "weight",
    "permalink",
}
#: Under this name stand the keys nobody here knows; what they say is read as facts beside the text.
FACTS = ""
_TOML, _YAML = "+++", "---"
_LARGEST = 100_000


def split(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The front matter as a table, and the text below it. Raises `IntakeError` naming the key and the remedy."""
    start = text.lstrip()
    if re.match(r"\+\+\+[ \t]*(?:\n|$)", start):  # "+++ Achtung +++" is a cry, and no front matter
        return _toml(start, name)
    if re.match(r"---[ \t]*\n", start) and re.search(r"\n(?:---|\.\.\.)[ \t]*(?:\n|$)", start[3:_LARGEST]):
        return _yaml(start, name)
    return {}, text


def _toml(text: str, name: str) -> tuple[dict[str, Any], str]:
    _, front, *rest = text.split(_TOML, 2)
    if not rest:
        raise IntakeError(f"{name}: the front matter has no end; close it with a line {_TOML}")
    try:
        data = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: front matter: {error}; correct the line") from error
    return _checked(data, name), rest[0]


def _yaml(text: str, name: str) -> tuple[dict[str, Any], str]:
    found = re.match(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", text[:_LARGEST], re.DOTALL)
    assert found is not None
    if re.search(r"(?m)(?::|-|^)\s*[&*]\w", found[1]):
        raise IntakeError(f"{name}: front matter: anchors (& and *) are not read; write the value out")
    try:
        data = yaml.load(found[1], Loader=yaml.BaseLoader)  # nosec B506 - it makes texts, lists and tables only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        place = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" line {place + 2}" if place is not None else ""
        raise IntakeError(
            f"{name}: front matter{where} is no YAML; correct it, or put values in quotation marks"
        ) from error
    if not isinstance(data, dict):
        raise IntakeError(f"{name}: front matter: it is no table of keys and values; write lines like headline: …")
    return _checked({str(key): _typed(str(key), value) for key, value in data.items()}, name), text[found.end() :]


def _typed(key: str, value: Any) -> Any:
    """What a key needs of a text: a moment for the embargo, a list for the topics."""
    plain = _ALSO.get(key.lower(), key.lower())
    if plain == "embargo" and isinstance(value, str) and value.strip():
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            return value
    if plain == "topics" and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _checked(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in data.items():
        plain = _ALSO.get(key.lower(), key)
        if key.lower() in BESIDE:
            result[BESIDE[key.lower()]] = value
            continue
        if key.lower() in _IGNORED:
            continue
        if plain not in KNOWN and not difflib.get_close_matches(key.lower(), KNOWN, 1, 0.8):
            result.setdefault(FACTS, {})[key] = value  # another program's key: "beginn", "ort"
            continue
        if plain not in KNOWN:
            raise IntakeError(f"{name}: front matter: {key!r} is not a known key; known are {', '.join(sorted(KNOWN))}")
        result[plain] = value
    return result


def facts_of(front: Mapping[str, Any]) -> str:
    """The unknown keys as lines of the text: "Ort: Rathaus"."""
    lines = []
    for key, value in front.get(FACTS, {}).items():
        for part in value if isinstance(value, list) else [value]:
            said = ", ".join(f"{v}" for v in part.values()) if isinstance(part, dict) else f"{part}"
            lines.append(f"{key.capitalize()}: {said}")
    return "\n".join(lines)


# What single keys say.


def text_of(front: Mapping[str, Any], key: str, name: str) -> str:
    """A key's text."""
    value = front.get(key, "")
    if not isinstance(value, str):
        raise IntakeError(f"{name}: front matter: {key!r} must be text; put it in quotation marks")
    return value.strip()


def texts_of(front: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    """A key's list of texts."""
    value = front.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise IntakeError(f'{name}: front matter: {key!r} must be a list of texts, like {key} = ["Bildung"]')
    return tuple(value)


def choice_of(front: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str, name: str) -> str:
    """One of the words allowed."""
    value = str(front.get(key, default))
    if value not in allowed:
        raise IntakeError(f"{name}: front matter: {key} = {value!r} is not known; choose one of {', '.join(allowed)}")
    return value


def links_of(front: Mapping[str, Any], found: tuple[Link, ...], name: str) -> tuple[Link, ...]:
    """The links given, then those found in the text; a label given above has its address from there."""
    given: list[Link] = []
    value = front.get("links", [])
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict) or not isinstance(item.get("label"), str):
            raise IntakeError(f'{name}: front matter: a link looks like {{label = "Programm", url = "https://…"}}')
        given.append(Link(item["label"], str(item.get("url", ""))))
    labels = {link.label for link in given}
    return (*given, *(link for link in found if link.label not in labels))


def pictures_of(front: Mapping[str, Any], name: str) -> tuple[Picture, ...]:
    """The pictures that lie beside the release."""
    found: list[Picture] = []
    given = front.get("images", [])
    for item in given if isinstance(given, list) else [given]:
        known = {key: value for key, value in item.items() if isinstance(value, str)} if isinstance(item, dict) else {}
        file = known.get("file", "").strip()
        if not file or set(item) - {"file", "alt", "credit", "licence"} or len(known) != len(item):
            raise IntakeError(
                f'{name}: front matter: an image looks like {{file = "rathaus.jpg", alt = "Das Rathaus am Abend", '
                f'credit = "Foto: Stadt", licence = "CC BY 4.0"}}'
            )
        _require_beside(file, "image", name)
        alt, credit, licence = (known.get(key, "").strip() for key in ("alt", "credit", "licence"))
        found.append(Picture(file, alt=alt, credit=credit, licence=licence))
    return tuple(found)


def attachments_of(front: Mapping[str, Any], name: str) -> tuple[Attachment, ...]:
    """The files that go with the release."""
    found: list[Attachment] = []
    given = front.get("attachments", [])
    for item in given if isinstance(given, list) else [given]:
        known = {key: value for key, value in item.items() if isinstance(value, str)} if isinstance(item, dict) else {}
        file = known.get("file", "").strip()
        if not file or set(item) - {"file", "title"} or len(known) != len(item):
            raise IntakeError(
                f'{name}: front matter: an attachment looks like {{file = "programm.pdf", title = "Das Programm"}}'
            )
        _require_beside(file, "attachment", name)
        found.append(Attachment(file, title=known.get("title", "").strip()))
    return tuple(found)


def _require_beside(file: str, what: str, name: str) -> None:
    if file.startswith("/") or ".." in file.split("/"):
        raise IntakeError(f"{name}: front matter: the {what} {file!r} must lie beside the release or below it")


def instant_of(value: object, zone: ZoneInfo, name: str) -> datetime | None:
    """A moment on the wall clock of the zone; a day alone is its first moment."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    raise IntakeError(f"{name}: front matter: embargo must be a date and time, like embargo = 2026-09-18T10:00:00")
