"""The channels' contract once more, against the servers that people run (stand-ins: tests/contract)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.channel_cases import Stage
from tests.contract.test_channels import *  # noqa: F403 - the very same tests, over other stages
from tests.servers.bluesky_pds import Pds
from tests.servers.networks import pds_stage, synapse_stage

pytestmark = pytest.mark.servers


@pytest.fixture(params=["pds", "synapse"])  # type: ignore[no-redef]  # instead of the stand-ins
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    server = request.getfixturevalue(request.param)
    with pds_stage(server, tmp_path) if isinstance(server, Pds) else synapse_stage(server) as opened:
        yield opened
