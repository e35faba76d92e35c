"""The figures of the faults, as a table at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_ROWS: list[tuple[str, str, str]] = []
Figure = Callable[[str, str, str], None]


@pytest.fixture
def figure() -> Figure:
    """Keep a row of the table: the fault, the store, and what came out."""
    return lambda fault, store, came: _ROWS.append((fault, store.partition(":")[0], came))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if not _ROWS:
        return
    widths = [max(len(row[column]) for row in _ROWS) for column in (0, 1)]
    terminalreporter.section("what came of each fault")
    for fault, store, came in _ROWS:
        terminalreporter.write_line(f"{fault:{widths[0]}}  {store:{widths[1]}}  {came}")
