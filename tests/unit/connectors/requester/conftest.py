"""The office that most tests of the requester's side ask from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.connectors.requester.asking_offices import Office, opened_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Civil affairs, which may ask the federation, three rows at a time."""
    with opened_office(tmp_path / "office") as opened:
        yield opened
