"""The county's education bureau whose schools flag pupils, with the offices and the gateway around it, in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.console.context import Console
from tests.item_offices import ItemRelay, opened_offices
from tests.unit.connectors.dropouts.absences import BUREAU


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[ItemRelay]:
    """The gateway with all offices."""
    with opened_offices(tmp_path) as relay:
        yield relay


@pytest.fixture
def console(relay: ItemRelay) -> Console:
    """The console of the bureau."""
    return relay.offices[BUREAU]
