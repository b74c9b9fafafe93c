"""Noise for differential privacy: integers of the geometric mechanism, drawn by OpenDP with its own randomness.

A. Ghosh, T. Roughgarden, M. Sundararajan, Universally utility-maximizing privacy mechanisms, STOC 2009. One child
stands in one count, so that the counts of two registers that differ by a child differ by one in one of them
(sensitivity 1), and the mechanism of scale 1/epsilon is epsilon-differentially private.
"""

from collections.abc import Mapping

from schemas.statistics.tabulation import Cell

THOUSANDTHS = 1000


def add_noise(counts: Mapping[Cell, int], cells: tuple[Cell, ...], epsilon_thousandths: int) -> dict[Cell, int]:
    """Return the counts of all `cells` with noise; what falls below 0 is 0.

    Args:
        counts: those that are not 0.
        cells: all inner cells of the table, also those where nobody was counted.
        epsilon_thousandths: the parameter epsilon, in thousandths.
    """
    import opendp.prelude as dp  # a compiled library of 40 MB, which few commands need

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    mechanism = dp.m.make_geometric(*space, scale=THOUSANDTHS / epsilon_thousandths)
    noisy = mechanism([counts.get(cell, 0) for cell in cells])
    return {cell: max(0, count) for cell, count in zip(cells, noisy, strict=True)}
