"""What the candidate pairs of a run are worth: by the run's own model, by one that is kept, or by rules."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.candidates import Candidates
from linkage.choosing import agrees_by_number, can_be_released
from linkage.comparison import Comparer
from linkage.decoys import weigh_decoys
from linkage.mixture import vocabulary_of
from linkage.model import Model
from linkage.one_to_one import Files, probabilities
from linkage.rules import is_sure
from linkage.scoring import score
from linkage.threshold import (
    LEAST_MATCH,
    LEAST_POSSIBLE_MATCH,
    LEAST_PRECISION,
    NO_ESTIMATE,
    Estimate,
    best_threshold,
    estimate,
    sum_of,
)
from schemas.key_set import KeySet
from schemas.messages.match import Basis, WithheldReason

Floats = NDArray[np.float64]

LEAST_DECOYS: Final = 500
LEAST_EXPECTED_MATCHES: Final = 100
MOST_DUPLICATES: Final = 0.05
"""Share of certain duplicates in a file above which its pairs no longer show what two different children look like."""

_SURE: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each candidate pair is worth.

    Attributes:
        value: orders the candidates of a row; a row whose values add up to `least_possible` is a possible match.
        probability: of being one child; NaN where it is not estimated.
        is_match: whether it may be a match.
        least_possible: see `value`.
        basis: what it rests on.
        withheld: why no pair may be a match by its probability, or None.
        threshold: the least probability of a match, or None.
        estimate: how right the matches are and how many of the true ones they are.
    """

    value: Floats = field(repr=False)
    probability: Floats = field(repr=False)
    is_match: NDArray[np.bool_] = field(repr=False)
    least_possible: float
    basis: Basis
    withheld: WithheldReason | None = None
    threshold: float | None = None
    estimate: Estimate = NO_ESTIMATE


def fit(candidates: Candidates, key_set: KeySet) -> tuple[Verdict, Model] | None:
    """Return the verdict of a model fitted to the run, and the model; None if the run is too small for one."""
    decoys = int(candidates.asked.decoys.count.sum() + candidates.index.decoys.count.sum())
    if decoys < LEAST_DECOYS or len(candidates.pairs) < LEAST_EXPECTED_MATCHES:
        return None
    evidence, place = weigh_decoys(candidates, Comparer(key_set))
    scored = score(evidence, vocabulary_of(key_set))
    files = Files(candidates.asked.records, int(candidates.free.sum()))
    probability = probabilities(candidates.pairs, scored.log_odds[place][candidates.cell], files)
    if sum_of(probability[probability >= LEAST_MATCH]) < LEAST_EXPECTED_MATCHES:
        return None
    expected = sum_of(probability)
    releasable = probability[can_be_released(candidates.pairs.agreed, key_set)]
    model = Model(
        key_set=key_set.id,
        asked_records=files.asked,
        index_records=files.index,
        expected_matches=expected,
        decoys=decoys,
        threshold=best_threshold(releasable, expected, candidates.settled),
        levels=evidence.levels,
        available=evidence.available,
        log_odds=scored.log_odds,
        prior=scored.prior,
        same=scored.same,
        different=scored.different,
    )
    return _by_probability(candidates, probability, model.threshold, Basis.FITTED, key_set), model


def by_model(candidates: Candidates, key_set: KeySet, kept: Model) -> Verdict:
    """Return the verdict of a model that was fitted to a larger run of the same two agencies."""
    files = Files(candidates.asked.records, int(candidates.free.sum()), kept.overlap)
    log_odds = kept.log_odds_of(candidates.cells, vocabulary_of(key_set), files.index)[candidates.cell]
    probability = probabilities(candidates.pairs, log_odds, files)
    return _by_probability(candidates, probability, kept.threshold, Basis.KEPT_MODEL, key_set)


def by_rules(candidates: Candidates, key_set: KeySet) -> Verdict:
    """Return the verdict without a model: few pairs are sure, the others are for a reviewer."""
    agreed = candidates.pairs.agreed
    sure = is_sure(candidates.pairs, candidates.cells.levels[candidates.cell], key_set)
    is_evidence = can_be_released(agreed, key_set) | agrees_by_number(agreed, key_set)
    value = np.where(sure, _SURE, 0.0) + np.where(is_evidence, np.bitwise_count(agreed), 0)
    unknown = np.full(len(value), np.nan)
    return Verdict(value, unknown, sure, 1.0, Basis.RULES, WithheldReason.TOO_FEW_PAIRS)


def _by_probability(
    candidates: Candidates, probability: Floats, threshold: float, basis: Basis, key_set: KeySet
) -> Verdict:
    agreed = candidates.pairs.agreed
    is_match = (probability >= threshold) & can_be_released(agreed, key_set)
    estimated = estimate(probability[is_match], sum_of(probability), candidates.settled)
    withheld = _withheld(candidates, probability[is_match])
    value = np.where(agrees_by_number(agreed, key_set), np.maximum(probability, LEAST_POSSIBLE_MATCH), probability)
    return Verdict(
        value=value,
        probability=probability,
        is_match=is_match & (withheld is None),
        least_possible=LEAST_POSSIBLE_MATCH,
        basis=basis,
        withheld=withheld,
        threshold=threshold,
        estimate=estimated,
    )


def _withheld(candidates: Candidates, matches: Floats) -> WithheldReason | None:
    """Return why the matches, of which the probabilities are given, can't be relied on.

    Settled rows are not counted among them: they would hide that all others are wrong.
    """
    files = candidates.asked, candidates.index
    if any(file.duplicates > MOST_DUPLICATES * file.records for file in files):
        return WithheldReason.DUPLICATES
    if len(matches) and sum_of(matches) < LEAST_PRECISION * len(matches):
        return WithheldReason.LOW_PRECISION
    return None
