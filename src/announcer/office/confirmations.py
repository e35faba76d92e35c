"""The mails that ask for a confirmation: worded as they leave, so that everything asked for until then is in them."""

from __future__ import annotations

import threading

import structlog

from announcer import failpoints
from announcer.errors import TemplateError
from announcer.model.ledger import Deferred, Outcome, Sent
from announcer.model.people import Subscriber
from announcer.newsletter import tokens
from announcer.newsletter.single import Courier, SingleMail
from announcer.office import outgoing, signup
from announcer.office.house import House
from announcer.office.marks import WAY
from announcer.rendering.optin_view import OptInScene
from announcer.store import optin, outbox, people
from announcer.store.optin import OPEN_FOR
from announcer.store.outbox import Entry
from announcer.store.writelock import Lane

log = structlog.get_logger(__name__)


class Confirmations:
    """Sorts out requests and sends their mails. One thread at a time; `close` may come from any."""

    def __init__(self, house: House, courier: Courier, owner: str) -> None:
        self._house = house
        self._courier = courier
        self._owner = owner

    def drain(self, stop: threading.Event) -> int:
        """Sort out what was asked for, and send what is due until nothing is or `stop` is set; how many were tried."""
        signup.sort_out(self._house)
        tried = 0
        while not stop.is_set():
            entry = self._claim()
            if entry is None:
                break
            failpoints.hit("after-claim")
            outcome = self._attempt(entry)
            failpoints.hit("before-mark")
            self._settle(entry, outcome)
            tried += 1
            if isinstance(outcome, Deferred) and not outcome.counted:
                break  # the relay is away: the others need not knock as well
        self._courier.idle()
        return tried

    def close(self) -> None:
        """Begin nothing more."""
        self._courier.close()

    def _claim(self) -> Entry | None:
        with self._house.database.write(Lane.TICK) as connection:
            return outbox.claim(connection, WAY, self._house.clock(), self._owner)

    def _attempt(self, entry: Entry) -> Outcome | None:
        """None if there is nothing to say any more: confirmed by an older link, withdrawn, or erased."""
        try:
            mail = self._mail(entry)
        except TemplateError as error:
            log.error("a confirmation mail can't be worded", why=str(error))
            return Deferred(str(error))
        return None if mail is None else outgoing.post(self._courier, mail)

    def _mail(self, entry: Entry) -> SingleMail | None:
        with self._house.database.read() as connection:
            person = people.by_id(connection, int(entry.recipient.rpartition(" ")[2]))
            if person is None:
                return None
            now = self._house.clock()
            asked = optin.consents(connection, person.id, entry.message_key)
            lists = tuple(dict.fromkeys(one.list_title for one in asked if optin.is_open(one, now)))
            blocked = people.suppression_of(connection, self._house.key, person.address)
        if blocked is not None and blocked[1] > entry.created_at:
            return None  # withdrawn after the request
        known = tuple(entry.payload.get("known", ()))
        if not lists and not known:
            return None
        return self._written(entry, person, lists, known)

    def _written(self, entry: Entry, person: Subscriber, lists: tuple[str, ...], known: tuple[str, ...]) -> SingleMail:
        site, key = self._house.settings.site, self._house.key
        if lists:
            link = f"{site.url}/c/{tokens.make(key, 'confirm', person.id, entry.message_key)}"
        else:
            link = f"{site.url}/p/{tokens.make(key, 'preferences', person.id, '')}"
        language = person.language if person.language in ("de", "en") else site.language
        scene = OptInScene(language, self._house.renderer.site, lists or known, not lists, link, OPEN_FOR.days)
        said = self._house.renderer.confirmation(scene)
        # Without the name: nothing that a stranger could have typed stands in this mail.
        return SingleMail(
            key=entry.message_key, to=person.address, subject=said["subject"], text=said["text"], html=said["html"],
            language=language,
        )  # fmt: skip

    def _settle(self, entry: Entry, outcome: Outcome | None) -> None:
        now = self._house.clock()
        with self._house.database.write(Lane.TICK) as connection:
            if outcome is None:
                outbox.record(connection, entry, "superseded", now, counted=False)
            else:
                outgoing.settle(connection, entry, outcome, now)
        if outcome is not None and not isinstance(outcome, Sent):
            # Not what the relay said: it repeats the address.
            log.warning("a confirmation mail did not leave", to=entry.recipient, outcome=type(outcome).__name__)
