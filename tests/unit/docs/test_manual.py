"""The manual as a whole: its pages exist, every channel is said, the office's first steps do what their page says."""

from __future__ import annotations

import re
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml

from announcer.settings import ChannelSettings
from tests.unit.docs.manual import FOLDER, ROOT, page

OFFICE = page("presse.md")


def _names(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    inner = nav.values() if isinstance(nav, dict) else nav
    return [name for part in inner for name in _names(part)]


def test_every_page_the_manual_names_exists_and_stands_in_it_once() -> None:
    nav = _names(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    assert len(nav) == len(set(nav))
    assert set(nav) <= {path.name for path in FOLDER.glob("*.md")}
    assert {"presse.md", "operating.md", "security.md", "datenschutz.md", "architecture.md"} <= set(nav)


@pytest.mark.parametrize("kind", typing.get_args(ChannelSettings.model_fields["kind"].annotation))
def test_every_kind_of_channel_is_said(kind: str) -> None:
    """In the settings, and in the page on networks."""
    assert f"`{kind}`" in page("settings.md").text
    assert kind in page("social.md").text.lower().replace(" ", "").replace("-", "")


_EVENT = """
id = "lange-nacht"
name = "Lange Nacht der Museen"
start = 2031-09-20T18:00:00
end = 2031-09-20T23:30:00
timezone = "Europe/Berlin"
certainty = "confirmed"
[place]
name = "Stadtmuseum"
city = "Beispiel"
[[session]]
id = "fuehrung"
title = "Führung durch das Depot"
start = 2031-09-20T19:00:00
end = 2031-09-20T20:00:00
room = "Depot"
"""
_RELEASE = """+++
id = "lange-nacht-museen"
event = "lange-nacht"
language = "de"
+++
# Zwölf Museen öffnen bis in die Nacht

Die Stadt lädt zu einer langen Nacht in ihre Museen ein, mit Führungen, Musik und einem Fest im Hof.

„Wir zeigen, was sonst niemand sieht“, sagt Maria Muster, die das Stadtmuseum leitet. Der Eintritt ist frei.
"""


def test_the_first_campaign_goes_as_the_page_says(tmp_path: Path) -> None:
    """Every command of the page, in its order, in one office; the rehearsal is left to its own tests."""
    (tmp_path / "config.toml").write_text('[site]\nlanguages = ["de"]\n')
    (tmp_path / "veranstaltung.toml").write_text(_EVENT, encoding="utf-8")
    (tmp_path / "mitteilung.md").write_text(_RELEASE, encoding="utf-8")
    commands = [line for block in OFFICE.codes("sh") for line in block.text.splitlines() if " rehearse " not in line]
    assert len(commands) >= 12
    for command in commands:
        words = re.findall(r'"[^"]*"|\S+', command)[1:]
        ran = subprocess.run(
            [sys.executable, "-m", "announcer", *(word.strip('"') for word in words)],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "COLUMNS": "120"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"
