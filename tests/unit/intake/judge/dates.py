"""The date grammar against the corpus of phrases: what is right, half right, missed, wrong, or wrong in silence."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from announcer.intake.dates import Mention, Precision, Sure, find_dates

FOLDER = Path(__file__).parents[3] / "corpus" / "dates"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One entry of the corpus, or one mention that belongs to none."""

    text: str
    said: str
    verdict: str  #: right, half, missed, wrong, silent, extra
    found: str = ""


def moment(day: date | None, clock: time | None, months: bool = False) -> str:
    """As the corpus writes it."""
    if day is None:
        return "" if clock is None else f"T{clock:%H:%M}"
    if months:
        return f"{day:%Y-%m}"
    return day.isoformat() if clock is None else f"{day}T{clock:%H:%M}"


def start_of(found: Mention) -> str:
    """The start of a mention."""
    return moment(
        found.first, found.begins or (found.ends if found.until else None), found.precision is Precision.MONTH
    )


def end_of(found: Mention) -> str:
    """Its end, if it says one."""
    months = found.precision is Precision.MONTH
    if found.ends is not None:
        last = found.last
        if last is not None and found.begins is not None and found.first == last and found.ends <= found.begins:
            last += timedelta(days=1)
        return moment(last, found.ends)
    end = moment(found.last, None, months)
    return end if end and end != moment(found.first, None, months) else ""


def starts(found: Mention) -> set[str]:
    """All starts it may mean."""
    months = found.precision is Precision.MONTH
    days = [first for first, _ in found.alternatives] + ([found.first] if found.first else [])
    clocks = [found.begins, *found.other_times]
    alone = set() if found.dated else {moment(None, clock) for clock in clocks if clock}
    return {moment(day, clock, months) for day in days for clock in clocks} | alone


def judge(text: str, release: date, language: str, expected: list[dict[str, Any]]) -> list[Verdict]:
    """Each expected entry and each mention that is none."""
    found = list(find_dates(text, release=release, english=language == "en"))
    verdicts, at = [], 0
    for entry in expected:
        begin = text.index(entry["said"], at)
        at = begin + 1
        end = begin + len(entry["said"])
        match = next((m for m in found if m.start < end and begin < m.end), None)
        if match is not None:
            found.remove(match)
        verdicts.append(_entry(text, entry, match))
    verdicts += [Verdict(text, m.text, "extra" if m.dated else "extra time", _said(m)) for m in found]
    return verdicts


def _said(found: Mention) -> str:
    return f"{start_of(found)}/{end_of(found)} {found.sure.value} {sorted(starts(found)) if found.alternatives else ''}"


def _entry(text: str, entry: dict[str, Any], found: Mention | None) -> Verdict:
    said = entry["said"]
    if found is None:
        silent = "every" in entry or entry["precision"] == "month"
        return Verdict(text, said, "right" if silent else "missed")
    wanted = f"{entry.get('start', '')}/{entry.get('end', '')} {entry['certainty']} {entry.get('alternatives', '')}"
    shown = f"{_said(found)} <> {wanted}"
    if "every" in entry:
        return Verdict(text, said, "silent" if found.dated else "right", shown)
    if entry["certainty"] == "ambiguous":
        right = found.sure is Sure.AMBIGUOUS and bool(starts(found) & {entry["start"], *entry.get("alternatives", [])})
        if right:
            return Verdict(text, said, "right", shown)
        return Verdict(text, said, "silent" if found.sure is Sure.STATED else "wrong", shown)
    value = _values(found) & _expected(entry)
    if not value:
        return Verdict(text, said, "silent" if found.sure is Sure.STATED else "wrong", shown)
    return Verdict(text, said, "right" if found.sure.value == entry["certainty"] else "half", shown)


def _values(found: Mention) -> set[tuple[str, str]]:
    return {(start_of(found), end_of(found))}


def _expected(entry: dict[str, Any]) -> set[tuple[str, str]]:
    start, end = entry.get("start", ""), entry.get("end", "")
    values = {(start, end)}
    if "daily" in entry:
        hours = entry["daily"]
        values |= {(f"{start}T{hours[0]}", f"{end}T{hours[-1]}"), (f"{start}T{hours[0]}", end)}
    return values


def run() -> tuple[Counter[str], list[Verdict]]:
    """All phrases."""
    verdicts = []
    for line in (FOLDER / "phrases.tsv").read_text(encoding="utf-8").splitlines():
        text, release, language, expected = line.split("\t")
        verdicts += judge(text, datetime.fromisoformat(release).date(), language, json.loads(expected))
    return Counter(v.verdict for v in verdicts), verdicts


def false_dates() -> list[tuple[str, str]]:
    """What is found where there is no date."""
    wrong = []
    for line in (FOLDER / "non_dates.tsv").read_text(encoding="utf-8").splitlines():
        text, language, _ = line.split("\t")
        wrong += [(text, m.text) for m in find_dates(text, release=date(2026, 9, 1), english=language == "en")]
    return wrong


if __name__ == "__main__":
    counts, verdicts = run()
    for verdict in verdicts:
        if verdict.verdict != "right":
            print(f"{verdict.verdict:10} [{verdict.said}]  {verdict.found}\n           {verdict.text}")
    for text, said in false_dates():
        print(f"NO DATE    [{said}]  {text}")
    print(counts)
