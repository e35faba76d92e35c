"""What a proposed change does, for a page or the terminal, and a mark of exactly what was shown. No words here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from announcer.model.campaign import Message, Planned
from announcer.model.changes import Remedy
from announcer.model.content import Payload, digest
from announcer.office.change import Proposal
from announcer.office.correcting import Fix
from announcer.office.house import House
from announcer.planning.remedies import remedy


@dataclass(frozen=True, slots=True)
class PutRight:
    """How one thing that is out and says what is no longer true gets put right."""

    message: Message
    how: Remedy
    entry: bool = False  #: It is an entry of a feed.
    people: int | None = None  #: Of mail, how many get the notice; None: there is none for them.
    answer: str = ""  #: The first line of an answer below it.


def put_right(house: House, proposal: Proposal) -> Iterator[PutRight]:
    """Everything that is out and wrong: posts, feed entries, mails, and the issues of digests."""
    for wrong in proposal.wrong:
        for fix in wrong.fixes:
            yield _put_right(house, proposal, wrong.message, fix)
    for issue in proposal.issues.wrong:
        channel = issue.message.planned.channel
        yield _put_right(house, proposal, issue.message, Fix(remedy("mail", house.exits[channel].can, proposal.change)))


def _put_right(house: House, proposal: Proposal, message: Message, fix: Fix) -> PutRight:
    channel = message.planned.channel
    if fix.remedy is Remedy.MAIL:
        mails = [number for (_, name), number in proposal.recipients.items() if name == channel]
        return PutRight(message, Remedy.MAIL, people=sum(mails) if mails else None)
    entry = fix.remedy is Remedy.EDIT and house.exits[channel].kind == "feed"
    said = str(fix.answer.get("status") or fix.answer.get("text") or "").partition("\n")[0] if fix.answer else ""
    return PutRight(message, fix.remedy, entry=entry, answer=said)


@dataclass(frozen=True, slots=True)
class NewText:
    """What the change makes us say on one channel in one language; confirming it approves these words."""

    planned: Planned
    language: str
    payload: Payload


def new_texts(proposal: Proposal) -> Iterator[NewText]:
    """The notices of the change, channel by channel."""
    for planned in proposal.difference.appeared:
        worded = proposal.worded.get((planned.occurrence, planned.channel))
        for language, payload in worded.payloads if worded else ():
            yield NewText(planned, language, payload)


@dataclass(frozen=True, slots=True)
class Tally:
    """The change in numbers, for the sentence above everything."""

    moved: int
    dropped: int
    appeared: int
    reworded: int
    out: int  #: Already sent, and put right.
    held: int


def tally(house: House, proposal: Proposal) -> Tally:
    """ "12 messages move, 3 drop, 5 already sent will be corrected"."""
    found = proposal.difference
    moved = [one for one in found.moved if one.message.planned.due_at != one.planned.due_at]
    return Tally(
        len(moved), len(found.dropped), len(found.appeared) + len(found.stopped), len(proposal.reworded),
        sum(1 for _ in put_right(house, proposal)), len(proposal.held),
    )  # fmt: skip


def mark(proposal: Proposal) -> str:
    """What confirms exactly what was shown: another mark, and it has to be looked at again.

    The same facts, texts, moments and remedies give the same mark, whoever
    computes it and when; what was sent meanwhile gives another.
    """
    found = proposal.difference
    return digest(
        {
            "facts": proposal.before.scene.version,
            "said": [proposal.said.prefix, proposal.said.sentence],
            "states": sorted([id_, state.value] for id_, state in proposal.states.items()),
            "moved": [[one.message.id, str(one.planned.due_at), str(one.planned.not_after)] for one in found.moved],
            "dropped": [one.message.id for one in found.dropped],
            "stopped": [one.message.id for one in found.stopped],
            "appeared": sorted(f"{p.channel} {p.occurrence.rule_id} {p.occurrence.subject_id}" for p in found.appeared),
            "texts": sorted(
                f"{occurrence.rule_id} {occurrence.subject_id} {occurrence.anchor} {channel} {key} {hash_}"
                for (occurrence, channel), text in proposal.worded.items()
                for key, hash_ in text.hashes.items()
            ),
            "out": [
                [w.message.id, [[f.remedy.value, f.post.id if f.post else 0, dict(f.answer or {})] for f in w.fixes]]
                for w in proposal.wrong
            ],
            "held": [one.message.id for one in proposal.held],
            "places": [[one.text, one.said] for one in proposal.places],
        }
    )
