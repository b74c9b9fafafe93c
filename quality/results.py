"""Everything that one run of `make linkage-quality` measured, so that the page can be written again without it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from quality.scoring import Point

Method = Literal["ours", "splink", "anonlink"]
METHODS: Final[tuple[Method, ...]] = ("ours", "splink", "anonlink")

Group = Literal["pairs", "large", "febrl", "special"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Score(_Strict):
    """What accepting some links comes to: see `quality.scoring.Point`."""

    links: int
    right: int
    true: int
    precision: float
    recall: float
    f1: float
    threshold: float | None = None

    @classmethod
    def of(cls, point: Point) -> "Score":
        """Return the score of a point."""
        return cls(
            links=point.links,
            right=point.right,
            true=point.true,
            precision=point.precision,
            recall=point.recall,
            f1=point.f1,
            threshold=point.threshold,
        )


class Bar(_Strict):
    """Best pairs of rows whose score lies in a range, counted by whether they are right."""

    label: str
    right: int
    wrong: int


class Outcome(_Strict):
    """What one method made of one trial.

    Attributes:
        missing: why there is no result, in one or two words; everything else is then empty.
        chosen: at the point that the method chooses without labels.
        best: at the best point that somebody who knows the truth could choose.
        precision: what the method itself says of its links; None where it says nothing.
        recall: likewise.
        seconds: by step.
        peak_memory_mb: MiB that its process had resident at most.
        bars: how its scores are spread, from the lowest up.
        settled: rows that number, name and date settled; ours alone.
        possible_matches: rows left to a reviewer; ours alone.
        basis: what ours rests on; `withheld` says why it made no match by probability.
        runs: questions that the file was asked in.
        versions: of the peer's packages.
    """

    method: Method
    missing: str | None = None
    chosen: Score | None = None
    best: Score | None = None
    precision: float | None = None
    recall: float | None = None
    seconds: Mapping[str, float] = {}
    peak_memory_mb: float = 0.0
    bars: tuple[Bar, ...] = ()
    settled: int | None = None
    possible_matches: int | None = None
    basis: str | None = None
    withheld: str | None = None
    runs: int = 1
    versions: Mapping[str, str] = {}


class TrialResult(_Strict):
    """All methods on the same two files.

    Attributes:
        group: which table of the page it belongs to.
        name: what it is, within its group.
        seed: of the province; None where the data are not drawn.
        hashes_a_record: of the asked file and of the index, on average.
    """

    group: Group
    name: str
    seed: int | None
    left_records: int
    right_records: int
    true_links: int
    hashes_a_record: tuple[float, float]
    outcomes: tuple[Outcome, ...]

    def of(self, method: Method) -> Outcome | None:
        """Return what a method made of it; None where the method was not part of the trial."""
        return next((outcome for outcome in self.outcomes if outcome.method == method), None)


class HashingCost(_Strict):
    """Microseconds a hash, on all cores, of the real VOPRF.

    Attributes:
        index: evaluating one's own keys for an index.
        requester: blinding and finalizing, with the verification of the proof.
        provider: evaluating blinded elements, with the proof.
    """

    hashes: int
    index: float
    requester: float
    provider: float


class LeakageRow(_Strict):
    """What the hashes of a key type give away: see `quality.leakage.KeyTypeLeakage`."""

    key_type: str
    hashes: int
    once: float
    largest: int
    named: int


class LeakageResult(_Strict):
    """What an index gives away to somebody who has the other agency's whole plaintext.

    Attributes:
        published: hashes in groups that are not too large, as an agency publishes them.
        everything: the same without leaving any out; shows what leaving out is worth.
        single_attributes: hashes that are never made, for contrast.
        own_signature: share of records whose group sizes nobody else has, of the published index.
    """

    records: int
    known_records: int
    published: tuple[LeakageRow, ...]
    everything: tuple[LeakageRow, ...]
    single_attributes: tuple[LeakageRow, ...]
    own_signature: float


class ProtocolResult(_Strict):
    """What asking a provider about a roster took, from reading the roster to the last receipt.

    Attributes:
        publish_seconds: of the index: reading, hashing, sending, activating; once an agreement.
        link_seconds: of the first question up to its first outcomes: hashing, sending, matching, one batch of answers.
        ask_seconds: of the first question about the roster: hashing, matching, answers, receipts.
        again_seconds: of the same question again: what was evaluated is kept.
        single_seconds: of a question about one child, the median of several children.
        splink_seconds: of the same link in clear; None where Splink is missing.
        matches: rows that were matched and answered about.
    """

    rows: int
    index_records: int
    publish_seconds: float
    link_seconds: float
    ask_seconds: float
    again_seconds: float
    single_seconds: float
    splink_seconds: float | None
    matches: int


class Results(_Strict):
    """One whole run."""

    measured_on: str
    minutes: float
    machine: Mapping[str, str]
    children: int
    seeds: tuple[int, ...]
    large_children: int | None
    trials: tuple[TrialResult, ...]
    hashing: HashingCost
    leakage: LeakageResult
    protocol: ProtocolResult | None = None

    def in_group(self, group: Group) -> tuple[TrialResult, ...]:
        """Return the trials of one table, in the order in which they were made."""
        return tuple(trial for trial in self.trials if trial.group == group)


def write_results(results: Results, path: Path) -> None:
    """Write the results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(results.model_dump_json(indent=1), encoding="utf-8")


def read_results(path: Path) -> Results:
    """Return results that `write_results` wrote.

    Raises:
        OSError: there are none.
        pydantic.ValidationError: they are another version's.
    """
    return Results.model_validate_json(path.read_text(encoding="utf-8"))
