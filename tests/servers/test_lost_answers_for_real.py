"""An answer dropped after the network stored the post, time after time, on a real PDS and a real Synapse."""

from __future__ import annotations

from pathlib import Path

import pytest

from announcer.store import schema
from announcer.store.database import open_database
from tests.contract.lost_answers import lose_every_first_answer
from tests.servers.bluesky_pds import Pds
from tests.servers.matrix_synapse import Synapse
from tests.servers.networks import pds_stage, synapse_stage

pytestmark = pytest.mark.servers

SHORT = pytest.param(12, id="short")
LONG = pytest.param(200, id="long", marks=pytest.mark.long)


@pytest.mark.parametrize("number", [SHORT, LONG])
@pytest.mark.parametrize("network", ["pds", "synapse"])
def test_each_post_is_there_once(network: str, number: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Pds | Synapse = request.getfixturevalue(network)
    database = open_database(f"sqlite:///{tmp_path}/ledger.db")
    schema.migrate(database)
    with pds_stage(server, tmp_path) if isinstance(server, Pds) else synapse_stage(server) as stage:
        print(f"\n{network}: {lose_every_first_answer(stage, database, number)}")
    database.close()
