"""Posts, pictures and accounts on the command line, as a person uses it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from announcer.cli.verbs import app
from tests.contract.mastodon_standin import mastodon_standin

CONFIG = """
[site]
name = "Pressestelle"
url = "https://presse.city.example"
[mail]
enabled = false
[channels.facebook]
kind = "byhand"
characters = 200
"""
RELEASE = """+++
id = "radwege"
images = [{ file = "rathaus.png", credit = "Foto: Stadt" }]
+++
Neue Radwege am Rathaus

Die Stadt baut zwei Kilometer neue Radwege.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "release.md").write_text(RELEASE, encoding="utf-8")
    Image.new("RGB", (60, 40), "navy").save(tmp_path / "rathaus.png")
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def run(*words: str, code: int = 0, stdin: str = "") -> str:
    result = CliRunner().invoke(app, ["--lang", "en", *words], input=stdin)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def number_of(channel: str) -> str:
    found = json.loads(CliRunner().invoke(app, ["plan", "radwege", "--json"]).stdout)
    return str(next(one["id"] for one in found if one["channel"] == channel))


def test_a_post_gets_its_picture_described_and_its_own_words(folder: Path) -> None:
    said = run("add", "release.md", "--yes")
    assert "rathaus.png" in said
    number = number_of("facebook")
    assert "rathaus.png has no alt text" in run("preview", "radwege", "--message", number)
    run("approve", "radwege", "--message", number, "--yes", code=1)
    assert "is described" in run("picture", "describe", "radwege", "rathaus.png", "--alt", "Das Rathaus")
    assert "has no picture 'dom.png'; it has: rathaus.png" in run(
        "picture", "describe", "radwege", "dom.png", "--alt", "x", code=1
    )
    assert "11 characters over the limit of 200" in run("text", "radwege", "--message", number, "ä" * 211, code=1)
    run("text", "radwege", "--message", number, "--file", "release.md", "--clear", code=2)
    run("text", "radwege", "--message", number, "Endlich!\n---\nAb Mai.")
    shown = json.loads(CliRunner().invoke(app, ["preview", "radwege", "--message", number, "--json"]).stdout)
    payload = shown[0]["payload"]
    assert (payload["text"], [part["text"] for part in payload["thread"]]) == ("Endlich!", ["Ab Mai."])
    assert payload["pictures"][0]["alt"] == "Das Rathaus (Foto: Stadt)"
    run("text", "radwege", "--message", number, "--clear")
    assert "Neue Radwege am Rathaus" in run("preview", "radwege", "--message", number)
    run("text", "radwege", "--message", number_of("feed"), "x", code=1)
    assert run("posts", "radwege") == "Nothing of this has left yet."
    assert run("byhand", "list") == "There is nothing to do by hand."
    pictures = json.loads(CliRunner().invoke(app, ["picture", "list", "radwege", "--json"]).stdout)
    assert [(one["file"], one["alt"], one["credit"]) for one in pictures] == [
        ("rathaus.png", "Das Rathaus", "Foto: Stadt")
    ]
    assert "no longer goes with" in run("picture", "remove", "radwege", "rathaus.png")


def test_connecting_keeps_the_token_in_a_file_of_its_own(folder: Path) -> None:
    with mastodon_standin() as server:
        server.codes["the-code"] = "all"
        wrong = run("channels", "connect", "mastodon", "--url", server.url, code=1, stdin="another\n")
        assert "the code is not accepted" in wrong
        run("channels", "connect", "mastodon", "--url", server.url, code=2, stdin="")
        run("channels", "connect", "facebook", "--url", server.url, code=2)
        assert not (folder / "var" / "stadt.token").exists()
        said = run("channels", "connect", "mastodon", "--url", server.url, "--name", "stadt", stdin="the-code\n")
        assert f"{server.url}/oauth/authorize?response_type=code&client_id=client-1" in said
        assert '[channels.stadt] kind = "mastodon"' in said
        assert server.token not in said
        token = folder / "var" / "stadt.token"
        assert (token.read_text().strip(), stat.S_IMODE(token.stat().st_mode)) == (server.token, 0o600)
        with (folder / "config.toml").open("a", encoding="utf-8") as config:
            config.write(
                f'\n[channels.stadt]\nkind = "mastodon"\nurl = "{server.url}"\ntoken_file = "var/stadt.token"\n'
            )
        assert "stadt: @presse on 127.0.0.1 may read and post" in run("channels", "check", "stadt")
