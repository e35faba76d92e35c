"""What the doctor found: how bad, about what, in which words (`cli.doctor_words` has the sentences)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How bad. The numbers are the exit codes that Checkmk, Icinga and Nagios know."""

    OK = 0
    WARN = 1
    BAD = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One point: `what` was looked at, and `key` names the sentence that says what was found."""

    level: Level
    what: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def worst(findings: Iterable[Finding]) -> Level:
    """The level of all together. What could not be found out is less than a warning, but more than nothing."""
    order = [Level.OK, Level.UNKNOWN, Level.WARN, Level.BAD]
    return max((one.level for one in findings), key=order.index, default=Level.OK)
