"""The visitor notices faults: pages made to fail, one fault each."""

from __future__ import annotations

import pytest

from tests.browser.visiting import LOOKS, Look, Visitor

pytestmark = pytest.mark.browser

PAGE = (
    '<!doctype html><html lang="de"><head><title>Seite</title><meta name="viewport" content="width=device-width">'
    "<style>:root {{ color-scheme: light dark }} {style}</style></head>"
    "<body><main><h1>Überschrift</h1><p>Text</p>{body}</main></body></html>"
)


def _page(body: str = "", style: str = "") -> str:
    return PAGE.format(body=body, style=style)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_good_page_has_no_fault(look: Look, visitor: Visitor) -> None:
    """Or the tests beside this one would say nothing."""
    with visitor.visit(look) as visit:
        visit.page.set_content(_page())
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize(
    ("rule", "body", "style"),
    [
        ("image-alt", '<img src="data:,">', ""),
        ("label", "<input>", ""),
        ("color-contrast", "", "p { color: #999; background: #fff }"),
    ],
)
def test_violations_are_found(rule: str, body: str, style: str, visitor: Visitor) -> None:
    """By their names, with the place."""
    with visitor.visit() as visit:
        visit.page.set_content(_page(body, style))
        assert [line.partition(":")[0] for line in visit.violations()] == [rule]


def test_the_dark_scheme_is_looked_at_as_such(visitor: Visitor) -> None:
    """A contrast that is bad in the dark alone is found there, and only there."""
    style = "@media (prefers-color-scheme: dark) { p { color: #444; background: #111 } }"
    found = {}
    for look in LOOKS:
        with visitor.visit(look) as visit:
            visit.page.set_content(_page(style=style))
            found[look] = bool(visit.violations())
    assert found == {look: look.scheme == "dark" for look in LOOKS}


def test_a_page_that_is_too_wide_for_a_phone(visitor: Visitor) -> None:
    """The phone has 360 pixels."""
    with visitor.visit(LOOKS[0]) as visit:
        visit.page.set_content(_page('<div style="width: 400px">breit</div>', "body, main { margin: 0 }"))
        assert visit.too_wide() in range(39, 42)  # device pixels are rounded


def _see(visitor: Visitor, body: str) -> None:
    with visitor.visit() as visit:
        visit.page.route("**/*", lambda route: route.abort())
        visit.page.set_content(_page(body))


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("asked http://192.0.2.1/picture.png", '<img alt="" src="http://192.0.2.1/picture.png">'),
        ("console error: hilfe", "<script>console.error('hilfe')</script>"),
        ("console warning: achtung", "<script>console.warn('achtung')</script>"),
        ("script error: ", "<script>nowhere.to.be.found()</script>"),
    ],
)
def test_a_fault_fails_the_visit(fault: str, body: str, visitor: Visitor) -> None:
    """What asks another machine, also where nothing answers; what complains; what breaks."""
    with pytest.raises(AssertionError) as caught:
        _see(visitor, body)
    assert fault in str(caught.value)
