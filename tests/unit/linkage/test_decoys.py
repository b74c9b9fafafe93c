"""Pairs of two different children across the files are expected as pairs of one file suggest, by what both hold."""

import itertools

import pytest

from linkage.candidates import find_candidates
from linkage.comparison import Comparer
from linkage.decoys import SPREAD_DECOYS, weigh_decoys
from linkage.profile import profile_of
from tests.unit.linkage.population import KEY_SET, Key, look_up, table_of

ASKED: list[list[Key]] = [
    [("id", "1"), ("p.d", "a"), ("g.d", "x")],
    [("p.d", "b"), ("g.d", "x")],
    [("p.d", "c"), ("g.d", "y")],
]
INDEX: list[list[Key]] = [
    [("id", "7"), ("p.d", "d"), ("g.d", "y")],
    [("id", "8"), ("p.d", "e"), ("g.d", "y")],
    [("p.d", "f"), ("g.d", "x")],
    [("n.r6", "z")],
]


def held_by_both(one: list[Key], other: list[Key]) -> tuple[bool, bool]:
    """Return whether both have a date and whether both have a number."""
    return tuple(all(any(name == kind for name, _ in keys) for keys in (one, other)) for kind in ("p.d", "id"))


def test_decoys_are_weighted_by_how_often_random_pairs_hold_so_much():
    asked, index = table_of(*ASKED), table_of(*INDEX)
    candidates = find_candidates(asked, look_up(asked, index)[0], profile_of(index, KEY_SET), KEY_SET)
    evidence, _ = weigh_decoys(candidates, Comparer(KEY_SET))
    across = [held_by_both(*pair) for pair in itertools.product(ASKED, INDEX)]
    within = [held_by_both(*pair) for file in (ASKED, INDEX) for pair in itertools.combinations(file, 2)]
    assert evidence.scale == pytest.approx(len(across) / len(within))
    # Asked 0 and 1 are a decoy without two numbers; index 0 and 1 one with two.
    for held, decoys in (((True, False), 1), ((True, True), 1)):
        weight = (across.count(held) / len(across)) / (within.count(held) / len(within))
        cells = (evidence.available & 1 == 1) & (evidence.could_settle == held[1]) & (evidence.decoys > 0)
        assert evidence.decoys[cells].sum() == pytest.approx(decoys * weight)


def test_a_record_that_a_row_settled_on_is_not_counted_across():
    settled: list[Key] = [("id", "9"), ("p.d", "s")]
    scales = []
    for file in (ASKED, [*ASKED, settled]):
        asked, index = table_of(*file), table_of(*INDEX, settled)
        candidates = find_candidates(asked, look_up(asked, index)[0], profile_of(index, KEY_SET), KEY_SET)
        scales.append(weigh_decoys(candidates, Comparer(KEY_SET))[0].scale)
    within = 3 + 10
    assert scales == pytest.approx([3 * 5 / within, 3 * 4 / within])


def test_every_pattern_across_the_files_has_some_decoys():
    asked, index = table_of(*ASKED), table_of(*INDEX)
    candidates = find_candidates(asked, look_up(asked, index)[0], profile_of(index, KEY_SET), KEY_SET)
    evidence, place = weigh_decoys(candidates, Comparer(KEY_SET))
    assert (evidence.decoys_available[place] > 0).all()
    assert evidence.decoys_available.max() < evidence.decoys.sum() + SPREAD_DECOYS


def test_what_is_observed_is_what_the_candidates_are():
    asked, index = table_of(*ASKED), table_of(*INDEX)
    candidates = find_candidates(asked, look_up(asked, index)[0], profile_of(index, KEY_SET), KEY_SET)
    evidence, place = weigh_decoys(candidates, Comparer(KEY_SET))
    assert (evidence.observed[place] == candidates.cells.count).all()
    assert evidence.observed.sum() == len(candidates.pairs)
