"""The mail that asks for a confirmation, from the templates in `subscribe/`. Pure."""

from __future__ import annotations

from dataclasses import fields

from markupsafe import Markup

from announcer.errors import TemplateError
from announcer.model.content import Payload
from announcer.rendering import clean, mail, markdown
from announcer.rendering.library import Library
from announcer.rendering.optin_view import OptInScene

_LONGEST_SUBJECT = 150
_SECTIONS = ("subject", "body", "button", "after")


def compose(library: Library, composer: mail.Composer, scene: OptInScene) -> Payload:
    """`subject`, `text`, `html`. Raises `TemplateError` with file and line."""
    template = f"subscribe/confirm.{scene.language}.md"
    variables = {field.name: getattr(scene, field.name) for field in fields(scene)}
    parts = library.sections(template, variables)
    for section in _SECTIONS:
        if not parts.get(section, "").strip():
            raise TemplateError(f"{library.path(template)} has an empty {section}; fill it in")
    subject, button = (markdown.parse_line(" ".join(parts[name].split())).plain() for name in ("subject", "button"))
    subject = clean.cut(subject.removesuffix("."), _LONGEST_SUBJECT)
    body, after = (markdown.parse(parts[name], scene.site.url) for name in ("body", "after"))
    framed = {**variables, "subject": subject, "button": button}
    text = library.render("subscribe/layout.txt", {**framed, "content": body.text(), "after": after.text()})
    html = composer.framed("subscribe/layout.html", {**framed, "after": Markup(after.html())}, body)
    return {"subject": subject, "text": clean.tidy(text) + "\n", "html": html}
