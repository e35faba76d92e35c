"""Feed files on a real disk: whole or not at all, only when changed, nothing foreign touched."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from announcer.errors import AnnouncerError
from announcer.feeds.files import FeedFolder
from announcer.feeds.projection import FeedRow, FeedSite, Projection, project

AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
SITE = FeedSite("Stadt Beispiel", "https://city.example", "https://city.example/feeds")
ROWS = tuple(
    FeedRow(
        f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
        {"title": f"Grüße {number}", "summary": "", "html": "<p>x</p>", "link": "https://city.example/1"},
        "de",
        AT + timedelta(hours=number),
        AT + timedelta(hours=number),
        event_id="fest",
    )
    for number in range(3)
)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_projection_on_disk_is_read_back(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path / "feeds")
    assert folder.prepare() == ()
    files = project(SITE, ROWS)
    assert folder.write(files) == tuple(files)
    packed = {f"{name}.gz": gzip.compress(body, mtime=0) for name, body in files.items()}
    assert everything(folder.path) == {**files, **packed}
    assert folder.names() == tuple(sorted(files))
    titles = [entry.title for entry in feedparser.parse((folder.path / "events/fest.de.rss.xml").read_bytes()).entries]
    assert titles == ["Grüße 2", "Grüße 1", "Grüße 0"]
    assert stat.S_IMODE((folder.path / "feed.rss.xml").stat().st_mode) == 0o644 & ~umask()


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    folder.write({"a.json": b"1", "b.json": b"2"})
    before = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    assert folder.write({"a.json": b"1", "b.json": b"3"}) == ("b.json",)
    after = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    assert {path.name for path in before if before[path] != after[path]} == {"b.json", "b.json.gz"}


def test_a_missing_or_torn_half_is_written_again(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    folder.write({"a.json": b"1"})
    for damage in (lambda: (tmp_path / "a.json.gz").unlink(), lambda: (tmp_path / "a.json").write_bytes(b"")):
        damage()
        assert folder.write({"a.json": b"1"}) == ("a.json",)
    assert everything(tmp_path) == {"a.json": b"1", "a.json.gz": gzip.compress(b"1", mtime=0)}


def test_a_new_start_continues_what_lies_there(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    folder.write(project(SITE, ROWS))
    (tmp_path / "kalender.ics").write_text("foreign")
    (tmp_path / "notizen.json").write_text("foreign")
    files, projection = Projection.resumed(SITE, folder.names()).changed(ROWS[:0])
    written = folder.write(files)
    assert set(written) == set(project(SITE, ROWS))
    assert feedparser.parse((tmp_path / "events/fest.de.atom.xml").read_bytes()).entries == []
    assert (tmp_path / "notizen.json").read_text() == "foreign"
    assert projection.changed([])[0] == {}


def test_only_the_leftovers_of_a_crash_are_removed(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    folder.write({"events/a.json": b"1"})
    left = [tmp_path / ".feed.json.0011.announcer-part", tmp_path / "events/.a.json.gz.22.announcer-part"]
    foreign = [tmp_path / ".htaccess", tmp_path / "half.part", tmp_path / ".x.announcer-part.txt"]
    for path in (*left, *foreign):
        path.write_text("x")
    assert folder.prepare() == tuple(sorted(left))
    assert set(everything(tmp_path)) == {
        "events/a.json", "events/a.json.gz", ".htaccess", "half.part", ".x.announcer-part.txt",
    }  # fmt: skip
    assert folder.prepare() == ()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x.json", "events/../../x.json", ".hidden", "."])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(AnnouncerError, match="is no name for a feed file"):
        FeedFolder(tmp_path / "feeds").write({name: b"x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "feed.json can't be written: the disk is full; free some space, the feed stays as it was"),
        (errno.EDQUOT, "feed.json can't be written: the disk is full; free some space, the feed stays as it was"),
        (errno.EROFS, "feed.json can't be written: Read-only file system; check owner and mode, or [paths] feeds"),
        (errno.EIO, "feed.json can't be written: Input/output error; check owner and mode, or [paths] feeds"),
    ],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_refusing_disk_leaves_the_feed_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str, call: str
) -> None:
    folder = FeedFolder(tmp_path)
    folder.write({"feed.json": b"old"})
    before = everything(tmp_path)

    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(*((os, "fsync", refuse) if call == "fsync" else (Path, "replace", refuse)))
    with pytest.raises(AnnouncerError) as caught:
        folder.write({"feed.json": b"new"})
    assert said in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert everything(tmp_path) == before


WRITE_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from announcer.errors import AnnouncerError
from announcer.feeds.files import FeedFolder
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    FeedFolder(Path(sys.argv[1])).write({"feed.json": bytes(range(256)) * 4000})
except AnnouncerError as error:
    print(error)
"""


def test_a_write_that_breaks_off_half_way_leaves_the_old_feed(tmp_path: Path) -> None:
    """The kernel itself stops the write after 4 kB, as a full disk would."""
    FeedFolder(tmp_path).write({"feed.json": b"old"})
    before = everything(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", WRITE_WITHOUT_ROOM, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith(f"{tmp_path}/feed.json can't be written: File too large;")
    assert everything(tmp_path) == before


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder nobody may write to, not even root: a file stands where it should be."""
    path = tmp_path / "feeds"
    path.write_text("")
    yield path
    path.unlink()


@pytest.mark.parametrize(
    "act",
    [
        lambda folder: folder.prepare(),
        lambda folder: folder.check(),
        lambda folder: folder.write({"feed.json": b"x"}),
        lambda folder: folder.write({"events/feed.json": b"x"}),
    ],
)
def test_a_folder_that_can_not_be_made_is_a_sentence(locked: Path, act: Callable[[FeedFolder], object]) -> None:
    with pytest.raises(AnnouncerError, match=r"can't be written: .*; check owner and mode, or \[paths\] feeds"):
        act(FeedFolder(locked))


def test_readers_see_the_old_bytes_or_the_new_ones(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    bodies = [bytes([letter]) * 200_000 for letter in b"ab"]
    folder.write({"feed.json": bodies[0]})
    over, torn = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            if (seen := (tmp_path / "feed.json").read_bytes()) not in bodies:
                torn.append(len(seen))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        folder.write({"feed.json": bodies[(number + 1) % 2]})
    over.set()
    reader.join(timeout=30)
    assert not reader.is_alive()
    assert torn == []


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    bodies = [bytes([letter]) * 50_000 for letter in b"abcd"]
    writers = [threading.Thread(target=lambda body=body: folder.write({"feed.json": body})) for body in bodies]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    left = everything(tmp_path)
    assert left["feed.json"] in bodies
    assert left == {"feed.json": left["feed.json"], "feed.json.gz": gzip.compress(left["feed.json"], mtime=0)}
