"""How a run is cut into parts: always the same way, so that a part that must be sent again is the same part."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.requester.hashes import HashedRows
from connectors.requester.roster import RosterRow
from connectors.state.runs import Run
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.match import MAX_RUN_PARTS, MAX_RUN_RECORDS, MatchPart, MatchRecord, SubjectKind, pack_asked

_STAGES = 2
"""Each row stands in one part of either stage."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A roster row at its place in a run, with the keys of one stage."""

    place: int
    row: RosterRow = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a run, from 0."""

    number: int
    rows: tuple[RunRow, ...]


def run_capacity(max_batch: int) -> int:
    """Return how many rows a run may have, so that its parts of at most `max_batch` rows are not too many."""
    return min(MAX_RUN_RECORDS, max_batch * (MAX_RUN_PARTS // _STAGES))


def cut_parts(rows: Iterable[RunRow], first_number: int, max_batch: int) -> list[Part]:
    """Cut rows into parts of at most `max_batch` rows and as many keys as can be evaluated at once."""
    parts: list[list[RunRow]] = []
    keys = 0
    for row in rows:
        if not parts or len(parts[-1]) == max_batch or keys + len(row.row.keys) > MAX_EVALUATE_ELEMENTS:
            parts.append([])
            keys = 0
        parts[-1].append(row)
        keys += len(row.row.keys)
    return [Part(number, tuple(part)) for number, part in enumerate(parts, first_number)]


def make_match_part(run: Run, subject: SubjectKind, part: Part, hashed: HashedRows) -> MatchPart:
    """Return the message of a part whose rows were hashed, in the same order."""
    places = [row.place for row in part.rows]
    return MatchPart(
        run=run.id,
        epoch=hashed.epoch,
        subject=subject,
        number=part.number,
        records=tuple(MatchRecord(row=row.place, county=row.row.county) for row in part.rows),
        entries=pack_asked(
            entry for place, row in zip(places, hashed.rows, strict=True) for entry in row.to_entries(place)
        ),
    )
