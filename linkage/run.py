"""Judges a run: the rows that number, name and date settle, and then the others by their probability."""

from typing import Final

import numpy as np

from linkage.candidates import SETTLED_ROW, Candidates, find_candidates
from linkage.choosing import NO_PAIR, choose
from linkage.comparison import NOT_TOLD, Comparer
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.masks import settling_mask
from linkage.model import Model
from linkage.profile import IndexProfile, profile_of
from linkage.settling import Found, settled
from linkage.threshold import SETTLED_PROBABILITY
from linkage.verdicts import Verdict, by_model, by_rules, fit
from schemas.key_set import KeySet
from schemas.messages.match import Outcome

__all__ = ["Found", "IndexProfile", "Judgement", "Model", "judge", "profile_of", "settled"]

MATCH: Final = list(Outcome).index(Outcome.MATCH)
POSSIBLE_MATCH: Final = list(Outcome).index(Outcome.POSSIBLE_MATCH)
NON_MATCH: Final = list(Outcome).index(Outcome.NON_MATCH)


def judge(
    asked: HashTable, found: Found, profile: IndexProfile, key_set: KeySet, kept: Model | None
) -> tuple[Judgement, Model | None]:
    """Judge all rows of a run as one question.

    Args:
        asked: the rows; of settled ones nothing but the keys that settle is looked at.
        found: the records of the index that share a hash with a row.
        profile: of the whole index.
        key_set: the agreement's key set.
        kept: the model of a larger run of the same two agencies, if there is one; another key set's is not used.

    Returns:
        The judgement, and the model fitted to the run if it was large enough and nothing is withheld.

    Raises:
        ValueError: the profile is of another key set, or the found records are not of its index.
    """
    if profile.key_set != key_set.id:
        raise ValueError("the profile is of another key set")
    return judge_candidates(find_candidates(asked, found, profile, key_set), key_set, kept)


def judge_candidates(candidates: Candidates, key_set: KeySet, kept: Model | None) -> tuple[Judgement, Model | None]:
    """Judge all rows by what there is to score, however that was found; returns as `judge`."""
    verdict, model = _verdict(candidates, key_set, kept)
    return _judgement(candidates, verdict, key_set), model


def _verdict(candidates: Candidates, key_set: KeySet, kept: Model | None) -> tuple[Verdict, Model | None]:
    fitted = fit(candidates, key_set)
    if fitted is not None:
        verdict, model = fitted
        return verdict, model if verdict.withheld is None else None
    if kept is not None and kept.key_set == key_set.id:
        return by_model(candidates, key_set, kept), None
    return by_rules(candidates, key_set), None


def _judgement(candidates: Candidates, verdict: Verdict, key_set: KeySet) -> Judgement:
    rows = len(candidates.child)
    judgement = Judgement(
        outcome=np.full(rows, NON_MATCH, np.uint8),
        candidate=candidates.settled_on.copy(),
        probability=np.full(rows, np.nan),
        agreed=np.zeros(rows, np.uint64),
        comparison=np.full((rows, len(key_set.comparison)), NOT_TOLD, np.int8),
        is_settled=candidates.settled_on != NO_CANDIDATE,
        basis=verdict.basis,
        withheld=verdict.withheld,
        threshold=verdict.threshold,
        precision=verdict.estimate.precision,
        recall=verdict.estimate.recall,
    )
    _write_settled(judgement, key_set)
    _write_scored(judgement, candidates, verdict)
    return judgement


def _write_settled(judgement: Judgement, key_set: KeySet) -> None:
    settling = settling_mask(key_set)
    levels = Comparer(key_set).levels(np.array([settling], np.uint64), np.array([settling], np.uint32))
    judgement.outcome[judgement.is_settled] = MATCH
    judgement.probability[judgement.is_settled] = SETTLED_PROBABILITY
    judgement.agreed[judgement.is_settled] = settling
    judgement.comparison[judgement.is_settled] = levels


def _write_scored(judgement: Judgement, candidates: Candidates, verdict: Verdict) -> None:
    chosen = choose(candidates.pairs, verdict.value, candidates.cell, candidates.asked.records)
    is_possible = (chosen.pair != NO_PAIR) & (chosen.total >= verdict.least_possible)
    row = np.flatnonzero(candidates.child != SETTLED_ROW)
    row = row[is_possible[candidates.child[row]]]
    pair, is_tied = chosen.pair[candidates.child[row]], chosen.is_tied[candidates.child[row]]
    judgement.outcome[row] = np.where(verdict.is_match[pair] & ~is_tied, MATCH, POSSIBLE_MATCH)
    judgement.candidate[row] = np.where(is_tied, NO_CANDIDATE, candidates.pairs.right[pair])
    judgement.probability[row] = verdict.probability[pair]
    judgement.agreed[row] = candidates.pairs.agreed[pair]
    judgement.comparison[row] = candidates.cells.levels[candidates.cell[pair], :-1]
