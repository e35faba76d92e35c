"""Statements for the paths where thousands of rows pass a second, handed to the driver as they are.

SQLAlchemy's own way costs 70 to 200 µs for a statement that takes SQLite 7;
in a round of fifty mails that is most of what the ledger costs. The driver's
errors are translated where all are, in `Database`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import sqlalchemy as sa

_NAME = re.compile(r"(?<!:):([a-z_]+)")


class Statement:
    """SQL with `:names`, the same for SQLite and PostgreSQL, or one of its own for each."""

    def __init__(self, sqlite: str, postgresql: str | None = None) -> None:
        self.names = tuple(_NAME.findall(sqlite))  #: The parameters, in the order `change_each` wants them.
        self._sql = {"sqlite": _NAME.sub("?", sqlite), "postgresql": _NAME.sub("%s", postgresql or sqlite)}

    def rows(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute it once; the rows it gives."""
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(self._sql[connection.dialect.name], self._in_order(values))
            return list(cursor.fetchall())

    def change(self, connection: sa.Connection, values: Mapping[str, Any]) -> int:
        """Execute it once; how many rows of the table it changed."""
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(self._sql[connection.dialect.name], self._in_order(values))
            return cursor.rowcount

    def change_each(self, connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute it for each row of values, in the order of `names`; how many rows of the table it changed."""
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(self._sql[connection.dialect.name], list(rows))
            return cursor.rowcount

    def _in_order(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([values[name] for name in self.names])
