"""Pictures and files that go with a feed entry (Media RSS, https://www.rssboard.org/media-rss; RFC 4287 §4.2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from announcer.errors import ComposeError
from announcer.feeds.text import one_line, plain, web_address


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file at an address. Raises `ComposeError` for an address that isn't absolute."""

    url: str
    media_type: str
    size: int  #: Bytes.
    width: int = 0  #: Pixels; 0 for what is no picture.
    height: int = 0
    alt: str = ""  #: What a picture shows.
    credit: str = ""
    title: str = ""  #: Of a file.

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "url", web_address(self.url))
        except ValueError as error:
            raise ComposeError(f"the address {self.url!r} of a picture or file {error}") from error
        for name in ("media_type", "credit", "title", "alt"):
            object.__setattr__(self, name, plain(one_line(getattr(self, name))))

    @property
    def is_picture(self) -> bool:
        """Whether it is shown rather than saved."""
        return self.media_type.startswith("image/")

    @property
    def medium(self) -> str:
        """Its kind in the words of Media RSS."""
        kind = self.media_type.partition("/")[0]
        return kind if kind in {"image", "audio", "video"} else "document"


def media_of(said: Mapping[str, Any]) -> tuple[Media, ...]:
    """What the stored payload of an entry shows, pictures first."""
    fields = Media.__dataclass_fields__
    every = [*said.get("pictures", ()), *said.get("attachments", ())]
    return tuple(Media(**{key: value for key, value in one.items() if key in fields}) for one in every if "url" in one)
