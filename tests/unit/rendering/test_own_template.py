"""A rule's own template instead of the kind's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from announcer.errors import TemplateError
from announcer.model.campaign import Kind
from announcer.model.facts import EventStatus
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, LINKS, SITE

SHORT = Request(Kind.REMINDER, "social", "de", ANNOUNCEMENT, EVENT, links=LINKS, template="reminder_short")


def renderer_with(folder: Path, *languages: str, site_languages: tuple[str, ...] = ("de", "en")) -> Renderer:
    (folder / "social").mkdir()
    for language in languages:
        path = folder / "social" / f"reminder_short.{language}.txt"
        path.write_text('{% extends "social/base.txt" %}{% block lead %}Kurz!{% endblock %}', encoding="utf-8")
    return Renderer([folder], SITE.model_copy(update={"languages": site_languages}))


def test_it_speaks_instead_of_the_kind_s_own(tmp_path: Path) -> None:
    renderer = renderer_with(tmp_path, "de")
    assert renderer.render(SHORT).payload["lead"] == "Kurz!"
    assert renderer.render(replace(SHORT, kind=Kind.MOVE)).payload["lead"].startswith("VERLEGT: Kurz!")
    assert renderer.render(replace(SHORT, template="")).payload["lead"].startswith("Erinnerung: ")


def test_what_it_lacks_is_named(tmp_path: Path) -> None:
    renderer = renderer_with(tmp_path, "de")
    assert renderer.lacking("reminder_short", ["social", "mail"]) == [
        "social/reminder_short.en.txt",
        "mail/reminder_short.de.md",
        "mail/reminder_short.en.md",
    ]
    assert renderer.lacking("reminder", ["feed", "social", "mail"]) == []


def test_a_missing_one_is_an_error_not_another_text(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"there is no template social/reminder_short\.en\.txt"):
        renderer_with(tmp_path, "de").render(replace(SHORT, language="en"))


def test_a_language_the_site_does_not_speak_falls_back_to_the_kind(tmp_path: Path) -> None:
    renderer = renderer_with(tmp_path, "de", site_languages=("de",))
    assert renderer.render(replace(SHORT, language="en")).payload["lead"].startswith("Reminder: ")


def test_of_a_cancelled_event_the_change_speaks(tmp_path: Path) -> None:
    off = replace(EVENT, status=EventStatus.CANCELLED)
    assert "Kurz!" not in renderer_with(tmp_path, "de").render(replace(SHORT, event=off)).payload["lead"]


def test_a_template_for_one_channel_speaks_there_alone(tmp_path: Path) -> None:
    folder = tmp_path / "social"
    folder.mkdir()
    (folder / "reminder@bluesky.de.txt").write_text(
        '{% extends "social/base.txt" %}{% block lead %}Nur hier: {{ name }}{% endblock %}', encoding="utf-8"
    )
    renderer = Renderer([tmp_path], SITE)
    request = replace(SHORT, template="")
    there = renderer.render(replace(request, channel="bluesky")).payload["lead"]
    elsewhere = renderer.render(replace(request, channel="mastodon")).payload["lead"]
    assert there.startswith("Nur hier: ")
    assert not elsewhere.startswith("Nur hier: ")
    assert renderer.check() == []
