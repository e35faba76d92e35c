"""The verbs of digests, as a person and as a script use them."""

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
sender = "presse@city.example"
[lists.newsletter]
title = "Newsletter der Stadt"
[lists.sport]
title = "Sport"
[digests.woche]
list = "newsletter"
title = "Neues aus der Stadt"
when = "jeden Freitag um 10 Uhr"
"""
RELEASE = """+++
headline = "Radweg an der Ruhrallee ist fertig"
lead = "Er ist zweieinhalb Meter breit."
topics = ["Verkehr"]
+++
Mehr dazu später.
"""


class Desk:
    """A folder with its config.toml and an approved announcement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "radweg.md").write_text(RELEASE, encoding="utf-8")

    def announce(self) -> None:
        self.run("add", str(self.folder / "radweg.md"))
        self.run("plan", "radweg")
        self.run("approve", "radweg", "--yes")

    def run(self, *arguments: str, code: int = 0, lang: str = "de") -> str:
        config = str(self.folder / "config.toml")
        result = CliRunner().invoke(app, ["--config", config, "--lang", lang, *arguments])
        assert result.exit_code == code, f"{arguments}: {result.output}{result.exception!r}"
        return " ".join(re.sub(r"[─━│╭╮╰╯]", " ", result.stdout if code == 0 else result.stderr).split())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_digests_are_set_up_shown_and_listed(desk: Desk) -> None:
    when = "every working day at 7:00"
    wanted = ("digest", "set", "sport", "--list", "sport", "--title", "Sport heute", "--when", when)
    looked = desk.run(*wanted, "--topic", "Sport", "--topic", "Bäder", "--dry-run")
    assert "Erscheint jeden Werktag um 07:00" in looked
    assert "Themen Sport, Bäder" in looked
    assert "Nur angesehen: Nichts wurde gespeichert." in looked
    assert "nobody can be asked here; confirm with --yes" in desk.run(*wanted, code=2, lang="en")
    assert "„sport“ ist eingerichtet" in desk.run(*wanted, "--standing-approval", "--yes", "--as", "Chefin")
    listed = desk.run("digest", "list")
    assert "sport sport jeden Werktag um 07:00" in listed
    assert "mit Dauerfreigabe" in listed
    assert "woche newsletter jeden Freitag um 10:00" in listed
    changed = desk.run("digest", "set", "sport", "--approve-each", "--when", "jeden Montag um 8", "--yes", lang="en")
    assert "Comes every Monday at 08:00 (before: every working day at 07:00)" in changed
    assert "Standing approval no (before: yes)" in changed
    shown = json.loads(desk.run("digest", "show", "sport", "--json"))
    assert {key: shown[key] for key in ("id", "list", "title", "when", "standing_approval", "active", "new")} == {
        "id": "sport",
        "list": "sport",
        "title": "Sport heute",
        "when": "every Monday at 08:00",
        "standing_approval": False,
        "active": True,
        "new": [],
    }
    assert len(shown["next"]) == 4
    assert "eingerichtet" in desk.run("log", "digest:sport")


def test_an_issue_on_demand_from_new_to_approved(desk: Desk) -> None:
    refused = desk.run("digest", "compose", "woche", "--now", code=1)
    assert "the digest 'woche' has nothing new to tell" in refused
    desk.run("digest", "list")
    desk.announce()
    assert "Radweg an der Ruhrallee ist fertig" in desk.run("digest", "show", "woche")
    made = json.loads(desk.run("digest", "compose", "woche", "--now", "--json"))
    assert (made["state"], made["kind"], made["subject"], made["items"]) == ("draft", "digest", "list", ["radweg"])
    assert "digest:woche" in desk.run("status")
    assert "Neues aus der Stadt, Ausgabe 1: Radweg" in desk.run("preview", "digest:woche")
    looked = desk.run("correct", "radweg", "--headline", "Radweg gesperrt", "--dry-run")
    assert "Zusammengestellte Ausgaben; was sich an ihrem Text ändert, ist neu freizugeben" in looked
    assert "Freigegeben: 1 Nachricht." in desk.run("approve", "digest:woche", "--yes")
    assert "freigegeben: 1" in desk.run("plan", "digest:woche")
    assert "message" in desk.run("log", "digest:woche")
    assert "is already" not in desk.run("digest", "remove", "woche", "--yes")
    assert "the digest 'woche' is removed already" in desk.run("digest", "remove", "woche", "--yes", code=1)
    assert "der Newsletter ist eingestellt" in desk.run("status", "digest:woche")
    assert "„woche“ ist eingerichtet" in desk.run("digest", "set", "woche", "--yes")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "x"), "there is no digest 'x'; known: woche"),
        (("set", "woche", "--when", "jeden Fraitag um 10"), "'fraitag' is no day of the week; write it like 'every"),
        (("set", "woche", "--list", "x"), "there is no list 'x'"),
        (("set", "neu", "--title", "x"), "the digest 'neu' has no 'list'; add it"),
        (("set", "woche", "--compose-hours", "500"), "has the value 500 for 'compose_hours_before'"),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    assert said in desk.run("digest", *arguments, code=1)


def test_a_digest_of_a_list_that_is_not_there_is_refused_at_the_start(desk: Desk) -> None:
    (desk.folder / "config.toml").write_text(CONFIG.replace('list = "newsletter"', 'list = "x"'), encoding="utf-8")
    assert "[digests.woche] 'list' names 'x', which is no list; add [lists.x]" in desk.run("status", code=1)
