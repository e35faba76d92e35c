"""Statements for the paths where thousands of rows pass a second, handed to the driver as they are.

SQLAlchemy's own way costs more than such a statement itself: 200 µs against
50 for the smallest (`bench/newsletter.py` shows what the sum is worth).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

_NAME = re.compile(r"(?<!:):([a-z_]+)")


class Statement:
    """SQL with `:names`, the same for SQLite and PostgreSQL, or one of its own for each."""

    def __init__(self, sqlite: str, postgresql: str | None = None) -> None:
        self.names = tuple(_NAME.findall(sqlite))  #: The parameters in the order `many` wants them.
        self._sql = {"sqlite": _NAME.sub("?", sqlite), "postgresql": _NAME.sub("%s", postgresql or sqlite)}

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
        """Execute it once."""
        return connection.exec_driver_sql(
            self._sql[connection.dialect.name], tuple([values[name] for name in self.names])
        )

    def many(self, connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute it for each row, its values in the order of `names`; how many rows of the table it changed."""
        return connection.exec_driver_sql(self._sql[connection.dialect.name], list(rows)).rowcount
