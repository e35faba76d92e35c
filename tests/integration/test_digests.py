"""Digests on both stores: gathered, put together, approved, sent, kept true."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.engine import Engine
from announcer.errors import Conflict, NotAllowed
from announcer.model.changes import (
    CancelEvent,
    CorrectAnnouncement,
    CorrectWording,
    MoveEvent,
    PostponeEvent,
    Withdraw,
)
from announcer.model.facts import PubStatus
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import campaigns, change, digests, issues, pause
from announcer.planning.why import explain
from announcer.store import digests as rows
from announcer.store import people
from announcer.store.campaign import Campaign
from tests.integration.digest_world import CHIEF, FAIR, OFFICE, WEEKLY, DigestWorld, at, digest_world

BEGIN = at(8, 31)
COMPOSED, FRIDAY = at(9, 4, 6), at(9, 4, 10)
NEXT_COMPOSED, NEXT_FRIDAY = at(9, 11, 6), at(9, 11, 10)
STANDING = {**WEEKLY, "standing_approval": True}


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[DigestWorld]:
    with digest_world(tmp_path, database_url, BEGIN, {"week": WEEKLY}) as made:
        yield made


@pytest.fixture
def standing(tmp_path: Path, database_url: str) -> Iterator[DigestWorld]:
    with digest_world(tmp_path, database_url, BEGIN, {"week": STANDING}) as made:
        yield made


@pytest.fixture
def composed(world: DigestWorld) -> DigestWorld:
    """The issue of September 4 is put together; it tells the fair, the bicycles and the market."""
    world.announce("markt", at(9, 1))
    world.announce("rad", at(9, 2))
    world.announce("messe-text", at(9, 3), FAIR)
    world.go(COMPOSED)
    assert world.told(world.issue()) == ("messe-text", "rad", "markt")
    return world


@pytest.fixture
def approved(composed: DigestWorld) -> DigestWorld:
    composed.approve()
    assert composed.issue().state is MessageState.SCHEDULED
    return composed


# -- Putting together --


def test_an_issue_is_put_together_hours_ahead_and_sent_once_approved(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    world.announce("rad", at(9, 2))
    assert world.go(COMPOSED - timedelta(seconds=1)) == []
    assert world.issues() == []
    world.go(COMPOSED)
    issue = world.issue()
    assert (issue.state, issue.planned.due_at, issue.planned.not_after) == (MessageState.DRAFT, FRIDAY, at(9, 4, 20))
    assert world.told(issue) == ("rad", "markt")
    assert world.approve() == (issue.id,)
    assert world.go(FRIDAY - timedelta(seconds=1)) == []
    mails = world.go(FRIDAY)
    assert sorted(mail.recipient for mail in mails) == ["ada@post.example", "bela@post.example", "cem@post.example"]
    assert {mail.letter.subject for mail in mails} == {
        "Neues aus der Stadt, Ausgabe 1: Neu: rad",
        "Neues aus der Stadt, issue 1: Neu: rad",
    }
    assert world.issue().state is MessageState.SENT
    assert world.go(FRIDAY + timedelta(hours=1)) == []


def test_each_announcement_is_told_once_and_nothing_new_is_no_issue(approved: DigestWorld) -> None:
    approved.go(FRIDAY)
    assert approved.go(NEXT_COMPOSED) == []
    assert len(approved.issues()) == 1
    assert approved.log("no issue")[-1] == ("digest week", "2026-09-11", "nothing_new")
    approved.announce("bad", at(9, 15))
    approved.go(at(9, 18, 6))
    assert approved.told(approved.issue()) == ("bad",)


def test_what_comes_after_it_was_put_together_waits_for_the_next(approved: DigestWorld) -> None:
    approved.announce("bad", at(9, 4, 8))
    approved.go(FRIDAY)
    assert approved.told(approved.issue()) == ("messe-text", "rad", "markt")
    approved.go(NEXT_COMPOSED)
    assert approved.told(approved.issue()) == ("bad",)


def test_what_was_public_before_the_digest_is_not_told(tmp_path: Path, sqlite_url: str) -> None:
    with digest_world(tmp_path, sqlite_url, BEGIN, {}) as world:
        world.announce("alt", at(9, 1))
        said = digests.propose(world.house, "week", WEEKLY, at(9, 2))
        digests.confirm(world.house, said, CHIEF, "", at(9, 2))
        world.announce("neu", at(9, 2, 12))
        world.go(COMPOSED)
        assert world.told(world.issue()) == ("neu",)


def test_an_embargo_that_ends_in_time_is_told_one_that_does_not_waits(world: DigestWorld) -> None:
    world.announce("frueh", at(9, 3), embargoed_until=at(9, 4, 9))
    world.announce("spaet", at(9, 3), embargoed_until=at(9, 4, 11))
    world.go(COMPOSED)
    assert world.told(world.issue()) == ("frueh",)
    world.approve()
    world.go(at(9, 4, 9))
    assert len(world.go(FRIDAY)) == 3
    world.go(at(9, 4, 11))
    world.go(NEXT_COMPOSED)
    assert world.told(world.issue()) == ("spaet",)


def test_what_is_withheld_or_not_approved_is_not_told(world: DigestWorld) -> None:
    world.announce("zurueck", at(9, 2), status=PubStatus.WITHHELD)
    world.announce("markt", at(9, 3))
    world.go(COMPOSED)
    assert world.told(world.issue()) == ("markt",)


def test_only_topics_that_were_asked_for_and_not_too_few(tmp_path: Path, sqlite_url: str) -> None:
    wanted = {**WEEKLY, "topics": ["Verkehr"], "min_items": 2}
    with digest_world(tmp_path, sqlite_url, BEGIN, {"week": wanted}) as world:
        world.announce("rad", at(9, 1), topics=("verkehr",))
        world.announce("bad", at(9, 2), topics=("Sport",))
        world.go(COMPOSED)
        assert world.issues() == []
        assert world.log("no issue") == [("digest week", "2026-09-04", "too_few:1|2")]
        world.announce("bus", at(9, 8), topics=("Verkehr", "Umwelt"))
        world.go(NEXT_COMPOSED)
        assert world.told(world.issue()) == ("bus", "rad")


def test_an_issue_that_nobody_approved_is_missed_and_told_with_the_next(composed: DigestWorld) -> None:
    assert composed.go(FRIDAY) == []
    composed.go(at(9, 4, 20, 1))
    assert (composed.issue().state, composed.issue().planned.why) == (MessageState.MISSED, ("unapproved",))
    composed.announce("bad", at(9, 9))
    composed.go(NEXT_COMPOSED)
    assert composed.told(composed.issue()) == ("bad", "messe-text", "rad", "markt")
    composed.approve()
    mails = composed.go(NEXT_FRIDAY)
    assert {mail.letter.subject for mail in mails} >= {"Neues aus der Stadt, Ausgabe 1: Neu: bad"}


def test_an_issue_approved_late_leaves_until_the_evening(composed: DigestWorld) -> None:
    composed.go(FRIDAY)
    composed.clock.now = at(9, 4, 15)
    composed.approve()
    assert len(composed.go(at(9, 4, 15))) == 3


def test_a_standing_approval_approves_and_says_so(standing: DigestWorld) -> None:
    standing.announce("markt", at(9, 1))
    standing.go(COMPOSED)
    issue = standing.issue()
    assert (issue.state, issue.approved_by) == (MessageState.SCHEDULED, "standing approval (config.toml)")
    assert standing.log("approve")[-1] == (f"message {issue.id}", "digest week", "")
    assert len(standing.go(FRIDAY)) == 3


def test_two_workers_put_an_issue_together_once(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    world.clock.now = COMPOSED
    others = [Engine(world.house.settings, world.clock) for _ in range(3)]
    start = threading.Barrier(len(others))

    def work(engine: Engine) -> None:
        start.wait(10)
        for _ in range(5):
            issues.keep(engine.house, COMPOSED)

    threads = [threading.Thread(target=work, args=(engine,)) for engine in others]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        for engine in others:
            engine.close()
    assert [world.told(one) for one in world.issues()] == [("markt",)]
    assert [why for _, _, why in world.log("compose")] == [""]
    world.approve()
    assert len(world.go(FRIDAY)) == 3


def test_who_holds_a_digest_lets_nobody_else_put_its_issue_together(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    other = Engine(world.house.settings, world.clock)
    thread = threading.Thread(target=issues.keep, args=(other.house, COMPOSED))
    try:
        with world.engine.database.write() as connection:
            rows.lock(connection, "week")
            thread.start()
            thread.join(0.5)
            assert thread.is_alive()
        thread.join(60)
    finally:
        other.close()
    assert [world.told(one) for one in world.issues()] == [("markt",)]


def test_a_service_that_slept_puts_together_what_is_still_worth_it(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    world.go(at(9, 11, 9))
    assert world.log("miss")[-1] == ("digest week", "2026-09-04", "late")
    assert [m.planned.due_at for m in world.issues()] == [NEXT_FRIDAY]


def test_an_issue_is_for_its_list_and_no_other(approved: DigestWorld) -> None:
    """Not even for who is on another list when they leave this one."""
    both = approved.subscribe("dana@post.example", "newsletter")
    approved.subscribe("dana@post.example", "weekly")
    approved.subscribe("emil@post.example", "newsletter")
    approved.go(FRIDAY - timedelta(seconds=30))  # written to the ledger, not sent yet
    with approved.engine.database.write() as connection:
        people.leave(connection, both, "weekly", approved.clock())
    assert sorted(mail.recipient for mail in approved.go(FRIDAY)) == [
        "ada@post.example",
        "bela@post.example",
        "cem@post.example",
    ]


def test_issues_are_not_campaign_mails_of_the_week(tmp_path: Path, sqlite_url: str) -> None:
    """A daily one comes five times, and holds nothing else back."""
    daily = {**STANDING, "list": "daily", "when": "every day at 18:00"}
    with digest_world(tmp_path, sqlite_url, BEGIN, {"week": daily}, {"mails_per_week": 2}) as world:
        for list_id in ("daily", "newsletter"):
            world.subscribe("fritz@post.example", list_id)
        for day in range(1, 6):
            world.announce(f"m{day}", at(9, day))
            world.go(at(9, day, 14))
            world.go(at(9, day, 18))
        subjects = [m.letter.subject for m in world.sandbox.mails if m.recipient == "fritz@post.example"]
    assert len([subject for subject in subjects if "Ausgabe" in subject]) == 5
    assert len([subject for subject in subjects if "Ausgabe" not in subject]) == 2


STAFF = {
    "anna": {"name": "Anna Amsel", "mail": "anna@city.example", "approves": True},
    "cem": {"name": "Cem Dachs", "mail": "cem@city.example"},
}


def test_the_office_is_told_of_an_issue_that_waits_and_of_one_that_was_missed(tmp_path: Path, sqlite_url: str) -> None:
    with digest_world(tmp_path, sqlite_url, BEGIN, {"week": WEEKLY}, staff=STAFF) as world:
        world.announce("markt", at(9, 1), by=Actor("anna"))
        world.go(COMPOSED)
        asked = [mail.letter for mail in world.go(at(9, 4, 8)) if mail.recipient == "anna@city.example"]
        (letter,) = [one for one in asked if "freigeben" in one.subject]
        assert f"announcer approve digest:week -m {world.issue().id}" in letter.text
        assert "Neues aus der Stadt, Ausgabe 1: Neu: markt" in " ".join(letter.text.split())
        world.go(at(9, 4, 20, 1))
        world.go(at(9, 4, 20, 10))
        missed = [mail.letter.text for mail in world.sandbox.mails if mail.recipient == "cem@city.example"]
        assert any("nicht rechtzeitig freigegeben" in " ".join(text.split()).casefold() for text in missed)


def test_only_who_may_approve_gives_a_standing_approval(tmp_path: Path, sqlite_url: str) -> None:
    with digest_world(tmp_path, sqlite_url, BEGIN, {"week": WEEKLY}, staff=STAFF) as world:
        standing = digests.propose(world.house, "week", {"standing_approval": True}, BEGIN)
        with pytest.raises(NotAllowed):
            digests.confirm(world.house, standing, Actor("cem"), "", BEGIN)
        digests.confirm(world.house, standing, Actor("anna"), "", BEGIN)
        world.announce("markt", at(9, 1), by=Actor("anna"))
        world.go(COMPOSED)
        assert world.issue().approved_by == "standing approval (anna)"


# -- Kept true --


def test_a_correction_before_it_leaves_voids_the_approval(approved: DigestWorld) -> None:
    approved.change("rad", CorrectAnnouncement(headline="Radweg fertig"), at(9, 4, 7))
    issue = approved.issue()
    assert (issue.state, issue.approved_by) == (MessageState.DRAFT, None)
    assert explain(issue.planned.why[-1], "de") == (
        "neu zusammengestellt, weil sich „Radweg fertig“ geändert hat; "
        "eine Freigabe des früheren Textes gilt nicht mehr"
    )
    assert "Radweg fertig" in approved.said(issue)
    approved.go(FRIDAY)
    assert approved.issue().state is MessageState.DRAFT
    approved.approve()
    assert {"Radweg fertig" in mail.letter.text for mail in approved.go(FRIDAY + timedelta(minutes=5))} == {True}


def test_a_change_of_what_an_issue_does_not_say_leaves_the_approval(approved: DigestWorld) -> None:
    approved.change("rad", CorrectAnnouncement(body="Ein anderer Schluss.", material=False), at(9, 4, 7))
    approved.go(at(9, 4, 7, 1))
    assert approved.issue().state is MessageState.SCHEDULED
    assert len(approved.go(FRIDAY)) == 3


def test_what_was_withdrawn_is_taken_out(approved: DigestWorld) -> None:
    approved.change("rad", Withdraw(), at(9, 4, 7))
    issue = approved.issue()
    assert issue.state is MessageState.DRAFT
    assert issue.planned.why == ("item_gone:Neu: rad",)
    assert approved.told(issue) == ("messe-text", "markt")
    assert "rad" not in approved.said(issue)


def test_what_was_cancelled_is_taken_out_what_moved_is_worded_anew(approved: DigestWorld) -> None:
    approved.change("messe", MoveEvent(at(10, 3, 11), at(10, 3, 18)), at(9, 4, 7))
    issue = approved.issue()
    assert (issue.state, issue.planned.why) == (MessageState.DRAFT, ("item_changed:Neu: messe-text",))
    assert "Neuer Termin: Samstag, 3. Oktober 2026" in approved.said(issue)
    approved.approve()
    approved.change("messe", CancelEvent(), at(9, 4, 8))
    issue = approved.issue()
    assert (issue.state, issue.planned.why) == (MessageState.DRAFT, ("item_gone:Neu: messe-text",))
    assert approved.told(issue) == ("rad", "markt")


def test_a_postponed_event_stays_news(approved: DigestWorld) -> None:
    approved.change("messe", PostponeEvent(), at(9, 4, 7))
    assert "Ein neuer Termin steht noch nicht fest." in approved.said(approved.issue())
    assert approved.issue().state is MessageState.DRAFT


def test_an_issue_with_nothing_left_is_cancelled(world: DigestWorld) -> None:
    world.announce("rad", at(9, 2))
    world.go(COMPOSED)
    world.approve()
    world.change("rad", Withdraw(), at(9, 4, 7))
    assert (world.issue().state, world.issue().planned.why) == (MessageState.CANCELLED, ("issue_empty",))
    assert world.go(FRIDAY) == []
    world.go(NEXT_COMPOSED)
    assert len(world.issues()) == 1


def test_what_did_not_become_public_is_taken_out_and_told_later(world: DigestWorld) -> None:
    """Its event is paused between the two: the readers would find no page."""
    world.announce("markt", at(9, 2))
    world.announce("messe-text", at(9, 3), FAIR, embargoed_until=at(9, 4, 9))
    world.go(COMPOSED)
    world.approve()
    assert world.told(world.issue()) == ("messe-text", "markt")
    pause.pause(world.house, "event:messe", OFFICE, "", at(9, 4, 8))
    world.go(at(9, 4, 8))
    assert world.told(world.issue()) == ("markt",)
    assert world.issue().planned.why == ("item_gone:Neu: messe-text",)
    world.approve()
    world.go(FRIDAY)
    world.clock.now = at(9, 5)
    pause.resume(world.house, "event:messe", OFFICE, at(9, 5))
    world.go(at(9, 5))
    world.go(NEXT_COMPOSED)
    assert world.told(world.issue()) == ("messe-text",)


def test_a_service_that_slept_over_an_embargo_keeps_the_issue(world: DigestWorld) -> None:
    """What is due but not queued yet is about to leave: no reason to take it out."""
    world.announce("preis", at(9, 3), embargoed_until=at(9, 4, 9))
    world.go(COMPOSED)
    world.approve()
    world.go(at(9, 4, 9, 30))
    assert world.issue().state is MessageState.SCHEDULED
    assert len(world.go(FRIDAY)) == 3


def test_what_hangs_on_its_way_is_taken_out(world: DigestWorld) -> None:
    world.announce("markt", at(9, 2))
    world.announce("preis", at(9, 3), embargoed_until=at(9, 4, 9))
    world.go(COMPOSED)
    for channel in world.house.exits:
        pause.pause(world.house, f"channel:{channel}", OFFICE, "", at(9, 4, 8))
    world.go(at(9, 4, 9))
    assert world.told(world.issue()) == ("preis", "markt")
    world.go(at(9, 4, 9, 6))
    assert world.told(world.issue()) == ("markt",)


def test_a_standing_approval_holds_for_the_new_words_too(standing: DigestWorld) -> None:
    standing.announce("markt", at(9, 1))
    standing.go(COMPOSED)
    standing.change("markt", CorrectAnnouncement(headline="Markt verlegt"), at(9, 4, 7))
    assert standing.issue().state is MessageState.SCHEDULED
    assert {"Markt verlegt" in mail.letter.text for mail in standing.go(FRIDAY)} == {True}


# -- Whoever read it --


@pytest.fixture
def sent(approved: DigestWorld) -> DigestWorld:
    """The issue has left; Dana got it and the campaigns' own mails as well, Emil only those."""
    approved.go(at(9, 4, 9))
    for list_id in ("weekly", "newsletter"):
        approved.subscribe("dana@post.example", list_id)
    approved.subscribe("emil@post.example", "newsletter")
    assert len(approved.go(FRIDAY)) == 4
    return approved


def test_a_correction_reaches_who_read_the_wrong_headline_in_an_issue(sent: DigestWorld) -> None:
    issue = {mail.recipient: mail.letter.message_id for mail in sent.sandbox.mails}
    done = sent.change("rad", CorrectAnnouncement(headline="Radweg gesperrt", note="Er ist noch gesperrt."), at(9, 5))
    notices = sent.go(at(9, 5))
    assert sorted(mail.recipient for mail in notices) == [
        "ada@post.example",
        "bela@post.example",
        "cem@post.example",
        "dana@post.example",
    ]
    assert {mail.letter.subject.partition(":")[0] for mail in notices} == {"KORREKTUR", "CORRECTION"}
    assert all(mail.letter.answers == (issue[mail.recipient],) for mail in notices)
    assert done.wrong_mails == 4


def test_who_got_the_own_mail_as_well_is_told_once(world: DigestWorld) -> None:
    world.subscribe("ada@post.example", "newsletter")
    world.subscribe("emil@post.example", "newsletter")
    world.announce("rad", at(9, 2))
    world.go(COMPOSED)
    world.approve()
    world.go(FRIDAY)
    assert [mail.recipient for mail in world.sandbox.mails].count("ada@post.example") == 2
    world.change("rad", CorrectAnnouncement(headline="Radweg gesperrt"), at(9, 5))
    notices = [mail.recipient for mail in world.go(at(9, 5))]
    assert sorted(notices) == [f"{name}@post.example" for name in ("ada", "bela", "cem", "emil")]


def test_what_an_issue_did_not_say_is_not_corrected_to_its_readers(sent: DigestWorld) -> None:
    done = sent.change("rad", CorrectAnnouncement(body="Ein anderer Schluss."), at(9, 5))
    assert sent.go(at(9, 5)) == []
    assert done.wrong_mails == 0


def test_who_left_the_list_since_is_not_written_to(sent: DigestWorld) -> None:
    with sent.engine.database.write() as connection:
        ada = people.find(connection, "ada@post.example")
        assert ada is not None
        people.leave(connection, ada.id, "weekly", at(9, 4, 12))
    sent.change("rad", CorrectAnnouncement(lead="Es geht um etwas anderes."), at(9, 5))
    assert "ada@post.example" not in {mail.recipient for mail in sent.go(at(9, 5))}


def test_another_place_is_told_to_readers_of_issues(sent: DigestWorld) -> None:
    sent.change("messe", CorrectWording("Westfalenhalle", "Rathaus"), at(9, 5))
    assert "ada@post.example" in {mail.recipient for mail in sent.go(at(9, 5))}


def test_a_moved_event_answers_the_issue(sent: DigestWorld) -> None:
    issue = {mail.recipient: mail.letter.message_id for mail in sent.sandbox.mails}
    sent.change("messe", MoveEvent(at(10, 3, 11), at(10, 3, 18)), at(9, 5))
    notices = sent.go(at(9, 5))
    assert [mail.recipient for mail in notices].count("ada@post.example") == 1
    assert {mail.letter.answers for mail in notices if mail.recipient == "ada@post.example"} == {
        (issue["ada@post.example"],)
    }


def test_what_is_queued_takes_the_new_words_and_nobody_is_told_twice(approved: DigestWorld) -> None:
    approved.go(FRIDAY - timedelta(seconds=30))
    assert approved.issue().state is MessageState.SENDING
    approved.change("rad", CorrectAnnouncement(headline="Radweg gesperrt"), FRIDAY - timedelta(seconds=20))
    mails = approved.go(FRIDAY)
    assert len(mails) == 3
    assert all("Radweg gesperrt" in mail.letter.text and "Neues aus der Stadt" in mail.letter.text for mail in mails)
    assert approved.go(FRIDAY + timedelta(minutes=10)) == []


def test_a_change_that_was_looked_at_before_the_issue_left_is_refused(approved: DigestWorld) -> None:
    approved.clock.now = at(9, 4, 9)
    proposal = change.propose(
        approved.house, approved.key("rad"), CorrectAnnouncement(headline="Radweg"), approved.clock()
    )
    approved.go(FRIDAY)
    with pytest.raises(Conflict, match="an issue of a digest left or changed meanwhile"):
        change.confirm(approved.house, proposal, CHIEF, "", approved.clock())


# -- On demand, set up, removed --


def test_a_special_issue_leaves_when_it_is_approved(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    special = issues.compose(world.house, "week", CHIEF, at(9, 1, 14), special=True)
    assert (special.planned.occurrence.anchor, special.planned.due_at) == ("now:2026-09-01T14:00:00", at(9, 1, 14))
    world.clock.now = at(9, 1, 14, 5)
    world.approve()
    assert len(world.go(at(9, 1, 14, 5))) == 3
    world.announce("rad", at(9, 3))
    world.go(COMPOSED)
    assert world.told(world.issue()) == ("rad",)
    world.approve()
    assert {mail.letter.subject for mail in world.go(FRIDAY)} >= {"Neues aus der Stadt, Ausgabe 2: Neu: rad"}


def test_the_next_issue_can_be_put_together_early_but_only_once(world: DigestWorld) -> None:
    with pytest.raises(Conflict, match="the digest 'week' has nothing new to tell"):
        issues.compose(world.house, "week", CHIEF, at(9, 1), special=False)
    world.announce("markt", at(9, 1))
    early = issues.compose(world.house, "week", CHIEF, at(9, 2), special=False)
    assert early.planned.due_at == FRIDAY
    world.announce("rad", at(9, 3))
    world.go(COMPOSED)
    assert [world.told(one) for one in world.issues()] == [("markt",)]


def test_another_time_puts_the_issue_together_anew(approved: DigestWorld) -> None:
    later = digests.propose(approved.house, "week", {"when": "every Friday at 14:00"}, at(9, 4, 7))
    assert [message.id for message in later.dropped] == [approved.issue().id]
    digests.confirm(approved.house, later, CHIEF, "Markttag", at(9, 4, 7))
    assert approved.issue().planned.why == ("digest_changed",)
    assert approved.go(FRIDAY) == []
    issue = approved.issue()
    assert (issue.state, issue.planned.due_at, issue.planned.why) == (MessageState.DRAFT, at(9, 4, 14), ())
    assert approved.told(issue) == ("messe-text", "rad", "markt")
    approved.approve()
    assert len(approved.go(at(9, 4, 14))) == 3


def test_another_time_leaves_a_special_issue_alone(world: DigestWorld) -> None:
    world.announce("markt", at(9, 1))
    special = issues.compose(world.house, "week", CHIEF, at(9, 1, 14), special=True)
    later = digests.propose(world.house, "week", {"when": "every Friday at 14:00"}, at(9, 1, 15))
    other = digests.propose(world.house, "week", {"list": "daily"}, at(9, 1, 15))
    assert (later.dropped, [one.id for one in other.dropped]) == ((), [special.id])


def test_two_people_do_not_overwrite_each_other(world: DigestWorld) -> None:
    mine = digests.propose(world.house, "week", {"title": "Meins"}, BEGIN)
    yours = digests.propose(world.house, "week", {"title": "Deins"}, BEGIN)
    digests.confirm(world.house, mine, CHIEF, "", BEGIN)
    with pytest.raises(Conflict, match="was changed by someone else"):
        digests.confirm(world.house, yours, OFFICE, "", BEGIN)


def test_a_removed_digest_sends_nothing_and_comes_back_without_the_old(approved: DigestWorld) -> None:
    assert digests.remove(approved.house, "week", CHIEF, "", at(9, 4, 8)) == 1
    assert approved.issue().planned.why == ("digest_removed",)
    assert approved.go(FRIDAY) == []
    assert Campaign(digest_id="week") not in campaigns_of(approved)
    digests.seed(approved.house)
    back = digests.propose(approved.house, "week", {}, at(9, 9))
    assert (back.before, back.after.title) == (None, "Neues aus der Stadt")
    digests.confirm(approved.house, back, CHIEF, "", at(9, 9))
    approved.announce("bad", at(9, 9, 12))
    approved.go(NEXT_COMPOSED)
    assert "bad" in approved.told(approved.issue())


def campaigns_of(world: DigestWorld) -> list[Campaign]:
    """Every campaign."""
    with world.engine.database.read() as connection:
        return campaigns.all_campaigns(connection)
