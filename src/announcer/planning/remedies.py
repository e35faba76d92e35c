"""How what has left gets put right, by what each way out can do and what a person wished."""

from __future__ import annotations

from collections.abc import Mapping

from announcer.errors import PlanningError
from announcer.model.changes import Change, Remedy, Withdraw
from announcer.model.content import Abilities
from announcer.planning.notices import kind_of

#: What may be wished for posts, by whether the announcement is withdrawn; "" leaves it to each network.
WISHES = ("edit", "reply", "repost")
WISHES_FOR_WITHDRAWAL = ("delete", "keep")
#: Under this name a wish counts for every channel that has none of its own.
EVERY = ""


def is_silent(change: Change) -> bool:
    """Whether a change is only mended where it stands, and told nobody."""
    return kind_of(change) is None and not isinstance(change, Withdraw)


def check_wishes(change: Change, wishes: Mapping[str, str], exits: Mapping[str, tuple[str, Abilities]]) -> None:
    """Raise `PlanningError` for a wish that is none, or that the channel it names can't fulfil.

    `exits` has each channel's kind and abilities by its name. A wish for every
    channel is no promise: where it can't be fulfilled, the default counts.
    """
    possible = WISHES_FOR_WITHDRAWAL if isinstance(change, Withdraw) else WISHES
    for channel, wish in wishes.items():
        if wish not in possible:
            raise PlanningError(f"posts can't be put right by {wish!r} here; choose {', '.join(possible)}")
        if channel == EVERY:
            continue
        if channel not in exits or exits[channel][0] != "social":
            known = ", ".join(name for name, (kind, _) in exits.items() if kind == "social") or "none"
            raise PlanningError(f"there is no channel for posts called {channel!r}; known: {known}")
        if not _can(wish, exits[channel][1]):
            raise PlanningError(
                f"the channel {channel!r} can't {wish} a post; leave it to the network or choose another"
            )


def _can(wish: str, can: Abilities) -> bool:
    return {"edit": can.edit, "reply": can.thread, "repost": can.delete, "delete": can.delete}.get(wish, True)


def remedy(kind: str, can: Abilities, change: Change, wish: str = "", *, answered: bool = False) -> Remedy:
    """What is done about something wrong that has left by a way out of this kind.

    Without a wish: edited where the network can, else answered, else a task
    for a person. Deleted and posted anew only by wish. Under a post that has
    `answered` corrections already the next one is an answer too, so that the
    last word stands last. Of a withdrawn announcement posts are deleted,
    unless a person wishes to keep them as the notice.
    """
    silent = is_silent(change)
    match kind:
        case "mail":
            return Remedy.LEAVE if silent or isinstance(change, Withdraw) else Remedy.MAIL
        case "feed":
            return Remedy.NOTICE if isinstance(change, Withdraw) else Remedy.EDIT
    if isinstance(change, Withdraw):
        if can.delete and wish != "keep":
            return Remedy.DELETE
        return _in_place(can, answered=False)
    if wish == "repost" and can.delete:
        return Remedy.REPOST
    if wish == "reply" and can.thread:
        return Remedy.REPLY
    if silent:
        return Remedy.EDIT if can.edit else Remedy.LEAVE
    return _in_place(can, answered=answered and wish != "edit")


def _in_place(can: Abilities, *, answered: bool) -> Remedy:
    if can.edit and not (answered and can.thread):
        return Remedy.EDIT
    return Remedy.REPLY if can.thread else Remedy.HAND
