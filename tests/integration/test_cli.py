"""The command line as a person and as a script use it, on a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from announcer.cli.verbs import app
from announcer.sandbox import Sandbox

PATIENCE = 60
FAR = "Fest am Rathaus"
CONFIG = """
[site]
name = "Pressestelle"
url = "https://presse.city.example"
[mail]
enabled = false
[lists.newsletter]
title = "Newsletter"
"""
EVENT = """
id = "fest"
name = "Fest am Rathaus"
start = 2090-09-18T12:00:00
end = 2090-09-19T15:00:00
organizer = "Stadt Beispiel"
[place]
name = "Rathaus"
city = "Beispiel"
[[session]]
id = "keynote"
title = "Zukunft vor Ort"
kind = "Keynote"
start = 2090-09-18T13:30:00
end = 2090-09-18T14:15:00
room = "Großer Saal"
performers = [{ name = "Ada Amsel", role = "Dr." }]
"""
RELEASE = """+++
id = "fest"
event = "fest"
+++
Ada Amsel spricht beim Fest am Rathaus

0
Facebookrss

Die Stadt lädt für den 18. September 2090 ein. Alle sind willkommen.

Der Eintritt ist frei.
"""


@dataclass(frozen=True)
class Office:
    """A folder with its config.toml, and the program called in it."""

    folder: Path

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *arguments: str, code: int = 0, lang: str = "de") -> Result:
        config = str(self.folder / "config.toml")
        result = CliRunner().invoke(app, ["--config", config, "--lang", lang, *arguments])
        assert result.exit_code == code, f"{arguments}: {result.output}{result.exception!r}"
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        result = self.run(*arguments, "--json", code=code)
        assert result.stderr == ""
        return json.loads(result.stdout)

    def refused(self, *arguments: str, code: int = 1) -> str:
        """The one line on stderr."""
        result = self.run(*arguments, code=code)
        assert result.stderr.count("\n") == 1, result.stderr
        assert "Traceback" not in result.output
        return result.stderr

    def process(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "announcer", *arguments]
        environment = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "ANNOUNCER_CONFIG"}}
        return subprocess.Popen(
            command, cwd=self.folder, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.file("config.toml", CONFIG)
    return made


@pytest.fixture
def festive(office: Office) -> Office:
    """With an event and its announcement."""
    office.run("event", "add", office.file("event.toml", EVENT))
    office.run("add", office.file("release.md", RELEASE))
    return office


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def wired(office: Office, sandbox: Sandbox) -> Office:
    """With an account and a relay, both in the sandbox, and one subscriber."""
    office.file("token", "rehearsal")
    office.file("config.toml", CONFIG.replace("enabled = false", f"""
[mail.relay]
host = "127.0.0.1"
port = {sandbox.smtp_port}
security = "none"
[channels.mastodon]
kind = "mastodon"
url = "{sandbox.url}"
token_file = "token"
"""))  # fmt: skip
    office.run("event", "add", office.file("event.toml", EVENT))
    office.run("add", office.file("release.md", RELEASE))
    return office


def words(text: str) -> str:
    """Output without boxes and line breaks."""
    return " ".join(re.sub(r"[─━│╭╮╰╯]", " ", text).split())


# -- The whole path. --


def test_from_an_event_to_its_cancellation(festive: Office) -> None:
    planned = festive.json("plan", "fest")
    assert {m["state"] for m in planned} == {"draft", "waiting"}
    assert next(m["rule"] for m in planned if m["channel"] == "feed" and m["state"] == "draft") == "announcement"

    shown = words(festive.run("preview", "fest").stdout)
    assert "Titel Ada Amsel spricht beim Fest am Rathaus" in shown

    approved = words(festive.run("approve", "fest", "--yes", "--as", "Chefin").stdout)
    drafts = sum(m["state"] == "draft" for m in planned)
    assert f"Freigegeben: {drafts} Nachrichten." in approved

    status = festive.json("status", "fest")
    assert status["campaigns"][0]["messages"]["scheduled"] == drafts
    assert {m["approved_by"] for m in status["messages"] if m["state"] == "scheduled"} == {"Chefin"}

    looked = words(festive.run("move", "fest", "--to", "2090-09-25T12:00", "--dry-run").stdout)
    assert "VERLEGT" in looked
    assert "statt Mo 18.09.2090 18:00" in looked
    assert "Hier steht noch der alte Stand" in looked
    assert "Vorspann Die Stadt lädt für den 18. September" in looked
    assert festive.json("event", "show", "fest")["start"] == "2090-09-18T10:00:00Z"
    festive.run("move", "fest", "--to", "2090-09-25T12:00", "--yes", "--reason", "Saal belegt")
    moved = festive.json("event", "show", "fest")
    assert (moved["start"], moved["end"], moved["status"]) == (
        "2090-09-25T10:00:00Z", "2090-09-26T13:00:00Z", "rescheduled",
    )  # fmt: skip

    said = words(festive.run("cancel", "fest", "--yes").stdout)
    assert "findet nicht statt" in said
    assert festive.json("event", "show", "fest")["status"] == "cancelled"
    log = festive.json("log", "fest")
    assert [entry["verb"] for entry in log if not entry["subject"].startswith("message")] == [
        "CancelEvent", "MoveEvent", "plan", "add", "add",
    ]  # fmt: skip
    assert [entry["why"] for entry in log if entry["verb"] == "MoveEvent"] == ["Saal belegt"]


def test_each_kind_of_change_shows_its_sentence_and_is_stored(festive: Office) -> None:
    festive.run("plan", "fest")
    for arguments, sentence in [
        (("room", "fest", "keynote", "Saal 2"), "Saal 2 statt Großer Saal"),
        (("delay", "fest", "keynote", "15", "--only"), "13:45 Uhr statt um 13:30 Uhr"),
        (("person", "fest", "Ada Amsel", "Bela Buche", "--role", "Prof."), "Bela Buche"),
        (("move", "fest", "--session", "keynote", "--to", "2090-09-18T15:00"), "15"),
        (("correct", "fest", "--old", "frei", "--new", "kostenlos"), "kostenlos"),
        (("correct", "fest", "--headline", "Bela Buche spricht", "--silent"), ""),
        (("cancel", "fest", "--session", "keynote"), "entfällt"),
        (("postpone", "fest"), "verschoben"),
        (("withdraw", "fest"), "zurückgezogen"),
    ]:
        assert sentence in words(festive.run(*arguments, "--yes").stdout)
    session = festive.json("event", "show", "fest")["sessions"][0]
    assert (session["room"], session["people"], session["status"]) == ("Saal 2", ["Bela Buche"], "cancelled")
    assert len([e for e in festive.json("log", "fest") if e["verb"][0].isupper()]) == 9


def test_a_recap_waits_for_its_words(festive: Office) -> None:
    festive.run("plan", "fest")
    preview = words(festive.run("preview", "fest", "--at", "2090-09-18").stdout)
    assert "fehlt noch: Ihr Text: recap" in preview
    festive.run("words", "fest", "recap@day:1", "--file", festive.file("recap.txt", "Es war schön.\n"))
    (recap,) = festive.json("preview", "fest", "--at", "2090-09-18")
    assert (recap["state"], recap["payload"]["summary"]) == ("draft", "Es war schön.")
    assert "no message waits for words under 'reminder'" in festive.refused("words", "fest", "reminder", "Text")
    assert "TEXT" in festive.refused("words", "fest", "recap", code=2)


def test_an_announcement_without_an_event_has_a_campaign_of_its_own(office: Office) -> None:
    office.run("add", office.file("hinweis.txt", "Das Bürgerbüro bleibt zu\n\nAm Montag ist geschlossen.\n"))
    (message,) = office.json("plan", "hinweis")
    assert (message["kind"], message["channel"], message["announcement"]) == ("announcement", "feed", "hinweis")
    assert office.json("status")["campaigns"][0]["title"] == "Das Bürgerbüro bleibt zu"


def test_what_a_release_loses_and_lacks_is_said_and_a_dry_run_stores_nothing(office: Office) -> None:
    text = RELEASE.replace('event = "fest"\n', '[[links]]\nlabel = "Programm"\n')
    shown = words(office.run("add", office.file("r.md", text), "--dry-run").stdout)
    assert "Entfernt: 0 · Facebookrss" in shown
    assert "Bitte ansehen: Verweis ohne Adresse: Programm" in shown
    assert office.json("status")["campaigns"] == []


# -- Posts and mails. --


def test_previews_of_posts_and_mails_are_what_the_networks_get(wired: Office) -> None:
    wired.run("plan", "fest")
    shown = words(wired.run("preview", "fest").stdout)
    assert re.search(r"\d+ von 500 Zeichen", shown)
    assert "Betreff" in shown
    assert "⟦greeting⟧" in shown
    mails = [p for p in wired.json("preview", "fest") if p["channel"] == "newsletter"]
    path = wired.folder / "mail.html"
    wired.run("preview", "fest", "-m", str(mails[0]["message"]), "--html", str(path))
    assert path.read_text(encoding="utf-8") == mails[0]["payload"]["html"]
    wired.run("preview", "fest", "--html", str(path))
    assert len(list(wired.folder.glob("mail-*-de*.html"))) == len(mails)


def test_channels_are_listed_and_tried(wired: Office) -> None:
    assert [one["name"] for one in wired.json("channels", "list")] == ["feed", "mastodon", "newsletter"]
    assert [one["ok"] for one in wired.json("channels", "check")] == [True, True, True]
    assert "there is no channel 'twitter'" in wired.refused("channels", "check", "twitter")


def test_a_relay_that_is_not_there_fails_the_check(wired: Office, sandbox: Sandbox) -> None:
    sandbox.close()
    found = {one["what"]: one["ok"] for one in wired.json("check", code=1)}
    assert found == {
        "Einstellungen": True, "Datenbank": True, "Vorlagen": True, "Ablaufpläne": True, "feed": True,
        "mastodon": False, "newsletter": False, "Redaktion": True,
    }  # fmt: skip


def test_a_switched_off_channel_is_shown_as_off(office: Office) -> None:
    assert [(one["name"], one["enabled"]) for one in office.json("channels", "list")] == [
        ("feed", True), ("newsletter", False),
    ]  # fmt: skip


# -- People, pauses, playbooks. --

CSV = "E-Mail;Name\r\nada@post.example;Ada\r\nADA@post.example;Ada\r\nohne-at;B\r\nbela@post.example;Bela\r\n"


def test_an_import_says_what_it_refused_and_an_export_gives_it_back(office: Office) -> None:
    path = office.file("people.csv", CSV)
    given = ("subscribers", "import", path, "--list", "newsletter", "--source", "Stadtfest 2026")
    would = office.json(*given, "--dry-run")
    done = office.json(*given)
    assert {**would, "dry_run": False} == done
    assert (done["added"], [(one["line"], one["excerpt"]) for one in done["refused"]]) == (
        2, [(3, "ada@post.example"), (4, "ohne-at")],
    )  # fmt: skip
    assert office.json("subscribers", "lists")[0]["people"] == {"unconfirmed": 0, "confirmed": 2, "left": 0}
    exported = office.run("subscribers", "export", "--list", "newsletter").stdout_bytes.decode("utf-8-sig")
    assert [line.split(";")[0] for line in exported.split("\r\n")] == [
        "E-Mail", "ada@post.example", "bela@post.example", "",
    ]  # fmt: skip
    target = office.folder / "out.csv"
    office.run("subscribers", "export", "-o", str(target))
    assert target.read_bytes().decode("utf-8-sig") == exported
    assert target.stat().st_mode & 0o077 == 0


def test_what_an_import_refuses_is_shown_in_the_language_of_the_office(office: Office) -> None:
    path = office.file("people.csv", CSV)
    shown = words(office.run("subscribers", "import", path, "--list", "newsletter", "--source", "Fest").stdout)
    assert "2 neu, 0 schon dabei, 0 abgemeldet, 0 gesperrt, 2 nicht übernommen." in shown
    assert "Eine Adresse braucht ein @" in shown
    assert "there is no list 'nix'" in office.refused("subscribers", "export", "--list", "nix")


def test_pausing_and_resuming(festive: Office) -> None:
    festive.run("pause", "event:fest", "--reason", "Rückfrage")
    assert festive.json("status")["pauses"] == {"event:fest": "Rückfrage"}
    assert "event:fest (Rückfrage)" in festive.run("status").stdout
    festive.run("resume", "event:fest")
    assert festive.json("status")["pauses"] == {}
    assert "is not paused" in festive.refused("resume")
    assert "can't be paused" in festive.refused("pause", "channel:nix")


def test_playbooks_read_as_sentences_and_show_what_they_give(festive: Office) -> None:
    assert {one["id"] for one in festive.json("playbook", "list")} >= {"conference", "simple-notice"}
    rules = {rule["id"]: rule for rule in festive.json("playbook", "show", "conference")}
    assert rules["reminder-1-week"]["when"] == "1 Woche vor Beginn um 10:00"
    english = words(festive.run("playbook", "show", "conference", lang="en").stdout)
    assert "1 week before start at" in english
    given = festive.json("playbook", "show", "conference", "--event", "fest")
    assert "announcement" in {one["rule"] for one in given}
    assert festive.json("status", "fest")["messages"] == []


# -- Bad input. --


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nix.md"), "nix.md"),
        (("event", "add", "nix.toml"), "nix.toml"),
        (("subscribers", "import", "nix.csv", "--source", "x", "--list", "newsletter"), "nix.csv"),
        (("plan", "nix"), "'announcer status' lists all"),
        (("event", "show", "nix"), "'announcer event list' shows all"),
        (("cancel", "nix", "--yes"), "there is no event or announcement 'nix'"),
        (("settle", "7", "--sent"), "delivery 7 can't be settled so"),
        (("playbook", "show", "nix"), "there is no playbook 'nix'; known:"),
        (("rehearse", "nix/da"), "is no folder"),
    ],
)
def test_what_is_not_there_is_named_with_the_remedy(office: Office, arguments: Sequence[str], said: str) -> None:
    assert said in office.refused(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("frob",),
        ("plan",),
        ("event",),
        ("preview", "fest", "--at", "morgen"),
        ("move", "fest", "--to", "bald"),
        ("move", "fest"),
        ("correct", "fest"),
        ("correct", "fest", "--old", "x"),
        ("correct", "fest", "--old", "x", "--new", "y", "--lead", "z"),
        ("settle", "7"),
        ("settle", "7", "--sent", "--again"),
        ("cancel", "fest"),
    ],
)
def test_wrong_usage_is_code_2(festive: Office, arguments: Sequence[str]) -> None:
    festive.refused(*arguments, code=2)


@pytest.mark.parametrize("lang", ["fr", "", "DE"])
def test_another_language_is_wrong_usage(office: Office, lang: str) -> None:
    assert office.run("status", lang=lang, code=2).stderr.count("\n") == 1


def test_without_config_toml_the_remedy_is_said(tmp_path: Path) -> None:
    assert "copy config.toml from the project" in Office(tmp_path).refused("status")


def test_an_unknown_key_in_the_settings_is_named(office: Office) -> None:
    office.file("config.toml", CONFIG + '[site2]\nname = "x"\n')
    assert "[site2] is not a known setting" in office.refused("status")
    assert [one["ok"] for one in office.json("check", code=1)] == [False]


def test_without_a_confirmed_date_everything_waits(office: Office) -> None:
    office.run("event", "add", office.file("e.toml", 'certainty = "inferred"\n' + EVENT))
    office.run("add", office.file("release.md", RELEASE))
    shown = words(office.run("plan", "fest").stdout)
    assert "Der Termin ist nicht bestätigt" in shown
    assert "announcer event confirm fest" in shown
    waiting = [m for m in office.json("plan", "fest") if "event.start" in m["waits_for"]]
    assert waiting
    assert {m["state"] for m in waiting} == {"waiting"}
    assert office.json("status")["campaigns"][0]["unconfirmed"]
    office.run("event", "confirm", "fest")
    assert not [m for m in office.json("plan", "fest") if "event.start" in m["waits_for"]]


def test_an_event_in_the_past_plans_nothing_for_then(office: Office) -> None:
    office.run("event", "add", office.file("e.toml", EVENT.replace("2090", "2018")))
    planned = office.json("plan", "fest")
    assert {m["state"] for m in planned if m["due_at"] and m["due_at"] < "2019"} <= {"missed"}
    assert all(m["why"] for m in planned if m["state"] == "missed")
    shown = words(office.run("plan", "fest").stdout)
    assert "lag bei der Planung schon zurück" in shown
    assert "fehlt noch" not in shown


def test_an_empty_playbook_is_refused_with_an_example(office: Office) -> None:
    office.file("config.toml", CONFIG + "[playbooks.leer]\n")
    assert "the playbook 'leer' has no rules; add one" in office.refused("status")


def test_a_headline_of_3000_characters_is_refused(office: Office) -> None:
    said = office.refused("add", office.file("lang.txt", "x" * 3000 + "\n\nText.\n"))
    assert "the headline has 3000 characters" in said


def test_control_characters_reach_neither_terminal_nor_log(office: Office) -> None:
    office.run("add", office.file("boese.txt", "Titel \x1b[31mrot\x07\n\nText \x1b]0;x\x07.\n"))
    office.run("event", "add", office.file("e.toml", EVENT.replace("Fest am", "Fest \\u001b[31m am")))
    for arguments in (("status",), ("event", "list"), ("event", "show", "fest"), ("log",), ("plan", "fest")):
        assert "\x1b" not in office.run(*arguments).stdout
        assert "\x07" not in office.run(*arguments).stdout


def test_markup_in_a_title_is_text(office: Office) -> None:
    office.run("event", "add", office.file("e.toml", EVENT.replace("Fest am", "Fest [red]am[/red] :smile:")))
    assert "Fest [red]am[/red] :smile: Rathaus" in words(office.run("event", "list").stdout)


def test_a_database_of_a_newer_program_is_left_alone(office: Office) -> None:
    office.run("status")
    path = office.folder / "var" / "announcer.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "it was used by a newer announcer" in office.refused("status")
    assert {one["what"]: one["ok"] for one in office.json("check", code=1)}["Datenbank"] is False


def test_a_template_with_an_unknown_variable_fails_the_check_and_the_approval(festive: Office) -> None:
    festive.file("config.toml", CONFIG + '[paths]\ntemplates = "own"\n')
    own = festive.folder / "own" / "feed"
    own.mkdir(parents=True)
    (own / "announcement.de.md").write_text(
        '{{ section("title") }}{{ headlin }}{{ section("summary") }}s{{ section("body") }}b\n', encoding="utf-8"
    )
    said = [one["said"] for one in festive.json("check", code=1) if not one["ok"]]
    assert len(said) == 1
    assert "'headlin' is not known; known are" in said[0]
    festive.run("plan", "fest")
    shown = festive.run("approve", "fest", "--yes", code=1)
    assert "'headlin' is not known" in words(shown.stdout)


def test_an_id_that_is_taken_is_a_conflict(festive: Office) -> None:
    assert "there already is an event 'fest'" in festive.refused("event", "add", str(festive.folder / "event.toml"))


def test_an_unknown_number_of_a_message_is_named(festive: Office) -> None:
    festive.run("plan", "fest")
    assert "has no message 999" in festive.refused("approve", "fest", "-m", "999", "--yes")
    assert "has no message 999" in festive.refused("preview", "fest", "-m", "999")


def test_an_unexpected_error_leaves_its_traceback_in_the_log(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("so was")

    monkeypatch.setattr("announcer.office.status.overview", broken)
    assert "ZeroDivisionError: so was" in office.refused("status")
    assert "Traceback" in (office.folder / "var" / "announcer.log").read_text(encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(office.folder / "config.toml"), "--debug", "status"])
    assert (result.exit_code, "Traceback" in result.stderr) == (1, True)


# -- Real processes. --


def test_help_and_version_load_no_heavy_module() -> None:
    code = (
        "import sys; from announcer.cli import main; sys.argv = ['announcer', '--help']\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "heavy = {'sqlalchemy', 'fastapi', 'httpx', 'pydantic', 'jinja2', 'babel', 'structlog', 'alembic'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"
    assert "announcer" in done.stdout


def test_version(office: Office) -> None:
    assert office.process("--version").communicate(timeout=PATIENCE) == ("announcer 0.1.0\n", "")


def test_a_script_reads_json_and_codes(office: Office) -> None:
    fine = office.process("status", "--json")
    out, err = fine.communicate(timeout=PATIENCE)
    assert (fine.returncode, json.loads(out)["campaigns"], err) == (0, [], "")
    wrong = office.process("plan", "nix", "--json")
    out, err = wrong.communicate(timeout=PATIENCE)
    assert (wrong.returncode, out, err.count("\n")) == (1, "", 1)


def test_a_closed_pipe_ends_quietly(office: Office) -> None:
    # More than a pipe holds, so that the program is still writing when nobody reads any more.
    people = "".join(f"person{number:05}@post.example\n" for number in range(4000))
    office.run("subscribers", "import", office.file("p.csv", people), "--list", "newsletter", "--source", "Fest")
    process = office.process("subscribers", "export")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert (process.stderr.read(), process.wait(PATIENCE)) == ("", 141)
    process.stderr.close()


class Screen:
    """A program on a terminal of its own."""

    def __init__(self, office: Office, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
        command = [sys.executable, "-m", "announcer", *arguments]
        self.process = subprocess.Popen(
            command, cwd=office.folder, stdin=slave, stdout=slave, stderr=slave, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.shown = ""

    def until(self, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {self.shown}"
            self.shown += self._read()

    def _read(self) -> str:
        try:
            found = os.read(self._master, 65536)
        except OSError:  # the other side has closed the terminal
            found = b""
        assert found, f"it ended with {self.process.wait(PATIENCE)}: {self.shown}"
        return found.decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def ended(self) -> int:
        return self.process.wait(PATIENCE)

    def interrupt(self) -> int:
        """Ctrl-C until it ends: between showing its question and waiting for the answer it may not hear the first."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
        return self.ended()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        os.close(self._master)


@pytest.fixture
def screen() -> Iterator[Callable[..., Screen]]:
    """Opens programs on terminals and closes them all."""
    opened: list[Screen] = []

    def start(office: Office, *arguments: str) -> Screen:
        opened.append(Screen(office, *arguments))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_on_a_terminal_it_asks_and_takes_no_for_an_answer(festive: Office, screen: Callable[..., Screen]) -> None:
    festive.run("plan", "fest")
    for answer, state in (("n", "draft"), ("j", "scheduled")):
        shown = screen(festive, "approve", "fest")
        shown.until("[j/N]")
        shown.type(f"{answer}\n")
        shown.until("Nichts geändert." if answer == "n" else "Freigegeben:")
        assert shown.ended() == 0
        first = festive.json("status", "fest")["messages"][0]
        assert first["state"] == state


def test_ctrl_c_at_a_question_is_130_and_changes_nothing(festive: Office, screen: Callable[..., Screen]) -> None:
    festive.run("plan", "fest")
    shown = screen(festive, "cancel", "fest")
    shown.until("[j/N]")
    assert shown.interrupt() == 130
    assert "Traceback" not in shown.shown
    assert festive.json("event", "show", "fest")["status"] == "scheduled"


# -- Rehearsal. --

STORY = """
title = "Wie es kam"
[audience]
newsletter = 3
[[happens]]
when = "40 minutes before keynote"
room = { session = "keynote", to = "Saal 2" }
reason = "Technik"
"""


def example(folder: Path, story: str = STORY) -> str:
    path = folder / "beispiel"
    path.mkdir()
    for name, text in (("event.toml", EVENT), ("release.md", RELEASE), ("story.toml", story)):
        (path / name).write_text(text, encoding="utf-8")
    return str(path)


def test_a_rehearsal_of_an_example_needs_no_settings_and_ends_by_itself(tmp_path: Path) -> None:
    process = Office(tmp_path).process("rehearse", example(tmp_path))
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    lines = out.splitlines()
    assert any(line.startswith("▸ 40 Minuten vor der Keynote: NEUER RAUM – ") for line in lines)
    assert any(line.endswith("→ 3 Personen") for line in lines)
    assert any("● Beitrag" in line for line in lines)
    assert any("● Feed" in line for line in lines)
    assert "Keine Probleme." in lines
    assert max(len(line) for line in lines) <= 100
    english = Office(tmp_path).process("rehearse", "beispiel", "--lang", "en")
    out, _ = english.communicate(timeout=PATIENCE)
    assert "▸ 40 minutes before the Keynote: ROOM CHANGE" in out


def test_a_rehearsal_that_meets_a_problem_fails(tmp_path: Path) -> None:
    wrong = STORY.replace('to = "Saal 2"', 'to = "Großer Saal"')
    process = Office(tmp_path).process("rehearse", example(tmp_path, wrong))
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "is already in 'Großer Saal'" in out


def test_an_own_event_is_rehearsed_with_the_offices_playbook_and_nothing_is_touched(festive: Office) -> None:
    festive.run("plan", "fest")
    before = festive.json("status", "fest")
    process = festive.process("rehearse", "fest", "--story", festive.file("story.toml", STORY))
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "▸ 40 Minuten vor der Keynote" in out
    assert festive.json("status", "fest") == before


def test_on_a_terminal_the_sandbox_stays_up_until_ctrl_c(tmp_path: Path, screen: Callable[..., Screen]) -> None:
    shown = screen(Office(tmp_path), "rehearse", example(tmp_path))
    shown.until("Ctrl-C beendet.")
    assert re.search(r"http://127\.0\.0\.1:\d+", shown.shown)
    shown.process.send_signal(signal.SIGINT)
    assert shown.ended() == 0
    assert "Traceback" not in shown.shown


def test_ctrl_c_in_the_middle_of_a_rehearsal_is_130(tmp_path: Path, screen: Callable[..., Screen]) -> None:
    shown = screen(Office(tmp_path), "rehearse", example(tmp_path))
    shown.until("●")
    assert shown.interrupt() == 130
    assert "Traceback" not in shown.shown
