"""What a feed says, whatever its format: the feed itself and its entries.

Both are valid once made: texts are clean, addresses absolute, instants aware
and in whole seconds of UTC. So the three formats can write them as they are,
and two renders of the same values are the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5
from zlib import crc32

from announcer.errors import ComposeError
from announcer.feeds.media import Media
from announcer.feeds.text import clean, is_blank, one_line, plain, web_address

_GUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FOREIGN_GUID = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. Raises `ComposeError` for what no reader could take."""

    guid: str  #: `urn:uuid:…`, permanent; see `guids`.
    title: str  #: Plain text.
    summary: str  #: Plain text; may be empty.
    html: str  #: The full text; may be empty.
    link: str  #: Absolute http(s) address of its page.
    published: datetime  #: When it was first sent; never the event's date, never changed.
    updated: datetime  #: Its last significant change (RFC 4287 §4.2.15).
    categories: tuple[str, ...] = ()
    language: str = "de"  #: BCP 47.
    author: str = ""  #: Empty: the feed's author.
    adopted: bool = False  #: From a feed that moved in: its guid is whatever it was there.
    media: tuple[Media, ...] = ()  #: Pictures, then files.

    def __post_init__(self) -> None:
        if not (_GUID.fullmatch(self.guid) or (self.adopted and _FOREIGN_GUID.fullmatch(self.guid))):
            raise ComposeError(f"the feed entry {self.title!r} has the guid {self.guid!r}; make it with feed_guid")
        _put(self, "title", _required(self.title, f"the feed entry {self.guid}", "title"))
        _put(self, "summary", clean(self.summary).strip())
        _put(self, "html", clean(self.html).strip())
        _put(self, "link", _address(self.link, f"the feed entry {self.guid}", "link"))
        _put(self, "published", _instant(self.published, f"the feed entry {self.guid}", "published"))
        _put(self, "updated", _instant(self.updated, f"the feed entry {self.guid}", "updated"))
        _put(self, "categories", _labels(self.categories))
        _put(self, "language", _language(self.language, f"the feed entry {self.guid}"))
        _put(self, "author", one_line(self.author))

    @property
    def told_apart(self) -> datetime:
        """`updated` with a fraction of its second that is this entry's alone, as far as a hash can make it.

        Twenty announcements go out at nine sharp, and readers of Atom order by
        `updated`; the validator warns where two are equal.
        """
        return self.updated.replace(microsecond=crc32(self.guid.encode()) % 1_000_000)

    @property
    def iri(self) -> str:
        """The guid as Atom may carry it: an IRI (RFC 4287 §4.2.6); what was a bare number is made one."""
        return self.guid if _IRI.fullmatch(self.guid) else uuid5(NAMESPACE_OID, self.guid).urn


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """What a feed says about itself. Raises `ComposeError` like `Entry`."""

    title: str
    self_url: str  #: Where this very file is read; readers keep it, so it never moves.
    site_url: str  #: The page it belongs to.
    language: str  #: BCP 47.
    author: str  #: Empty: the title.
    description: str  #: Empty: the title.
    updated: datetime  #: From the data, never from a clock: equal data gives equal bytes.
    hub: str = ""  #: WebSub hub that is told of changes.
    expired: bool = False  #: Nothing will follow, e.g. a past conference (JSON Feed 1.1).
    previous: str = ""  #: The next older document of a long feed (RFC 5005 §4, `prev-archive`).
    following: str = ""  #: The next newer one (`next-archive`).
    current: str = ""  #: Only of an archive document: the feed it belongs to (`current`).

    def __post_init__(self) -> None:
        where = f"the feed {self.self_url}"
        _put(self, "title", _required(self.title, where, "title"))
        _put(self, "self_url", _address(self.self_url, where, "self_url"))
        _put(self, "site_url", _address(self.site_url, where, "site_url"))
        _put(self, "language", _language(self.language, where))
        _put(self, "author", one_line(self.author) or self.title)
        _put(self, "description", plain(one_line(self.description)) or self.title)
        _put(self, "updated", _instant(self.updated, where, "updated"))
        for name in ("hub", "previous", "following", "current"):
            address = getattr(self, name)
            _put(self, name, _address(address, where, name) if address else "")

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """What a feed links to beside itself and its page: relation and address."""
        found = (
            ("hub", self.hub),
            ("prev-archive", self.previous),
            ("next-archive", self.following),
            ("current", self.current),
        )
        return tuple((relation, address) for relation, address in found if address)


def _put(target: Entry | FeedInfo, name: str, value: object) -> None:
    # The only way to set a field of a frozen dataclass while it is being made.
    object.__setattr__(target, name, value)


def _required(text: str, where: str, name: str) -> str:
    line = plain(one_line(text))
    if is_blank(line):
        raise ComposeError(f"{where} has an empty {name}; give it one")
    return line


def _address(url: str, where: str, name: str) -> str:
    try:
        return web_address(url)
    except ValueError as error:
        raise ComposeError(f"{where}: its {name} {url!r} {error}") from error


def _instant(value: datetime, where: str, name: str) -> datetime:
    if value.utcoffset() is None:
        raise ComposeError(f"{where}: {name} {value} has no time zone; give it one")
    return value.astimezone(UTC).replace(microsecond=0)


def _labels(texts: tuple[str, ...]) -> tuple[str, ...]:
    lines = (one_line(text) for text in texts)
    return tuple(dict.fromkeys(line for line in lines if not is_blank(line)))


def _language(tag: str, where: str) -> str:
    if not _LANGUAGE.fullmatch(tag):
        raise ComposeError(f"{where} has the language {tag!r}; write it like de or en-GB")
    return tag
