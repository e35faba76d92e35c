"""The mark in the database and in its file: no crash looks like a restore, no restore like a crash."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import StoreError
from announcer.store import epoch
from announcer.store.epoch import Doubt, Epoch


@pytest.mark.parametrize(
    ("file", "database", "alone", "shared"),
    [
        (None, None, None, None),
        (None, Epoch("a", 1), Doubt.MOVED, Doubt.MOVED),
        (Epoch("a", 0), None, None, None),
        (Epoch("a", 1), None, Doubt.RESTORED, Doubt.RESTORED),
        (Epoch("a", 7), Epoch("a", 7), None, None),
        (Epoch("a", 7), Epoch("a", 8), None, None),
        (Epoch("a", 7), Epoch("a", 9), Doubt.OLD_FILE, None),
        (Epoch("a", 7), Epoch("a", 6), Doubt.RESTORED, Doubt.RESTORED),
        (Epoch("a", 7), Epoch("b", 7), Doubt.FOREIGN, Doubt.FOREIGN),
    ],
)
def test_what_file_and_database_say_together(
    file: Epoch | None, database: Epoch | None, alone: Doubt | None, shared: Doubt | None
) -> None:
    assert (epoch.judge(file, database), epoch.judge(file, database, shared=True)) == (alone, shared)


@dataclass
class Place:
    """File and database as `office.holding.keep_watch` writes them, stopped after any of its writes."""

    file: Epoch | None = None
    database: Epoch | None = None
    doubts: list[Doubt | None] = field(default_factory=list)

    def watch(self, writes: int = 3) -> None:
        file = self.file
        if file is None and self.database is None:
            file = epoch.fresh()
            if writes < 1:
                return
            self.file = file
        self.doubts.append(epoch.judge(file, self.database))
        follows = epoch.following(file, self.database)
        if writes < 2:
            return
        self.database = follows
        if writes < 3:
            return
        self.file = follows


@given(st.lists(st.integers(0, 3), max_size=20))
def test_no_crash_between_the_writes_ever_raises_a_doubt(writes: list[int]) -> None:
    place = Place()
    for number in [*writes, 3]:
        place.watch(number)
    assert set(place.doubts) == {None}


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8), st.integers(0, 3))
def test_a_copy_put_back_after_another_watch_is_always_told(before: list[int], between: list[int], last: int) -> None:
    place = Place()
    for number in [*before, 3]:
        place.watch(number)
    copy = place.database
    for number in [3, *between]:
        place.watch(number)
    place.doubts.clear()
    place.database = copy
    place.watch(last)  # even if the start that finds it dies at once
    if last < 2:
        place.watch()
    assert place.doubts[-1] is Doubt.RESTORED
    place.watch()
    place.watch()
    assert place.doubts[-1] is None


def test_the_file_is_replaced_whole_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "var" / "epoch"
    assert epoch.read_file(path) is None
    for count in (1, 2):
        epoch.write_file(path, Epoch("a", count))
    assert (epoch.read_file(path), [one.name for one in path.parent.iterdir()]) == (Epoch("a", 2), ["epoch"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"house": "a"}', '{"house": "a", "count": "x"}'])
def test_a_file_that_says_nothing_is_refused_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "epoch").write_text(text)
    with pytest.raises(StoreError, match="epoch can't be read"):
        epoch.read_file(tmp_path / "epoch")
