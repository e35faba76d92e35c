"""The installed servers, each started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import bluesky_pds, matrix_synapse
from tests.servers.bluesky_pds import Pds
from tests.servers.matrix_synapse import Synapse


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    if reason := bluesky_pds.missing():
        pytest.fail(reason)
    with bluesky_pds.bluesky_pds(tmp_path_factory.mktemp("pds")) as running:
        yield running


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    if reason := matrix_synapse.missing():
        pytest.fail(reason)
    with matrix_synapse.matrix_synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running
