"""The networks the contract suite runs over. A new one adds its `ChannelCase` here (docs/adding-a-channel.md)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from announcer.channels import Channel
from announcer.channels.bluesky import Bluesky
from announcer.channels.gallery import Gallery
from announcer.channels.mastodon import Mastodon
from announcer.channels.matrix import Matrix
from announcer.channels.telegram import Telegram
from announcer.channels.webhook import Webhook
from announcer.errors import Permanent
from announcer.model.content import Abilities, Content, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.settings import ChannelSettings
from announcer.store.assets import Assets
from tests.contract.bluesky_standin import DID, HANDLE, bluesky_standin
from tests.contract.mastodon_standin import Habits, mastodon_standin
from tests.contract.matrix_standin import ALIAS, ROOM, matrix_standin
from tests.contract.telegram_standin import CHAT, telegram_standin
from tests.contract.webhook_standin import webhook_standin
from tests.standins.faulty_proxy import bad_line

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Stage:
    """A channel, its network, and what the suite can do to the network."""

    channel: Channel
    impatient: Channel  #: The same account, with a client that gives up on an answer at once.
    unreachable: Channel  #: The same account, where nothing listens.
    visible: Callable[[], Mapping[str, str]]  #: What the world can read now: id → text.
    break_next: Callable[[str], None]  #: One of BREAKAGES happens to the next write.
    revoke: Callable[[], None]
    lengthen: Callable[[Payload], Payload]  #: One character more, past `compose`.
    keeps_keys: bool  #: The network itself makes one post of two tries.
    asks_limits: bool = True  #: False: the limits are the protocol's, there is nobody to ask.


@dataclass(frozen=True)
class ChannelCase:
    """One network in one of its habits."""

    name: str
    open: Callable[[], AbstractContextManager[Stage]]


#: How an answer gets lost after the network stored what we sent.
BREAKAGES = ("lose_answers", "fail_after_storing", "html_after_storing")


# -- Mastodon and those who speak its API. --


def mastodon_case(name: str, habits: Habits, can: Abilities = Mastodon.can) -> ChannelCase:
    """A server with these habits; `can` is what our channel can do with it."""
    return ChannelCase(name, lambda: _mastodon_stage(replace(habits), can))


@contextmanager
def _mastodon_stage(habits: Habits, can: Abilities) -> Iterator[Stage]:
    with mastodon_standin(habits) as standin, a_client(10) as client, a_client(0.3) as hasty:
        yield Stage(
            channel=mastodon_account(standin.url, standin.token, client, can),
            impatient=mastodon_account(standin.url, standin.token, hasty, can),
            unreachable=mastodon_account(f"http://127.0.0.1:{closed_port()}", standin.token, client, can),
            visible=lambda: {post.id: post.text for post in list(standin.posts.values())},
            break_next=lambda how: setattr(standin.habits, how, 1),
            revoke=lambda: setattr(standin, "token", "another"),
            lengthen=lambda payload: {**payload, "status": payload["status"] + "!"},
            keeps_keys=habits.keeps_keys,
        )


class LimitedAccount(Mastodon):
    """A network that can do less than Mastodon: what it can't, it refuses, as every channel has to."""

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        if delivery.action is Action.WITHDRAW or delivery.corrects_id is None:
            return super().send(delivery, payload, previous)
        if not self.can.thread:
            raise Permanent(f"{self.name}: a post can be neither edited nor answered here; correct it by hand")
        if previous is None or self._status_now(previous) is None:
            raise Permanent(f"{self.name}: what is to be corrected is gone; publish a post of its own instead")
        return super().send(replace(delivery, action=Action.PUBLISH), payload, previous)

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """An answer is found like any post."""
        answers = delivery.action is Action.CORRECT
        return super().find(replace(delivery, action=Action.PUBLISH) if answers else delivery, payload, previous)

    def withdraw(self, receipt: Receipt) -> None:
        if not self.can.delete:
            raise Permanent(f"{self.name}: a post can't be deleted here; delete it by hand")
        super().withdraw(receipt)


def mastodon_account(url: str, token: str, client: httpx.Client, can: Abilities = Mastodon.can) -> Mastodon:
    """The channel under test, at a moment that stands still."""
    settings = ChannelSettings(kind="mastodon", url=url)
    account = (Mastodon if can == Mastodon.can else LimitedAccount)("mastodon", settings, token, client, lambda: NOW)
    account.can = can
    return account


def a_client(read_seconds: float) -> httpx.Client:
    """A client for loopback that waits this long for an answer."""
    return httpx.Client(timeout=httpx.Timeout(10, read=read_seconds), trust_env=False, verify=False)


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


# -- Bluesky. --


class Notes(dict[str, str]):
    """What a channel remembers, sealed or not."""

    def recall(self, name: str) -> str | None:
        return self.get(name)

    def remember(self, name: str, value: str) -> None:
        self[name] = value

    recall_secret, remember_secret = recall, remember


def writes_a_record(method: str, path: str) -> bool:
    """Whether a request to an AT protocol server changes what the world can read."""
    return method == "POST" and path.startswith(("/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.deleteR"))


@contextmanager
def _bluesky_stage() -> Iterator[Stage]:
    with (
        bluesky_standin() as standin,
        bad_line(standin.url, writes_a_record) as line,
        a_client(10) as client,
        a_client(0.3) as hasty,
        TemporaryDirectory() as folder,
    ):

        def account(url: str, way: httpx.Client) -> Bluesky:
            return bluesky_account(url, HANDLE, standin.password, way, Path(folder))

        yield Stage(
            channel=account(line.url, client),
            impatient=account(line.url, hasty),
            unreachable=account(f"http://127.0.0.1:{closed_port()}", client),
            visible=lambda: {f"at://{DID}/app.bsky.feed.post/{key}": r["text"] for key, r in standin.records.items()},
            break_next=line.break_next,
            revoke=lambda: setattr(standin, "taken_down", True),
            lengthen=lambda payload: {**payload, "text": payload["text"] + "!"},
            keeps_keys=True,
            asks_limits=False,
        )


def bluesky_account(
    url: str, account: str, password: str, client: httpx.Client, folder: Path, notes: Notes | None = None
) -> Bluesky:
    """The channel under test."""
    settings = ChannelSettings(kind="bluesky", url=url, account=account)
    return Bluesky(
        "bluesky", settings, password, client, lambda: NOW, Assets(folder), Notes() if notes is None else notes
    )


# -- Matrix and Telegram. --


def writes_an_event(method: str, path: str) -> bool:
    """Whether a request to a homeserver changes what a room shows."""
    return method == "PUT" and ("/send/" in path or "/redact/" in path)


@contextmanager
def _matrix_stage() -> Iterator[Stage]:
    with (
        matrix_standin() as standin,
        bad_line(standin.url, writes_an_event) as line,
        a_client(10) as client,
        a_client(0.3) as hasty,
    ):
        yield Stage(
            channel=matrix_account(line.url, ALIAS, standin.token, client),
            impatient=matrix_account(line.url, ALIAS, standin.token, hasty),
            unreachable=matrix_account(f"http://127.0.0.1:{closed_port()}", ROOM, standin.token, client),
            visible=standin.visible,
            break_next=line.break_next,
            revoke=lambda: setattr(standin, "token", "another"),
            lengthen=lambda payload: {**payload, "text": payload["text"] + "!" * 66_000},
            keeps_keys=True,
            asks_limits=False,
        )


def matrix_account(url: str, room: str, token: str, client: httpx.Client) -> Matrix:
    """The channel under test."""
    return Matrix("matrix", ChannelSettings(kind="matrix", url=url, room=room), token, client, lambda: NOW)


def writes_a_message(method: str, path: str) -> bool:
    """Whether a request to the Bot API changes what a chat shows."""
    return path.rpartition("/")[2] in {"sendMessage", "sendPhoto", "editMessageText", "deleteMessage"}


@contextmanager
def _telegram_stage() -> Iterator[Stage]:
    with (
        telegram_standin() as standin,
        bad_line(standin.url, writes_a_message) as line,
        a_client(10) as client,
        a_client(0.3) as hasty,
    ):
        yield Stage(
            channel=telegram_account(line.url, standin.token, client),
            impatient=telegram_account(line.url, standin.token, hasty),
            unreachable=telegram_account(f"http://127.0.0.1:{closed_port()}", standin.token, client),
            visible=standin.visible,
            break_next=line.break_next,
            revoke=lambda: setattr(standin, "token", "another"),
            lengthen=lambda payload: {**payload, "html": payload["html"] + "!"},
            keeps_keys=False,
            asks_limits=False,
        )


def telegram_account(url: str, token: str, client: httpx.Client, gallery: Gallery | None = None) -> Telegram:
    """The channel under test."""
    settings = ChannelSettings(kind="telegram", url=url, room=CHAT)
    return Telegram("telegram", settings, token, client, lambda: NOW, gallery)


# -- A webhook, and a service that apprise reaches. --


@contextmanager
def _webhook_stage() -> Iterator[Stage]:
    with (
        webhook_standin() as standin,
        bad_line(standin.url.partition("/hook")[0], lambda method, path: True) as line,
        a_client(10) as client,
        a_client(0.3) as hasty,
    ):

        def account(url: str, way: httpx.Client) -> Webhook:
            settings = ChannelSettings(kind="webhook", url=f"{url}/hook?for=presse")
            return Webhook("webhook", settings, standin.secret, way, lambda: NOW)

        yield Stage(
            channel=account(line.url, client),
            impatient=account(line.url, hasty),
            unreachable=account(f"http://127.0.0.1:{closed_port()}", client),
            visible=lambda: dict(standin.posts),
            break_next=line.break_next,
            revoke=lambda: setattr(standin, "secret", "another-secret-for-posts"),
            lengthen=lambda payload: {**payload, "text": payload["text"] + "!" * 30_000},
            keeps_keys=True,
            asks_limits=False,
        )


CASES = (
    mastodon_case("mastodon", Habits()),
    mastodon_case("gotosocial", Habits(5000, 25, keeps_keys=False, refusal=400)),
    mastodon_case("hollo", Habits(10_000, 256)),
    mastodon_case("no-source-no-v2", Habits(keeps_keys=False, has_v2=False, has_source=False)),
    ChannelCase("bluesky", _bluesky_stage),
    ChannelCase("matrix", _matrix_stage),
    ChannelCase("telegram", _telegram_stage),
    ChannelCase("webhook", _webhook_stage),
    mastodon_case("answers-only", Habits(), Abilities(delete=True, thread=True, find=True)),
    mastodon_case("neither-edits-nor-answers", Habits(), Abilities(find=True)),
)

# -- What the tests send. --

FACT = "Fr, 18. September 2026, 11 Uhr, Rathaus Musterstadt 👩‍👩‍👧 🇩🇪 @presse@social.city.example <&>"


def content(fact: str = FACT, **more: object) -> Content:
    """A social content with these parts."""
    payload = {
        "lead": "Der Tag der Städte lädt ein.",
        "fact": fact,
        "link": "https://city.example/tag",
        "hashtags": ["TagDerStädte", "Musterstadt"],
    }
    return Content("social", "de", {**payload, **more})


def delivery(number: int = 1, action: Action = Action.PUBLISH, **more: object) -> Delivery:
    """A claimed ledger row; its key follows its number."""
    plain = Delivery(
        id=number,
        message_id=number,
        channel="mastodon",
        target="mastodon",
        language="de",
        action=action,
        part=0,
        revision=1,
        content_id=number,
        key=f"key-{number}",
        fence=1,
        attempts=1,
        moment=NOW,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of Delivery, by name
