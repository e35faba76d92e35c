"""What looks at the ledger every few seconds finds its rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from announcer.alerts.gathering import gather
from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.settings import from_dict
from announcer.store.database import Database

PEOPLE = {name: {"mail": f"{name}@city.example", "approves": True} for name in ("anna", "ben")}


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every query of the block, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((statement, parameters))

    sa.event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.reader, "before_cursor_execute", note)


def test_no_look_goes_through_all_messages_or_the_whole_ledger(tmp_path: Path) -> None:
    settings = from_dict({"people": PEOPLE, "mail": {"enabled": False}}, tmp_path / "config.toml")
    engine = Engine(settings, system_clock)
    try:
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        with engine.database.read() as connection, statements(engine.database) as seen:
            gather(connection, engine.house, begin, begin)
            asked = [one for one in seen if one[0].startswith("SELECT")]
            plans = [
                (row[3], " ".join(statement.split()))
                for statement, parameters in asked
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
    finally:
        engine.close()
    scans = [plan for plan in plans if plan[0].startswith(("SCAN delivery", "SCAN message"))]
    assert len(asked) > 8
    # Two indexes hold nothing but what is held or in trouble: to go through these is to find it.
    small = {f"SCAN delivery USING INDEX ix_delivery_{name}" for name in ("held", "trouble")}
    assert [plan for plan, _ in scans if plan not in small] == []
