"""What one message says for another: one line in the post, the mail and the feed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from announcer.model.campaign import Kind
from announcer.rendering.fitting import Parts, fit
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import ChannelKind, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, LINKS
from tests.unit.rendering.pages import Page

LINES = {
    "de": "Außerdem: Das Programm steht fest.",
    "en": "Also: The programme is out.",
}
WHOLE = {"feed": ("summary", "html"), "social": ("also",), "mail": ("text", "html")}


def request(channel: ChannelKind, language: str, kind: Kind = Kind.REMINDER) -> Request:
    return Request(kind, channel, language, ANNOUNCEMENT, EVENT, links=LINKS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("channel", ["feed", "social", "mail"])
def test_every_channel_says_it_below(renderer: Renderer, channel: ChannelKind, language: str) -> None:
    alone = renderer.render(request(channel, language)).payload
    both = renderer.render(
        replace(request(channel, language), also=(request(channel, language, Kind.PROGRAMME),))
    ).payload
    for key in WHOLE[channel]:
        text = Page(both[key]).seen if key == "html" else " ".join(both[key].split())
        assert LINES[language] in text
        assert LINES[language] not in str(alone.get(key, ""))
    assert {key: value for key, value in both.items() if key not in WHOLE[channel]} == {
        key: value for key, value in alone.items() if key not in WHOLE[channel]
    }


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_has_its_line(renderer: Renderer, language: str) -> None:
    for kind in Kind:
        line = renderer.also(replace(request("mail", language, kind), words="**Fein**."))
        assert line.endswith((".", "!", "?", "…"))
        assert len(line) > 10
        assert "\n" not in line
        assert "None" not in line


def test_the_closing_date_is_the_line_not_the_whole_post(renderer: Renderer) -> None:
    assert renderer.also(request("mail", "de", Kind.REGISTRATION_CLOSES)) == (
        "Anmeldung bis Dienstag, 4. September 2018."
    )


PARTS = Parts(
    fact="Dienstag, 13 Uhr", lead="Ein Anfang mit vielen Worten", link="https://a.example/x", also="Außerdem: B."
)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (200, "Ein Anfang mit vielen Worten\n\nDienstag, 13 Uhr\n\nAußerdem: B.\n\nhttps://a.example/x"),
        (65, "Ein Anfang …\n\nDienstag, 13 Uhr\n\nAußerdem: B.\n\nhttps://a.example/x"),
        (51, "Dienstag, 13 Uhr\n\nAußerdem: B.\n\nhttps://a.example/x"),
        # Only now, and then the lead has its room again.
        (50, "Ein …\n\nDienstag, 13 Uhr\n\nhttps://a.example/x"),
    ],
)
def test_in_a_short_post_it_goes_last(limit: int, text: str) -> None:
    assert fit(PARTS, limit, len) == text
