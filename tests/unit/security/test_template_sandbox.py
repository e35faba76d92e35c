"""A template of the office sees its facts and nothing else, and can neither hang nor fill the house."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from announcer.errors import TemplateError
from announcer.rendering import capped
from announcer.rendering.library import Library


def _render(folder: Path, source: str, suffix: str = ".txt", **facts: object) -> str:
    (folder / "social").mkdir(exist_ok=True)
    (folder / "social" / f"x.de{suffix}").write_text(source, encoding="utf-8")
    return Library([folder]).render(
        f"social/x.de{suffix}", {"language": "de", "text": "abc", "items": [1, 2, 3], **facts}
    )


class Fact:
    """A value with something private."""

    title = "Titel"
    _secret = "secret"

    def burn(self) -> str:
        """Does harm."""
        raise AssertionError("was called")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ fact._secret }}",
        "{{ fact.__init__.__globals__ }}",
        "{{ fact|attr('__class__') }}",
        "{{ fact|attr('_secret') }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ section.__globals__ }}",
        "{{ range.__self__ }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum() }}",
        "{{ namespace() }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ [].append(1) }}",
        "{{ items.append(4) }}",
        "{{ items.clear() }}",
        "{{ 'a{0.__class__}'.format(text) }}",
        "{{ '%s'|format(text) }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../config.toml' %}",
        "{% import 'os' as os %}{{ os.environ }}",
    ],
)
def test_no_way_out(source: str, tmp_path: Path) -> None:
    """Each is an error in a sentence, never a value."""
    items = [1, 2, 3]
    with pytest.raises(TemplateError):
        _render(tmp_path, source, fact=Fact(), items=items)
    assert items == [1, 2, 3]


HUNGRY = [
    "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "{% for a in long %}{% for b in long %}{% for c in long %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(99999999) %}{% endfor %}",
    "{% for a in range(10**12) %}{% endfor %}",
    "{% macro f(n) %}{{ f(n - 1) }}{{ f(n - 1) }}{% endmacro %}{{ f(900) }}",
    "{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "{{ 'x' * 10**10 }}",
    "{{ 'x' * 9999 * 9999 * 9999 }}",
    "{{ [0] * 9999 * 9999 }}",
    "{{ 2 ** 9999 ** 9999 }}",
    "{{ 9 ** 9999 }}",
    "{{ 'x'|center(10**10) }}",
    "{{ 'x'|indent(10**9) }}",
    "{{ 'x'.rjust(10**10) }}",
    "{{ 'x'.zfill(10**10) }}",
    "{{ '%10000000000d' % 1 }}",
    "{{ '{:>10000000000}'.format(1) }}",
    "{{ ('x' * 9999)|replace('', 'y' * 9999) }}",
    "{{ ('x' * 9999).replace('x', 'y' * 9999) }}",
    "{{ range(9999)|map('string')|join('y' * 9999) }}",
    "{% set a = 'x' * 1000 %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% set a = 'x' * 1000 %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40 + "{{ a }}",
    "{% set a = 'x' * 1000 %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "{% set a = [1] %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "{% set a = 'x' * 1000 %}" + "{% set a = [a, a]|join %}" * 40 + "{{ a }}",
    "{% include 'social/x.de.txt' %}",
]


@pytest.mark.parametrize("source", HUNGRY, ids=range(len(HUNGRY)))
def test_nothing_hangs_or_fills_the_memory(source: str, tmp_path: Path) -> None:
    """Each ends as a sentence; the bounds are far below what would hurt, and far above what a busy machine takes."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(TemplateError):
        _render(tmp_path, source, long="x" * 3000)
    assert time.process_time() - began < 20
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown < 250, f"{grown} MB"


def test_an_ordinary_template_is_not_disturbed(tmp_path: Path) -> None:
    source = (
        "{% for s in items %}{{ loop.index }}/{{ loop.length }}{{ ', ' if not loop.last }}{% else %}none{% endfor %} "
        "{{ 'a' ~ text ~ 1 }} "
        "{{ text|replace('b', 'xyz') }} {{ items|join('; ') }} {{ 7 % 4 }} {{ '-' * 5 }} {{ 2 * 3 }}"
    )
    assert _render(tmp_path, source) == "1/3, 2/3, 3/3 aabc1 axyzc 1; 2; 3 3 ----- 6"


def test_joining_keeps_what_is_escaped(tmp_path: Path) -> None:
    assert _render(tmp_path, "{{ '<a>' ~ text }}", ".html", text="<b>") == "&lt;a&gt;&lt;b&gt;"
    assert _render(tmp_path, "{{ ('<i>'|safe) ~ text }}", ".html", text="<b>") == "<i>&lt;b&gt;"


def test_a_huge_file_is_no_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="make it smaller"):
        _render(tmp_path, "x" * (capped.LARGEST_FILE + 1))
