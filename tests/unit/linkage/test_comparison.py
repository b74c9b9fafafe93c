"""Levels follow from the agreeing keys; "differs" is said only where agreement would have been seen."""

import numpy as np
import pytest

from linkage.agreement import Pairs
from linkage.comparison import ALONE, LARGER, NOT_TOLD, SMALL, Comparer
from linkage.masks import mask_of
from tests.unit.linkage.population import KEY_SET

ALL = mask_of(KEY_SET, [defined.name for defined in KEY_SET.evidence])
COMPARER = Comparer(KEY_SET)


def levels(agreed: list[str], held: int = ALL) -> dict[str, int]:
    found = COMPARER.levels(np.array([mask_of(KEY_SET, agreed)], np.uint64), np.array([held], np.uint32))
    return dict(zip([part.name for part in KEY_SET.comparison], found[0].tolist(), strict=True))


def without(*names: str) -> int:
    return ALL & ~mask_of(KEY_SET, names)


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (["id"], {"ID": 2, "NAME": -1, "DOB": 0, "GI": -1, "PH": -1, "GN": -1, "R": -1, "X": -1}),
        (["id!repaired", "p.d"], {"ID": 1, "NAME": 5, "DOB": 9, "GI": 0, "PH": 0, "GN": 0, "R": 0, "X": -1}),
        (["p.d", "s1.d.r4"], {"ID": 0, "NAME": 5, "DOB": 9, "R": 1, "X": -1}),
        (["p.d", "n.r6"], {"NAME": 6, "DOB": 9, "R": 2, "X": 0}),
        (["p.d", "n.r6", "r6.d.x"], {"NAME": 6, "DOB": 9, "R": 2, "X": 1}),
        (["p.d!lunar", "p.md"], {"NAME": 5, "DOB": 8, "GI": -1, "GN": 0}),
        (["p.swap"], {"NAME": 5, "DOB": 7}),
        (["n.y.r4!jan1"], {"NAME": 6, "DOB": 6, "R": 1}),
        (["p.md"], {"NAME": 5, "DOB": 4}),
        (["p.ym"], {"NAME": 5, "DOB": 3}),
        (["n.y.r4"], {"NAME": 6, "DOB": 2}),
        (["n.r6"], {"NAME": 6, "DOB": 1, "R": 2}),
        (["g.d"], {"NAME": 4, "DOB": 9, "R": -1, "X": -1}),
        (["g1.d"], {"NAME": 3, "DOB": 9}),
        (["s1.d.r4"], {"NAME": 1, "DOB": 9, "R": 1}),
        (["r6.d.x"], {"NAME": 0, "DOB": 9, "R": 2, "X": 1, "GI": 0}),
        (["gi.d", "ph.d", "gn.d"], {"NAME": 0, "DOB": 9, "GI": 1, "PH": 1, "GN": 1, "R": -1}),
        (["gn.p"], {"NAME": 5, "DOB": 1, "GI": -1, "PH": -1, "GN": 1, "R": -1, "X": -1}),
    ],
)
def test_levels_of_agreeing_keys(agreed: list[str], expected: dict[str, int]):
    assert levels(agreed) | expected == levels(agreed)


@pytest.mark.parametrize(
    ("agreed", "missing", "component", "level"),
    [
        (["p.d"], ["id"], "ID", 3),
        (["p.d"], ["gi.d"], "GI", NOT_TOLD),
        (["p.d"], ["ph.d"], "PH", NOT_TOLD),
        (["p.d"], ["gn.d", "gn.p"], "GN", NOT_TOLD),
        (["p.d"], ["s1.d.r4"], "R", NOT_TOLD),
        (["p.d", "n.r6"], ["r6.d.x"], "X", NOT_TOLD),
        (["n.r6"], ["p.d"], "DOB", NOT_TOLD),
        (["r6.d.x"], ["p.d"], "NAME", NOT_TOLD),
    ],
)
def test_what_a_side_does_not_hold_does_not_differ(agreed: list[str], missing: list[str], component: str, level: int):
    assert levels(agreed)[component] == 0 or component == "DOB"
    assert levels(agreed, without(*missing))[component] == level


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (False, {0: NOT_TOLD, 1: ALONE, 2: SMALL, 4: SMALL, 5: LARGER}),
        (True, {0: NOT_TOLD, 4: ALONE, 5: SMALL, 9: SMALL, 10: LARGER}),
    ],
)
def test_rarity_follows_from_the_group(within: bool, expected: dict[int, int]):
    group = np.array(list(expected), np.int32)
    first = np.zeros(len(group), np.int32)
    pairs = Pairs(first, first, np.full(len(group), mask_of(KEY_SET, ["n.r6"]), np.uint64), group)
    held = np.array([ALL], np.uint32)
    cells, cell = COMPARER.cells(pairs, held, held, within=within)
    assert cells.levels[cell, -1].tolist() == list(expected.values())


def test_pairs_that_look_alike_share_a_cell_in_the_order_of_the_vectors():
    agreed = np.array([mask_of(KEY_SET, ["p.d"]), mask_of(KEY_SET, ["id"]), mask_of(KEY_SET, ["p.d"])], np.uint64)
    pairs = Pairs(np.array([0, 0, 1], np.int32), np.array([0, 1, 0], np.int32), agreed, np.zeros(3, np.int32))
    held = np.array([ALL, ALL], np.uint32)
    cells, cell = COMPARER.cells(pairs, held, held, within=False)
    assert (len(cells), cells.count.tolist()) == (2, [2, 1])
    assert cell.tolist() == [0, 1, 0]
    assert cells.levels.tolist() == sorted(cells.levels.tolist())


def test_what_can_be_told_needs_both_sides():
    held = np.array([ALL, without("gi.d"), without("id", "n.r6"), 0], np.uint32)
    names = list(KEY_SET.availability)
    lacking = [{names[bit] for bit in range(len(names)) if not int(one) >> bit & 1} for one in COMPARER.available(held)]
    assert lacking == [set(), {"guardian_number"}, {"child_number", "county"}, set(names)]
    assert COMPARER.could_settle(COMPARER.available(held)).tolist() == [True, True, False, False]
