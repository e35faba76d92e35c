"""Facts come from outside: what may not stand in a message is taken out here, before any template sees it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

#: What a template may leave open for the newsletter to fill in per recipient.
SLOTS = ("greeting", "unsubscribe_url", "preferences_url", "view_url", "reason")

_SLOT = re.compile(r"⟦([^⟦⟧]*)⟧")
_SLOT_MARKS = str.maketrans({"⟦": "[", "⟧": "]"})
# Embeddings, overrides and isolates can show a date or a name in another order than it is written.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&=])")
_BLANK_LINES = re.compile(r"\n{3,}")


@lru_cache(maxsize=2048)
def text(value: str) -> str:
    """`value` without control characters, slots and forged order of reading; line breaks become `\\n`."""
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    if value.isascii() and value.isprintable():
        return value
    return "".join(filter(_allowed, value)).translate(_SLOT_MARKS)


def _allowed(character: str) -> bool:
    if character in "\n\t":
        return True
    # XML 1.0 §2.2 has no place for controls, lone surrogates and U+FFFE/U+FFFF.
    if character in _BIDI or character in "\ufeff\ufffe\uffff":
        return False
    return unicodedata.category(character) not in {"Cc", "Cs"}


def line(value: str, longest: int | None = None) -> str:
    """`value` as one line, cut at a word with "…" where it is longer than `longest` characters."""
    return cut(" ".join(text(value).split()), longest)


def paragraphs(value: str) -> str:
    """`value` as text of several lines, without trailing spaces and runs of blank lines."""
    return tidy(text(value))


def tidy(value: str) -> str:
    """Rendered text (slots stay) without trailing spaces and runs of blank lines."""
    lines = "\n".join(part.rstrip() for part in value.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


def cut(value: str, longest: int | None) -> str:
    """`value`, at most `longest` characters, ended by "…" at a word border if it had to be cut."""
    if longest is None or len(value) <= longest:
        return value
    head = value[: longest - 1]
    if not value[longest - 1].isspace() and " " in head[longest // 2 :]:
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:–-") + "…"


def address(value: str, base: str = "") -> str:
    """An absolute http or https address that is safe in Markdown and HTML; empty if `value` is none."""
    value = line(value)
    try:
        whole = urljoin(base, value) if base and value else value
        parts = urlsplit(whole)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
        # RFC 3986 knows only ASCII; feeds and mail headers take nothing else.
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return ""
    return quote(urlunsplit(parts._replace(netloc=host)), safe="%/:=&?~#+!$,;'@()*[]")


def escape_markdown(value: str) -> str:
    """`value` so that Markdown shows it as it is (CommonMark 0.31 §2.4)."""
    return _MARKDOWN.sub(r"\\\1", value)


def slots(value: str) -> list[str]:
    """The names of the slots in `value`, in their order."""
    return _SLOT.findall(value)


def slot_address(value: str) -> str:
    """The slot that a link points to, if its address is one (perhaps percent-encoded)."""
    plain = unquote(value)
    return plain if _SLOT.fullmatch(plain) else ""
