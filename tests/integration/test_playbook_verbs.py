"""The verbs that edit playbooks, as a person and as a script use them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from announcer.cli.verbs import app

CONFIG = """
[site]
name = "Pressestelle"
url = "https://presse.city.example"
[mail]
enabled = false
"""
EVENT = """
id = "fest"
name = "Fest am Rathaus"
start = 2090-09-18T12:00:00
end = 2090-09-19T15:00:00
"""


class Desk:
    """A folder with its config.toml and a planned, approved event."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "event.toml").write_text(EVENT, encoding="utf-8")
        self.run("event", "add", str(folder / "event.toml"))
        self.run("plan", "fest")
        self.run("approve", "fest", "--yes")

    def run(self, *arguments: str, code: int = 0, lang: str = "de") -> str:
        config = str(self.folder / "config.toml")
        result = CliRunner().invoke(app, ["--config", config, "--lang", lang, *arguments])
        assert result.exit_code == code, f"{arguments}: {result.output}{result.exception!r}"
        return " ".join(re.sub(r"[─━│╭╮╰╯]", " ", result.stdout if code == 0 else result.stderr).split())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_edit_shows_what_follows_and_waits_for_a_yes(desk: Desk) -> None:
    edit = ("playbook", "set", "conference", "programme", "when=5 Wochen vor Beginn um 11 Uhr")
    looked = desk.run(*edit, "--dry-run")
    assert "Geänderte Regel: programme bisher: Programm · 4 Wochen vor Beginn um 10:00 · Feed, Mail" in looked
    assert "künftig: Programm · 5 Wochen vor Beginn um 11:00" in looked
    assert "Fest am Rathaus Rückt" in looked
    assert "statt Mo 21.08.2090 10:00" in looked
    assert "Nur angesehen: Nichts wurde gespeichert." in looked
    assert "nobody can be asked here; confirm with --yes" in desk.run(*edit, code=2, lang="en")
    assert "als Fassung 2 gespeichert" in desk.run(*edit, "--yes", "--as", "Chefin", "--reason", "früher")
    history = json.loads(desk.run("playbook", "history", "conference", "--json"))
    assert [(each["version"], each["actor"], each["why"]) for each in history] == [
        (2, "Chefin", "früher"), (1, "announcer", ""),
    ]  # fmt: skip
    assert "~ programme" in desk.run("playbook", "history", "conference")
    shown = desk.run("playbook", "undo", "conference", "--yes", lang="en")
    assert "before: Programme · 5 weeks before start at 11:00" in shown
    assert "An den Regeln ändert sich nichts." in desk.run("playbook", "undo", "conference", "--to", "1", "--yes")


def test_what_loses_its_approval_and_what_is_past_is_said(desk: Desk) -> None:
    said = desk.run("playbook", "set", "conference", "programme", "kind=reminder", "--yes")
    assert "Verliert seine Freigabe, weil der Text anders wird" in said
    assert "Bitte neu freigeben: 1 Nachricht." in said
    rule = ("kind=reminder", "when=4000 weeks before start at 10:00", "channels=feed")
    past = desk.run("playbook", "set", "conference", "early", *rule, "--yes", lang="en")
    assert "New rule: early" in past
    assert "New, but the moment has passed: does not leave" in past
    assert "Approve 0" not in past


def test_a_playbook_is_exported_copied_imported_and_used(desk: Desk) -> None:
    file = desk.folder / "own.toml"
    assert f"Geschrieben: {file}" in desk.run("playbook", "export", "conference", "--output", str(file))
    text = file.read_text(encoding="utf-8")
    assert 'when = "12 Wochen vor Beginn um 10:00"' in text
    file.write_text(text.replace('kind = "thanks"', 'kind = "recap"'), encoding="utf-8")
    assert "An den Regeln" not in desk.run("playbook", "import", "own", str(file), "--yes")
    desk.run("playbook", "copy", "own", "second", "--yes")
    assert "Keine geplante Kampagne folgt ihm." in desk.run("playbook", "remove", "second", "recap", "--yes")
    used = desk.run("playbook", "use", "fest", "second", "--yes")
    assert "„fest“ folgt künftig dem Ablaufplan „second“ statt „conference“." in used
    assert "Regel entfällt: recap" in used
    assert "„fest“ folgt jetzt dem Ablaufplan „second“." in used
    listed = {each["id"]: each for each in json.loads(desk.run("playbook", "list", "--json"))}
    assert {id_: each["version"] for id_, each in listed.items()} == {
        "conference": 1, "own": 1, "press-invitation": 1, "second": 2, "simple-notice": 1,
    }  # fmt: skip
    assert json.loads(desk.run("event", "show", "fest", "--json"))["playbook"] == "second"


def test_what_it_gives_is_shown_whole(desk: Desk) -> None:
    """What is said when, what only a change brings, and what is switched off."""
    given = desk.run("playbook", "show", "conference", "--event", "fest")
    assert "Ergibt für „fest“" in given
    assert "Terminankündigung save-the-date" in given
    assert "Nur bei einer Änderung room-change: Neuer Raum · sofort bei einer Änderung · Feed, soziale Netze" in given
    assert "Ausgeschaltet session-live: Jetzt · Beginn des Programmpunkts" in given
    english = desk.run("playbook", "show", "conference", "--event", "fest", lang="en")
    assert "Only on a change room-change: Room change · at once on a change · feed, social" in english
    assert "Switched off session-live: Now · session start" in english


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "conference", "thanks", "audience=all"), "the rule 'thanks' has the value 'all' for 'audience'"),
        (("set", "conference", "thanks", "template=x"), "names the template 'x', but there is no mail/x.de.md"),
        (("remove", "conference", "x"), "the playbook 'conference' has no rule 'x'; known: announcement"),
        (("use", "fest", "x"), "there is no playbook 'x'; known: conference"),
        (("use", "x", "conference"), "there is no event 'x'"),
        (("undo", "conference"), "the playbook 'conference' was never edited"),
        (("import", "conference", "nowhere.toml"), "nowhere.toml: No such file or directory; check the path"),
        (("copy", "conference", "A"), "a playbook can't be called 'A'"),
    ],
)
def test_what_cannot_be_is_one_line(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    assert said in desk.run("playbook", *arguments, "--yes", code=1)
