"""One account on a Mastodon server: what it accepts and what it shows; the routes are in `mastodon_api`.

https://docs.joinmastodon.org/methods/statuses/ . What the account shows is
read off the arrivals of the current story, so a variant finds the posts of
its own past and none from the future of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from announcer.sandbox.arrivals import Arrival, Arrivals, Post, PostDelete, PostEdit
from announcer.sandbox.markup import length, status_html

MAX_CHARACTERS = 500
PER_URL = 23
ACCOUNT_ID = "110000000000000001"
#: Mastodon forgets an Idempotency-Key after one hour.
KEY_LIFETIME = timedelta(hours=1)
_FIRST_STATUS = 112_000_000_000_000_000
_VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})


@dataclass(frozen=True, slots=True)
class Status:
    """A status as it stands now, with the texts it had before."""

    id: str
    text: str
    url: str
    created_at: datetime
    language: str
    visibility: str
    in_reply_to: str | None
    spoiler_text: str
    key: str
    history: tuple[tuple[datetime, str], ...] = ()  #: When each text came, the first one first.


@dataclass
class MastodonFaults:
    """What goes wrong on command; counts say for how many of the next writing requests."""

    refuse: int = 0  #: Answered with `status` before anything happened.
    lose_answer: int = 0  #: Carried out, then answered with 502 as by a proxy that lost it.
    status: int = 503

    def take(self, name: str) -> bool:
        """Whether the fault `name` strikes now; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


class Refused(Exception):
    """An answer other than 200, in Mastodon's words."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


def statuses(arrivals: Iterable[Arrival]) -> dict[str, Status]:
    """What the account shows after these arrivals, by id, the oldest first."""
    shown: dict[str, Status] = {}
    for arrival in arrivals:
        match arrival:
            case Post():
                shown[arrival.status_id] = _first(arrival)
            case PostEdit() if arrival.status_id in shown:
                old = shown[arrival.status_id]
                history = (*old.history, (arrival.at, arrival.after))
                shown[arrival.status_id] = replace(old, text=arrival.after, history=history)
            case PostDelete():
                shown.pop(arrival.status_id, None)
    return shown


def _first(post: Post) -> Status:
    return Status(
        id=post.status_id,
        text=post.text,
        url=post.url,
        created_at=post.at,
        language=post.language,
        visibility=post.visibility,
        in_reply_to=post.in_reply_to,
        spoiler_text=post.spoiler_text,
        key=post.key,
        history=((post.at, post.text),),
    )


class Mastodon:
    """The account and what can be done with it. Called from one event loop only."""

    def __init__(self, arrivals: Arrivals, url: str, *, username: str = "presse", display_name: str = "") -> None:
        self._arrivals = arrivals
        self.url = url
        self.username = username
        self.display_name = display_name or username
        self.faults = MastodonFaults()

    def shown(self) -> dict[str, Status]:
        """What the account shows in the current story."""
        return statuses(self._arrivals.seen())

    def status(self, status_id: str) -> Status:
        """One status; `Refused` with 404 if it isn't there."""
        found = self.shown().get(status_id)
        if found is None:
            raise Refused(404, "Record not found")
        return found

    def publish(self, form: dict[str, str], key: str) -> Status:
        """Publish, or give back what the same key published within the last hour."""
        if key and (earlier := self._by_key(key)) is not None:
            return earlier
        text = self._checked(form)
        parent = form.get("in_reply_to_id") or None
        if parent is not None and parent not in self.shown():
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        return _first(self._arrivals.record(lambda number, at, story: self._post(number, at, story, form, text, key)))

    def _post(self, number: int, at: datetime, story: str, form: dict[str, str], text: str, key: str) -> Post:
        status_id = str(_FIRST_STATUS + number)
        return Post(
            number,
            at,
            story,
            status_id=status_id,
            text=text,
            url=f"{self.url}/@{self.username}/{status_id}",
            language=form.get("language", ""),
            visibility=form.get("visibility") or "public",
            in_reply_to=form.get("in_reply_to_id") or None,
            spoiler_text=form.get("spoiler_text", ""),
            key=key,
        )

    def edit(self, status_id: str, form: dict[str, str]) -> Status:
        """Change the text in place; a text that is the same changes nothing."""
        old, text = self.status(status_id), self._checked(form)
        if text != old.text:
            self._arrivals.record(
                lambda number, at, story: PostEdit(number, at, story, status_id, old.text, text, old.url)
            )
        return self.status(status_id)

    def delete(self, status_id: str) -> Status:
        """Take it back; returns what stood there."""
        old = self.status(status_id)
        self._arrivals.record(lambda number, at, story: PostDelete(number, at, story, status_id, old.text, old.url))
        return old

    def _by_key(self, key: str) -> Status | None:
        now = self._arrivals.now
        fresh = (s for s in self.shown().values() if s.key == key and now - s.created_at <= KEY_LIFETIME)
        return next(fresh, None)

    @staticmethod
    def _checked(form: dict[str, str]) -> str:
        text = form.get("status", "").strip()
        if not text:
            raise Refused(422, "Validation failed: Text can't be blank")
        if form.get("visibility", "public") not in _VISIBILITIES:
            raise Refused(422, "Validation failed: Visibility is not included in the list")
        if length(text, PER_URL) + length(form.get("spoiler_text", ""), PER_URL) > MAX_CHARACTERS:
            raise Refused(422, f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded")
        if unsupported := sorted({"media_ids[]", "media_ids", "scheduled_at", "poll"} & form.keys()):
            raise Refused(422, f"Validation failed: the sandbox takes no {unsupported[0]}")
        return text

    def account(self) -> dict[str, Any]:
        """The Account entity."""
        return {
            "id": ACCOUNT_ID,
            "username": self.username,
            "acct": self.username,
            "display_name": self.display_name,
            "url": f"{self.url}/@{self.username}",
            "uri": f"{self.url}/users/{self.username}",
            "locked": False,
            "bot": True,
            "statuses_count": len(self.shown()),
        }

    def entity(self, status: Status) -> dict[str, Any]:
        """The Status entity."""
        edited = status.history[-1][0] if len(status.history) > 1 else None
        return {
            "id": status.id,
            "uri": f"{self.url}/users/{self.username}/statuses/{status.id}",
            "url": status.url,
            "created_at": stamp(status.created_at),
            "edited_at": None if edited is None else stamp(edited),
            "in_reply_to_id": status.in_reply_to,
            "in_reply_to_account_id": ACCOUNT_ID if status.in_reply_to else None,
            "sensitive": False,
            "spoiler_text": status.spoiler_text,
            "visibility": status.visibility,
            "language": status.language or None,
            "content": status_html(status.text, self.url),
            "account": self.account(),
            "reblog": None,
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def versions(self, status_id: str) -> list[dict[str, Any]]:
        """The StatusEdit entities: every text it had, the first one first."""
        return [
            {"content": status_html(text, self.url), "created_at": stamp(at), "account": self.account()}
            for at, text in self.status(status_id).history
        ]

    def instance(self) -> dict[str, Any]:
        """The Instance entity of API v2, as far as a client that posts needs it."""
        return {
            "domain": self.url.split("://", 1)[-1],
            "title": "Sandbox",
            "version": "4.3.0",
            "api_versions": {"mastodon": 2},
            "languages": ["de", "en"],
            "configuration": {
                "statuses": {
                    "max_characters": MAX_CHARACTERS,
                    "max_media_attachments": 0,
                    "characters_reserved_per_url": PER_URL,
                },
                "media_attachments": {"supported_mime_types": [], "description_limit": 1500},
            },
        }


def stamp(moment: datetime) -> str:
    """An instant in Mastodon's spelling, UTC with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
