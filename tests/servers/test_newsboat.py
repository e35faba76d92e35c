"""newsboat reads the feeds of a small run: every item once, whatever happens to it afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from announcer.model.changes import CorrectWording
from announcer.model.facts import Announcement
from announcer.office import change
from announcer.store.campaign import Campaign
from tests.servers.feed_clients import Newsboat, served
from tests.servers.newsroom import OFFICE, Newsroom

pytestmark = pytest.mark.servers

FIRST = Announcement(
    id="hallenbad",
    headline="Hallenbad öffnet am 5. Oktober & bleibt abends länger auf",
    lead="Nach der Sanierung öffnet das Hallenbad am 5. Oktober.",
    body="Die Becken sind neu gefliest.",
)
SECOND = Announcement(
    id="wochenmarkt",
    headline="Wochenmarkt zieht für zwei Wochen um",
    lead="Der Wochenmarkt steht bis zum 15. September auf dem Südplatz.",
    body="Grund sind Bauarbeiten.",
)


def _correct(newsroom: Newsroom, key: Campaign, old: str, new: str) -> None:
    house = newsroom.engine.house
    proposal = change.propose(house, key, CorrectWording(old, new), newsroom.clock.now)
    change.confirm(house, proposal, OFFICE, "verwechselt", newsroom.clock.now)
    newsroom.approve(key)


@pytest.mark.parametrize("name", ["feed.rss.xml", "feed.atom.xml"])
def test_every_item_comes_once_also_after_an_edit(name: str, tmp_path: Path) -> None:
    """A second look brings nothing; a correction changes its item in place and brings one new, its own."""
    (tmp_path / "reader").mkdir()
    with Newsroom.open(tmp_path / "house") as newsroom, served(newsroom) as url:
        reader = Newsboat(tmp_path / "reader", f"{url}/feeds/{name}")
        key = newsroom.announce(FIRST)
        newsroom.work()
        newsroom.announce(SECOND)
        newsroom.work()
        before = reader.reload()
        assert sorted(title for _, title, _ in before) == [FIRST.headline, SECOND.headline]
        reader.read_everything()
        newsroom.work(minutes=60)
        assert reader.reload() == [(guid, title, False) for guid, title, _ in before]

        _correct(newsroom, key, "5. Oktober", "12. Oktober")
        newsroom.work()
        after = reader.reload()
        guids = [guid for guid, _, _ in after]
        assert len(set(guids)) == len(guids) == 3
        titles = {guid: title for guid, title, _ in after}
        unread = [title for _, title, is_unread in after if is_unread]
        corrected, untouched = (next(guid for guid, title, _ in before if title == a.headline) for a in (FIRST, SECOND))
        assert titles[corrected] == FIRST.headline.replace("5. Oktober", "12. Oktober")
        assert titles[untouched] == SECOND.headline
        assert len(unread) == 1
        assert unread[0].startswith("KORREKTUR: ")
