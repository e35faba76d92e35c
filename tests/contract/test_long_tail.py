"""Any service by apprise: here its plainest one, which posts JSON to an address."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from announcer.channels.gallery import Gallery
from announcer.channels.long_tail import LongTail
from announcer.errors import Permanent, SettingsError, UnknownOutcome
from announcer.model.ledger import Action, Receipt
from announcer.store.assets import Assets
from tests.contract.channel_cases import Notes, content, delivery
from tests.standins.json_server import Call, Refusal, json_server

# Apprise looks for a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@dataclass
class Service:
    """What arrived."""

    address: str = ""
    bodies: list[Any] = field(default_factory=list)
    fails: bool = False

    def answer(self, call: Call) -> Any:
        """Take it, or fail after having taken it."""
        self.bodies.append(call.json)
        if self.fails:
            raise Refusal(500, {"error": "overloaded"})
        return {}


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    with json_server(found.answer) as url:
        found.address = url.replace("http://", "json://") + "/"
        yield found


def test_a_post_is_handed_on_whole_with_its_picture(service: Service, tmp_path: Path) -> None:
    files = Assets(tmp_path)
    image = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(image, "PNG")
    pictures = [{"hash": files.put(image.getvalue()), "alt": "Das Rathaus", "name": "rathaus.png"}]
    channel = LongTail("tail", service.address, Gallery(files, Notes()))
    given = content("11 Uhr", pictures=pictures)
    payload = channel.compose(channel.prepare(given), channel.limits())
    assert channel.send(delivery(), payload, None) == Receipt("key-1")
    (body,) = service.bodies
    assert body["message"] == payload["text"]
    (attached,) = body["attachments"]
    assert base64.b64decode(attached["base64"]).startswith(b"\xff\xd8")
    assert channel.check().ok


def test_a_failure_may_have_arrived_and_is_never_repeated_unseen(service: Service) -> None:
    service.fails = True
    channel = LongTail("tail", service.address)
    payload = channel.compose(content(), channel.limits())
    with pytest.raises(UnknownOutcome, match="look before repeating"):
        channel.send(delivery(), payload, None)
    assert len(service.bodies) == 1
    assert not channel.can.find
    assert not channel.can.key


def test_what_has_left_is_put_right_by_hand(service: Service) -> None:
    channel = LongTail("tail", service.address)
    payload = channel.compose(content(), channel.limits())
    for attempt in (delivery(2, Action.CORRECT), delivery(3, Action.WITHDRAW), delivery(4, corrects_id=1)):
        with pytest.raises(Permanent, match="by hand"):
            channel.send(attempt, payload, Receipt("key-1"))
    with pytest.raises(Permanent, match="by hand"):
        channel.withdraw(Receipt("key-1"))
    assert service.bodies == []


def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="does not understand the address") as refused:
        LongTail("tail", "nonsense://user:word@x.example")
    assert "word" not in str(refused.value)
    assert not LongTail("tail", "not-set").check().ok
