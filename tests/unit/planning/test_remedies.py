"""How what has left gets put right: by each network's abilities, and by wish."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from announcer.errors import PlanningError
from announcer.model.changes import CancelEvent, Change, ChangeRoom, CorrectWording, Remedy, Withdraw
from announcer.model.content import Abilities
from announcer.planning.remedies import check_wishes, remedy

ROOM: Change = ChangeRoom("keynote", "Saal 2")
SILENT: Change = CorrectWording("Schwahn", "Schwan", material=False)
EVERYTHING = Abilities(edit=True, delete=True, thread=True)
NO_EDIT = Abilities(delete=True, thread=True)
EDIT_ONLY = Abilities(edit=True)
NOTHING = Abilities()


@pytest.mark.parametrize(
    ("can", "change", "wish", "expected"),
    [
        (EVERYTHING, ROOM, "", Remedy.EDIT),
        (EVERYTHING, CancelEvent(), "", Remedy.EDIT),
        (NO_EDIT, ROOM, "", Remedy.REPLY),
        (EDIT_ONLY, ROOM, "", Remedy.EDIT),
        (NOTHING, ROOM, "", Remedy.HAND),
        (EVERYTHING, ROOM, "reply", Remedy.REPLY),
        (EVERYTHING, ROOM, "repost", Remedy.REPOST),
        (NO_EDIT, ROOM, "edit", Remedy.REPLY),
        (EDIT_ONLY, ROOM, "repost", Remedy.EDIT),
        (EDIT_ONLY, ROOM, "reply", Remedy.EDIT),
        (NOTHING, ROOM, "repost", Remedy.HAND),
        (EVERYTHING, SILENT, "", Remedy.EDIT),
        (NO_EDIT, SILENT, "", Remedy.LEAVE),
        (NO_EDIT, SILENT, "repost", Remedy.REPOST),
        (EVERYTHING, Withdraw(), "", Remedy.DELETE),
        (EVERYTHING, Withdraw(), "keep", Remedy.EDIT),
        (NO_EDIT, Withdraw(), "keep", Remedy.REPLY),
        (EDIT_ONLY, Withdraw(), "", Remedy.EDIT),
        (NOTHING, Withdraw(), "", Remedy.HAND),
    ],
)
def test_a_post(can: Abilities, change: Change, wish: str, expected: Remedy) -> None:
    assert remedy("social", can, change, wish) is expected


def test_below_an_answer_the_next_one_follows_unless_an_edit_is_wished() -> None:
    assert remedy("social", EVERYTHING, ROOM, answered=True) is Remedy.REPLY
    assert remedy("social", EVERYTHING, ROOM, "edit", answered=True) is Remedy.EDIT
    assert remedy("social", EDIT_ONLY, ROOM, answered=True) is Remedy.EDIT


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("feed", ROOM, Remedy.EDIT),
        ("feed", SILENT, Remedy.EDIT),
        ("feed", Withdraw(), Remedy.NOTICE),
        ("mail", ROOM, Remedy.MAIL),
        ("mail", SILENT, Remedy.LEAVE),
    ],
)
@pytest.mark.parametrize("wish", ["", "repost"])
def test_feed_and_mail_have_their_own_ways(kind: str, change: Change, wish: str, expected: Remedy) -> None:
    assert remedy(kind, EVERYTHING, change, wish) is expected


@pytest.mark.parametrize(
    ("change", "wishes", "said"),
    [
        (ROOM, {"": "delete"}, "choose edit, reply, repost"),
        (Withdraw(), {"": "repost"}, "choose delete, keep"),
        (ROOM, {"newsletter": "reply"}, "no channel for posts called 'newsletter'; known: mastodon, board"),
        (ROOM, {"board": "edit"}, "can't edit a post"),
        (ROOM, {"board": "repost"}, "can't repost a post"),
    ],
)
def test_a_wish_that_can_not_be_is_refused(change: Change, wishes: Mapping[str, str], said: str) -> None:
    exits = {"mastodon": ("social", EVERYTHING), "board": ("social", NOTHING), "newsletter": ("mail", NOTHING)}
    with pytest.raises(PlanningError, match=said):
        check_wishes(change, wishes, exits)
    check_wishes(ROOM, {"": "repost", "mastodon": "reply"}, exits)
