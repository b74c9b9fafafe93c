"""What judging a run comes to: for each asked record an outcome, with the evidence that it rests on."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.messages.match import Basis, WithheldReason

NO_CANDIDATE = -1


@dataclass(frozen=True, slots=True)
class Judgement:
    """Outcomes of all asked records, each an array of one item a record.

    Attributes:
        outcome: uint8, place in `schemas.messages.match.Outcome`: 0 match, 1 possible match, 2 non-match.
        candidate: int32, the found record that it is judged to be, or `NO_CANDIDATE`: of a non-match, and of a possible
            match with several records that are exactly as likely, of which nobody can say which it is.
        probability: float64 from 0 to 1, that it is this record, or each of those as likely; NaN of a non-match and
            where nothing is estimated (rules).
        agreed: uint64, agreeing keys: bit `code`, and bit `32 + code` for a flagged agreement.
        comparison: int8 [records, components], the level of each component in the key set's order, -1 if not told.
        is_settled: bool, whether `id` and `p.d` alone settled it.
        basis: what the probabilities rest on.
        withheld: why no pair became a match by its probability, or None.
        threshold: the least probability of a match, or None.
        precision: estimated share of right matches, settled ones included, or None; when matches were withheld, what
            it would have been.
        recall: estimated share that the matches are of all true ones with a key in common, or None; as `precision`.
    """

    outcome: NDArray[np.uint8] = field(repr=False)
    candidate: NDArray[np.int32] = field(repr=False)
    probability: NDArray[np.float64] = field(repr=False)
    agreed: NDArray[np.uint64] = field(repr=False)
    comparison: NDArray[np.int8] = field(repr=False)
    is_settled: NDArray[np.bool_] = field(repr=False)
    basis: Basis
    withheld: WithheldReason | None
    threshold: float | None
    precision: float | None
    recall: float | None
