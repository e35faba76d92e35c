"""A text on its way in, step by step: kept as it came, read anew with each answer, stored when somebody agrees.

The proposal is never stored, only what it is made of; so an answer that is
taken back leaves nothing behind.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from announcer.errors import AnnouncerError, Conflict, IntakeError
from announcer.fetching import Fetcher
from announcer.intake.files import decoded
from announcer.intake.release import Beside
from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.office import pages, taking_in
from announcer.office.house import House
from announcer.office.taking_in import Taken
from announcer.store import intake_drafts, journal
from announcer.store.intake_drafts import IntakeDraft

#: A text nobody came back to is thrown away after this.
KEPT = timedelta(days=30)
LONGEST_PASTE = 1_000_000
#: What is set at the desk beside the answers of `intake.answers`.
BODY, TOPICS = "body", "topics"


@dataclass(frozen=True, slots=True)
class Step:
    """A text as far as it has come."""

    draft: IntakeDraft
    taken: Taken
    source: str  #: The text to show beside the proposal.
    refused: Mapping[str, str]  #: Answers that could not be taken, and why.

    @property
    def announcement(self) -> Announcement:
        """As it would be stored."""
        return self.taken.proposal.announcement


def begin(
    house: House, data: bytes, name: str, actor: Actor, now: datetime, *, released: date | None = None, base: str = ""
) -> IntakeDraft:
    """Keep a text that came in. Raises `IntakeError` if it can't be read."""
    made = IntakeDraft(secrets.token_urlsafe(16), actor.name, name, taking_in.as_text(data), now, base, {}, released)
    _look(house, made, {})
    with house.database.write() as connection:
        intake_drafts.forget(connection, now - KEPT)
        intake_drafts.add(connection, made)
        journal.note(connection, actor, now, "text taken in", f"draft {made.id}", after=name)
    return made


def begin_pasted(house: House, text: str, actor: Actor, now: datetime, released: date | None = None) -> IntakeDraft:
    """Keep a text that was pasted."""
    if len(text) > LONGEST_PASTE:
        raise IntakeError("the pasted text is longer than a million characters; give the release alone")
    return begin(house, text.replace("\r\n", "\n").encode(), "text.txt", actor, now, released=released)


def begin_page(house: House, url: str, actor: Actor, now: datetime, released: date | None = None) -> IntakeDraft:
    """Keep what stands at an address. Raises `FetchError` if it may not be asked or does not answer."""
    fetched = Fetcher(house.settings, bounds=pages.BOUNDS).get(url, accept=pages.ACCEPTED)
    name = pages.name_of(fetched.url, fetched.media_type)
    return begin(house, fetched.body, name, actor, now, released=released, base=fetched.url)


def look(house: House, id_: str) -> Step:
    """A text with everything that was answered; raises `NotFound`.

    An answer that no longer fits (because another one changed what it is
    about) is told in `refused` and left out.
    """
    with house.database.read() as connection:
        draft = intake_drafts.by_id(connection, id_)
    taken, refused = _answered(house, draft, draft.answers or {})
    return Step(draft, taken, source_text(draft, taken), refused)


def _answered(house: House, draft: IntakeDraft, answers: Mapping[str, str]) -> tuple[Taken, dict[str, str]]:
    """All answers at once where they fit, else one after the other, to find the one that doesn't."""
    try:
        return _look(house, draft, answers), {}
    except IntakeError:
        kept: dict[str, str] = {}
        refused: dict[str, str] = {}
    for key, value in answers.items():
        try:
            _look(house, draft, {**kept, key: value})
            kept[key] = value
        except IntakeError as error:
            refused[key] = str(error)
    return _look(house, draft, kept), refused


def _look(house: House, draft: IntakeDraft, answers: Mapping[str, str]) -> Taken:
    beside = Beside(draft.released, frozenset(), draft.base)
    own = {key: answers[key] for key in (BODY, TOPICS) if key in answers}
    asked = {key: value for key, value in answers.items() if key not in own}
    taken = taking_in.look_at(house, _bytes(draft.raw), draft.name, beside, asked)
    # A text from outside names no files of ours: pictures are added by hand, with what they show.
    changed = replace(taken.proposal.announcement, pictures=())
    if BODY in own:
        changed = replace(changed, body=own[BODY])
    if TOPICS in own:
        changed = replace(changed, topics=tuple(one.strip() for one in own[TOPICS].split(",") if one.strip()))
    return replace(taken, proposal=replace(taken.proposal, announcement=changed))


def _bytes(raw: str) -> bytes:
    if raw.startswith("base64:"):
        return base64.b64decode(raw.removeprefix("base64:"))
    return raw.encode()


def source_text(draft: IntakeDraft, taken: Taken) -> str:
    """What to show beside the proposal: plain text as it came, of anything else what was read in it."""
    data, ending = _bytes(draft.raw), draft.name.rpartition(".")[2].lower()
    if ending in {"txt", "md", "eml"} and not data.startswith(b"PK"):
        try:
            return decoded(data, draft.name)
        except AnnouncerError:
            pass  # a mail in a charset of its own: what was read of it serves as well
    proposal = taken.proposal
    said = proposal.announcement
    parts = [said.kicker, said.headline, said.lead, said.body, *(one.text for one in proposal.removed)]
    contact = proposal.contact.text if proposal.contact else ""
    return "\n\n".join(part for part in (*parts, proposal.boilerplate, contact) if part)


def answer(house: House, id_: str, version: int, answers: Mapping[str, str]) -> Step:
    """Keep answers and corrections, over those given before; an empty one takes an answer back.

    Raises `Conflict` if somebody else answered since `version`: nothing is overwritten.
    """
    with house.database.write() as connection:
        draft = intake_drafts.by_id(connection, id_)
        if draft.version != version:
            raise Conflict("somebody else has changed this meanwhile; look at it again")
        merged = {**(draft.answers or {}), **answers}
        merged = {key: value for key, value in merged.items() if value or key in {BODY, TOPICS, *_MAY_BE_EMPTY}}
        if merged != draft.answers:
            intake_drafts.answer(connection, draft, merged)
    return look(house, id_)


_MAY_BE_EMPTY = frozenset({"kicker", "lead", "contact", "ed_note", "source"})


def store(
    house: House, step: Step, actor: Actor, now: datetime, *, with_event: bool, playbook: str = ""
) -> Announcement:
    """Store the announcement (and its event); the draft is gone. Raises `Conflict` if an id is taken."""
    if step.taken.known is not None:
        raise Conflict(f"the announcement {step.taken.known.id!r} is there already; correct that one instead")
    found = taking_in.store(house, step.taken, actor, now, with_event=with_event, playbook=playbook)
    with house.database.write() as connection:
        intake_drafts.remove(connection, step.draft.id)
    return found


def throw_away(house: House, id_: str, actor: Actor, now: datetime) -> None:
    """Forget a text."""
    with house.database.write() as connection:
        if intake_drafts.remove(connection, id_):
            journal.note(connection, actor, now, "text thrown away", f"draft {id_}")


def waiting(house: House, limit: int = 20) -> list[IntakeDraft]:
    """The texts that wait for somebody, the newest first."""
    with house.database.read() as connection:
        return intake_drafts.newest(connection, limit)
