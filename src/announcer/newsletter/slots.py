"""The slots of a newsletter: the places where one recipient's mail differs from another's.

They stand in a payload as `⟦name⟧` and are fields with a fallback, never
conditions: approval covers the text around them, and no recipient can get a
sentence that nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from announcer.errors import ComposeError
from announcer.newsletter import tokens
from announcer.newsletter.rounds import Letter

_SLOT = re.compile("⟦([^⟦⟧]*)⟧")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_TIDY: Mapping[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " "),
    **dict.fromkeys(map(ord, _BIDI)),
}
_LOOKS_LIKE_A_LINK = re.compile(r"://|\bwww\.|@", re.IGNORECASE)


#: The slots whose value is words.
WORDS = ("greeting", "reason")
#: What links are for; each has a slot `<purpose>_url`.
PURPOSES: tuple[tokens.Purpose, ...] = ("unsubscribe", "preferences", "view")
#: Every slot a payload may have.
NAMES = (*WORDS, *(f"{purpose}_url" for purpose in PURPOSES))


@dataclass(frozen=True, slots=True)
class Links:
    """Where a mail's links lead, from `site.url`, and what the lists are called.

    A link is its base with a token of the same purpose behind it: GET on
    `unsubscribe` shows a button and POST leaves the list (RFC 8058 §3.2),
    `preferences` is where one chooses lists and language, `view` the same
    mail as a page.
    """

    site: str  #: The public site's address without a slash at its end.
    titles: Mapping[str, str] = field(default_factory=dict)  #: List id → title.

    def base(self, purpose: tokens.Purpose, content_id: int) -> str:
        """The link but for its token: /u/, /p/ or /v/ID/, the paths of the public site."""
        return f"{self.site}/v/{content_id}/" if purpose == "view" else f"{self.site}/{purpose[0]}/"

    def title(self, list_id: str) -> str:
        """What the list is called; its id if nobody gave it a title."""
        return self.titles.get(list_id) or list_id


def parts(text: str) -> list[str]:
    """`text` split at its slots: fixed text at even places, slot names at odd ones.

    Raises `ComposeError` naming a slot that doesn't exist or a stray bracket.
    """
    pieces = _SLOT.split(text)
    for name in pieces[1::2]:
        if name not in NAMES:
            raise ComposeError(f"the mail has the slot ⟦{name}⟧, which does not exist; use one of {', '.join(NAMES)}")
    for fixed in pieces[::2]:
        if bracket := next((sign for sign in fixed if sign in "⟦⟧"), ""):
            raise ComposeError(f"the mail has a single {bracket}; write a slot like ⟦greeting⟧ or remove the bracket")
    return pieces


def filled(text: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """`text` with `values` in its slots, each written as `encode` does. Raises `ComposeError` like `parts`."""
    return "".join(encode(values[piece]) if place % 2 else piece for place, piece in enumerate(parts(text)))


def shared(letter: Letter, links: Links) -> dict[str, str]:
    """The values that all letters of one content, list and language have in common."""
    title = links.title(letter.list_id)
    bases = {f"{purpose}_base": links.base(purpose, letter.content_id) for purpose in PURPOSES}
    return bases | {
        "list_title": title,
        "list_id": letter.list_id,
        "language": letter.language,
        "reason": reason(title, letter.language),
    }


def personal(letter: Letter, key: bytes, date: str) -> dict[str, str]:
    """The values of one letter. `key` signs its tokens; `date` is its Date header."""
    name = clean_name(letter.name)
    codes = tokens.make_all(key, letter.subscriber_id, letter.list_id)
    return {
        "date": date,
        "name": name,
        "address": letter.address,
        "key": letter.key,
        "corrects": letter.corrects_key or "",
        "greeting": greeting(name, letter.language),
        "unsubscribe_token": codes["unsubscribe"],
        "preferences_token": codes["preferences"],
        "view_token": codes["view"],
    }


def clean_name(name: str) -> str:
    """A name fit to be read out: one line, no direction tricks.

    Empty if it looks like a link or an address: whoever enters somebody
    else's mail address must not be able to put an advertisement in front.
    """
    if _LOOKS_LIKE_A_LINK.search(name):
        return ""
    return " ".join((name if name.isascii() and name.isprintable() else name.translate(_TIDY)).split())


def greeting(name: str, language: str) -> str:
    """ "Guten Tag Alex Muster,", or "Guten Tag," for somebody whose (clean) name is empty.

    With its comma: the templates go on in the next line.
    """
    opening = "Guten Tag" if _is_german(language) else "Hello"
    return f"{opening} {name}," if name else f"{opening},"


def reason(title: str, language: str) -> str:
    """Why the recipient gets this mail, for its foot."""
    if _is_german(language):
        return f"Sie erhalten diese E-Mail, weil Sie „{title}“ abonniert haben."
    return f"You receive this email because you subscribed to “{title}”."


def _is_german(language: str) -> bool:
    return language[:2].lower() == "de"
