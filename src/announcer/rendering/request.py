"""What is asked of the renderer: one message, its facts, one channel kind and one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from announcer.model.campaign import Kind
from announcer.model.facts import Announcement, Event, Session

ChannelKind = Literal["feed", "social", "mail"]


@dataclass(frozen=True, slots=True)
class Notice:
    """How a change is put into words, in the request's language.

    `prefix` ("VERLEGT", with or without colon) opens every title; `sentence`
    stands on top of every text; `headline`, if given, replaces the message's
    own headline.
    """

    prefix: str
    headline: str = ""
    sentence: str = ""
    brief: str = ""  #: The sentence of a post, if it needs a shorter one.


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses on the public site; an empty one is left out."""

    announcement_url: str = ""
    event_url: str = ""
    calendar_url: str = ""
    feed_url: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One announcement in an issue of a digest."""

    announcement: Announcement
    event: Event | None = None
    links: Links = Links()


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue of a digest; the most important item first."""

    title: str
    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One message to be put into words.

    `session` is the programme item it speaks of and `merged` the parallel ones
    it speaks of as well. `when` is the moment it will be read (`due_at`); it
    decides only what may be called "heute". `words` is a person's own text in
    Markdown, for recaps, thanks and documentation. `late` asks for words that
    are true whenever they are read, however long after that moment. `template` is the name of
    the template that speaks instead of the kind's own. `embargo` is the end of
    an embargo that is still ahead when this is read: the text says so on top
    (`also` are lesser messages of the same moment, each said in one line more)
    and links to no page of ours, since none is open yet. `edition` is for an
    issue of a digest, which speaks of several announcements instead of one.
    """

    kind: Kind
    channel_kind: ChannelKind
    language: str
    announcement: Announcement | None = None
    event: Event | None = None
    session: Session | None = None
    merged: tuple[Session, ...] = ()
    when: datetime | None = None
    notice: Notice | None = None
    words: str = ""
    channel: str = ""  #: The channel's name: `reminder@bluesky` speaks there instead of `reminder`.
    links: Links = Links()
    template: str = ""
    embargo: datetime | None = None
    also: tuple[Request, ...] = ()
    edition: Edition | None = None
    late: bool = False
