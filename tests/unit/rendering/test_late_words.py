"""The words for being late say nothing that was true only at the moment itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from announcer.model.campaign import Kind
from announcer.model.content import canonical
from announcer.model.facts import Registration
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import ChannelKind, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, KEYNOTE, LINKS, at

_RELATIVE = {
    "de": re.compile(r"\b(heute|morgen|gestern|jetzt|soeben|gleich|als Nächstes|in Kürze|in einer Woche)\b", re.I),
    "en": re.compile(r"\b(today|tomorrow|yesterday|now|just begun|up next|soon|in a week)\b", re.I),
}
_OF_SESSIONS = {Kind.SESSION_SOON, Kind.SESSION_LIVE}


@pytest.mark.parametrize("registration", [EVENT.registration, Registration()], ids=["dated", "open"])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("channel", get_args(ChannelKind))
@pytest.mark.parametrize("kind", Kind)
def test_no_template_says_when_it_is_read(
    renderer: Renderer, kind: Kind, channel: ChannelKind, language: str, registration: Registration
) -> None:
    request = Request(
        kind, channel, language, ANNOUNCEMENT, replace(EVENT, registration=registration),
        session=KEYNOTE if kind in _OF_SESSIONS else None, when=at(18, 7, 30), words="Ein guter Tag.", links=LINKS,
        late=True,
    )  # fmt: skip
    said = re.sub(r"</?\w[^>]*>", " ", canonical(renderer.render(request).payload))
    assert _RELATIVE[language].findall(said) == []


@pytest.mark.parametrize(
    ("kind", "on_time", "late"),
    [
        (Kind.PRACTICAL, "Heute: Fachkonferenz", "Fachkonferenz"),
        (Kind.SESSION_SOON, "Als Nächstes: Keynote", "Aus dem Programm: Keynote"),
        (Kind.SESSION_LIVE, "Jetzt: Keynote", "Hat begonnen: Keynote"),
        (Kind.REMINDER, "Erinnerung: Fachkonferenz", "Erinnerung: Fachkonferenz"),
    ],
)
def test_the_same_template_says_both(renderer: Renderer, kind: Kind, on_time: str, late: str) -> None:
    request = Request(
        kind, "social", "de", ANNOUNCEMENT, EVENT, KEYNOTE if kind in _OF_SESSIONS else None, when=at(18, 7, 30)
    )
    first, second = (renderer.render(replace(request, late=is_late)).payload["lead"] for is_late in (False, True))
    assert first.startswith(on_time)
    assert second.startswith(late)
