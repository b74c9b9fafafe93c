"""Linkage keys as a register of children gives them."""

import random
from collections.abc import Iterator
from datetime import date

from bench.register import draw_rows
from schemas.citizen_id import parse_citizen_id
from schemas.identity import ChildIdentity
from schemas.linkage_keys import linkage_keys


def oprf_inputs(count: int, today: date) -> list[bytes]:
    """Return that many inputs of the VOPRF: all linkage keys of one child after the other."""
    return [next_input for next_input, _ in zip(_inputs(today), range(count), strict=False)]


def _inputs(today: date) -> Iterator[bytes]:
    for row in draw_rows(random.Random(1), today):
        number = parse_citizen_id(str(row["citizen_id"]), allow_test_regions=True, today=today)
        identity = ChildIdentity(citizen_id=number, name=str(row["name"]))
        yield from (key.oprf_input() for key in linkage_keys(identity))
