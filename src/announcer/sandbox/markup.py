"""Post texts as networks show them: links, hashtags and mentions found; everything else escaped. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import quote

import regex
from markupsafe import Markup

_PIECE = re.compile(
    r"""(?P<url>https?://[^\s<>"“”„]+)
      | (?<![\w/&])\#(?P<tag>\w*[^\W\d]\w*)
      | (?<![\w/])@(?P<user>[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)(?P<host>@[\w.-]*\w)?""",
    re.VERBOSE,
)
#: Punctuation that ends a sentence rather than an address.
_TRAILING = ".,;:!?)]}'’»"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a post's text."""

    kind: Literal["text", "url", "tag", "mention"]
    text: str  #: As it stands in the post.
    counted: str  #: What of it counts for the limit (Mastodon counts `@user@host` as `@user`).


def pieces(text: str) -> Iterator[Piece]:
    """Cut a post's text into plain stretches, addresses, hashtags and mentions."""
    position = 0
    for found in _PIECE.finditer(text):
        whole = found[0]
        if found["url"] is not None:
            whole = _without_trailing(whole)
        if found.start() > position:
            plain = text[position : found.start()]
            yield Piece("text", plain, plain)
        if found["url"] is not None:
            yield Piece("url", whole, whole)
        elif found["tag"] is not None:
            yield Piece("tag", whole, whole)
        else:
            yield Piece("mention", whole, f"@{found['user']}")
        position = found.start() + len(whole)
    if position < len(text):
        yield Piece("text", text[position:], text[position:])


def _without_trailing(url: str) -> str:
    while url and url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url


def length(text: str, per_url: int) -> int:
    """How many characters a Mastodon server counts: graphemes, an address as `per_url`, `@user@host` as `@user`."""
    return sum(per_url if piece.kind == "url" else len(regex.findall(r"\X", piece.counted)) for piece in pieces(text))


def status_html(text: str, host: str) -> str:
    """The `content` a Mastodon server gives for a text: paragraphs, line breaks, links; all else escaped."""
    paragraphs = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{_paragraph(paragraph, host)}</p>" for paragraph in paragraphs)


def _paragraph(text: str, host: str) -> str:
    return "".join(_network_html(piece, host) for piece in pieces(text)).replace("\n", "<br />")


def _network_html(piece: Piece, host: str) -> str:
    text = escape(piece.text)
    match piece.kind:
        case "url":
            scheme, rest = piece.text.split("://", 1)
            seen = f'<span class="invisible">{scheme}://</span><span class="">{escape(rest)}</span>'
            return f'<a href="{text}" target="_blank" rel="nofollow noopener" translate="no">{seen}</a>'
        case "tag":
            href = f"{host}/tags/{quote(piece.text[1:].lower())}"
            return f'<a href="{escape(href)}" class="mention hashtag" rel="tag">#<span>{text[1:]}</span></a>'
        case _:
            return text


def shown(text: str) -> Markup:
    """A post's text for the page, in paragraphs: addresses cut as Mastodon cuts them, tags marked."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return Markup("").join(Markup("<p>{}</p>").format(_line(paragraph)) for paragraph in paragraphs)


def _line(text: str) -> Markup:
    return Markup("").join(_shown(piece) for piece in pieces(text))


def _shown(piece: Piece) -> Markup:
    match piece.kind:
        case "url":
            return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(piece.text, short_url(piece.text))
        case "tag" | "mention":
            return Markup('<span class="tag">{}</span>').format(piece.text)
        case _:
            return Markup.escape(piece.text)


def short_url(url: str) -> str:
    """An address without scheme and `www.`, cut behind 30 characters."""
    rest = url.split("://", 1)[-1].removeprefix("www.").rstrip("/")
    return rest if len(rest) <= 30 else rest[:30] + "…"


def sender_name(header: str) -> str:
    """The name in a From header, else its address."""
    name, bracket, address = header.rpartition("<")
    return name.strip().strip('"') or (address.rstrip("> ") if bracket else header.strip())


def initials(name: str) -> str:
    """One or two letters for the circle beside a name."""
    words = re.findall(r"\w+", name)
    return "".join(word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))).upper()
