"""What the command line says of digests, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "digest": ("Newsletter", "Digest"),
    "list_name": ("Liste", "List"),
    "repeats": ("Erscheint", "Comes"),
    "next_issue": ("Nächste Ausgabe", "Next issue"),
    "composed_at": ("zusammengestellt {when}", "put together {when}"),
    "no_digests": (
        "Es gibt keine wiederkehrenden Newsletter; legen Sie einen an: announcer digest set NAME --list LISTE …",
        "There are no digests; set one up: announcer digest set NAME --list LIST …",
    ),
    "hours_before": ("{n} Stunden vorher zur Freigabe", "{n} hours ahead, for approval"),
    "standing": ("mit Dauerfreigabe", "with a standing approval"),
    "only_topics": ("nur Themen: {topics}", "only topics: {topics}"),
    "at_least": ("ab {n} Mitteilungen", "from {n} announcements on"),
    "removed_digest": ("Dieser Newsletter ist eingestellt.", "This digest was removed."),
    "coming_issues": ("Nächste Ausgaben", "Next issues"),
    "would_tell": ("Neu seit der letzten Ausgabe", "New since the last issue"),
    "nothing_to_tell": (
        "Seit der letzten Ausgabe gibt es nichts Neues.",
        "There is nothing new since the last issue.",
    ),
    "under_way": ("Zusammengestellt, noch nicht hinausgegangen", "Put together, not sent yet"),
    "issue_composed": ("Ausgabe {number} ist zusammengestellt.", "Issue {number} is put together."),
    "tells": ("Darin", "It tells"),
    "was_so": ("bisher", "before"),
    "digest_unchanged": ("Daran ändert sich nichts.", "Nothing about it changes."),
    "issue_falls_out": (
        "Diese Ausgabe entfällt; was darin steht, kommt mit der nächsten:",
        "This issue falls out; what it tells comes with the next:",
    ),
    "issues_waiting": (
        "Zusammengestellte Ausgaben; was sich an ihrem Text ändert, ist neu freizugeben",
        "Issues put together; what changes in their text has to be approved again",
    ),
    "ask_digest": ("So einrichten?", "Set it up like this?"),
    "digest_set": ("Der Newsletter „{name}“ ist eingerichtet.", "The digest “{name}” is set up."),
    "ask_remove_digest": (
        "Diesen Newsletter einstellen? Was zusammengestellt ist, geht nicht hinaus.",
        "Remove this digest? What is put together does not leave.",
    ),
    "digest_gone": (
        "Der Newsletter „{name}“ ist eingestellt. Mit announcer digest set {name} beginnt er wieder.",
        "The digest “{name}” is removed. With announcer digest set {name} it begins again.",
    ),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    "every": ("alle", "all"),
    "hours_ahead": ("Stunden vorher zusammengestellt", "Hours ahead"),
    "standing_approval": ("Dauerfreigabe", "Standing approval"),
    "fewest": ("Mindestens", "At least"),
}
