"""Everything that a rehearsal reports; counts and shares, no row of a child."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from connectors.rehearsal.evaluation import Evaluation, evaluate_links
from connectors.rehearsal.hash_records import HashedFile
from connectors.rehearsal.link_files import Linked
from connectors.rehearsal.quality import FileQuality, quality_of
from connectors.rehearsal.scores import ScoreBar, score_bars
from schemas.key_set import KeySet
from schemas.messages.match import Basis, Outcome, WithheldReason


@dataclass(frozen=True, slots=True)
class RehearsalReport:
    """What linking two files came to.

    Attributes:
        key_set: id of the key set.
        a: the file that asks.
        b: the file that is the index.
        settled: rows of A that number, name and birth date settle; they count among the matches.
        outcomes: usable rows of A by outcome.
        basis: what the probabilities rest on.
        withheld: why no pair became a match by its probability, or None.
        threshold: the least probability of a match, or None.
        precision: estimated share of right matches, or None.
        recall: estimated share of the true matches that were found, or None.
        evaluation: how right it was, where the right links are known.
        bars: how the probabilities are spread.
    """

    key_set: str
    a: FileQuality
    b: FileQuality
    settled: int
    outcomes: Mapping[Outcome, int]
    basis: Basis
    withheld: WithheldReason | None
    threshold: float | None
    precision: float | None
    recall: float | None
    evaluation: Evaluation | None
    bars: tuple[ScoreBar, ...]

    @classmethod
    def of(
        cls, a: HashedFile, b: HashedFile, linked: Linked, key_set: KeySet, links: Sequence[tuple[str, str]] | None
    ) -> Self:
        """Return the report on two files that were linked.

        Raises:
            LinksError: `not_there`, a known link names a row that the data doesn't have.
        """
        judged = linked.judgement
        return cls(
            key_set=key_set.id,
            a=quality_of(a, key_set),
            b=quality_of(b, key_set),
            settled=int(judged.is_settled.sum()),
            outcomes={outcome: int((judged.outcome == place).sum()) for place, outcome in enumerate(Outcome)},
            basis=judged.basis,
            withheld=judged.withheld,
            threshold=judged.threshold,
            precision=judged.precision,
            recall=judged.recall,
            evaluation=None if links is None else evaluate_links(links, a, b, linked),
            bars=score_bars(judged),
        )

    def as_json(self) -> Mapping[str, object]:
        """Return the report as JSON-ready values."""
        return {
            "key_set": self.key_set,
            "a": self.a.as_json(),
            "b": self.b.as_json(),
            "settled": self.settled,
            "outcomes": {outcome.value: count for outcome, count in self.outcomes.items()},
            "basis": self.basis.value,
            "withheld": self.withheld.value if self.withheld else None,
            "threshold": self.threshold,
            "estimated_precision": self.precision,
            "estimated_recall": self.recall,
            "evaluation": self.evaluation.as_json() if self.evaluation else None,
            "scores": [
                {"low": bar.low, "high": bar.high, **{o.value: n for o, n in bar.counts.items()}} for bar in self.bars
            ],
        }
