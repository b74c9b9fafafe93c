"""What became of the rows of a run: as it is kept until the run is forgotten, and as it is told."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from math import isnan
from typing import NamedTuple

from gateway.domain.entry_arrays import AskedRecords, IndexedRecords
from gateway.domain.relations import find_related
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.masks import FLAGGED_BITS
from schemas.base64url import encode_base64url
from schemas.formats import HANDLE_BYTES
from schemas.key_set import FLAG_MARK, KeySet
from schemas.messages.match import (
    MAX_HANDLES_A_ROW,
    PARTS_A_MILLION,
    Basis,
    Decision,
    MatchOutcome,
    Outcome,
    RunSummary,
)

_OUTCOMES = tuple(Outcome)


class JudgedRow(NamedTuple):
    """The judgement of one row.

    `handles` holds those of the matches, or that of the one record that a possible match is about, which is told to
    nobody unless a reviewer decides that it is the same child. `agreed` has bit `code` for an agreeing key and bit
    `32 + code` for one that agrees flagged, `comparison` the level of each component (int8), or nothing.
    """

    row: int
    outcome: Outcome
    handles: bytes
    probability: int | None
    agreed: int
    comparison: bytes
    decision: Decision | None = None

    @property
    def is_reviewable(self) -> bool:
        """Whether a reviewer can decide on it: a possible match with one candidate."""
        return self.outcome is Outcome.POSSIBLE_MATCH and len(self.handles) == HANDLE_BYTES

    def concerned(self) -> tuple[str, ...]:
        """Return the handles of the records that were found for the row, told or only compared with."""
        return tuple(_handles(self.handles))

    def __repr__(self) -> str:
        return f"JudgedRow(row={self.row}, outcome={self.outcome.value})"


def judged_rows(asked: AskedRecords, records: IndexedRecords, judgement: Judgement) -> Iterator[JudgedRow]:
    """Yield what `linkage.run.judge` says of each row; of a non-match nothing but that is kept."""
    columns = zip(
        asked.rows,
        judgement.outcome.tolist(),
        judgement.candidate.tolist(),
        judgement.probability.tolist(),
        judgement.agreed.tolist(),
        judgement.comparison,
        strict=True,
    )
    for row, place, candidate, probability, agreed, comparison in columns:
        outcome = _OUTCOMES[place]
        if outcome is Outcome.NON_MATCH:
            yield JudgedRow(row, outcome, b"", None, 0, b"")
            continue
        handles = b"" if candidate == NO_CANDIDATE else records.handle(candidate)
        yield JudgedRow(row, outcome, handles, _parts_a_million(probability), agreed, comparison.tobytes())


def related_rows(asked: AskedRecords, records: IndexedRecords, key_type_codes: Collection[int]) -> Iterator[JudgedRow]:
    """Yield the records that each row's relation names; too many are a possible match without a candidate."""
    agreed = sum(1 << code for code in key_type_codes)
    related = find_related(asked.table, records.found.table, key_type_codes)
    for row, found in zip(asked.rows, related, strict=True):
        handles = sorted({records.handle(record) for record in found})
        if not handles:
            yield JudgedRow(row, Outcome.NON_MATCH, b"", None, 0, b"")
        elif len(handles) > MAX_HANDLES_A_ROW:
            yield JudgedRow(row, Outcome.POSSIBLE_MATCH, b"", None, agreed, b"")
        else:
            yield JudgedRow(row, Outcome.MATCH, b"".join(handles), None, agreed, b"")


def summary_of(judgement: Judgement, key_set: KeySet) -> RunSummary:
    """Return what judging came to, estimated without labels."""
    counts = Counter(_OUTCOMES[place] for place in judgement.outcome.tolist())
    return RunSummary(
        basis=judgement.basis,
        key_set=key_set.id,
        settled=int(judgement.is_settled.sum()),
        matches=counts[Outcome.MATCH],
        possible_matches=counts[Outcome.POSSIBLE_MATCH],
        non_matches=counts[Outcome.NON_MATCH],
        threshold=_parts_a_million(judgement.threshold),
        precision=_parts_a_million(judgement.precision),
        recall=_parts_a_million(judgement.recall),
        withheld=judgement.withheld,
    )


def related_summary(rows: Sequence[JudgedRow], key_set: KeySet) -> RunSummary:
    """Return the summary of a question about a relation: nothing is settled and nothing estimated."""
    counts = Counter(row.outcome for row in rows)
    return RunSummary(
        basis=Basis.RULES,
        key_set=key_set.id,
        settled=0,
        matches=counts[Outcome.MATCH],
        possible_matches=counts[Outcome.POSSIBLE_MATCH],
        non_matches=counts[Outcome.NON_MATCH],
    )


def told(judged: JudgedRow, key_set: KeySet) -> MatchOutcome:
    """Return what the requester is told: handles of matches alone, and a reviewer's decision before the judgement."""
    outcome = judged.outcome if judged.decision is None else Outcome(judged.decision.value)
    levels = dict(zip((part.name for part in key_set.comparison), _levels(judged.comparison), strict=False))
    return MatchOutcome(
        row=judged.row,
        outcome=outcome,
        handles=tuple(_handles(judged.handles)) if outcome is Outcome.MATCH else (),
        probability=judged.probability,
        agreed=tuple(_names(judged.agreed, key_set)),
        comparison={name: level for name, level in levels.items() if level >= 0},
        reviewed=judged.decision is not None,
    )


def _parts_a_million(probability: float | None) -> int | None:
    return None if probability is None or isnan(probability) else round(probability * PARTS_A_MILLION)


def _levels(comparison: bytes) -> memoryview:
    return memoryview(comparison).cast("b")


def _handles(packed: bytes) -> Iterator[str]:
    for start in range(0, len(packed), HANDLE_BYTES):
        yield encode_base64url(packed[start : start + HANDLE_BYTES])


def _names(agreed: int, key_set: KeySet) -> Iterator[str]:
    for defined in key_set.key_types:
        if agreed >> defined.code & 1:
            yield defined.name
        if agreed >> (FLAGGED_BITS + defined.code) & 1:
            yield f"{defined.name}{FLAG_MARK}{defined.flag}"
