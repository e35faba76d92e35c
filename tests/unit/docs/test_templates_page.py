"""docs/templates.md: every variable a template may name, every filter, slot and section."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from announcer.errors import TemplateError
from announcer.intake.event_file import read_event
from announcer.model.campaign import Kind
from announcer.rendering import clean, view
from announcer.rendering.editions import EditionView, ItemView
from announcer.rendering.library import SHIPPED, Library
from announcer.rendering.office_view import ItemView as OfficeItemView
from announcer.rendering.office_view import OfficeScene
from announcer.rendering.optin_view import OptInScene
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Links, Notice, Request
from announcer.rendering.scene import LinkView, ReleaseView, Scene, SiteView, TodayView
from announcer.settings import Site
from tests.unit.docs.manual import ROOT, Code, page

PAGE = page("templates.md")
#: Heading → what a template sees there.
PARTS: dict[str, type] = {
    "site": SiteView,
    "release": ReleaseView,
    "event": view.EventView,
    "place": view.PlaceView,
    "registration": view.RegistrationView,
    "session": view.SessionView,
    "day": view.DayView,
    "today": TodayView,
    "row": view.RowView,
    "notice": Notice,
    "issue": EditionView,
    "item": ItemView,
    "links": Links,
}


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def test_every_variable_is_said() -> None:
    """The fields of the scene, in their order."""
    assert PAGE.keys("Variables") == _names(Scene)


@pytest.mark.parametrize("heading", PARTS)
def test_every_field_of_a_part_is_said(heading: str) -> None:
    """In the order of the view."""
    assert [key.rpartition(".")[2] for key in PAGE.keys(heading)] == _names(PARTS[heading])


def test_the_links_of_a_release_are_said() -> None:
    """They have no table of their own."""
    row = next(row for row in PAGE.rows("release") if "release.more" in row[0])
    assert all(f"`{name}`" in row[1] for name in _names(LinkView))


def test_every_variable_of_the_mails_to_the_office_is_said() -> None:
    """And of the things they list."""
    said = PAGE.text.partition("## Mails to the office")[2].partition("\n## ")[0]
    tables = [
        re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE) for table in said.split("\n\n") if table.startswith("|")
    ]
    assert tables == [_names(OfficeScene), _names(OfficeItemView)]


def test_every_variable_of_the_confirmation_mail_is_said() -> None:
    """The fields of its scene, in their order."""
    assert PAGE.keys("The confirmation mail") == _names(OptInScene)


def test_every_slot_is_said() -> None:
    """And none that would stay empty."""
    assert {key.strip("⟦⟧") for key in PAGE.keys("The frame of the mails")} == set(clean.SLOTS)


def test_every_filter_makes_what_the_page_says(tmp_path: Path) -> None:
    """Each example of the table, in a template."""
    rows = PAGE.rows("Filters")
    source = "".join(f"{{{{ {row[0].strip('`').replace(chr(92), '')} }}}}\n" for row in rows)
    (tmp_path / "social").mkdir()
    (tmp_path / "social/all.txt").write_text(source, encoding="utf-8")
    start = datetime(2018, 9, 18, 13, 30, tzinfo=UTC)
    scene = {"language": "de", "name": "Fest", "occasion": "Heute", "event": {"start": start}}
    made = Library([tmp_path]).render("social/all.txt", scene).split("\n")
    assert made == [
        "Dienstag, 18. September 2018",
        "13.30 Uhr",
        "Dienstag, 18. September 2018, 13.30 Uhr",
        "„Fest“",
        "Heute.",
    ]
    assert [rows[0][1], rows[1][1]] == [f'"{made[0]}"', f'"{made[1]}"']


def test_every_section_and_every_folder_is_said() -> None:
    """What the base templates define, and the folders there are."""
    for folder, sections in (("feed", "base.md"), ("social", "base.txt"), ("mail", "base.md")):
        source = (SHIPPED / folder / sections).read_text(encoding="utf-8")
        wanted = {part.partition('"')[0] for part in source.split('section("')[1:]}
        row = next(row for row in PAGE.rows("Which template speaks") if row[0] == f"`{folder}/`")
        assert row
        said = PAGE.text.partition("| folder | sections |")[2].partition(f"| `{folder}/` |")[2].partition("\n")[0]
        assert all(f"`{name}`" in said for name in wanted)
    folders = {f"{path.name}/" for path in SHIPPED.iterdir() if path.is_dir()} - {"sandbox/"}
    assert {key for key in PAGE.keys("Which template speaks") if key.endswith("/")} == folders


@pytest.mark.parametrize("block", PAGE.codes("jinja mail"), ids=lambda block: f"line {block.line}")
def test_every_example_speaks_as_the_page_says(block: Code, tmp_path: Path) -> None:
    """As a reminder of the example's conference; an error names the line and what is known."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/reminder.de.md").write_text(block.text, encoding="utf-8")
    event = read_event((ROOT / "examples/kommunen-innovativ/event.toml").read_text(encoding="utf-8"), "event.toml")
    request = Request(Kind.REMINDER, "mail", "de", event=event)
    renderer = Renderer([tmp_path], Site())
    if block.then is None:
        payload = renderer.render(request).payload
        assert payload["subject"] == f"Nicht vergessen: {event.name}"
        assert "Anmelden können Sie sich bis" in " ".join(payload["text"].split())
        return
    with pytest.raises(TemplateError) as caught:
        renderer.render(request)
    assert f"{caught.value}\n" == f"{tmp_path}/mail/reminder.de.md, {block.then}"
