"""Making a social post fit: the fact and the link stay whole, the rest gives way.

How long a text is belongs to the network, so every function here is handed
the network's counting. Mastodon's is `mastodon_length`; a network with two
limits is one function as well (300 graphemes and 3000 bytes are
`max(graphemes(text), ceil(bytes / 10))` against 300).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import regex

from announcer.errors import ComposeError

#: What a piece of a post is: words (in which links may stand), the link, or a hashtag.
Part = Literal["words", "link", "tag"]
#: How long a network says a text is. It must not shrink when words are added.
Count = Callable[[str], int]

#: Set where a lead was cut. A plain space before it: in a URL's query Mastodon
#: reads even a no-break space, and "…" after a URL's path, as part of the URL.
ELLIPSIS = " …"

_DANGLING = frozenset(",;:–—-")

_GRAPHEME = regex.compile(r"\X")
_WORD = regex.compile(r"\S+")
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
_PATH_CHARACTER = r"[^\s<>()?]"
_BALANCED = rf"\((?:{_PATH_CHARACTER}|\({_PATH_CHARACTER}+\))+\)"
_PATH_END = r"""[^\s()?!*"'「」<>;:=,.$%\[\]~&|@]"""
_QUERY_CHARACTER = r"[a-zA-Z0-9!?*'();:&=+$/%#\[\]_.,~|@^\u00A0-\uD7FF\uE000-\U0010FFFD-]"
_QUERY_END = r"[a-zA-Z0-9_&=#/\u00A0-\uD7FF\uE000-\U0010FFFD-]"

# What counts as a URL, a mention and a hashtag is what Mastodon finds in a post:
# https://docs.joinmastodon.org/user/posting/#text. Trailing punctuation and an
# unmatched ")" are not part of a URL.
_ENTITY = regex.compile(
    rf"""
    (?<![A-Za-z0-9@＠$\#＃])
    (?P<url>(?i:https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::[0-9]+)?
        (?:/(?:(?:{_PATH_CHARACTER}|{_BALANCED})*(?:{_PATH_END}|{_BALANCED}))?)?
        (?:\?{_QUERY_CHARACTER}*{_QUERY_END})?)
    | (?<![=/\w]) (?P<user>@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*+) (?P<at>@\w+(?:[.-]+\w+)*+)?+ (?![@＠]|://)
    | (?<![/)\w]) (?P<tag>[\#＃][\w·・‧]+)
    """,
    regex.VERBOSE,
)
# Mastodon takes a host for a URL only with a top-level domain: not "localhost", not an address of numbers.
_NAMED_HOST = regex.compile(r"(?:.+\.)(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]+)", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a post is made of. An empty part leaves no gap."""

    fact: str  #: When, where, what changed. Never cut.
    lead: str = ""  #: May be cut at a word, or left out.
    link: str = ""  #: Never cut.
    hashtags: tuple[str, ...] = ()  #: With or without "#"; dropped from the end.
    also: str = ""  #: What a lesser message had to say; whole, or left out when nothing else can give way.


def graphemes(text: str) -> int:
    """How many characters a reader sees (extended grapheme clusters, UAX #29)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def mastodon_length(text: str, *, characters_per_url: int | None, spoiler_text: str = "") -> int:
    """The length of a post as Mastodon counts it, in graphemes of content warning and text.

    Each http(s) URL of the text counts `characters_per_url` however long it is
    (None: its own length), `@user@host` counts as `@user`. A URL on a host
    without a top-level domain counts the longer of the two, because servers
    differ on whether it is a URL at all.
    https://docs.joinmastodon.org/user/posting/#text
    """

    def countable(found: regex.Match[str]) -> str:
        if found["url"] and characters_per_url is not None:
            return "x" * _url_length(found["url"], found["host"], characters_per_url)
        return str(found["user"] or found[0])

    return graphemes(spoiler_text.strip() + _ENTITY.sub(countable, text))


def _url_length(url: str, host: str, reserved: int) -> int:
    return reserved if _NAMED_HOST.fullmatch(host) else max(reserved, graphemes(url))


def fit(parts: Parts, limit: int | None, count: Count) -> str:
    """The post: lead, fact, link and hashtags, at most `limit` long by `count` (`fitted`)."""
    return laid_out_text(fitted(parts, limit, count))


def fitted(parts: Parts, limit: int | None, count: Count) -> Parts:
    """The parts as the post shows them, together at most `limit` long by `count`.

    Lead, fact and link stand apart by a blank line, the hashtags on the last
    line. What is too long loses its hashtags from the end, then words of the
    lead (which then ends in "…"), then the whole lead, and last what it says
    for another message. `limit` None cuts nothing. Raises `ComposeError` when even fact and link are too long, or
    when there is nothing to say.
    """
    try:
        return _fitted(_tidy(parts), limit, count)
    except ComposeError:
        if not parts.also.strip():
            raise
        return _fitted(_tidy(replace(parts, also="")), limit, count)


def _fitted(whole: Parts, limit: int | None, count: Count) -> Parts:
    if not (text := laid_out_text(whole)):
        raise ComposeError("a post has neither lead, fact nor link; give its template words")
    if limit is None or count(text) <= limit:
        return whole
    for kept in reversed(range(len(whole.hashtags))):
        fewer = replace(whole, hashtags=whole.hashtags[:kept])
        if count(laid_out_text(fewer)) <= limit:
            return fewer
    return _with_shorter_lead(replace(whole, hashtags=()), limit, count)


def _with_shorter_lead(parts: Parts, limit: int, count: Count) -> Parts:
    def post(end: int) -> Parts:
        return replace(parts, lead=_cut(parts.lead, end))

    ends = _places_to_cut(parts.lead)
    if fitting := bisect_right(ends, limit, key=lambda end: count(laid_out_text(post(end)))):
        return post(ends[fitting - 1])
    without = replace(parts, lead="")
    if not (text := laid_out_text(without)):
        raise ComposeError(f"the lead has no word that fits the limit of {limit}; shorten it or add a fact")
    if (over := count(text) - limit) > 0:
        raise ComposeError(
            f"fact and link are {over} characters over the limit of {limit} and may not be cut; shorten the fact"
        )
    return without


def _tidy(parts: Parts) -> Parts:
    tags = _hashtags(parts.hashtags)
    return Parts(parts.fact.strip(), parts.lead.strip(), parts.link.strip(), tags, parts.also.strip())


def _hashtags(given: Sequence[str]) -> tuple[str, ...]:
    words = (_one_word(tag.lstrip("# \t")) for tag in given)
    return tuple(f"#{word}" for word in words if word)


def _one_word(tag: str) -> str:
    """Several words become one, each capitalised: screen readers then read them apart."""
    words = tag.split()
    return words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)


def laid_out_text(parts: Parts) -> str:
    """The post's text."""
    return "".join(text for text, _ in laid_out(parts))


def laid_out(parts: Parts) -> list[tuple[str, Part]]:
    """The post piece by piece, each with what it is; put together they are its text."""
    pieces: list[tuple[str, Part]] = []
    blocks: tuple[tuple[str, Part, str], ...] = (
        (parts.lead, "words", "\n\n"),
        (parts.fact, "words", "\n\n"),
        (parts.also, "words", "\n\n"),
        (parts.link, "link", "\n\n"),
        *((tag, "tag", " " if index else "\n" if parts.link else "\n\n") for index, tag in enumerate(parts.hashtags)),
    )
    for text, part, before in blocks:
        if text:
            pieces += [(before, "words")] if pieces else []
            pieces.append((text, part))
    return pieces


def _places_to_cut(lead: str) -> list[int]:
    """Where words end, but for the last; never inside a grapheme, URL, mention or hashtag."""
    whole = {found.end() for found in _GRAPHEME.finditer(lead)}
    inside = {place for start, end in _entities(lead) for place in range(start + 1, end)}
    ends = [found.end() for found in _WORD.finditer(lead)][:-1]
    return [end for end in ends if end in whole and end not in inside]


def _cut(lead: str, end: int) -> str:
    words = _trimmed(lead, end)
    return words + ELLIPSIS if words else ""


def _trimmed(lead: str, end: int) -> str:
    """`lead` up to `end` without a comma or dash left dangling before the "…"."""
    floor = max((stop for _, stop in _entities(lead[:end])), default=0)
    clusters = _GRAPHEME.findall(lead, floor, end)
    while clusters and (clusters[-1].isspace() or clusters[-1] in _DANGLING):
        clusters.pop()
    return lead[:floor] + "".join(clusters)


def _entities(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in entities(text)]


def entities(text: str) -> Iterator[regex.Match[str]]:
    """The URLs, mentions and hashtags that stand in a text of words."""
    return iter(_ENTITY.finditer(text))
