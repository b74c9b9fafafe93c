"""Judges a run: the rows that number, name and date settle, and then the others by their probability."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs, cross_pairs
from linkage.choosing import NO_PAIR, agrees_by_number, can_be_released, choose
from linkage.comparison import NOT_TOLD, Cells, Comparer
from linkage.decoys import weigh_decoys
from linkage.duplicates import same_child
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.masks import evidence_mask, settling_mask
from linkage.mixture import vocabulary_of
from linkage.model import Model
from linkage.one_to_one import Files, probabilities
from linkage.profile import IndexProfile, profile_of
from linkage.rules import is_sure
from linkage.scoring import score
from linkage.settling import Found, settled, settled_on
from linkage.threshold import (
    LEAST_POSSIBLE_MATCH,
    LEAST_PRECISION,
    NO_ESTIMATE,
    SETTLED_PROBABILITY,
    Estimate,
    best_threshold,
    estimate,
)
from schemas.key_set import KeySet
from schemas.messages.match import Basis, Outcome, WithheldReason

__all__ = ["Found", "IndexProfile", "Judgement", "Model", "judge", "profile_of", "settled"]

Floats = NDArray[np.float64]

LEAST_DECOYS: Final = 500
LEAST_EXPECTED_MATCHES: Final = 100
MOST_DUPLICATES: Final = 0.05
"""Share of certain duplicates in a file above which its pairs no longer show what two different children look like."""

_MATCH, _POSSIBLE, _NON_MATCH = (list(Outcome).index(one) for one in Outcome)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The pairs that are scored: of children whom the unsettled rows name, and of records that nobody settled on.

    Attributes:
        settled_on: for each asked row the found record that settled it, or `NO_CANDIDATE`.
        child: for each asked row its child, -1 if it is settled.
        children: how many children.
        pairs: children on the left, found records on the right.
        cells: the pairs' cells, and the cell of each pair.
        asked: profile of the children.
        free: how many records of the index that nobody settled on hold each of the profile's `holds`.
    """

    settled_on: NDArray[np.int32] = field(repr=False)
    child: NDArray[np.int32] = field(repr=False)
    children: int
    pairs: Pairs = field(repr=False)
    cells: Cells = field(repr=False)
    cell: NDArray[np.int64] = field(repr=False)
    asked: IndexProfile = field(repr=False)
    free: NDArray[np.int64] = field(repr=False)

    @property
    def settled(self) -> int:
        return int((self.settled_on != NO_CANDIDATE).sum())


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the pairs are worth: `value` orders them and adds up, `is_match` says which could be matches."""

    value: Floats = field(repr=False)
    probability: Floats = field(repr=False)
    is_match: NDArray[np.bool_] = field(repr=False)
    least_possible: float
    basis: Basis
    withheld: WithheldReason | None = None
    threshold: float | None = None
    estimate: Estimate = NO_ESTIMATE


def judge(
    asked: HashTable, found: Found, profile: IndexProfile, key_set: KeySet, kept: Model | None
) -> tuple[Judgement, Model | None]:
    """Judge all rows of a run as one question.

    Args:
        asked: the rows; of settled ones nothing but the keys that settle is looked at.
        found: the records of the index that share a hash with a row.
        profile: of the whole index.
        key_set: the agreement's key set.
        kept: the model of a larger run of the same two agencies, if there is one.

    Returns:
        The judgement, and the fitted model if the run was large enough to fit one that holds.

    Raises:
        ValueError: the profile, the found records and the key set don't belong together.
    """
    if profile.key_set != key_set.id:
        raise ValueError("the profile is of another key set")
    comparer = Comparer(key_set)
    candidates = _candidates(asked, found, profile, key_set, comparer)
    verdict, model = _fit(candidates, profile, key_set, comparer)
    if verdict is None and kept is not None and kept.key_set == key_set.id:
        verdict = _by_model(candidates, profile, key_set, kept)
    if verdict is None:
        verdict = _by_rules(candidates, key_set)
    return _judgement(candidates, verdict, key_set, comparer), model


def _candidates(
    asked: HashTable, found: Found, profile: IndexProfile, key_set: KeySet, comparer: Comparer
) -> _Candidates:
    evidence = evidence_mask(key_set)
    on = settled_on(asked, found.table, key_set)
    rows = asked.renumbered(_numbers(on == NO_CANDIDATE), int((on == NO_CANDIDATE).sum()))
    rows = rows.entries((np.uint64(evidence) >> rows.key_type.astype(np.uint64)) & np.uint64(1) != 0)
    children, child = same_child(rows, key_set)
    rows = rows.renumbered(child, children)
    taken = np.zeros(found.table.records, np.bool_)
    taken[on[on != NO_CANDIDATE]] = True
    pairs = cross_pairs(rows, found.table.renumbered(_numbers(~taken), found.table.records), key_set)
    held = found.holds & np.uint32(evidence)
    cells, cell = comparer.cells(pairs, rows.holds(), held[~taken], within=False)
    pairs = Pairs(pairs.left, np.flatnonzero(~taken).astype(np.int32)[pairs.right], pairs.agreed, pairs.group)
    child_of_row = np.full(asked.records, -1, np.int32)
    child_of_row[on == NO_CANDIDATE] = child
    free = _free(profile, held[taken])
    return _Candidates(on, child_of_row, children, pairs, cells, cell, profile_of(rows, key_set), free)


def _numbers(chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Number the chosen ones from 0; the others get -1."""
    return np.where(chosen, np.cumsum(chosen) - 1, -1).astype(np.int32)


def _free(profile: IndexProfile, taken: NDArray[np.uint32]) -> NDArray[np.int64]:
    place = np.searchsorted(profile.holds, taken)
    if len(taken) and (place.max() >= len(profile.holds) or (profile.holds[place] != taken).any()):
        raise ValueError("a found record holds what no record of the index holds")
    free = profile.holders - np.bincount(place, minlength=len(profile.holds))
    if (free < 0).any():
        raise ValueError("more records were found than the index has")
    return free


def _fit(
    candidates: _Candidates, profile: IndexProfile, key_set: KeySet, comparer: Comparer
) -> tuple[_Verdict | None, Model | None]:
    """Fit the run; return nothing if it is too small for that, and no model if it is withheld."""
    decoys = int(candidates.asked.decoys.count.sum() + profile.decoys.count.sum())
    if decoys < LEAST_DECOYS or len(candidates.pairs) < LEAST_EXPECTED_MATCHES:
        return None, None
    evidence, place = weigh_decoys(candidates.cells, candidates.asked, profile, candidates.free, comparer)
    vocabulary = vocabulary_of(key_set)
    scored = score(evidence, vocabulary)
    log_odds = scored.log_odds[place][candidates.cell]
    files = Files(candidates.children, int(candidates.free.sum()))
    probability = probabilities(candidates.pairs, log_odds, files)
    expected = float(np.sort(probability).sum())
    if expected < LEAST_EXPECTED_MATCHES:
        return None, None
    threshold = best_threshold(probability, expected, candidates.settled)
    verdict = _by_probability(candidates, probability, threshold, Basis.FITTED, profile, key_set)
    if verdict.withheld is not None:
        return verdict, None
    model = Model(
        key_set=key_set.id,
        asked_records=candidates.children,
        index_records=int(candidates.free.sum()),
        expected_matches=expected,
        decoys=decoys,
        threshold=threshold,
        log_rate=float(np.log(scored.rate)),
        levels=evidence.levels,
        available=evidence.available,
        log_odds=scored.log_odds,
        same=scored.matches,
        different=scored.decoys,
    )
    return verdict, model


def _by_model(candidates: _Candidates, profile: IndexProfile, key_set: KeySet, kept: Model) -> _Verdict:
    free = int(candidates.free.sum())
    log_odds = kept.log_odds_of(candidates.cells, vocabulary_of(key_set), free)[candidates.cell]
    files = Files(candidates.children, free, kept.overlap)
    probability = probabilities(candidates.pairs, log_odds, files)
    return _by_probability(candidates, probability, kept.threshold, Basis.KEPT_MODEL, profile, key_set)


def _by_probability(
    candidates: _Candidates,
    probability: Floats,
    threshold: float,
    basis: Basis,
    profile: IndexProfile,
    key_set: KeySet,
) -> _Verdict:
    agreed = candidates.pairs.agreed
    is_match = (probability >= threshold) & can_be_released(agreed, key_set)
    estimated = estimate(probability[is_match], float(np.sort(probability).sum()), candidates.settled)
    withheld = _withheld(candidates.asked, profile, estimated)
    if withheld is not None:
        is_match = np.zeros_like(is_match)
    value = np.where(agrees_by_number(agreed, key_set), np.maximum(probability, LEAST_POSSIBLE_MATCH), probability)
    return _Verdict(value, probability, is_match, LEAST_POSSIBLE_MATCH, basis, withheld, threshold, estimated)


def _withheld(asked: IndexProfile, index: IndexProfile, estimated: Estimate) -> WithheldReason | None:
    if any(file.duplicates > MOST_DUPLICATES * file.records for file in (asked, index)):
        return WithheldReason.DUPLICATES
    if estimated.precision is not None and estimated.precision < LEAST_PRECISION:
        return WithheldReason.LOW_PRECISION
    return None


def _by_rules(candidates: _Candidates, key_set: KeySet) -> _Verdict:
    agreed = candidates.pairs.agreed
    sure = is_sure(candidates.pairs, candidates.cells.levels[candidates.cell], key_set)
    proven = can_be_released(agreed, key_set) | agrees_by_number(agreed, key_set)
    value = np.where(sure, 100.0, 0.0) + np.where(proven, np.bitwise_count(agreed), 0)
    unknown = np.full(len(value), np.nan)
    return _Verdict(value, unknown, sure, 1.0, Basis.RULES, WithheldReason.TOO_FEW_PAIRS)


def _judgement(candidates: _Candidates, verdict: _Verdict, key_set: KeySet, comparer: Comparer) -> Judgement:
    rows = len(candidates.child)
    judgement = Judgement(
        outcome=np.full(rows, _NON_MATCH, np.uint8),
        candidate=candidates.settled_on.copy(),
        probability=np.full(rows, np.nan),
        agreed=np.zeros(rows, np.uint64),
        comparison=np.full((rows, comparer.components - 1), NOT_TOLD, np.int8),
        is_settled=candidates.settled_on != NO_CANDIDATE,
        basis=verdict.basis,
        withheld=verdict.withheld,
        threshold=verdict.threshold,
        precision=verdict.estimate.precision,
        recall=verdict.estimate.recall,
    )
    _write_settled(judgement, settling_mask(key_set), comparer)
    _write_scored(judgement, candidates, verdict)
    return judgement


def _write_settled(judgement: Judgement, settling: int, comparer: Comparer) -> None:
    judgement.outcome[judgement.is_settled] = _MATCH
    judgement.probability[judgement.is_settled] = SETTLED_PROBABILITY
    judgement.agreed[judgement.is_settled] = settling
    judgement.comparison[judgement.is_settled] = comparer.levels(
        np.array([settling], np.uint64), np.array([settling], np.uint32)
    )


def _write_scored(judgement: Judgement, candidates: _Candidates, verdict: _Verdict) -> None:
    chosen = choose(candidates.pairs, verdict.value, candidates.children)
    possible = (chosen.pair != NO_PAIR) & (chosen.total >= verdict.least_possible)
    child = candidates.child
    row = np.flatnonzero(child >= 0)
    row = row[possible[child[row]]]
    pair, is_tied = chosen.pair[child[row]], chosen.is_tied[child[row]]
    judgement.outcome[row] = np.where(verdict.is_match[pair] & ~is_tied, _MATCH, _POSSIBLE)
    judgement.candidate[row] = np.where(is_tied, NO_CANDIDATE, candidates.pairs.right[pair])
    judgement.probability[row] = verdict.probability[pair]
    judgement.agreed[row] = candidates.pairs.agreed[pair]
    judgement.comparison[row] = candidates.cells.levels[candidates.cell[pair], :-1]
