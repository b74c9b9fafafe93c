"""Mixtures learn how often vectors occur, and skip what is not told."""

import numpy as np
import pytest

from linkage.comparison import NOT_TOLD
from linkage.mixture import Mixture, fit_mixture, random_classes, vocabulary_of
from tests.unit.linkage.population import KEY_SET

VOCABULARY = vocabulary_of(KEY_SET)
COMPONENTS = len(KEY_SET.comparison) + 1


def vectors(*told: dict[int, int]) -> np.ndarray:
    levels = np.full((len(told), COMPONENTS), NOT_TOLD, np.int8)
    for row, known in enumerate(told):
        for component, level in known.items():
            levels[row, component] = level
    return levels


def test_a_level_that_only_says_what_is_held_is_no_column():
    of_number = VOCABULARY.level[VOCABULARY.component == 0]
    assert of_number.tolist() == [0, 1, 2]
    assert not VOCABULARY.indicators(vectors({0: 3})).any()


def test_density_multiplies_what_is_told():
    chance = np.full((1, len(VOCABULARY.level)), 0.25)
    mixture = Mixture(np.ones(1), chance)
    indicators = VOCABULARY.indicators(vectors({}, {0: 2}, {0: 2, 7: 1}))
    assert mixture.density(indicators) == pytest.approx([1, 0.25, 0.0625])


def test_it_learns_that_two_components_go_together():
    """Half of the pairs have (2, 1), half (0, 0): the independent product would expect a quarter each."""
    indicators = VOCABULARY.indicators(vectors({0: 2, 7: 1}, {0: 0, 7: 0}, {0: 2, 7: 0}, {0: 0, 7: 1}))
    weight = np.array([500.0, 500.0, 0.0, 0.0])
    together = fit_mixture(VOCABULARY, indicators, weight, classes=2, rounds=200).density(indicators)
    apart = fit_mixture(VOCABULARY, indicators, weight, classes=1, rounds=200).density(indicators)
    assert together == pytest.approx([0.5, 0.5, 0, 0], abs=0.01)
    assert apart == pytest.approx([0.25] * 4, abs=0.01)


def test_no_level_is_impossible():
    indicators = VOCABULARY.indicators(vectors({0: 2}, {0: 1}))
    mixture = fit_mixture(VOCABULARY, indicators, np.array([100.0, 0.0]), classes=3, rounds=50)
    assert 0 < mixture.density(indicators)[1] < 0.01


def test_the_start_depends_on_the_seed_alone():
    assert (random_classes(5, 3, seed=7) == random_classes(5, 3, seed=7)).all()
    assert random_classes(5, 3, seed=7).sum(axis=1) == pytest.approx(np.ones(5))
    assert (random_classes(5, 3, seed=7) != random_classes(5, 3, seed=8)).any()
