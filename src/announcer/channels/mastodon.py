"""One account on a server that speaks the Mastodon API (GoToSocial, Pixelfed, Takahe, Hollo, Friendica too).

https://docs.joinmastodon.org/methods/statuses/

A post is never handed to the server's own scheduling: Mastodon ignores the
idempotency key there, and other servers publish at once.

The key alone does not save from a double post: Mastodon forgets it after an
hour, GoToSocial and Takahe ignore it. So the channel does not claim
`Abilities.key`; a lost answer is looked up with `find` before it is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn
from urllib.parse import quote

import httpx

from announcer.channels.gallery import Gallery
from announcer.channels.http import Api
from announcer.channels.mastodon_media import Media, hashes, shown_pictures
from announcer.channels.mastodon_text import says, shows
from announcer.channels.posts import Post, fit_post, thread
from announcer.clock import Clock
from announcer.errors import ComposeError, Credentials, Permanent, SendError, Transient
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.fitting import laid_out_text, mastodon_length
from announcer.settings import ChannelSettings

LIMITS_AGE = timedelta(hours=1)  #: After this the limits are read again.
LOOK_BACK = 40  #: Posts on a page that `find` looks through, the API's maximum.
PAGES = 6  #: How many pages it looks through at most.
SCOPES = "read:accounts read:statuses write:statuses write:media"  #: What a token needs.

_STATUSES = "/api/v1/statuses"


@dataclass(frozen=True, slots=True)
class _Known:
    limits: Limits
    since: datetime


def _nobody_claims(status_id: str) -> bool:
    return False


class Mastodon:
    """A Mastodon account as a `Channel`."""

    kind = "social"
    can = Abilities(edit=True, delete=True, thread=True, media=True, find=True)

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        token: str,
        client: httpx.Client,
        wall_clock: Clock,
        claimed: Callable[[str], bool] = _nobody_claims,
        gallery: Gallery | None = None,
    ) -> None:
        """`client` is shared and closed by the caller; `claimed` tells whether the ledger holds a receipt with an id.

        Without a `gallery` it posts text alone.

        Raises `SettingsError` for a token that can't be one.
        """
        self.name = name
        self._visibility = settings.visibility
        self._api = Api(f"[channels.{name}]", settings.url, token, client, wall_clock)
        self._wall_clock = wall_clock
        self._claimed = claimed
        self._media = Media(self._api, gallery) if gallery is not None else None
        self._mine: dict[str, str] = {}  # status id → the delivery key it was made for, in this process
        self._account: Mapping[str, Any] | None = None
        self._known: _Known | None = None

    # -- Before approval. --

    def limits(self) -> Limits:
        """The server's limits, at most an hour old while it answers.

        An older reading serves while the server can't be reached; without
        one, `Transient` is raised. `Permanent` if the server names no limit.
        """
        now, known = self._wall_clock(), self._known
        if known and abs(now - known.since) < LIMITS_AGE:
            return known.limits
        try:
            return self._read_limits(now)
        except Transient:
            if known is None:
                raise
            return known.limits

    def _read_limits(self, now: datetime) -> Limits:
        for path in ("/api/v2/instance", "/api/v1/instance"):
            try:
                found = _limits_of(self._api.read(path))
            except Permanent:  # Takahe and older servers know only v1
                continue
            if found:
                self._known = _Known(found, now)
                return found
        raise Permanent(
            f"{self._api.place}: {self._api.host} does not say how long a post may be; "
            "check that its 'url' is a server with the Mastodon API"
        )

    def prepare(self, content: Content) -> Content:
        """Make the pictures fit. Link cards are the server's own work."""
        if self._media is None or not content.payload.get("pictures"):
            return content
        return self._media.prepare(content, self.limits())

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The post as it will be sent: status, language, visibility, spoiler_text, and pictures if it has any.

        The content's payload has lead, fact, link, hashtags and, if wished,
        language, spoiler_text, pictures, or a person's own texts. Raises
        `ComposeError` when it doesn't fit, or a picture has no alt text.
        """
        if limits.max_characters is None:
            raise ComposeError(
                f"{self._api.place}: its limits are not known; run 'announcer channels check {self.name}'"
            )
        return thread(content, self._api.place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        given = content.payload
        spoiler = str(given.get("spoiler_text") or "").strip()
        count = partial(mastodon_length, characters_per_url=limits.characters_per_url, spoiler_text=spoiler)
        payload = {
            "status": laid_out_text(fit_post(post, limits.max_characters, count)),
            "language": _iso_639(given.get("language") or content.language),
            "visibility": self._visibility,
            "spoiler_text": spoiler,
        }
        pictures = shown_pictures(content, limits) if post.first and self._media else []
        return {**payload, "pictures": pictures} if pictures else payload

    # -- The network. --

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Publish, edit or delete. A publication that corrects or follows `previous` replies to it.

        Raises `Transient`, `Permanent`, `Credentials` or `UnknownOutcome`.
        """
        match delivery.action:
            case Action.PUBLISH:
                return self._publish(delivery, payload, previous)
            case Action.CORRECT:
                return self._edit(payload, previous or self._nothing_before("correct"))
            case Action.WITHDRAW:
                before = previous or self._nothing_before("withdraw")
                self.withdraw(before)
                return before

    def _nothing_before(self, verb: str) -> NoReturn:
        raise Permanent(f"{self._api.place}: there is no earlier post to {verb}; publish a post of its own instead")

    def _publish(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        body = _text_of(payload) | {"visibility": payload["visibility"]} | self._with_media(payload, None)
        if previous and (delivery.after_id is not None or delivery.corrects_id is not None):
            body["in_reply_to_id"] = previous.id
        made = self._api.write("POST", _STATUSES, body, {"Idempotency-Key": delivery.key})
        receipt = self._receipt(made, payload)
        self._mine[receipt.id] = delivery.key
        return receipt

    def _edit(self, payload: Payload, previous: Receipt) -> Receipt:
        # Pictures that an edit does not name again are taken off the post.
        body = _text_of(payload) | self._with_media(payload, previous)
        return self._receipt(self._api.write("PUT", _status(previous.id), body), payload)

    def _with_media(self, payload: Payload, previous: Receipt | None) -> dict[str, Any]:
        if self._media is None or not payload.get("pictures"):
            return {}
        return {"media_ids": self._media.ids(payload, previous)}

    def _receipt(self, status: Any, payload: Payload) -> Receipt:
        if not isinstance(status, dict) or not isinstance(status.get("id"), str):
            raise self._api.lost_answer("answered without the post's id", write=True)
        return _receipt_of(status, payload)

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the post; already gone is success."""
        self._api.delete(_status(receipt.id))

    # -- After a lost answer. --

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """The receipt of what this delivery already did, or None if it may be repeated.

        A publication is found among the newest posts: one with exactly this
        text and content warning that no other delivery holds a receipt for
        (in this process, or by `claimed`). So two messages with equal text
        don't take each other's post.

        A correction or withdrawal is found at `previous`. Without it the
        answer is None, which is safe: repeating an edit or a deletion changes
        nothing.
        """
        if delivery.action is Action.PUBLISH:
            return self._find_published(delivery, payload)
        if previous is None:
            return None
        status = self._status_now(previous)
        if delivery.action is Action.WITHDRAW:
            return previous if status is None else None
        return _receipt_of(status, payload) if status and self._says(status, payload) else None

    def _find_published(self, delivery: Delivery, payload: Payload) -> Receipt | None:
        for page in self._pages():
            candidates = [status for status in page if not self._belongs_to_another(status["id"], delivery)]
            # Those that look right go first: then one look at the source is enough.
            candidates.sort(key=lambda status: not shows(status, payload))
            for status in candidates:
                if self._says(status, payload):
                    self._mine[status["id"]] = delivery.key
                    return _receipt_of(status, payload)
        return None

    def _pages(self) -> Iterator[list[Mapping[str, Any]]]:
        """The account's posts, the newest first. Never cut off by their dates: a server's clock may be wrong."""
        params = {"limit": str(LOOK_BACK), "exclude_reblogs": "true"}
        for _ in range(PAGES):
            page = self._newest(params)
            yield page
            if not page:
                return
            params["max_id"] = page[-1]["id"]

    def _newest(self, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
        path = f"/api/v1/accounts/{quote(str(self._me()['id']), safe='')}/statuses"
        found = self._api.read(path, params)
        if not isinstance(found, list):
            raise self._api.lost_answer("answered without a list of posts", write=False)
        return [status for status in found if isinstance(status, dict) and isinstance(status.get("id"), str)]

    def _belongs_to_another(self, status_id: str, delivery: Delivery) -> bool:
        mine = self._mine.get(status_id)
        return self._claimed(status_id) if mine is None else mine != delivery.key

    def _status_now(self, receipt: Receipt) -> Mapping[str, Any] | None:
        status = self._api.read_if_there(_status(receipt.id))
        if status is not None and not isinstance(status, dict):
            raise self._api.lost_answer("answered without a post", write=False)
        return status

    def _says(self, status: Mapping[str, Any], payload: Payload) -> bool:
        """Whether a post's source is the payload; its HTML decides where the server keeps no source."""
        try:
            source = self._api.read(_status(status["id"]) + "/source")
        except Permanent:
            return shows(status, payload)
        return says(source, payload)

    # -- The account. --

    def _me(self) -> Mapping[str, Any]:
        if self._account is None:
            self._account = self._read_account()
        return self._account

    def _read_account(self) -> Mapping[str, Any]:
        account = self._api.read("/api/v1/accounts/verify_credentials")
        if not isinstance(account, dict) or "id" not in account:
            raise self._api.lost_answer("answered without an account", write=False)
        return account

    def check(self) -> Health:
        """Try token, scopes and limits; nothing is published. Never raises a `SendError`.

        The right to write is tried by deleting a post "0", which no server
        has: without `write:statuses` the answer is 403 instead of 404.
        """
        try:
            self._account = account = self._read_account()
            limits = self._read_limits(self._wall_clock())
            self._newest({"limit": "1"})
            self._try_to_write()
            pictures = "" if self._may_upload() else " (no pictures: its token lacks the scope write:media)"
        except SendError as error:
            return Health(ok=False, said=str(error))
        per_url = limits.characters_per_url
        links = f"{limits.max_characters} characters, a link counts {per_url or 'in full'}"
        acct = account.get("acct") or account.get("username") or account["id"]
        return Health(
            ok=True,
            said=f"@{acct} on {self._api.host} may read and post{pictures}, {links}",
            limits=limits,
        )

    def _try_to_write(self) -> None:
        try:
            self._api.delete(_status("0"))
        except Permanent:  # 400 or 422 for an id that can't be one: the scope was enough
            return
        except Credentials as error:
            raise Credentials(f"{error}; the scopes are {SCOPES}") from error

    def _may_upload(self) -> bool:
        """An upload without a file is refused for its scope first."""
        return self._api.ask("POST", "/api/v2/media", write=False).status_code != 403


def _status(status_id: str) -> str:
    return f"{_STATUSES}/{quote(status_id, safe='')}"


def _text_of(payload: Payload) -> dict[str, Any]:
    """What a post says, by name: nothing else of a payload can reach the server (never `scheduled_at`)."""
    return {key: payload[key] for key in ("status", "language", "spoiler_text")}


def _receipt_of(status: Mapping[str, Any], payload: Payload) -> Receipt:
    shown = [str(one["id"]) for one in status.get("media_attachments") or () if isinstance(one, dict) and "id" in one]
    extra = {"media": ",".join(shown), "pictures": hashes(payload)} if shown else {}
    return Receipt(status["id"], str(status.get("url") or status.get("uri") or ""), extra)


def _iso_639(language: str) -> str:
    """The language alone, without a region: Mastodon takes "de", not "de-DE"."""
    return language.replace("_", "-").split("-")[0].lower()


def _limits_of(instance: Any) -> Limits | None:
    """Limits from `/api/v2/instance` or v1; None if it says nothing about the length of a post.

    https://docs.joinmastodon.org/entities/Instance/#configuration
    """
    statuses = _inside(instance, "configuration", "statuses")
    media = _inside(instance, "configuration", "media_attachments")
    longest = _count(statuses, "max_characters") or _count(_inside(instance), "max_toot_chars")  # Pleroma's v1
    if not longest:
        return None
    return Limits(
        max_characters=longest,
        characters_per_url=_count(statuses, "characters_reserved_per_url"),
        max_media=_count(statuses, "max_media_attachments") or 0,
        description_limit=_count(media, "description_limit") or 0,
        picture_bytes=_count(media, "image_size_limit") or 0,
        picture_pixels=_count(media, "image_matrix_limit") or 0,
    )


def _inside(value: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _count(section: Mapping[str, Any], key: str) -> int | None:
    value = section.get(key)
    return value if isinstance(value, int) and value > 0 else None
