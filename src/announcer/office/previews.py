"""What a message will look like on its network: from the stored content, counted as the network counts. Reads only."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from announcer.channels import matrix, telegram
from announcer.channels.bluesky_text import length as bluesky_length
from announcer.errors import AnnouncerError
from announcer.model.campaign import Message
from announcer.model.content import Limits, Payload, part_of, parts_of
from announcer.newsletter import slots
from announcer.office import campaigns
from announcer.office.campaigns import Preview
from announcer.office.house import House
from announcer.rendering.fitting import entities, graphemes, mastodon_length
from announcer.store import campaign as store
from announcer.store import contents

Network = Literal["mastodon", "bluesky", "matrix", "telegram", "webhook", "apprise", "byhand", "feed", "mail"]
#: Whose mail is shown: a name, so that the greeting looks as most get it.
_SAMPLE = "Alex Muster"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a post's text; `leads_to` is where a link leads, empty for everything else."""

    text: str
    mark: Literal["", "link", "tag", "mention"] = ""
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class PostLook:
    """One post, as its network shows it."""

    pieces: tuple[Piece, ...]
    used: int  #: Of the limit, as the network counts.
    limit: int | None
    spoiler: str = ""
    pictures: tuple[Mapping[str, Any], ...] = ()
    card: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        """The text to be copied."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> int | None:
        """How many characters are left; None where there is no limit."""
        return None if self.limit is None else self.limit - self.used


@dataclass(frozen=True, slots=True)
class MailLook:
    """A mail as its reader gets it, with a made-up name and links that lead nowhere."""

    subject: str
    preheader: str
    text: str
    html: str
    kilobytes: int


@dataclass(frozen=True, slots=True)
class FeedLook:
    """An entry as a feed reader shows it."""

    title: str
    summary: str
    html: str
    link: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One content of a message, ready to be looked at."""

    message: Message
    language: str
    network: Network
    payload: Payload = field(default_factory=dict)  #: What is stored, or would be.
    posts: tuple[PostLook, ...] = ()  #: More than one where it is a thread.
    mail: MailLook | None = None
    feed: FeedLook | None = None
    problem: str = ""  #: Why it can't be said, or what of it found no room.
    late: bool = False  #: What leaves in its place if it is late.


def looks(house: House, message: Message, now: datetime) -> list[Look]:
    """Every content of a message: what is stored, else as it would be worded now."""
    with house.database.read() as connection:
        stored = contents.covered(connection, message.id)
    if stored:
        found = [Preview(message, one.language, one.payload, late=bool(one.variant)) for one in stored]
    else:
        found = campaigns.preview(house, store.campaign_of(message), now, {message.id})
    return [look(house, one, now) for one in found]


def look(house: House, preview: Preview, now: datetime) -> Look:
    """One preview as its network shows it."""
    channel = preview.message.planned.channel
    network = network_of(house, channel)
    made = Look(preview.message, preview.language, network, preview.payload, problem=preview.problem, late=preview.late)
    payload = preview.payload
    if not payload:
        return made
    if "subject" in payload:
        return replace(made, mail=_mail(house, payload, preview))
    if network == "feed":
        return replace(made, feed=_feed(payload))
    limits = known_limits(house, channel, now)
    parts = [part_of(payload, number) for number in range(parts_of(payload))]
    return replace(made, posts=tuple(_post(network, part, limits) for part in parts))


def network_of(house: House, channel: str) -> Network:
    """What a channel's account is on."""
    settings = house.settings.channels.get(channel)
    if settings is not None:
        return settings.kind
    return "mail" if channel in house.exits and house.exits[channel].kind == "mail" else "feed"


def known_limits(house: House, channel: str, now: datetime) -> Limits:
    """A channel's limits; unknown ones where the network can't be asked and never was."""
    try:
        return house.limits(channel, now)
    except AnnouncerError:
        return Limits()


def used(network: Network, payload: Payload, limits: Limits) -> int:
    """How much of its limit a post takes, as its network counts."""
    text = text_of(payload)
    match network:
        case "mastodon":
            spoiler = str(payload.get("spoiler_text") or "")
            return mastodon_length(text, characters_per_url=limits.characters_per_url, spoiler_text=spoiler)
        case "bluesky":
            return bluesky_length(text)
        case "telegram":
            return telegram.utf16_units(text)
        case "matrix":
            return matrix.size(text)
        case "apprise":
            return max(len(text), graphemes(text))
    return graphemes(text)


def text_of(payload: Payload) -> str:
    """The text of a post, whatever its network calls it."""
    return str(payload.get("status") or payload.get("text") or "")


def _post(network: Network, payload: Payload, limits: Limits) -> PostLook:
    pictures = tuple(payload.get("pictures") or ())
    limit = telegram.LONGEST_CAPTION if network == "telegram" and pictures else limits.max_characters
    return PostLook(
        pieces=tuple(_by_facets(payload) if "facets" in payload else _found(text_of(payload))),
        used=used(network, payload, limits),
        limit=limit,
        spoiler=str(payload.get("spoiler_text") or ""),
        pictures=pictures,
        card=payload.get("card") or None,
    )


def _by_facets(payload: Payload) -> list[Piece]:
    """The pieces that the post's own facets mark; they count in bytes."""
    raw, pieces, position = str(payload["text"]).encode(), [], 0
    for facet in sorted(payload["facets"], key=lambda one: int(one["index"]["byteStart"])):
        start, end = int(facet["index"]["byteStart"]), int(facet["index"]["byteEnd"])
        feature = facet["features"][0]
        kind = str(feature["$type"]).rpartition("#")[2]
        if start > position:
            pieces.append(Piece(raw[position:start].decode()))
        said = raw[start:end].decode()
        pieces.append(Piece(said, "link", str(feature["uri"])) if kind == "link" else _marked(said, kind))
        position = end
    return [*pieces, Piece(raw[position:].decode())] if position < len(raw) else pieces


def _marked(said: str, kind: str) -> Piece:
    return Piece(said, "tag") if kind == "tag" else Piece(said, "mention")


def _found(text: str) -> list[Piece]:
    """The pieces that the network itself will find in the text."""
    pieces, position = [], 0
    for one in entities(text):
        if one.start() > position:
            pieces.append(Piece(text[position : one.start()]))
        if one["url"]:
            pieces.append(Piece(one[0], "link", one["url"]))
        else:
            pieces.append(_marked(one[0], "tag" if one["tag"] else "mention"))
        position = one.end()
    return [*pieces, Piece(text[position:])] if position < len(text) else pieces


def _feed(payload: Payload) -> FeedLook:
    return FeedLook(
        str(payload["title"]), str(payload["summary"]), str(payload["html"]), str(payload["link"]),
        tuple(payload.get("categories") or ()),
    )  # fmt: skip


def _mail(house: House, payload: Payload, preview: Preview) -> MailLook:
    values = _sample_values(house, preview)
    return MailLook(
        subject=slots.filled(str(payload["subject"]), values),
        preheader=slots.filled(str(payload.get("preheader") or ""), values),
        text=slots.filled(str(payload["text"]), values),
        html=slots.filled(str(payload["html"]), values, html.escape),
        kilobytes=max(1, len(str(payload["html"]).encode()) // 1000),
    )


def _sample_values(house: House, preview: Preview) -> Mapping[str, str]:
    lists = house.settings.lists
    press = preview.message.planned.audience.value == "press"
    titles = [one.title for one in lists.values() if one.press == press] or ["Newsletter"]
    return {
        "greeting": slots.greeting(_SAMPLE, preview.language),
        "reason": slots.reason(titles[0], preview.language),
        **{f"{purpose}_url": "#" for purpose in slots.PURPOSES},
    }
