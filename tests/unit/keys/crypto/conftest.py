"""Randomness that repeats, and the published vectors."""

import json
import random as stdlib_random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.randomness import RandomSource

VECTORS = Path(__file__).parents[3] / "vectors"


@pytest.fixture
def random() -> RandomSource:
    """Bytes that are the same in every run (seed 20250801)."""
    return stdlib_random.Random(20250801).randbytes


@pytest.fixture
def load_vectors() -> Callable[[str], Any]:
    def load(name: str) -> Any:
        return json.loads((VECTORS / name).read_text(encoding="ascii"))

    return load


@pytest.fixture
def scalars_as_random() -> Callable[..., RandomSource]:
    """A source that hands out given scalars, so that vectors run the path that production runs."""

    def source_of(*scalars: str) -> RandomSource:
        remaining = [bytes.fromhex(scalar) + bytes(32) for scalar in scalars]

        def draw(count: int) -> bytes:
            assert count == 64
            return remaining.pop(0)

        return draw

    return source_of
