"""Mails to the office: subject, text and HTML from the templates in `office/`. Pure."""

from __future__ import annotations

from dataclasses import fields

from announcer.errors import TemplateError
from announcer.model.content import Payload
from announcer.rendering import clean, mail, markdown
from announcer.rendering.library import Library
from announcer.rendering.office_view import OfficeScene

_LONGEST_SUBJECT = 150


def compose(library: Library, composer: mail.Composer, name: str, scene: OfficeScene) -> Payload:
    """The mail of one kind: `subject`, `text`, `html`. Raises `TemplateError` with file and line."""
    template = f"office/{name}.{scene.language}.md"
    variables = {field.name: getattr(scene, field.name) for field in fields(scene)}
    parts = library.sections(template, variables)
    for section in ("subject", "body"):
        if not parts.get(section, "").strip():
            raise TemplateError(f"{library.path(template)} has an empty {section}; fill it in")
    subject = markdown.parse_line(" ".join(parts["subject"].split())).plain()
    subject = clean.cut(subject.removesuffix("."), _LONGEST_SUBJECT)
    source = parts["body"] if scene.person else parts["body"][:1].upper() + parts["body"][1:]  # no greeting before it
    body = markdown.parse(source, scene.site.url)
    framed = {**variables, "subject": subject}
    text = library.render("office/layout.txt", {**framed, "content": body.text()})
    html = composer.framed("office/layout.html", framed, body)
    return {"subject": subject, "text": clean.tidy(text) + "\n", "html": html}
