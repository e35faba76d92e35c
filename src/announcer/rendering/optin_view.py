"""What the templates of the confirmation mail may name."""

from __future__ import annotations

from dataclasses import dataclass

from announcer.rendering.scene import SiteView


@dataclass(frozen=True, slots=True)
class OptInScene:
    """What templates in `subscribe/` may name; the field names are the variables. Nothing in it was typed by anybody
    but the office: whoever enters a stranger's address must not be able to write to them."""

    language: str
    site: SiteView
    lists: tuple[str, ...]  #: What was asked for, by its titles.
    known: bool  #: All of it comes already: there is nothing to confirm.
    link: str  #: Where one confirms, or where one sees and changes what comes.
    days: int  #: How long the link may be used to confirm.
