"""The office whose desk is tested, with its console."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.console.context import Console
from tests.unit.connectors.desk.asked_ledgers import console_of
from tests.unit.connectors.requester.asking_offices import Office, opened_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Civil affairs, which may ask the federation, three rows at a time."""
    with opened_office(tmp_path / "office") as opened:
        yield opened


@pytest.fixture
def console(office: Office) -> Console:
    """The console of civil affairs."""
    return console_of(office)
