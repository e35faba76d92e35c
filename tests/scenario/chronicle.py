"""What arrived in a rehearsal as a log that a press officer could read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from announcer.rehearsal.run import Told
from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post, PostDelete, PostEdit


def chronicle(arrivals: Sequence[Arrival], told: Iterable[Told], zone: ZoneInfo) -> str:
    """Every arrival by course of events and moment; mails of one subject in one line; then what did not leave."""
    lines: list[str] = []
    for course in told:
        lines += ["", f"# {course.title}", ""]
        own = [arrival for arrival in arrivals if arrival.story == course.title]
        for moment, group in groupby(own, key=lambda arrival: arrival.at):
            lines.append(f"{moment.astimezone(zone):%a %d.%m.%Y %H:%M}")
            lines += [f"    {line}" for line in said(list(group))]
        lines += ["", "nicht hinausgegangen:"]
        lines += [
            f"    {s.rule} ({s.channel}): {s.state.value}, {', '.join(s.why)}{_waiting(s.waits_for)}"
            for s in course.tally.skipped
        ]
        lines.append(f"Zahlen: {_numbers(course)}")
    return "\n".join(lines).strip() + "\n"


def _waiting(keys: tuple[str, ...]) -> str:
    return f" (wartete auf {', '.join(keys)})" if keys else ""


def _numbers(course: Told) -> str:
    sent = course.tally.sent
    return "; ".join(
        f"{channel} " + ", ".join(f"{number} {action}" for action, number in sorted(sent[channel].items()))
        for channel in sorted(sent)
    )


def said(group: list[Arrival]) -> list[str]:
    mails: dict[str, list[Mail]] = {}
    for arrival in group:
        if isinstance(arrival, Mail):
            mails.setdefault(arrival.letter.subject, []).append(arrival)
    lines = [f"Mail an {len(found)}{_answers(found)}: {subject}" for subject, found in mails.items()]
    return sorted(lines) + sorted(_line(arrival) for arrival in group if not isinstance(arrival, Mail))


def _answers(found: list[Mail]) -> str:
    answering = sum(1 for mail in found if mail.letter.answers)
    return f" ({answering} davon als Antwort auf eine frühere)" if answering else ""


def _line(arrival: Arrival) -> str:
    match arrival:
        case Post():
            return f"Beitrag: {_one(arrival.text)}"
        case PostEdit():
            return f"Beitrag geändert: {_one(arrival.before)[:60]} → {_one(arrival.after)}"
        case PostDelete():
            return f"Beitrag gelöscht: {_one(arrival.text)}"
        case FeedItem():
            return f"Feed {'geändert' if arrival.change == 'changed' else 'neu'}: {arrival.text.title}"
        case _:
            raise AssertionError(arrival)


def _one(text: str) -> str:
    return " / ".join(line for line in text.splitlines() if line)
