"""What each kind of channel needs is asked when config.toml is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from announcer.errors import SettingsError
from announcer.settings import from_dict

CONFIG = Path("config.toml")


@pytest.mark.parametrize(
    ("channel", "lacks"),
    [
        ({"kind": "mastodon"}, "'url'"),
        ({"kind": "bluesky"}, "'account'"),
        ({"kind": "matrix", "room": "#presse:city.example"}, "'url'"),
        ({"kind": "matrix", "url": "https://matrix.city.example"}, "'room'"),
        ({"kind": "telegram"}, "'room'"),
    ],
)
def test_what_a_kind_needs_is_asked_for(channel: dict[str, object], lacks: str) -> None:
    with pytest.raises(SettingsError, match=rf"needs {lacks}; add it"):
        from_dict({"channels": {"one": channel}}, CONFIG)


@pytest.mark.parametrize(
    "channel",
    [
        {"kind": "mastodon", "url": "https://social.city.example"},
        {"kind": "bluesky", "account": "presse.city.example"},
        {"kind": "matrix", "url": "https://matrix.city.example", "room": "#presse:city.example"},
        {"kind": "telegram", "room": "@presse"},
    ],
)
def test_what_is_complete_is_taken(channel: dict[str, object]) -> None:
    assert from_dict({"channels": {"one": channel}}, CONFIG).channels["one"].kind == channel["kind"]
