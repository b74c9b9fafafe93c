"""Links two hashed sets and writes which row of the one is which row of the other: numbers alone."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.bulk.errors import BulkError
from connectors.bulk.hashed_set import HashedSet, SetReader, open_set
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.split.flow import Engine
from linkage.split.run import SplitLinked, Spread, link_split
from schemas.agreement_terms import KEY_SETS
from schemas.faults import Wording
from schemas.messages.match import Outcome

RECORDS_A_BUCKET: Final = 50_000
"""Records of both sets whose hashes one worker joins at a time: about 700,000 entries."""

ROWS_A_WRITE: Final = 100_000


@dataclass(frozen=True, slots=True)
class LinkedSets:
    """Two sets and what linking them came to."""

    asked: HashedSet
    index: HashedSet
    linked: SplitLinked


def link_sets(engine: Engine, asked_folder: Path, index_folder: Path, out: Path) -> LinkedSets:
    """Link two hashed sets and write the result, which only its owner can read.

    Raises:
        BulkError: a folder is no hashed set, or they were not hashed under the same key.
    """
    (asked, asked_file), (index, index_file) = open_set(asked_folder), open_set(index_folder)
    if asked.key != index.key:
        raise BulkError(
            Wording(
                "两份散列不是用同一协议、同一期的密钥计算的，无法比对",
                "the sets were not hashed under the same key of the same agreement: they can't be linked",
            )
        )
    buckets = -(-(asked_file.records + index_file.records) // RECORDS_A_BUCKET) or 1
    key_set = KEY_SETS.get(index.key_set)
    if key_set is None:
        raise BulkError(Wording("本程序不认识这两份散列的键集", "this program does not know the key set of these sets"))
    linked = link_split(engine, asked_file, index_file, key_set, Spread(buckets, MAX_GROUP_PUBLISHED))
    asked_places = SetReader(asked_folder).places(asked_file.parts)
    index_places = SetReader(index_folder).places(index_file.parts)
    _write(out, _batches(linked.judgement, asked_places, index_places))
    return LinkedSets(asked, index, linked)


_RESULT: Final = pa.schema(
    [
        ("a_file", pa.int32()),
        ("a_row", pa.int32()),
        ("outcome", pa.string()),
        ("b_file", pa.int32()),
        ("b_row", pa.int32()),
        ("probability", pa.float64()),
        ("is_settled", pa.bool_()),
        ("agreed", pa.uint64()),
    ]
)
"""Files are numbered from 0 as in `set.json`; rows count from 1. A non-match has no partner and no probability."""


def _batches(judgement: Judgement, asked: pa.Table, index: pa.Table) -> Iterator[pa.Table]:
    outcomes = pa.array([outcome.value for outcome in Outcome])
    for start in range(0, len(judgement.outcome), ROWS_A_WRITE):
        chosen = slice(start, start + ROWS_A_WRITE)
        candidate = judgement.candidate[chosen]
        partner = pa.array(candidate, mask=candidate == NO_CANDIDATE)
        own = asked.slice(start, len(candidate))
        probability = judgement.probability[chosen]
        columns = [
            own.column("file"),
            own.column("row"),
            outcomes.take(pa.array(judgement.outcome[chosen])),
            pc.take(index.column("file"), partner),
            pc.take(index.column("row"), partner),
            pa.array(probability, mask=np.isnan(probability)),
            pa.array(judgement.is_settled[chosen]),
            pa.array(judgement.agreed[chosen]),
        ]
        yield pa.table(columns, schema=_RESULT)


def _write(out: Path, batches: Iterator[pa.Table]) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise BulkError(
            Wording(f"写不了 {out}，或已有此文件", f"{out} can't be written, or is there already")
        ) from None
    with os.fdopen(descriptor, "wb") as file, pq.ParquetWriter(file, _RESULT) as writer:
        for batch in batches:
            writer.write_table(batch)
