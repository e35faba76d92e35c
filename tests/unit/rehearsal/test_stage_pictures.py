"""A rehearsal shows the pictures of the campaign it plays."""

from __future__ import annotations

from pathlib import Path

from announcer.rehearsal import stage
from announcer.settings import Settings
from announcer.store.assets import Assets


def test_the_office_s_pictures_come_along_and_stay_where_they_are(tmp_path: Path) -> None:
    office = Settings(root=tmp_path / "office")
    kept = Assets(office.path(office.paths.var) / "assets").put(b"a picture")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    settings = stage.scratch_settings(office, scratch, smtp_port=9, mastodon_url="http://127.0.0.1:9")
    assert Assets(settings.path(settings.paths.var) / "assets").read(kept) == b"a picture"
    assert Assets(office.path(office.paths.var) / "assets").read(kept) == b"a picture"
