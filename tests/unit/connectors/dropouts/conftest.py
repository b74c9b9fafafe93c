"""The county's education bureau whose schools flag pupils, without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.console.context import Console
from tests.unit.connectors.dropouts.absences import console_of, open_school_office
from tests.unit.connectors.offices import Clock


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """The console of the bureau."""
    folder = tmp_path / "office"
    folder.mkdir()
    connector = open_school_office(folder, Clock())
    console = console_of(connector)
    yield console
    console.client.close()
    connector.state.dispose()
