"""Statements that go past SQLAlchemy behave as those that don't."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict, StoreError
from announcer.store.database import Database
from announcer.store.driver import Statement
from announcer.store.tables import setting

_ADD = Statement("INSERT INTO setting (name, value) VALUES (:name, :value)")
_FIND = Statement("SELECT value, name FROM setting WHERE name = :name OR value = :value ORDER BY name")
_CAST = Statement("SELECT CAST(:value AS TEXT)", "SELECT :value::text")


def test_values_find_their_places_by_name(database: Database) -> None:
    with database.write() as connection:
        assert _ADD.change(connection, {"value": "1", "name": "a"}) == 1
        assert _ADD.change_each(connection, [("b", "2"), ("c", "2")]) == 2
        assert _FIND.rows(connection, {"value": "2", "name": "a"}) == [("1", "a"), ("2", "b"), ("2", "c")]


def test_a_cast_is_no_name(database: Database) -> None:
    with database.read() as connection:
        assert _CAST.rows(connection, {"value": "x"}) == [("x",)]


def test_a_second_row_is_a_conflict_and_nothing_is_kept(database: Database) -> None:
    with pytest.raises(Conflict, match="second or dangling row"), database.write() as connection:
        _ADD.change_each(connection, [("a", "1"), ("a", "2")])
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(setting)) == 0


def test_other_errors_of_the_driver_are_errors_of_the_store(database: Database) -> None:
    with pytest.raises(StoreError, match="nowhere"), database.read() as connection:
        Statement("SELECT 1 FROM nowhere").rows(connection, {})
