from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from announcer.sandbox.arrivals import AS_PLANNED, Arrivals, Post, PostDelete, PostEdit, Story
from announcer.sandbox.mastodon import Mastodon, Refused

NOW = datetime(2018, 9, 10, 12, tzinfo=UTC)


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals(now=NOW)


@pytest.fixture
def mastodon(arrivals: Arrivals) -> Mastodon:
    return Mastodon(arrivals, "http://127.0.0.1:1", display_name="Stadt Dortmund")


def test_publish_edit_delete_leave_three_arrivals(arrivals: Arrivals, mastodon: Mastodon) -> None:
    status = mastodon.publish({"status": "Eins", "language": "de"}, "k")
    mastodon.edit(status.id, {"status": "Zwei"})
    mastodon.delete(status.id)
    url = f"http://127.0.0.1:1/@presse/{status.id}"
    assert arrivals.all() == (
        Post(1, NOW, AS_PLANNED, status.id, "Eins", url, "de", key="k"),
        PostEdit(2, NOW, AS_PLANNED, status.id, "Eins", "Zwei", url),
        PostDelete(3, NOW, AS_PLANNED, status.id, "Zwei", url),
    )
    assert mastodon.shown() == {}
    assert status.id.isdigit()


def test_the_same_key_gives_the_same_status_for_an_hour(arrivals: Arrivals, mastodon: Mastodon) -> None:
    first = mastodon.publish({"status": "Eins"}, "k")
    arrivals.now = NOW + timedelta(hours=1)
    assert mastodon.publish({"status": "Eins"}, "k") == first
    arrivals.now = NOW + timedelta(hours=1, seconds=1)
    assert mastodon.publish({"status": "Eins"}, "k").id != first.id
    assert mastodon.publish({"status": "Eins"}, "").id != first.id


def test_an_edit_keeps_the_history_and_one_that_changes_nothing_is_none(mastodon: Mastodon) -> None:
    status = mastodon.publish({"status": "Eins"}, "")
    mastodon.edit(status.id, {"status": "Eins"})
    mastodon.edit(status.id, {"status": "Zwei"})
    assert [edit["content"] for edit in mastodon.versions(status.id)] == ["<p>Eins</p>", "<p>Zwei</p>"]
    assert mastodon.entity(mastodon.status(status.id))["edited_at"] == "2018-09-10T12:00:00.000Z"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 422, "Validation failed: Text can't be blank"),
        ({"status": "  \n"}, 422, "Validation failed: Text can't be blank"),
        ({"status": "ü" * 501}, 422, "Validation failed: Text character limit of 500 exceeded"),
        ({"status": "x" * 478 + " https://a.b"}, 422, "Validation failed: Text character limit of 500 exceeded"),
        ({"status": "x" * 499, "spoiler_text": "cw"}, 422, "Validation failed: Text character limit of 500 exceeded"),
        ({"status": "x", "visibility": "secret"}, 422, "Validation failed: Visibility is not included in the list"),
        ({"status": "x", "scheduled_at": "2030"}, 422, "Validation failed: the sandbox takes no scheduled_at"),
        ({"status": "x", "in_reply_to_id": "9"}, 404, "The post you are trying to reply to does not appear to exist."),
    ],
)
def test_what_the_server_refuses(mastodon: Mastodon, form: dict[str, str], status: int, error: str) -> None:
    with pytest.raises(Refused) as refused:
        mastodon.publish(form, "")
    assert (refused.value.status, refused.value.error) == (status, error)
    assert mastodon.shown() == {}


def test_what_just_fits_is_taken(mastodon: Mastodon) -> None:
    mastodon.publish({"status": "x" * 476 + " https://a.example/" + "y" * 90}, "")
    assert len(mastodon.shown()) == 1


def test_a_variant_finds_the_posts_of_its_past_and_none_of_the_others_future(
    arrivals: Arrivals, mastodon: Mastodon
) -> None:
    past = mastodon.publish({"status": "Vorher"}, "a")
    arrivals.now = NOW + timedelta(days=1)
    mastodon.edit(past.id, {"status": "Später bearbeitet"})
    later = mastodon.publish({"status": "Nachher"}, "b")
    arrivals.tell(Story("Absage", AS_PLANNED, NOW + timedelta(hours=1)))
    assert [status.text for status in mastodon.shown().values()] == ["Vorher"]
    with pytest.raises(Refused):
        mastodon.status(later.id)
    assert mastodon.publish({"status": "Nachher"}, "b").id != later.id
