"""Offices of a county that pass items on over one gateway."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.connectors.items.items_gateway import County, opened_county


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with opened_county(tmp_path) as opened:
        yield opened
