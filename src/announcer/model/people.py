"""Who receives mail, by what right, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    LEFT = "left"


class Basis(StrEnum):
    """By what right an address is written to."""

    DOUBLE_OPT_IN = "double_opt_in"
    IMPORTED = "imported"  #: Consent given elsewhere, as claimed by whoever imported it.
    PRESS = "press"  #: Press contact with its own legal basis.


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person per normalised address."""

    id: int
    address: str
    name: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one person chose."""

    subscriber_id: int
    list_id: str
    state: SubscriptionState
    basis: Basis
    since: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, the clock, an import."""

    name: str

    @classmethod
    def clock(cls) -> Actor:
        """The service itself, at its moment."""
        return cls("clock")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works in the office, from [people.NAME] of config.toml."""

    id: str
    name: str
    mail: str
    approves: bool = False


@dataclass(frozen=True, slots=True)
class Deputy:
    """`deputy` stands in for `person` on the days from `first` to `last`, both included. Both are ids."""

    id: int
    person: str
    deputy: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the deputy stands in on this day of the office's calendar."""
        return self.first <= day <= self.last
