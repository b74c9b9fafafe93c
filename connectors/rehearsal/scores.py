"""How the probabilities of the judged rows are spread, counted by outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from linkage.judgement import Judgement
from schemas.messages.match import Basis, Outcome

EDGES: Final = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
"""About equally far apart in log odds. Rows for which no record is likelier than the second one are non-matches."""


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """Rows whose best pair's probability is at least `low` and below `high`, by outcome; the last bar includes 1."""

    low: float
    high: float
    counts: Mapping[Outcome, int]

    @property
    def label(self) -> str:
        """The range in per cent."""
        return f"{self.low * 100:g}–{self.high * 100:g} %"

    @property
    def total(self) -> int:
        """All rows of the bar."""
        return sum(self.counts.values())


def score_bars(judgement: Judgement) -> tuple[ScoreBar, ...]:
    """Return the bars of all rows that were scored, settled ones left out; none where nothing was estimated.

    A non-match has no probability of its own: it counts in the first bar.
    """
    if judgement.basis is Basis.RULES:
        return ()
    probability = np.nan_to_num(judgement.probability[~judgement.is_settled], nan=0.0)
    outcome = judgement.outcome[~judgement.is_settled]
    counts = [np.histogram(probability[outcome == place], EDGES)[0].tolist() for place in range(len(Outcome))]
    return tuple(
        ScoreBar(low, high, {one: counts[place][bar] for place, one in enumerate(Outcome)})
        for bar, (low, high) in enumerate(pairwise(EDGES))
    )
