"""A model fitted on a large run, kept for the small questions of the same two agencies."""

from dataclasses import dataclass, field
from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, model_validator

from linkage.comparison import Cells
from linkage.mixture import Mixture, Vocabulary
from schemas.message import Message

Floats = NDArray[np.float64]

MAX_MODEL_BYTES: Final = 8 * 1024 * 1024
MAX_MODEL_CELLS: Final = 200_000
MAX_RECORDS: Final = 2**53 - 1

_Chance = Annotated[float, Field(gt=0, le=1)]
_Mask = Annotated[int, Field(ge=0, lt=2**32)]
_Level = Annotated[int, Field(ge=-1, le=15)]
_Records = Annotated[int, Field(ge=1, le=MAX_RECORDS)]


@dataclass(frozen=True, slots=True)
class Model:
    """What a run taught about matches and pairs of different children.

    Attributes:
        key_set: id of the key set.
        asked_records: how many asked records were scored.
        index_records: how many records the index had.
        expected_matches: how many matches were expected among them.
        decoys: how many pairs of different children it was fitted on.
        threshold: the least probability of a match.
        levels: int8 [cells, components], comparison vectors that were seen.
        available: uint32, what both records hold in each cell.
        log_odds: of each cell, that a pair in it is one child.
        prior: of each cell, the log odds without what the mixtures say about its vector; one value a pattern.
        same: mixture of pairs of one child, for vectors that were not seen.
        different: mixture of pairs of different children.
    """

    key_set: str
    asked_records: int
    index_records: int
    expected_matches: float
    decoys: int
    threshold: float
    levels: NDArray[np.int8] = field(repr=False)
    available: NDArray[np.uint32] = field(repr=False)
    log_odds: Floats = field(repr=False)
    prior: Floats = field(repr=False)
    same: Mixture = field(repr=False)
    different: Mixture = field(repr=False)

    @property
    def overlap(self) -> float:
        """Return the share of the asked records that were expected to have a match."""
        return min(self.expected_matches / self.asked_records, 1.0)

    def log_odds_of(self, cells: Cells, vocabulary: Vocabulary, index_records: int) -> Floats:
        """Return the log odds of cells for an index of another size, in which each record is less or more likely."""
        indicators = vocabulary.indicators(cells.levels)
        by_mixture = np.log(self.same.density(indicators)) - np.log(self.different.density(indicators))
        priors = dict(zip(self.available.tolist(), self.prior.tolist(), strict=True))
        usual = float(np.median(self.prior))
        known = dict(zip(_rows(self.levels, self.available), self.log_odds.tolist(), strict=True))
        odds = [
            known.get(row, priors.get(row[-1], usual) + other)
            for row, other in zip(_rows(cells.levels, cells.available), by_mixture.tolist(), strict=True)
        ]
        return np.asarray(np.array(odds, np.float64) + np.log(self.index_records / max(index_records, 1)))

    def to_json(self) -> bytes:
        """Return the one canonical form (RFC 8785)."""
        return _StoredModel(
            key_set=self.key_set,
            asked_records=self.asked_records,
            index_records=self.index_records,
            expected_matches=self.expected_matches,
            decoys=self.decoys,
            threshold=self.threshold,
            levels=tuple(map(tuple, self.levels.tolist())),
            available=tuple(self.available.tolist()),
            log_odds=tuple(self.log_odds.tolist()),
            prior=tuple(self.prior.tolist()),
            same=_stored(self.same),
            different=_stored(self.different),
        ).to_bytes()

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Return the model that `to_json` wrote.

        Raises:
            schemas.message.MessageError: it is too large, malformed or not canonical.
        """
        stored = _StoredModel.from_bytes(body, MAX_MODEL_BYTES)
        return cls(
            stored.key_set,
            stored.asked_records,
            stored.index_records,
            stored.expected_matches,
            stored.decoys,
            stored.threshold,
            np.array(stored.levels, np.int8).reshape(len(stored.log_odds), -1),
            np.array(stored.available, np.uint32),
            np.array(stored.log_odds, np.float64),
            np.array(stored.prior, np.float64),
            Mixture(np.array(stored.same.share), np.array(stored.same.chance)),
            Mixture(np.array(stored.different.share), np.array(stored.different.chance)),
        )


class _StoredMixture(Message):
    share: Annotated[tuple[_Chance, ...], Field(min_length=1, max_length=64)]
    chance: tuple[Annotated[tuple[_Chance, ...], Field(min_length=1, max_length=512)], ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(self.chance) != len(self.share) or len(set(map(len, self.chance))) != 1:
            raise ValueError("not one row of chances for each class")
        return self


class _StoredModel(Message):
    key_set: str
    asked_records: _Records
    index_records: _Records
    expected_matches: Annotated[FiniteFloat, Field(ge=0)]
    decoys: Annotated[int, Field(ge=0, le=MAX_RECORDS)]
    threshold: _Chance
    levels: Annotated[tuple[tuple[_Level, ...], ...], Field(max_length=MAX_MODEL_CELLS)]
    available: tuple[_Mask, ...]
    log_odds: Annotated[tuple[FiniteFloat, ...], Field(min_length=1)]
    prior: tuple[FiniteFloat, ...]
    same: _StoredMixture
    different: _StoredMixture

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not len(self.levels) == len(self.available) == len(self.log_odds) == len(self.prior):
            raise ValueError("the columns of the cells have different lengths")
        if len(set(map(len, self.levels))) > 1:
            raise ValueError("the comparison vectors have different lengths")
        return self


def _rows(levels: NDArray[np.int8], available: NDArray[np.uint32]) -> list[tuple[int, ...]]:
    return [(*vector, held) for vector, held in zip(levels.tolist(), available.tolist(), strict=True)]


def _stored(mixture: Mixture) -> _StoredMixture:
    return _StoredMixture(share=tuple(mixture.share.tolist()), chance=tuple(map(tuple, mixture.chance.tolist())))
