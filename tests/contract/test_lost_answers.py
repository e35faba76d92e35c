"""An answer dropped after the network stored the post, time after time, on every network's stand-in."""

from __future__ import annotations

import pytest

from announcer.store.database import Database
from tests.contract.channel_cases import CASES, ChannelCase
from tests.contract.lost_answers import lose_every_first_answer

SHORT = pytest.param(10, id="short")
LONG = pytest.param(200, id="long", marks=pytest.mark.long)


@pytest.mark.parametrize("number", [SHORT, LONG])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_can_be_looked_up_or_is_keyed_is_there_once_and_the_rest_is_unknown(
    case: ChannelCase, number: int, sqlite_database: Database
) -> None:
    with case.open() as stage:
        print(f"\n{case.name}: {lose_every_first_answer(stage, sqlite_database, number)}")
