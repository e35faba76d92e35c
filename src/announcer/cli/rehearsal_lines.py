"""A rehearsal as lines of JSON, each as it happens: for the desk, which tells it as a story."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from announcer.planning.changes import apply, in_words
from announcer.rehearsal.run import Source, Told
from announcer.rehearsal.story import Happening, Words
from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post, PostDelete, PostEdit


class Lines:
    """Writes one line for each thing that happens. Its methods are called from several threads."""

    def __init__(self, source: Source, language: str) -> None:
        self._facts = source.facts
        self._language = language
        self._lock = threading.Lock()
        self._mails: Counter[tuple[str, str, bool]] = Counter()
        self._moment: datetime | None = None

    def began(self, title: str) -> None:
        """A course of events begins."""
        self._write({"type": "course", "title": title})

    def arrived(self, arrival: Arrival) -> None:
        """Something came out of the house; mails of one moment and subject are counted, not listed."""
        with self._lock:
            if self._moment != arrival.at:
                self._write_mails()
                self._moment = arrival.at
            if isinstance(arrival, Mail):
                letter = arrival.letter
                self._mails[(letter.subject, letter.text, bool(letter.answers))] += 1
            else:
                self._write({"type": "arrival", "at": arrival.at.isoformat(), **_shape(arrival)})

    def happened(self, happening: Happening) -> None:
        """The facts changed, or somebody handed in a text."""
        with self._lock:
            self._write_mails()
            if isinstance(happening.what, Words):
                said = {"verb": "words", "sentence": happening.what.text}
            else:
                after = apply(happening.what, self._facts, happening.at)
                words = in_words(happening.what, self._facts, after, self._language)
                said = {"verb": type(happening.what).__name__, "sentence": words.sentence or words.headline}
                self._facts = after
            self._write({"type": "happening", "at": happening.at.isoformat(), "reason": happening.reason, **said})

    def ended(self, told: Sequence[Told]) -> None:
        """All was played; what of it went wrong."""
        with self._lock:
            self._write_mails()
            problems = [problem for one in told for problem in one.tally.problems]
            self._write({"type": "ended", "problems": [str(one) for one in problems]})

    def _write_mails(self) -> None:
        for (subject, text, answers), number in self._mails.items():
            at = self._moment.isoformat() if self._moment else ""
            said = {"kind": "mail", "title": subject, "text": text, "number": number, "corrects": answers}
            self._write({"type": "arrival", "at": at, **said})
        self._mails.clear()

    def _write(self, line: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _shape(arrival: Arrival) -> dict[str, Any]:
    match arrival:
        case Post():
            return {"kind": "post", "text": arrival.text, "corrects": arrival.in_reply_to is not None}
        case PostEdit():
            return {"kind": "edit", "text": arrival.after, "before": arrival.before, "corrects": True}
        case PostDelete():
            return {"kind": "delete", "text": arrival.text, "corrects": True}
        case FeedItem():
            text, before = arrival.text, arrival.before
            changed = {"before": before.summary} if before is not None else {}
            return {
                "kind": "feed",
                "title": text.title,
                "text": text.summary,
                "corrects": before is not None,
                **changed,
            }
    return {"kind": "other", "text": ""}
