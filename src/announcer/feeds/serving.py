"""How a feed file is answered over HTTP: validators, 304, compression. Pure; the web room does the I/O.

`served` prepares a file once, `answer` decides per request (RFC 9110 §13, §12.5.3).
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

#: Seconds a reader may keep a feed. Longer delays news: some wait for the longest of all lifetimes they find.
MAX_AGE = 300

_CONTENT_TYPES = {
    ".rss.xml": "application/rss+xml; charset=utf-8",
    ".atom.xml": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
}
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_WEIGHT = re.compile(r"[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


@dataclass(frozen=True, slots=True)
class Representation:
    """A body as it goes over the wire, with its own strong validator (RFC 9110 §8.8.3.3)."""

    body: bytes
    etag: str  #: With its quotes.
    encoding: str = ""  #: Empty or `gzip`.


@dataclass(frozen=True, slots=True)
class Served:
    """A feed file ready to be answered."""

    content_type: str
    last_modified: datetime
    plain: Representation
    packed: Representation
    link: str = ""  #: The `Link` header, see `link_header`.


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: 200 with the body, or 304 without."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def served(name: str, body: bytes, last_modified: datetime, packed: bytes | None = None, link: str = "") -> Served:
    """Prepare the file `name`; `packed` is its `.gz` where there is one already.

    `last_modified` must move with the bytes, so also for a silent correction:
    the file's time does, as files are written only when they change.
    Raises `ValueError` for a naive instant or a name that is no feed's.
    """
    if last_modified.utcoffset() is None:
        raise ValueError(f"{name} has a last_modified without a time zone")
    packed = gzip.compress(body, mtime=0) if packed is None else packed
    mark = hashlib.blake2b(body, digest_size=16).hexdigest()
    return Served(
        content_type=content_type(name),
        last_modified=last_modified.astimezone(UTC).replace(microsecond=0),
        plain=Representation(body, f'"{mark}"'),
        packed=Representation(packed, f'"{mark}-gzip"', "gzip"),
        link=link,
    )


def content_type(name: str) -> str:
    """The media type of a feed file by its name; `ValueError` if it is none."""
    for ending, media_type in _CONTENT_TYPES.items():
        if name.endswith(ending):
            return media_type
    raise ValueError(f"{name!r} is no feed file; its name ends in .rss.xml, .atom.xml, .json or .ics")


def link_header(self_url: str, hub: str) -> str:
    """WebSub's discovery links as an HTTP header (https://www.w3.org/TR/websub/#discovery); empty without a hub."""
    return f'<{hub}>; rel="hub", <{self_url}>; rel="self"' if hub else ""


def answer(file: Served, headers: Mapping[str, str]) -> Answer:
    """Answer a GET with these request headers. For HEAD send the same without the body.

    If-None-Match decides alone where it is given; If-Modified-Since is for
    clients that know nothing better (RFC 9110 §13.2.2).
    """
    asked = {name.lower(): value for name, value in headers.items()}
    chosen = file.packed if wants_gzip(asked.get("accept-encoding", "")) else file.plain
    common = _common(file, chosen)
    if _unchanged(file, chosen, asked):
        return Answer(304, common, b"")
    content = {"Content-Type": file.content_type, "Content-Length": str(len(chosen.body))}
    if chosen.encoding:
        content["Content-Encoding"] = chosen.encoding
    return Answer(200, {**common, **content}, chosen.body)


def _common(file: Served, chosen: Representation) -> dict[str, str]:
    """What a 304 must repeat (RFC 9110 §15.4.5)."""
    headers = {
        "ETag": chosen.etag,
        "Last-Modified": format_datetime(file.last_modified, usegmt=True),
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Vary": "Accept-Encoding",
    }
    return {**headers, "Link": file.link} if file.link else headers


def _unchanged(file: Served, chosen: Representation, asked: Mapping[str, str]) -> bool:
    if (tags := asked.get("if-none-match")) is not None:
        return tags.strip() == "*" or chosen.etag in _TAG.findall(tags)
    if (since := asked.get("if-modified-since")) is not None:
        moment = _http_date(since)
        return moment is not None and file.last_modified <= moment
    return False


def _http_date(value: str) -> datetime | None:
    """Any of the three forms of RFC 9110 §5.6.7; None for anything else, which is then ignored."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def wants_gzip(accept_encoding: str) -> bool:
    """Whether gzip is acceptable and not liked less than the plain file (RFC 9110 §12.5.3)."""
    weights = _weights(accept_encoding)
    liked = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return liked > 0 and liked >= weights.get("identity", 0.0)


def _weights(accept_encoding: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        if coding:
            weights[coding] = _weight(parameters)
    return weights


def _weight(parameters: list[str]) -> float:
    """Its `q`, 1 without one. What can't be read counts as refused, so nobody gets what they can't unpack."""
    if not parameters:
        return 1.0
    match = _WEIGHT.fullmatch(parameters[0].replace(" ", ""))
    return float(match[1]) if match else 0.0
