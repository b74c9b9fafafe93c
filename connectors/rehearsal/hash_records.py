"""From the records of one file to what a matcher would see of it: hashes under the key of this run, and no more."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from connectors.data_sets import DataSet, Record
from connectors.sources.check import CheckReport, check_records
from connectors.sources.source import Note
from linkage.hash_table import HASH_BYTES, HashTable
from schemas.linkage_keys import LinkageKey
from schemas.messages.index import KEY_TYPE_CODES

RUN_KEY_BYTES: Final = 32
UNUSABLE: Final = -1


@dataclass(frozen=True, slots=True)
class HashedFile:
    """One file as the matcher sees it, and what was found wrong with it.

    Attributes:
        table: hashes of the usable rows, numbered from 0 in the order of the file.
        row_numbers: int64, the row number of each record of `table`.
        located: of the rows that were looked for, locator → record of `table`, or `UNUSABLE`.
        left_out_rows: usable rows that are not in `table` because an earlier one is the same in all its hashes.
        undated_rows: usable rows without any birth date, declared or in a valid number.
        check: rows, findings and notes.
    """

    table: HashTable
    row_numbers: NDArray[np.int64] = field(repr=False)
    located: Mapping[str, int] = field(repr=False)
    left_out_rows: int
    undated_rows: int
    check: CheckReport


def hash_records(
    records: Iterable[Record],
    data_set: DataSet,
    notes: Callable[[], Sequence[Note]],
    *,
    run_key: bytes,
    is_index: bool,
    looked_for: frozenset[str] = frozenset(),
) -> HashedFile:
    """Hash records while they pass; of each only its hashes and its row number are kept.

    Args:
        records: of one source, in its order.
        data_set: whose records they are.
        notes: of the source, asked for at the end.
        run_key: the key of both files of this run, `RUN_KEY_BYTES` long.
        is_index: whether a row that repeats another in everything is left out, as from an index; a roster keeps it.
        looked_for: locators of rows that must be found again.

    Raises:
        SourceError: the source can't be read.
        ValueError: the key has another length.
    """
    if len(run_key) != RUN_KEY_BYTES:
        raise ValueError("the key of a run has 32 bytes")
    collected = _Collected(run_key, looked_for, is_index=is_index)
    check = check_records(map(collected.take, records), data_set, notes)
    return HashedFile(
        table=collected.table(),
        row_numbers=np.array(collected.rows, np.int64),
        located=collected.located,
        left_out_rows=collected.left_out_rows,
        undated_rows=collected.undated_rows,
        check=check,
    )


class _Collected:
    """The entries of a table, column by column, while it grows."""

    def __init__(self, run_key: bytes, looked_for: frozenset[str], *, is_index: bool) -> None:
        self._run_key = run_key
        self._looked_for = looked_for
        self._is_index = is_index
        self._record_of: dict[bytes, int] = {}
        self._record, self._code, self._flagged = array("i"), array("B"), array("B")
        self._hashes = bytearray()
        self.rows = array("q")
        self.located: dict[str, int] = {}
        self.left_out_rows = 0
        self.undated_rows = 0

    def take(self, record: Record) -> Record:
        """Take in a record and pass it on."""
        number = self._add(record) if record.linkage_keys else UNUSABLE
        if record.locator in self._looked_for:
            self.located[record.locator] = number
        return record

    def _add(self, record: Record) -> int:
        """Return the number of the record, or of the earlier one that it repeats."""
        identity = record.identity
        self.undated_rows += identity.citizen_id is None and not identity.birth_dates
        number = len(self.rows)
        digests = [self._digest(key) for key in record.linkage_keys]
        if self._is_index:
            earlier = self._record_of.setdefault(blake2b(b"".join(sorted(digests)), digest_size=16).digest(), number)
            if earlier != number:
                self.left_out_rows += 1
                return earlier
        self.rows.append(record.row_number)
        self._record.extend([number] * len(digests))
        self._code.extend(KEY_TYPE_CODES[key.key_type] for key in record.linkage_keys)
        self._flagged.extend(key.is_flagged for key in record.linkage_keys)
        self._hashes += b"".join(digests)
        return number

    def _digest(self, key: LinkageKey) -> bytes:
        return blake2b(key.oprf_input(), key=self._run_key, digest_size=HASH_BYTES).digest()

    def table(self) -> HashTable:
        return HashTable(
            records=len(self.rows),
            record=np.array(self._record, np.int32),
            key_type=np.array(self._code, np.uint8),
            is_flagged=np.array(self._flagged, np.bool_),
            index_hash=np.frombuffer(bytes(self._hashes), ">u8").astype(np.uint64),
        )
