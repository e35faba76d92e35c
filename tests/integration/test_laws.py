"""Any course of events on a real engine: office, networks and crashes in any order, and what always holds.

Each example gets a copy of a planned campaign and a story of its own in one
sandbox. After every step the laws of `laws.py` are checked.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count, cycle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from announcer.engine import MAIL, Engine
from announcer.errors import PlanningError
from announcer.model.campaign import Kind, Message
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRoom,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    Remedy,
    ReplacePerson,
    Withdraw,
)
from announcer.model.content import digest
from announcer.model.facts import EventStatus, PubStatus
from announcer.model.ledger import MessageState
from announcer.office import campaigns, change, pause, wording, worlds
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.sandbox.arrivals import Arrival
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import changes, ledger, mailing, playbooks, schema
from announcer.store.database import open_database
from tests.integration import laws
from tests.integration.campaign_world import BERLIN, EXAMPLE, KEY, OFFICE, CampaignWorld, at

BEGIN, EMBARGO = at(6, 20), at(6, 25)
SESSIONS = ("keynote", "grusswort", "talk", "fuehrungen")
WRONG = (("Gesine Schwahn", "Gesine Schwan"), ("Ullrich Sierau", "Ulrich Sierau"), ("Großer Saal", "Goldsaal"))
STEPS = [timedelta(seconds=20), timedelta(minutes=7), timedelta(hours=3), timedelta(days=2), timedelta(weeks=3)]
#: Where examples begin, and when that is.
BEGINNINGS = {"planned": BEGIN, "approved": BEGIN, "announced": at(8, 21), "near": at(9, 18, 7, 30)}
_EVENT = f"event:{KEY.event_id}"
#: Campaign mails for one recipient within seven days: few, so that it matters.
CAP = 2
#: What becomes of late messages, in turn from rule to rule.
POLICIES = ("send", "ask", "rewrite", "drop")


class Stage:
    """What all examples share: the receiver, and a planned campaign to copy."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="announcer-laws-")))
        source = read_folder(EXAMPLE, Settings(root=self.folder))
        self.sandbox = self._stack.enter_context(Sandbox(now=BEGIN, event=source.event))
        self._numbers = count(1)
        first = self.folder / "planned"
        first.mkdir()
        database = open_database(f"sqlite:///{first}/announcer.db")
        schema.migrate(database)
        database.close()
        engine, clock = self.open(first, BEGIN)
        world = CampaignWorld(engine, self.sandbox, clock)
        self._mix_policies(engine)
        world.set_up(source.event, source.facts.announcement, readers=3)
        world.subscribe("reader0@post.example", "praktisch")
        engine.close()
        self._further("approved", "planned")
        self._further("announced", "approved", at(6, 25), at(6, 26), at(7, 9), at(8, 21))
        self._further("near", "announced", at(9, 1), at(9, 3), at(9, 11), at(9, 17), at(9, 18, 7, 30))

    def _mix_policies(self, engine: Engine) -> None:
        """The shipped playbook with every late policy in it."""
        with engine.database.write() as connection:
            rules = {id_: json.loads(text) for id_, text in playbooks.rules_of(connection, "conference").items()}
            timed = [rule for rule in rules.values() if rule["when"]["anchor"] not in ("change", "publication")]
            for policy, rule in zip(cycle(POLICIES), timed, strict=False):
                rule["late"] = policy
            definitions = {id_: json.dumps(rule) for id_, rule in rules.items()}
            playbooks.save(connection, "conference", definitions, "own", OFFICE, BEGIN)

    def _further(self, name: str, before: str, *moments: datetime) -> None:
        """Another beginning: the approved campaign, after these moments."""
        folder = self._begin(name, before)
        engine, clock = self.open(folder, BEGINNINGS[before])
        world = CampaignWorld(engine, self.sandbox, clock)
        if not moments:
            assert world.approve().problems == ()
        world.walk(*moments)
        engine.close()

    def _begin(self, name: str, before: str) -> Path:
        shutil.copytree(self.folder / before, self.folder / name)
        self.sandbox.now = BEGINNINGS[before]
        if before == "planned":
            self.sandbox.story = name
        else:
            self.sandbox.branch(name, since=BEGINNINGS[before] + timedelta(microseconds=1), of=before)
        return self.folder / name

    def open(self, folder: Path, now: datetime) -> tuple[Engine, DrivenClock]:
        """An engine on a folder."""
        base = stage.scratch_settings(
            Settings(root=folder), folder, smtp_port=self.sandbox.smtp_port, mastodon_url=self.sandbox.url
        )
        clock = DrivenClock(now)
        office = base.office.model_copy(update={"mails_per_week": CAP})
        return Engine(base.model_copy(update={"office": office}), clock), clock

    def copy(self, beginning: str) -> Path:
        """A folder of one's own, and a story that shares the beginning's past."""
        return self._begin(f"example{next(self._numbers)}", beginning)

    def close(self) -> None:
        """Stop receiving."""
        self._stack.close()


_STAGES: list[Stage] = []


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    """One stage for the module."""
    _STAGES.append(Stage())
    yield
    _STAGES.pop().close()


class Course(RuleBasedStateMachine):
    """One campaign, and everything that can happen to it."""

    #: While a send is in doubt or deferred, the office waits: what it may do to such a message has tests of its own.
    careful = False

    def __init__(self) -> None:
        super().__init__()
        self.stage = _STAGES[-1]
        self.sandbox = self.stage.sandbox
        self.everything: list[laws.Arrived] = []
        self.posts: dict[str, str] = {}
        self.published: dict[str, str] = {}
        self.approved: set[int] = set()
        self.lists = {f"reader{n}@post.example": {"newsletter"} for n in range(3)}
        self.lists["reader0@post.example"].add("praktisch")
        self.lists["desk@redaktion.example"] = {"presse"}
        self.since = {(address, list_): BEGIN for address, lists in self.lists.items() for list_ in lists}
        self.sent_on: set[int] = set()  #: Messages of which a person sent what was held.
        self.paused: set[str] = set()
        self.banned: list[str] = []
        self.misled: dict[int, dict[str, set[str]]] = {}  #: Change → who had a wrong mail, by which lists.
        self.doubted: dict[int, set[str]] = {}  #: Change → who may have had a wrong mail: claimed, and not heard of.
        self.owed: dict[int, set[str]] = {}  #: Correction mail → to whom, when it was queued.
        self.crashed = False
        self.wish = ""
        self.left: set[int] = set()  #: Messages that a silent correction could not reach.

    @initialize(
        beginning=st.sampled_from(["near", "announced", "approved", "planned"]),
        can=st.sampled_from([{}, {}, {"edit": False}, {"edit": False, "thread": False, "delete": False}]),
    )
    def begin(self, beginning: str, can: dict[str, bool]) -> None:
        """Where this example's campaign stands at first, and what its network of posts can't do."""
        self.can = can
        now = BEGINNINGS[beginning]
        self.seen = 0
        self.folder = self.stage.copy(beginning)
        self.engine, self.clock = self.stage.open(self.folder, now)
        self.house = self.engine.house
        self.office().network_can(**can)
        self.standing = self.look()
        self.ids = {address: id_ for id_, address in self.standing.addresses.items()}
        self.approved |= laws.approved_now(self.standing)
        chain = list(BEGINNINGS)[: list(BEGINNINGS).index(beginning) + 1]
        past = [a for a in self.sandbox.arrivals if a.story in chain]
        nothing = replace(self.standing, deliveries={})
        self.everything += laws.arrived(past, nothing, self.standing, self.posts)
        self.seen = len(self.sandbox.arrivals)

    def arrivals(self) -> list[Arrival]:
        """What came since the last look."""
        return [a for a in self.sandbox.arrivals[self.seen :] if a.story == self.folder.name]

    # -- What the rules need. --

    def look(self) -> laws.Standing:
        with self.engine.database.read() as connection:
            return laws.look(connection)

    def office(self) -> CampaignWorld:
        return CampaignWorld(self.engine, self.sandbox, self.clock)

    def restart(self) -> None:
        self.engine.close()
        self.engine, self.clock = self.stage.open(self.folder, self.clock.now)
        self.house = self.engine.house
        self.office().network_can(**self.can)
        self.engine.recover()
        self.crashed = False

    def work(self, moment: datetime, *, ticks: bool = True, drains: bool = True) -> None:
        """Everything the service does at a moment, or only a part of it; then the laws of arriving."""
        self.clock.now = self.sandbox.now = max(moment, self.clock.now)
        if self.crashed:
            self.restart()
        if ticks:
            self.engine.tick()
        for name in self.engine.ways_out if drains else ():
            self.engine.drain(name)
        if ticks:
            self.engine.tick()
        self.check()

    def unsure(self) -> bool:
        """Whether something was tried and is not settled, or a correction is under way."""
        return any(
            row.attempts or row.action != "publish" or row.state in ("sending", "deferred")
            for row in self.standing.open()
        )

    def calm(self) -> None:
        """Wait until nothing is in doubt."""
        if self.crashed:
            self.restart()
        for _ in range(5):
            if not self.unsure():
                return
            self.work(self.clock.now + timedelta(minutes=1))

    def next_moment(self) -> datetime | None:
        with self.engine.database.read() as connection:
            ready = ledger.next_ready(connection)
            ends = [m.planned.not_after for m in store.messages(connection, states=store.OPEN)]
        moments = [ready, *[end + timedelta(microseconds=1) for end in ends if end is not None]]
        return min((m for m in moments if m is not None and m > self.clock.now), default=None)

    @property
    def ended(self) -> bool:
        facts = self.facts()
        assert facts.event is not None
        assert facts.announcement is not None
        off = facts.event.status in (EventStatus.CANCELLED, EventStatus.POSTPONED)
        return off or facts.announcement.status is PubStatus.CANCELED

    def facts(self) -> Facts:
        return self.world().facts

    def world(self) -> worlds.World:
        with self.engine.database.read() as connection:
            return worlds.read_world(connection, self.house, KEY, self.clock.now)

    # -- Time. --

    @rule(times=st.integers(1, 4))
    def to_the_next_moments(self, times: int) -> None:
        for _ in range(times):
            moment = self.next_moment()
            if moment is not None:
                self.work(moment)

    @rule(late=st.sampled_from([timedelta(0), timedelta(seconds=5), timedelta(minutes=12)]))
    def to_the_next_moment(self, late: timedelta) -> None:
        moment = self.next_moment()
        if moment is not None:
            self.work(moment + late)

    @rule(step=st.sampled_from(STEPS))
    def on(self, step: timedelta) -> None:
        self.work(self.clock.now + step)

    @rule()
    def tick_without_sending(self) -> None:
        """Written to the ledger, a little early, and not sent."""
        moment = self.next_moment()
        if moment is not None:
            self.work(moment - timedelta(seconds=30), drains=False)

    @rule()
    def send_without_tick(self) -> None:
        self.work(self.clock.now + timedelta(seconds=40), ticks=False)

    # -- The office. --

    @rule(part=st.sampled_from([1, 1, 3]))
    def approve(self, part: int) -> None:
        if self.careful and _EVENT in self.paused:
            return
        drafts = [id_ for id_ in self.standing.messages if id_ % part == 0]
        done = campaigns.approve(self.house, KEY, OFFICE, self.clock.now, drafts)
        assert done.problems == ()
        self.check()

    @rule()
    def plan_twice(self) -> None:
        self.office().plan()
        self.check()
        before = self.standing
        self.office().plan()
        self.check()
        assert self.standing == before

    @rule(position=st.integers(0, 40))
    def strike_out(self, position: int) -> None:
        ids = sorted(self.standing.messages)
        campaigns.let_go(self.house, KEY, [ids[position % len(ids)]], OFFICE, "", self.clock.now)
        self.check()

    @rule(which=st.sampled_from(["recap@day:1", "recap@day:2", "documentation"]))
    def give_words(self, which: str) -> None:
        campaigns.give_words(self.house, KEY, which, "Ein guter Tag.", OFFICE, self.clock.now)
        self.check()

    @rule(what=st.sampled_from(["all", "channel:mastodon", "channel:newsletter", "channel:feed", _EVENT]))
    def pause_or_resume(self, what: str) -> None:
        if self.careful:
            self.calm()
        if what in self.paused:
            self.resume(what)
            self.paused.remove(what)
        else:
            pause.pause(self.house, what, OFFICE, "", self.clock.now)
            self.paused.add(what)
        self.check()

    def resume(self, what: str) -> None:
        """What is shown beforehand is what becomes of the ledger."""
        with self.engine.database.read() as connection:
            shown = pause.what_would_go(connection, self.house, what, self.clock.now)
        pause.resume(self.house, what, OFFICE, self.clock.now)
        after = self.look()
        laws.resumed(shown, after)

    @rule(position=st.integers(0, 40), send=st.booleans())
    def decide(self, position: int, send: bool) -> None:
        """What is held of a message leaves, or does not."""
        held = sorted({row.message_id for row in self.standing.open() if row.state == "held"})
        if held:
            chosen = held[position % len(held)]
            pause.decide(self.house, chosen, send, OFFICE, "", self.clock.now)
            if send:
                self.sent_on.add(chosen)
            self.check()

    @rule(down=st.sampled_from([timedelta(minutes=2), timedelta(minutes=40)]))
    def start_after_an_outage(self, down: timedelta) -> None:
        self.restart()
        self.engine.after_outage(self.clock.now - down)
        self.check()

    # -- Changes. --

    def change(self, wanted: Change) -> bool:
        """Propose and confirm; False if it makes no sense, and then nothing changed."""
        if self.careful:
            self.calm()
            if _EVENT in self.paused or self.unsure():
                return False
        wrong_before, doubtful = self.received(), self.doubtful()
        wish = self.wish if not isinstance(wanted, Withdraw) else "keep" if self.wish == "edit" else ""
        try:
            proposal = self.office().propose(wanted, wish)
            done = change.confirm(self.house, proposal, OFFICE, "", self.clock.now)
        except PlanningError:
            before = self.standing
            self.check()
            assert self.standing == before
            return False
        fixes = [fix for wrong in proposal.wrong for fix in wrong.fixes if fix.remedy is Remedy.LEAVE]
        self.left |= {fix.post.message_id for fix in fixes if fix.post is not None}
        with self.engine.database.read() as connection:
            stale = changes.stale_messages(connection, done.change_id)
        self.misled[done.change_id] = {
            address: {list_ for id_ in stale if (list_ := found.get(id_))} for address, found in wrong_before.items()
        }
        self.doubted[done.change_id] = {address for id_ in stale for address in doubtful.get(id_, ())}
        self.check()
        return True

    def received(self) -> dict[str, dict[int, str]]:
        """Who received which message, by which list."""
        result: dict[str, dict[int, str]] = {}
        for one in self.everything:
            if one.address:
                result.setdefault(one.address, {})[one.row.message_id] = one.row.target
        return result

    def doubtful(self) -> dict[int, set[str]]:
        """Who may have received which message: a worker holds it, or was never heard of again."""
        result: dict[int, set[str]] = {}
        for row in self.standing.deliveries.values():
            if row.subscriber_id is not None and (row.state in ("sending", "unknown") or row.maybe_double):
                result.setdefault(row.message_id, set()).add(self.standing.addresses[row.subscriber_id])
        return result

    @rule(wish=st.sampled_from(["", "edit", "reply", "repost"]))
    def wish_for(self, wish: str) -> None:
        """From now on posts are put right like this."""
        self.wish = wish

    @rule(days=st.sampled_from([2, 7, 30, -3]))
    def move_event(self, days: int) -> None:
        event = self.facts().event
        assert event is not None
        assert event.start is not None
        revived = {m.id for m in self.standing.messages.values() if m.state is MessageState.CANCELLED}
        if self.careful and any(row.message_id in revived for row in self.standing.deliveries.values()):
            return
        local = event.start.astimezone(BERLIN) + timedelta(days=days)
        self.change(MoveEvent(local))

    @rule(session=st.sampled_from(SESSIONS), minutes=st.sampled_from([-30, 20, 90, 24 * 60]))
    def move_session(self, session: str, minutes: int) -> None:
        event = self.facts().event
        found = event.session(session) if event else None
        if found is not None and found.start is not None:
            self.change(MoveSession(session, found.start + timedelta(minutes=minutes)))

    @rule(
        session=st.sampled_from(SESSIONS),
        what=st.one_of(
            st.none(),
            st.sampled_from(["Saal 2", "Saal 3", "Foyer"]),
            st.sampled_from([10, 45]),
        ),
    )
    def change_session(self, session: str, what: str | int | None) -> None:
        """Another room, a delay, or it falls out."""
        match what:
            case str():
                self.change(ChangeRoom(session, what))
            case int():
                self.change(Delay(session, what))
            case _:
                self.change(CancelSession(session))

    @rule(words=st.sampled_from(WRONG), material=st.booleans())
    def correct_wording(self, words: tuple[str, str], material: bool) -> None:
        if self.change(CorrectWording(*words, material)):
            self.banned.append(words[0])

    @rule(old=st.sampled_from(["Schwahn", "Schwan", "Sierau"]), new=st.sampled_from(["", "Ada Lehmann"]))
    def replace_person(self, old: str, new: str) -> None:
        self.change(ReplacePerson(old, new))

    @rule(what=st.sampled_from([None, None, PostponeEvent(), CancelEvent(), Withdraw()]))
    def call_off(self, what: Change | None) -> None:
        if what is not None:
            self.change(what)

    # -- People. --

    @rule(number=st.integers(0, 4), list_=st.sampled_from(["newsletter", "praktisch"]))
    def subscribe(self, number: int, list_: str) -> None:
        address = f"reader{number}@post.example"
        self.ids[address] = self.office().subscribe(address, list_)
        if list_ not in self.lists.setdefault(address, set()):
            self.since[address, list_] = self.clock.now
        self.lists[address].add(list_)
        self.check()

    @rule(number=st.integers(0, 4), list_=st.sampled_from(["newsletter", "praktisch", "presse"]))
    def leave(self, number: int, list_: str) -> None:
        address = "desk@redaktion.example" if list_ == "presse" else f"reader{number}@post.example"
        if list_ in self.lists.get(address, ()):
            self.office().leave(self.ids[address], list_)
            self.lists[address].remove(list_)
            self.check()

    # -- What goes wrong. --

    @rule()
    def lose_the_answer_of_a_post(self) -> None:
        moment = self.next_moment()
        self.sandbox.mastodon.faults.lose_answer = 1
        self.work(moment or self.clock.now)
        self.sandbox.mastodon.faults.lose_answer = 0
        if self.careful:
            self.calm()

    @rule(reply=st.sampled_from(["451 4.3.0 Try again later", "550 5.7.1 Refused"]), number=st.integers(0, 4))
    def relay_refuses(self, reply: str, number: int) -> None:
        moment = self.next_moment()
        everybody = reply.startswith("451")
        self.sandbox.smtp_faults.recipients = {"*" if everybody else f"reader{number}@post.example": reply}
        self.work(moment or self.clock.now)
        self.sandbox.smtp_faults.recipients = {}
        self.restart()  # A fresh process knocks at once; this one would wait in real seconds.

    @rule(channel=st.sampled_from(["mastodon", MAIL, "feed"]))
    def crash(self, channel: str) -> None:
        """Claimed, and never heard of again."""
        moment = self.next_moment()
        self.work(moment or self.clock.now, drains=False)
        with self.engine.database.write() as connection:
            if channel == MAIL:
                mailing.claim_mail(connection, MAIL, self.clock.now, "dead", 2)
            else:
                ledger.claim(connection, channel, self.clock.now, "dead")
        self.crashed = True
        self.check()

    # -- The laws. --

    def check(self) -> None:
        before, self.standing = self.standing, self.look()
        arrivals = self.arrivals()
        self.seen = len(self.sandbox.arrivals)
        laws.follow_the_tables(before, self.standing)
        laws.written_once(before, self.standing)
        laws.agree(self.standing)
        if not self.crashed:
            laws.at_rest(self.standing)
        self.owe()
        new = laws.arrived(arrivals, before, self.standing, self.posts)
        self.everything += new
        if new:
            self.check_new(new)
        self.check_owed()
        self.approved |= laws.approved_now(self.standing)
        laws.feed_is_projection(self.folder / "feeds", self.standing, self.published)

    def check_new(self, new: list[laws.Arrived]) -> None:
        world, ended = self.world(), self.ended
        for one in new:
            message = self.standing.messages[one.row.message_id]
            laws.in_its_time(one, message, EMBARGO)
            laws.was_approved(one, self.approved, self.standing)
            self.was_not_paused(one)
            if ended:
                laws.may_speak(one, message)
            if one.address:
                allowed = self.lists[one.address] & laws.lists_of(message)
                assert allowed, f"{one.address} had left before message {message.id} came"
                assert one.row.target in self.lists[one.address]
                self.was_there_before(one, message)
            # A correction quotes what was wrong, and a release that was taken back is named as people know it.
            quotes = message.planned.kind is Kind.CORRECTION or "irrtümlich" in one.text
            if not quotes and not one.text.startswith("ZURÜCKGEZOGEN"):
                assert not [word for word in self.banned if word in one.text], one.text
            is_answer = one.row.action == "publish" and one.row.corrects_id is not None and not one.address
            if not one.row.maybe_double and not is_answer:
                self.says_the_facts(one, world)
        laws.once(self.everything, self.standing)
        laws.within_the_cap(self.everything, self.standing, CAP, self.sent_on)

    def was_there_before(self, one: laws.Arrived, message: Message) -> None:
        """No reminder for who subscribed on its own day or later."""
        due = message.planned.due_at
        if message.planned.kind is Kind.REMINDER and due is not None:
            day = datetime.combine(due.astimezone(BERLIN).date(), time(0), BERLIN)
            began = min(since for (address, _), since in self.since.items() if address == one.address)
            assert began < day, f"{one.address} came at {began} and got the reminder of {due}"

    def was_not_paused(self, one: laws.Arrived) -> None:
        assert not self.paused & {"all", f"channel:{one.row.channel}", _EVENT}, "it was paused"

    def says_the_facts(self, one: laws.Arrived, world: worlds.World) -> None:
        """What arrives is what would be worded now."""
        planned = self.standing.messages[one.row.message_id].planned
        sent = self.standing.contents[one.row.content_id]
        limits = self.house.limits(planned.channel, self.clock.now)
        now = dict(wording.payloads(self.house, world.scene, planned, limits, late=bool(sent.variant)))
        assert digest(now[one.row.language]) == sent.hash, f"sent: {sent.payload}\nnow: {now[one.row.language]}"

    def owe(self) -> None:
        """To whom a correction mail has to go, at the moment it is queued."""
        for message in self.standing.messages.values():
            queued = message.state is not MessageState.SCHEDULED and self.standing.of(message.id)
            if message.planned.channel != MAIL or message.change_id is None or message.id in self.owed or not queued:
                continue
            if message.planned.kind in laws.TO_ALL:
                self.owed[message.id] = {address for address, lists in self.lists.items() if lists}
            else:
                misled = self.misled[message.change_id]
                self.owed[message.id] = {a for a, by in misled.items() if by & self.lists[a]}

    def check_owed(self) -> None:
        """Each of them once, unless they left; and nobody else but who may have had what was wrong."""
        for id_, owed in self.owed.items():
            message = self.standing.messages[id_]
            got = {one.address for one in self.everything if one.row.message_id == id_}
            owed_or_in_doubt = owed | self.doubted.get(message.change_id or 0, set())
            assert got <= owed_or_in_doubt, (
                f"{got - owed_or_in_doubt} received the correction {id_} of something they never had"
            )
            if message.state is MessageState.SENT:
                staying = {address for address in owed if self.lists[address]}
                if message.planned.kind not in laws.TO_ALL:
                    staying = {a for a in owed if self.misled[message.change_id or 0][a] & self.lists[a]}
                missing = {a for a in staying - got if not self.came_back(a, id_)}
                assert not missing, f"{missing} never received the correction {id_}"

    def came_back(self, address: str, message_id: int) -> bool:
        """Who left while it was queued and subscribed anew is not owed it any more."""
        return any(
            row.state == "suppressed" and self.standing.addresses.get(row.subscriber_id or 0) == address
            for row in self.standing.of(message_id)
        )

    @invariant()
    @precondition(lambda self: not self.crashed and not self.paused)
    def what_stands_is_right(self) -> None:
        """Once all is sent, every post says what its message says now."""
        by_key = {row.key: row for row in self.standing.deliveries.values()}
        by_status = {id_: by_key[key] for id_, key in self.posts.items()}
        shown = self.sandbox.mastodon.shown()
        laws.one_stands(shown, by_status)
        if self.standing.open("mastodon"):
            return
        for status in shown.values():
            row = by_status[status.id]
            if row.corrects_id is None and not self.answered(row) and row.message_id not in self.left:
                variant = self.standing.contents[row.content_id].variant
                (current,) = [c for c in self.standing.current[row.message_id] if c.variant == variant]
                assert status.text == current.payload["status"]

    def answered(self, row: laws.Row) -> bool:
        """Whether the last word on a post is an answer below it, or is left to a person."""
        last = max(
            (r for r in self.standing.deliveries.values() if r.corrects_id == row.id and r.state != "superseded"),
            key=lambda r: r.revision,
            default=None,
        )
        return last is not None and (last.action == "publish" or last.state == "manual")

    def teardown(self) -> None:
        self.sandbox.mastodon.faults.lose_answer = 0
        self.sandbox.smtp_faults.recipients = {}
        if hasattr(self, "engine"):
            self.engine.close()
            shutil.rmtree(self.folder)


def _profile(examples: int, steps: int, *, derandomize: bool) -> settings:
    """No deadline, because a step does real work; the health checks look at time and size of single draws only."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )


def test_the_laws_hold_whatever_happens() -> None:
    run_state_machine_as_test(Course, settings=_profile(15, 12, derandomize=True))


@pytest.mark.long
def test_the_laws_hold_for_long() -> None:
    run_state_machine_as_test(Course, settings=_profile(400, 40, derandomize=False))
