"""Runs split work on Apache Spark. To Spark every piece is an address and bytes; it groups by the address."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from connectors.bulk.errors import BulkError
from linkage.split.flow import HERE, Piece, Work
from schemas.faults import Wording

_LAYOUT: Final = "address int, data binary"
_SCHEMA: Final = pa.schema([("address", pa.int32()), ("data", pa.binary())])
_FAILED: Final = Wording(
    "集群未能完成作业（工作进程中断、内存或磁盘不足）；没有写出结果",
    "the cluster could not do the job (a worker was lost, or ran out of memory or disk); nothing was written",
)


@dataclass(frozen=True, slots=True)
class SparkFlow:
    """Pieces as rows of a frame; nothing runs before they are collected."""

    frame: DataFrame

    def regroup(self, work: Work) -> "SparkFlow":
        """Return what work makes of the rows of each address."""

        def group(table: pa.Table) -> pa.Table:
            address = table.column("address")[0].as_py()
            return table if address == HERE else _table(work(address, table.column("data").to_pylist()))

        return SparkFlow(self.frame.groupBy("address").applyInArrow(group, _LAYOUT))

    def collect(self) -> Iterator[Piece]:
        """Run everything and yield the pieces; raises BulkError."""
        try:
            table = self.frame.toArrow()
        except PySparkException:  # its text quotes whatever a worker's library said
            raise BulkError(_FAILED) from None
        for batch in table.to_batches():
            yield from zip(batch.column("address").to_pylist(), batch.column("data").to_pylist(), strict=True)


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Work on one session."""

    session: SparkSession

    def start(self, parts: int, work: Callable[[int], Iterable[Piece]]) -> SparkFlow:
        """Return what work makes of each part; every part is a task of its own."""

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                for part in batch.column("id").to_pylist():
                    yield from _table(work(part)).to_batches()

        numbers: Any = self.session.range(0, parts, 1, max(parts, 1))
        return SparkFlow(numbers.mapInArrow(run, _LAYOUT))


def _table(pieces: Iterable[Piece]) -> pa.Table:
    addresses, data = [], []
    for address, piece in pieces:
        addresses.append(address)
        data.append(piece)
    return pa.table([pa.array(addresses, pa.int32()), pa.array(data, pa.binary())], schema=_SCHEMA)
