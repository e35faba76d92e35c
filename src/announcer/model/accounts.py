"""Who may work at the press desk: accounts, roles, and what a signed-in browser stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from announcer.model.people import Actor


class Role(StrEnum):
    """What an account may do. Every account is an author; the others are given beside it."""

    AUTHOR = "author"  #: Writes, proposes, pauses.
    APPROVER = "approver"  #: Approves what leaves.
    ADMIN = "admin"  #: Users, tokens, settings.


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in. `name` is the actor's name, and that of [people] in config.toml if it stands there."""

    id: int
    name: str
    shown: str
    roles: frozenset[Role]
    language: str
    active: bool
    created_at: datetime
    seen_at: datetime | None = None
    ready: bool = False  #: Password and second factor are set.

    @property
    def actor(self) -> Actor:
        """Under whose name the log keeps what this account does."""
        return Actor(self.name)

    def has(self, role: Role) -> bool:
        """Whether the account may do what this role may."""
        return role is Role.AUTHOR or role in self.roles


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: the first start's (`account` is None), or an invitation to set password and second factor."""

    token_hash: str
    account: Account | None
    expires_at: datetime
