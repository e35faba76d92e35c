"""What only Matrix does: keys in events, answers, rooms that can't be used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from announcer.channels.matrix import KEY, Matrix, as_html
from announcer.errors import Transient, UnknownOutcome
from announcer.model.content import Payload
from announcer.model.ledger import Action
from announcer.rendering.facets import marked
from announcer.rendering.fitting import Parts
from tests.contract.channel_cases import a_client, content, delivery, matrix_account, writes_an_event
from tests.contract.matrix_standin import ALIAS, ROOM, MatrixStandin, matrix_standin
from tests.standins.faulty_proxy import bad_line


@pytest.fixture
def standin() -> Iterator[MatrixStandin]:
    with matrix_standin() as opened:
        yield opened


@pytest.fixture
def room(standin: MatrixStandin) -> Iterator[Matrix]:
    with a_client(10) as client:
        yield matrix_account(standin.url, ALIAS, standin.token, client)


def composed(room: Matrix, **more: object) -> Payload:
    return room.compose(content(**more), room.limits())  # type: ignore[arg-type]  # parts of a payload


def test_a_message_is_a_notice_with_the_same_as_html_and_the_delivery_s_key(
    standin: MatrixStandin, room: Matrix
) -> None:
    payload = composed(room, lead="A & <B>")
    receipt = room.send(delivery(), payload, None)
    (event,) = standin.events
    assert event["content"][KEY] == "key-1"
    assert event["content"]["msgtype"] == "m.notice"
    assert event["content"]["formatted_body"].startswith("A &amp; &lt;B&gt;<br><br>")
    assert '<a href="https://city.example/tag">https://city.example/tag</a>' in event["content"]["formatted_body"]
    assert receipt.url == f"https://matrix.to/#/{ROOM}/{receipt.id}"


def test_after_the_server_forgot_the_transaction_the_key_in_the_event_is_found(
    standin: MatrixStandin, room: Matrix
) -> None:
    payload = composed(room)
    with bad_line(standin.url, writes_an_event) as line, a_client(10) as client:
        line.break_next("lose_answers")
        with pytest.raises(UnknownOutcome):
            matrix_account(line.url, ROOM, standin.token, client).send(delivery(), payload, None)
    standin.keeps_transactions = False
    for number in range(2, 160):  # more than one page of others' messages
        room.send(delivery(number), composed(room, fact=f"Nummer {number}"), None)
    found = room.find(delivery(), payload, None)
    assert found is not None
    assert found.id == "$1"


def test_an_edit_keeps_the_old_message_and_an_answer_names_what_it_answers(
    standin: MatrixStandin, room: Matrix
) -> None:
    first = room.send(delivery(1), composed(room), None)
    room.send(delivery(2, Action.CORRECT, corrects_id=1), composed(room, fact="jetzt um 12 Uhr"), first)
    room.send(delivery(3, after_id=1), composed(room, fact="Zweitens"), first)
    _, edit, answer = (event["content"] for event in standin.events)
    assert edit["m.relates_to"] == {"rel_type": "m.replace", "event_id": first.id}
    assert edit["body"].startswith("* ")
    assert "12 Uhr" in edit["m.new_content"]["body"]
    assert answer["m.relates_to"] == {"m.in_reply_to": {"event_id": first.id}}


@pytest.mark.parametrize(
    ("trouble", "said"), [({"joined": False}, "has not joined"), ({"encrypted": True}, "is encrypted")]
)
def test_a_room_that_can_t_be_used_is_said(
    standin: MatrixStandin, room: Matrix, trouble: dict[str, bool], said: str
) -> None:
    for name, value in trouble.items():
        setattr(standin, name, value)
    health = room.check()
    assert not health.ok
    assert said in health.said


def test_too_many_messages_wait_as_long_as_the_server_says(standin: MatrixStandin) -> None:
    with bad_line(standin.url, writes_an_event) as line, a_client(10) as client:
        channel = matrix_account(line.url, ROOM, standin.token, client)
        line.status, line.said = 429, b'{"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many", "retry_after_ms": 2500}'
        with pytest.raises(Transient) as waiting:
            channel.send(delivery(), composed(channel), None)
    assert waiting.value.retry_after == 2.5
    assert standin.events == []


def test_html_keeps_what_a_reader_sees() -> None:
    said = marked(Parts("Siehe https://city.example/?a=1&b=2, <b>\nEnde"))
    assert as_html(said) == (
        'Siehe <a href="https://city.example/?a=1&amp;b=2">https://city.example/?a=1&amp;b=2</a>, &lt;b&gt;<br>Ende'
    )
