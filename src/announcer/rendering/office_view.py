"""What the templates of mails to the office may name."""

from __future__ import annotations

from dataclasses import dataclass

from announcer.rendering.scene import SiteView
from announcer.rendering.view import RichText


@dataclass(frozen=True, slots=True)
class ItemView:
    """One thing a mail to the office tells of. What does not apply is empty."""

    what: str  #: "Erinnerung", "Kanal mastodon"; of a change its sentence.
    number: int = 0  #: Of the message; 0 if there is none.
    channel: str = ""
    moment: str = ""  #: In words, on the event's clock.
    until: str = ""  #: Until when it is worth sending, in words.
    says: str = ""  #: What the message says, in a line.
    waits: tuple[str, ...] = ()  #: What is missing, in words.
    why: str = ""  #: Why it was held, missed or stopped.
    reason: str = ""  #: The reason somebody gave.
    who: str = ""  #: Who did it or asked for it.
    state: str = ""  #: A key the template asks for: "failed", "unknown", "hold", "confirmed", "draft" …
    said: str = ""  #: What the network or relay said.
    amount: int = 0  #: How many mails, where several are meant.


@dataclass(frozen=True, slots=True)
class GroupView:
    """The things about one event or announcement; `title` is empty for those about none."""

    title: str
    id: str
    items: tuple[ItemView, ...]
    commands: RichText  #: What to type, as a block of Markdown.


@dataclass(frozen=True, slots=True)
class OfficeScene:
    """What templates in `office/` may name; the field names are the variables."""

    language: str
    site: SiteView
    person: str  #: The recipient's name; empty where nobody in particular reads it.
    count: int  #: How many things there are.
    first: ItemView  #: The first of them.
    when: str  #: Its moment, short: "Fr 11.09., 10 Uhr".
    groups: tuple[GroupView, ...]
    day: str  #: Today, short.
    leaving: int  #: Of the morning mail: how many messages leave today …
    lacking: int  #: … and how many of them lack something.
