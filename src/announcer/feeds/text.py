"""Text, addresses and HTML as a feed may carry them. Pure.

XML 1.0 forbids most control characters (https://www.w3.org/TR/xml/#charsets);
one of them in a pasted headline would make the whole feed unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

#: Longer titles break the lists of most readers; the full headline goes into the text.
TITLE_LENGTH = 200

# Control characters of C0 (save tab and line feed) and C1, lone surrogates, noncharacters.
# XML allows C1, but the W3C validator warns of it: it is always a wrongly decoded text.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_TAG = re.compile(r"<(?=[A-Za-z/!?])([^<>]*)>")
_TAG_BEGIN = re.compile(r"<(?=[A-Za-z/!?])")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ACTIVE_TAGS = frozenset({"script", "style", "iframe", "object", "embed", "applet", "form", "input", "base", "meta"})
_ADDRESS_ATTRIBUTES = frozenset({"href", "src", "poster", "cite"})
_JOINER = "\u200d"


def clean(text: str) -> str:
    """`text` without characters that XML forbids; line ends become line feeds."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)


def one_line(text: str) -> str:
    """`text` cleaned, every run of white space one space: for titles, names, categories."""
    return " ".join(clean(text).split())


def plain(text: str) -> str:
    """A title that no reader can take for HTML: "&amp;" is "&", "<b>" is "‹b›"; "3 < 5" stays.

    RSS never said whether a title is text or HTML, so half of the readers
    would show what looks like a tag, and half swallow it with all in it.
    """
    while (shown := _ENTITY.sub(lambda found: unescape(found[0]), text)) != text:
        text = shown
    return one_line(_TAG_BEGIN.sub("‹", _TAG.sub(r"‹\1›", text)))


def looks_like_html(text: str) -> bool:
    """Whether `text`, meant as plain text, has what could be taken for a tag or a character reference."""
    return _TAG_BEGIN.search(text) is not None or _ENTITY.search(text) is not None


def is_blank(text: str) -> bool:
    """Whether nothing of `text` can be seen; zero-width characters alone are nothing."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def cut(text: str, limit: int = TITLE_LENGTH) -> str:
    """`text`, or its first words with an ellipsis: at most `limit` code points."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", limit // 2, limit)
    end = space if space > 0 else _boundary(text, limit - 1)
    return text[:end].rstrip(" ,;:–-") + "…"


def _boundary(text: str, end: int) -> int:
    """The last place at or before `end` that doesn't tear an accent or a composed emoji."""
    while end > 1 and _continues(text[end - 1], text[end]):
        end -= 1
    return end


def _continues(before: str, character: str) -> bool:
    return (
        unicodedata.category(character).startswith("M")
        or character == _JOINER
        or before == _JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or (_is_half_flag(before) and _is_half_flag(character))
    )


def _is_half_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def web_address(url: str) -> str:
    """An absolute http(s) address as a URI: what isn't ASCII is encoded.

    RSS readers resolve nothing, and a `<link>` must begin with a scheme (RSS
    2.0, "Comments"). Raises `ValueError` in a half-sentence: "is no …".
    """
    try:
        parts = urlsplit(url.strip())
        host, path = _host(parts), _escaped(parts.path)
        query, fragment = _escaped(parts.query), _escaped(parts.fragment)
    except ValueError as error:
        raise ValueError("is no web address that a browser can read; correct it") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is no absolute web address; begin it with https://")
    if "@" in parts.netloc:
        raise ValueError("carries a user name or password; remove it")
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _host(parts: SplitResult) -> str:
    """Host and port; a name with umlauts as IDNA. Raises `ValueError` where either is none."""
    port = "" if parts.port is None else f":{parts.port}"
    name = parts.hostname or ""
    if ":" in name:
        return f"[{name}]{port}"
    return name.encode("idna").decode("ascii") + port


def _escaped(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe="/%:!$&'()*+,;=~@?")


class _Inspector(HTMLParser):
    """Notes what a reader would refuse or misread."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE_TAGS:
            self.found.append(f"the element <{tag}>, which readers remove or refuse")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.found.append(f"the script attribute {name} on <{tag}>")
        elif name in _ADDRESS_ATTRIBUTES and not _absolute(value):
            self.found.append(f"the address {value!r} on <{tag}>, which is not absolute")


def _absolute(url: str) -> bool:
    if url.strip().lower().startswith(("mailto:", "tel:")):
        return True
    try:
        web_address(url)
    except ValueError:
        return False
    return True


def faults(html: str) -> tuple[str, ...]:
    """What of `html` has no place in a feed: scripts, forms, addresses that aren't absolute."""
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return tuple(inspector.found)
