"""A mail's two parts, text and HTML, from the same sections and the same scene."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import css_inline
from markupsafe import Markup

from announcer.errors import TemplateError
from announcer.rendering import clean, markdown
from announcer.rendering.library import Library
from announcer.rendering.view import DayView, SessionView

#: Gmail clips at 102 kB; personalising and encoding add to what is rendered here.
LARGEST_HTML = 80_000

_VARIABLE = re.compile(r"--([a-z-]+)\s*:\s*([^;]+);")
_USE = re.compile(r"var\(--([a-z-]+)\)")
_ROOT = re.compile(r":root\s*\{[^}]*\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACES = re.compile(r"\s+")
_SLOT_IN_URL = re.compile(r"%E2%9F%A6(\w+)%E2%9F%A7", re.IGNORECASE)


def resolved(style: str, place: str) -> str:
    """A style sheet without variables: mail programs know none, least of all in dark mode.

    Raises `TemplateError` naming `place` for a variable that is not set.
    """
    plain = _COMMENT.sub("", style)
    values = {name: value.strip() for name, value in _VARIABLE.findall(plain)}
    try:
        used = _USE.sub(lambda match: values[match[1]], _ROOT.sub("", plain))
    except KeyError as error:
        raise TemplateError(f"{place}: --{error.args[0]} is used but not set; set it at the top of the file") from error
    return _SPACES.sub(" ", used).strip()


class Composer:
    """Puts a mail together; made once, because parsing a style sheet costs more than using it."""

    def __init__(self, library: Library, colours: Mapping[str, str] | None = None) -> None:
        """`colours` are values for variables of the style sheet, in the place of its own."""
        self._library = library
        own = "".join(f"--{name}: {value};" for name, value in (colours or {}).items())
        source = f"{library.source('mail/style.css')}\n:root {{{own}}}"
        style = resolved(source, str(library.path("mail/style.css")))
        self._inliner = css_inline.CSSInliner(extra_css=style, keep_at_rules=True, load_remote_stylesheets=False)

    def html(self, variables: Mapping[str, Any], body: markdown.Document) -> str:
        """The HTML part, its style inlined; media queries stay in one block."""
        return self.framed("mail/layout.html", variables, body)

    def framed(self, layout: str, variables: Mapping[str, Any], body: markdown.Document) -> str:
        """A body in the frame of another template, in the same style."""
        page = self._library.render(layout, {**variables, "content": Markup(body.html())})
        return _SLOT_IN_URL.sub(r"⟦\1⟧", self._inliner.inline(page.strip()))

    def text(self, variables: Mapping[str, Any], body: markdown.Document) -> str:
        """The text part, in lines of at most 74 characters unless an address is longer."""
        programme = "\n\n".join(_day(day, variables["label"]) for day in variables["days"])
        own = {"content": body.text(), "facts": _facts(variables), "programme": programme}
        page = self._library.render("mail/layout.txt", {**variables, **own})
        return "\n".join(_narrow(clean.tidy(page))) + "\n"


def _narrow(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += [line] if len(line) <= markdown.WIDTH else markdown.wrapped(line.strip(), indent, indent)
    return lines


def _facts(variables: Mapping[str, Any]) -> str:
    """When, where and who, with the labels in a column of their own."""
    rows = [(variables["label"]["event"], variables["name"])]
    rows += [(row.label, row.value) for row in variables["rows"]]
    width = max(len(label) for label, _ in rows) + 3
    lines = [markdown.wrapped(value, f"{label}:".ljust(width), " " * width) for label, value in rows]
    return "\n".join(line for row in lines for line in row)


def _day(day: DayView, label: Mapping[str, str]) -> str:
    """One day's programme with the times in a column of their own."""
    width = max(len(session.time) for session in day.sessions) + 2 if day.timed else 2
    lines = [day.label or label["undated"]]
    for session in day.sessions:
        lines += _session(session, label, width)
    return "\n".join(lines)


def _session(session: SessionView, label: Mapping[str, str], width: int) -> list[str]:
    margin = " " * width
    name = f"{label['cancelled_item']}: {session.label}" if session.cancelled else session.label
    lines = markdown.wrapped(name, session.time.ljust(width), margin)
    for detail in (session.people, session.room, session.note):
        lines += markdown.wrapped(detail, margin, margin)
    return lines
