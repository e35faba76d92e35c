"""How figures are compared and shown: a ratio against a named baseline, and whether a bar holds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    repeats: int = 3
    recipients: int = 50_000
    million: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit of the design; `at_least` turns it round."""

    name: str
    limit: float
    unit: str
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Say how `value` compares, and whether the bar holds."""
        good = value >= self.limit if self.at_least else value <= self.limit
        sign = "≥" if self.at_least else "≤"
        verdict = "held" if good else "NOT HELD"
        print(
            f"  bar: {self.name} {sign} {self.limit:g} {self.unit}, here {value:.3g} {self.unit}: {verdict}", flush=True
        )
        return good


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median, and between which values the others lie: how far the figure can be trusted."""
    middle = f"{statistics.median(values):,.{digits}f}"
    return f"{middle} (of {len(values)}: {min(values):,.{digits}f} to {max(values):,.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of them don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
