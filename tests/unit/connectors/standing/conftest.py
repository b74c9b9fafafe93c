"""The office that asks again and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.connectors.requester.asking_offices import opened_office
from tests.unit.connectors.standing.standing_office import StandingOffice


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[StandingOffice]:
    """Civil affairs, which may ask the federation for two hundred days, and whose answers are kept for ninety."""
    with opened_office(tmp_path / "office", valid_days=200) as opened:
        yield StandingOffice(opened)
