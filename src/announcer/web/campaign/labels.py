"""Which messages are called by name in the timeline, and where their names have room. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from announcer.model.campaign import Occurrence, Planned, Subject
from announcer.planning.lanes import Look, Timeline
from announcer.web.campaign.scale import Scale

_LEVELS = 3
_PER_CHARACTER = 6.3
_GAP = 14.0
_LINE = 15.0
_NEAR = 60.0
_FARTHEST = 40.0  # a name that would stand farther from its place than this is left out


@dataclass(frozen=True, slots=True)
class Label:
    """The name of what is said, at its place."""

    text: str
    place: float
    level: int = 0  #: How high above the lanes, on a wide picture.
    leftwards: bool = False  #: It ends at its place, because there is no room to the right.
    shown: float = 0.0  #: Where it stands on a tall picture, a little below its place perhaps.


def labels(
    timeline: Timeline,
    name: Callable[[Planned], str],
    scale: Scale,
    begin: float,
    end: float,
    *,
    wide: bool,
    room: float = 0.0,
) -> list[Label]:
    """One label for each thing that is said, however many channels say it; what finds no room is left out.

    Programme items are named only where a single day is looked at.
    """
    found: dict[Occurrence, tuple[float, Planned]] = {}
    for mark in timeline.marks:
        planned = mark.message.planned
        hidden = mark.look is Look.OVER or (planned.occurrence.subject is Subject.SESSION and timeline.window.days > 1)
        if not hidden and planned.occurrence not in found:
            found[planned.occurrence] = (scale(mark.at), planned)
    placed = list(_each_once([(p, name(planned)) for p, planned in sorted(found.values(), key=lambda one: one[0])]))
    return _in_levels(placed, begin, end) if wide else _in_a_column(placed, end, room)


def _each_once(placed: list[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """A name is not repeated right beside itself: two rules may say the same to different readers."""
    last: tuple[float, str] | None = None
    for place, text in placed:
        if last is None or text != last[1] or place - last[0] > _NEAR:
            yield place, text
            last = place, text


def _in_levels(placed: list[tuple[float, str]], begin: float, end: float) -> list[Label]:
    reached = [begin] * _LEVELS
    shown = []
    for place, text in placed:
        text = _cut(text, 34)
        width = _PER_CHARACTER * len(text) + _GAP
        leftwards = place + width > end
        start = place - width if leftwards else place
        level = next((number for number, last in enumerate(reached) if start >= last), None)
        if level is not None:
            reached[level] = place + 6 if leftwards else place + width
            shown.append(Label(text, place, level, leftwards))
    return shown


def _in_a_column(placed: list[tuple[float, str]], end: float, room: float) -> list[Label]:
    longest = max(6, int((room - 16) / _PER_CHARACTER))
    shown: list[Label] = []
    for place, text in placed:
        at = max(place, shown[-1].shown + _LINE) if shown else place
        if at - place <= _FARTHEST and at <= end + 8:
            shown.append(Label(_cut(text, longest), place, shown=at))
    return shown


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
