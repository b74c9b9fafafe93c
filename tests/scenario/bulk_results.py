"""What the embedded path says of the two sets of a play, in the form of the file that `bulk link` writes."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from connectors.bulk.source_parts import find_parts
from connectors.rehearsal.hash_records import RUN_KEY_BYTES, HashedFile, hash_records
from connectors.rehearsal.link_files import Linked, link_tables
from connectors.rehearsal.read_files import get_data_set
from linkage.judgement import NO_CANDIDATE
from schemas.messages.match import Outcome
from tests.scenario.bulk_play import KEY_SET, RULES, Play

A_FILE = 1_000_000
"""So far apart are the row numbers of two files of a set here."""

Told = tuple[int, str, int | None, float | None, bool, int]
"""Row of A, outcome, row of B, probability, whether it is settled, and what agrees."""


def embedded(play: Play) -> tuple[Linked, list[Told]]:
    """Link in this process, under a key of its own: which key it is changes nothing."""
    a, b = _hashed(play, "a", is_index=False), _hashed(play, "b", is_index=True)
    linked = link_tables(a.table, b.table, KEY_SET)
    judged = linked.judgement
    return linked, [
        (
            int(row),
            list(Outcome)[judged.outcome[place]].value,
            None if linked.partner[place] == NO_CANDIDATE else int(b.row_numbers[linked.partner[place]]),
            None if np.isnan(judged.probability[place]) else float(judged.probability[place]),
            bool(judged.is_settled[place]),
            int(judged.agreed[place]),
        )
        for place, row in enumerate(a.row_numbers)
    ]


def _hashed(play: Play, name: str, *, is_index: bool) -> HashedFile:
    source, _, parts = find_parts(play.mapping(name), RULES)
    records = chain.from_iterable(
        (replace(record, row_number=part.file * A_FILE + record.row_number) for record in source.read(part))
        for part in parts
    )
    data_set = get_data_set(source.mapping.data_set)
    return hash_records(records, data_set, tuple, run_key=bytes(RUN_KEY_BYTES), is_index=is_index)


def written(path: Path) -> list[Told]:
    """Return what a bulk job wrote."""
    return [
        (
            row["a_file"] * A_FILE + row["a_row"],
            row["outcome"],
            None if row["b_row"] is None else row["b_file"] * A_FILE + row["b_row"],
            row["probability"],
            row["is_settled"],
            row["agreed"],
        )
        for row in pq.read_table(path).to_pylist()
    ]
