"""The desk's navigation: what stands in it, in which order, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass

from announcer.model.accounts import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    path: str
    word: str  #: Key of its label.
    icon: str  #: Name of a symbol in icons.svg.
    role: Role = Role.AUTHOR
    also: tuple[str, ...] = ()  #: Further beginnings of paths that belong to it.

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this entry."""
        return any(
            path == one or path.startswith(one.rstrip("/") + "/") for one in (self.path, *self.also) if one != "/"
        ) or (path == self.path)


MENU: tuple[Entry, ...] = (
    Entry("/", "today", "today"),
    Entry("/new", "new", "new", also=("/announcements",)),
    Entry("/campaigns", "campaigns", "event", also=("/messages",)),
    Entry("/approve", "approve_menu", "approve", also=("/requests",)),
    Entry("/newsletter", "newsletter", "mail"),
    Entry("/channels", "channels", "channel", also=("/stops",)),
    Entry("/log", "log", "log"),
    Entry("/users", "users", "people", Role.ADMIN),
    Entry("/tokens", "tokens", "key", Role.ADMIN),
    Entry("/settings", "settings", "settings", Role.ADMIN),
)
