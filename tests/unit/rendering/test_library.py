"""The office's own templates, and what is said when one is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from announcer.errors import TemplateError
from announcer.model.campaign import Kind
from announcer.rendering.library import SHIPPED, Library
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import ChannelKind, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, LINKS, SITE


def office(folder: Path, **files: str) -> Renderer:
    """A renderer over a folder with these files; "__" in a name stands for "/", and "_DOT_" for "."."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Renderer([folder], SITE)


def request(channel: ChannelKind, kind: Kind = Kind.REMINDER, language: str = "de") -> Request:
    return Request(kind, channel, language, ANNOUNCEMENT, EVENT, links=LINKS)


LEAD = '{% extends "social/base.txt" %}\n{% block lead %}'


def test_the_shipped_templates_have_no_fault(renderer: Renderer) -> None:
    assert renderer.check() == []


def test_every_kind_has_a_template_in_every_language() -> None:
    for folder, suffix in (("feed", "md"), ("social", "txt"), ("mail", "md")):
        names = {path.name for path in (SHIPPED / folder).glob(f"*.??.{suffix}")}
        german = {name.split(".")[0] for name in names if ".de." in name}
        assert german == {name.split(".")[0] for name in names if ".en." in name}
        assert {"announcement", "change", "reminder", "session_soon"} <= german <= {*map(str, Kind), "change"}


def test_an_own_template_wins_and_the_rest_is_shipped(renderer: Renderer, tmp_path: Path) -> None:
    own = office(tmp_path, social__reminder_DOT_de_DOT_txt=LEAD + "Bald: {{ name }}{% endblock %}")
    assert own.render(request("social")).payload["lead"] == "Bald: Fachkonferenz „Kommunen innovativ“"
    for other in (request("social", language="en"), request("mail"), request("social", Kind.THANKS)):
        assert own.render(other) == renderer.render(other)


def test_single_words_and_colours_can_be_replaced(tmp_path: Path) -> None:
    style = (SHIPPED / "mail" / "style.css").read_text("utf-8").replace("--accent: #0b5563", "--accent: #7a0049")
    own = office(tmp_path, words_DOT_de_DOT_toml='[labels]\nevent_page = "Mehr erfahren"', mail__style_DOT_css=style)
    payload = own.render(request("mail")).payload
    assert "Mehr erfahren:\n" in payload["text"]
    assert "Auf einen Blick" in payload["text"]
    assert "background-color: #7a0049" in payload["html"]


def test_a_template_that_is_nowhere_is_named() -> None:
    with pytest.raises(TemplateError, match=r"there is no template social/lost\.de\.txt"):
        Library([]).first(["social/missing.de.txt", "social/lost.de.txt"])


def test_what_a_template_sees_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    own = office(tmp_path, social__reminder_DOT_de_DOT_txt=LEAD + "{{ name }}{% endblock %}")
    event = replace(EVENT, name="{{ site.name }} <b>")
    assert own.render(replace(request("social"), event=event)).payload["lead"] == "{{ site.name }} <b>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{{ evnt }}{% endblock %}",
            r"reminder\.de\.txt, line 2: 'evnt' is not known; known are also, days, embargo, event, ",
        ),
        ("\n{{ event.nmae }}{% endblock %}", r"line 3: 'nmae' is not known here; known are days, doors, "),
        (
            "{{ label.nothing }}{% endblock %}",
            r"line 2: 'nothing' is not known here; known are also, announcement_page, ",
        ),
        ("\n\n{{ name | nofilter }}{% endblock %}", r"reminder\.de\.txt, line 4: No filter named 'nofilter'"),
        ("{% if %}{% endblock %}", r"reminder\.de\.txt, line 2: Expected an expression"),
        ("{{ 1 / 0 }}{% endblock %}", r"reminder\.de\.txt, line 2: division by zero"),
        ("{{ name | date }}{% endblock %}", r"reminder\.de\.txt, line 2: the filter takes a day or moment, not 'Fach"),
        ("{{ name.__class__.__mro__ }}{% endblock %}", r"line 2: access to attribute '__class__'"),
        ("{% include 'social/lost.txt' %}{% endblock %}", r"names the template social/lost\.txt, which is not there"),
        ("{% include 'social/reminder.de.txt' %}{% endblock %}", r"recursion"),
        ("⟦greeting⟧{% endblock %}", r"⟦greeting⟧ can't stand in the lead; possible there: none"),
    ],
)
def test_a_fault_is_told_with_file_line_and_what_is_known(tmp_path: Path, text: str, said: str) -> None:
    own = office(tmp_path, social__reminder_DOT_de_DOT_txt=LEAD + text)
    with pytest.raises(TemplateError, match=said):
        own.render(request("social"))


def test_a_check_finds_all_faults_without_facts(tmp_path: Path) -> None:
    own = office(
        tmp_path,
        social__reminder_DOT_de_DOT_txt=LEAD + "{{ evnt }}{% include 'social/lost.txt' %}{% endblock %}",
        feed__reminder_DOT_de_DOT_md="{% block title %}",
    )
    syntax, unknown, lost = own.check()
    assert syntax.startswith(f"{tmp_path}/feed/reminder.de.md, line 1: Unexpected end of template.")
    assert unknown.startswith(f"{tmp_path}/social/reminder.de.txt: 'evnt' is not known; known are also, content, ")
    assert lost == f"{tmp_path}/social/reminder.de.txt: there is no template social/lost.txt; correct the name"


@pytest.mark.parametrize(
    ("channel", "name", "text", "said"),
    [
        ("mail", "mail__layout_DOT_txt", "{{ content }}", r"layout\.txt lacks ⟦unsubscribe_url⟧"),
        ("mail", "mail__layout_DOT_html", "<p>{{ content }}</p>", r"layout\.html lacks ⟦unsubscribe_url⟧"),
        (
            "mail",
            "mail__reminder_DOT_de_DOT_md",
            '{% extends "mail/base.md" %}{% block body %}⟦name⟧{% endblock %}',
            r"⟦name⟧ can't stand in the text; possible there: greeting, unsubscribe_url",
        ),
        (
            "mail",
            "mail__reminder_DOT_de_DOT_md",
            '{% extends "mail/base.md" %}{% block body %}' + "Wort " * 20_000 + "{% endblock %}",
            r"reminder\.de\.md makes a mail of more than 80 kB",
        ),
        ("feed", "feed__reminder_DOT_de_DOT_md", "# Titel", r"reminder\.de\.md has no section 'title'"),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused(
    tmp_path: Path, channel: ChannelKind, name: str, text: str, said: str
) -> None:
    own = office(tmp_path, **{name: text})
    with pytest.raises(TemplateError, match=said):
        own.render(request(channel))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mail__style_DOT_css", "p { color: var(--lost); }", r"style\.css: --lost is used but not set"),
        ("words_DOT_de_DOT_toml", "[labels", r"words\.de\.toml: "),
    ],
)
def test_what_can_not_be_used_at_all_is_refused_at_once(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        office(tmp_path, **{name: text})


def test_a_folder_or_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere is not a folder"):
        Renderer([tmp_path / "nowhere"], SITE)
    (tmp_path / "words.de.toml").write_bytes(b"\xff")
    with pytest.raises(TemplateError, match=r"words\.de\.toml can't be read"):
        Renderer([tmp_path], SITE)


def test_slots_may_be_links_in_an_own_template(tmp_path: Path) -> None:
    body = '{% extends "mail/base.md" %}{% block body %}[Hier abmelden](⟦unsubscribe_url⟧){% endblock %}'
    payload = office(tmp_path, mail__reminder_DOT_de_DOT_md=body).render(request("mail")).payload
    assert "Hier abmelden <⟦unsubscribe_url⟧>" in payload["text"]
    assert 'href="⟦unsubscribe_url⟧"' in payload["html"]
