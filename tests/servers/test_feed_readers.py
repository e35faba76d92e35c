"""Four programs read fifty announcements through twenty edits: each item once, whatever happens to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from announcer.model.changes import Change, CorrectAnnouncement, CorrectWording, Withdraw
from announcer.office import change
from announcer.store.campaign import Campaign
from tests.servers.feed_clients import Library, Newsboat, Parser, Sfeed, served
from tests.servers.newsroom import OFFICE, Newsroom
from tests.standins.fifty_announcements import FIFTY, YEAR, write_files

pytestmark = pytest.mark.servers

#: What becomes of the first twenty of the usual ones: mended in silence, corrected aloud, renamed, taken back.
SILENT = tuple(
    (one.id, CorrectAnnouncement(body=f"{one.body}\n\nEine Zeile mehr.", material=False)) for one in YEAR[:7]
)
ALOUD = tuple((one.id, CorrectWording("1. September", "8. September")) for one in YEAR[7:13])
RENAMED = tuple(
    (one.id, CorrectAnnouncement(headline=f"{one.headline} – neu", note="Die Überschrift war ungenau."))
    for one in YEAR[13:18]
)
WITHDRAWN = tuple((one.id, Withdraw()) for one in YEAR[18:20])
EDITS: tuple[tuple[str, Change], ...] = (*SILENT, *ALOUD, *RENAMED, *WITHDRAWN)
FEEDS = ("feed.rss.xml", "feed.atom.xml")


@dataclass(slots=True)
class Watched:
    """One feed and its four subscribers."""

    newsboat: Newsboat
    sfeed: Sfeed
    library: Library
    parser: Parser
    told: list[Counter[str]] = field(default_factory=list)  #: Unread items at each look, for newsboat and the library.

    @classmethod
    def at(cls, url: str, folder: Path) -> Watched:
        """Subscribe to `url`."""
        homes = [folder / name for name in ("newsboat", "sfeed", "library")]
        for home in homes:
            home.mkdir(parents=True)
        return cls(Newsboat(homes[0], url), Sfeed(homes[1], url), Library(homes[2], url), Parser(url))

    def look(self) -> None:
        """Everybody looks and reads all there is; nobody has an item twice."""
        seen = (self.newsboat.reload(), self.library.reload())
        for items in seen:
            guids = [guid for guid, _, _ in items]
            assert len(set(guids)) == len(guids)
        unread = [{guid for guid, _, is_unread in items if is_unread} for items in seen]
        assert unread[0] == unread[1]
        self.told.append(Counter(unread[0]))
        self.newsboat.read_everything()
        self.library.read_everything()
        self.sfeed.reload()
        self.parser.reload()


@pytest.fixture(params=FEEDS)
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Newsroom, Watched, Path]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Newsroom.open(tmp_path / "house") as newsroom, served(newsroom) as url:
        settings = newsroom.engine.house.settings
        feeds = settings.path(settings.paths.feeds)
        yield newsroom, Watched.at(f"{url}/feeds/{request.param}", tmp_path / "readers"), feeds


def _edit(newsroom: Newsroom, announcement_id: str, wanted: Change) -> None:
    house, key = newsroom.engine.house, Campaign(announcement_id=announcement_id)
    proposal = change.propose(house, key, wanted, newsroom.clock.now)
    change.confirm(house, proposal, OFFICE, "nachgesehen", newsroom.clock.now)
    newsroom.approve(key)
    newsroom.work(minutes=30)


def test_fifty_announcements_and_twenty_edits(watched: tuple[Newsroom, Watched, Path]) -> None:
    newsroom, readers, feeds = watched
    material = feeds.parent / "material"
    write_files(material)
    newsroom.work()
    assert readers.parser.reload() == []  # the feed is there before its first entry
    for batch in range(0, len(FIFTY), 10):
        for announcement in FIFTY[batch : batch + 10]:
            newsroom.announce(announcement, material)
        newsroom.work()
        readers.look()
    assert [sum(told.values()) for told in readers.told] == [10] * 5

    assert len(EDITS) == 20
    for announcement_id, wanted in EDITS:
        _edit(newsroom, announcement_id, wanted)
        readers.look()
    newsroom.work(minutes=60)
    readers.look()

    items = json.loads((feeds / "feed.json").read_bytes())["items"]
    ids = {item["id"] for item in items}
    told = sum(readers.told, Counter[str]())
    assert set(told) == ids
    assert set(told.values()) == {1}  # each was new once, and never again
    titles = {item["id"]: item["title"] for item in items}
    assert {guid: title for guid, title, _ in readers.newsboat.reload()} == titles
    assert {guid: title for guid, title, _ in readers.library.reload()} == titles
    assert dict(readers.parser.reload()) == titles
    assert readers.parser.statuses[-2:] == [304, 304]
    _check_sfeed(readers.sfeed.reload(), ids, titles)
    loud = len(ALOUD) + len(RENAMED)
    assert len(ids) == len(FIFTY) + loud  # a material correction is an item of its own
    assert sum(title.startswith("ZURÜCKGEZOGEN: ") for title in titles.values()) == len(WITHDRAWN)


def _check_sfeed(lines: list[tuple[str, str]], ids: set[str], titles: dict[str, str]) -> None:
    """sfeed keeps a line for each id and title, by its own rule: one, and a second where the title was changed."""
    assert {guid for guid, _ in lines} == ids
    count = Counter(guid for guid, _ in lines)
    renamed = {guid for guid, title in lines if title != titles[guid]}
    assert {guid for guid, number in count.items() if number > 1} == renamed
    assert len(renamed) == len(RENAMED) + len(WITHDRAWN)
