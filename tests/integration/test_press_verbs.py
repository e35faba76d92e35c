"""Files and press links on the command line, as a person uses them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from announcer.cli.verbs import app

CONFIG = '[site]\nname = "Pressestelle"\nurl = "https://presse.city.example"\n[mail]\nenabled = false\n'
RELEASE = """+++
id = "radwege"
attachments = [{ file = "plan.pdf", title = "Der Plan" }]
+++
Neue Radwege am Rathaus

Die Stadt baut zwei Kilometer neue Radwege.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "release.md").write_text(RELEASE, encoding="utf-8")
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7\n")
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["--lang", "en", *words])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_files_come_with_a_release_and_later(folder: Path) -> None:
    run("add", "release.md", "--yes")
    (folder / "zahlen.csv").write_text("a;b\n", encoding="utf-8")
    assert "zahlen.csv now goes" in run("attachment", "add", "radwege", "zahlen.csv", "--title", "Zahlen")
    found = json.loads(run("attachment", "list", "radwege", "--json"))
    assert [(one["file"], one["title"], one["media_type"], one["size"]) for one in found] == [
        ("plan.pdf", "Der Plan", "application/pdf", 9),
        ("zahlen.csv", "Zahlen", "text/csv", 4),
    ]
    assert "plan.pdf no longer" in run("attachment", "remove", "radwege", "plan.pdf")
    assert "zahlen.csv" in run("attachment", "list", "radwege")
    assert "it has: zahlen.csv" in run("attachment", "remove", "radwege", "plan.pdf", code=1)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.html", b"<script>", "of a kind that is not taken"),
        ("x.svg", b"<svg/>", "of a kind that is not taken"),
        ("x.pdf", b"<html>", "not what its name says"),
        ("x.txt", b"", "is empty"),
        ("missing.pdf", None, "check the path"),
    ],
)
def test_a_file_that_is_not_taken_is_named_with_the_reason(
    folder: Path, name: str, data: bytes | None, said: str
) -> None:
    run("add", "release.md", "--yes")
    if data is not None:
        (folder / name).write_bytes(data)
    output = run("attachment", "add", "radwege", name, code=1)
    assert said in output
    assert name in output


def test_a_press_link_is_shown_once_listed_and_closed(folder: Path) -> None:
    run("add", "release.md", "--yes")
    made = json.loads(run("press-link", "new", "radwege", "--for", "Kim Beispiel", "--json"))
    assert made["url"].startswith("https://presse.city.example/presse/")
    secret = made["url"].rpartition("/")[2]
    told = run("press-link", "list", "radwege")
    assert "Kim Beispiel" in told
    assert secret not in run("press-link", "list", "--json")
    assert "is closed" in run("press-link", "revoke", str(made["id"]))
    assert "closed" in run("press-link", "list")
    assert "press link 99" in run("press-link", "revoke", "99", code=1)
    assert secret not in run("log")
