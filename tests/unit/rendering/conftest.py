"""One renderer with the shipped templates; making it reads some eighty files."""

from __future__ import annotations

import pytest

from announcer.rendering.renderer import Renderer
from tests.unit.rendering.dortmund_facts import SITE


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The shipped templates, speaking for the press office of Dortmund."""
    return Renderer([], SITE)
