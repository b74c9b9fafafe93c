"""A hashed set on disk: a folder of Parquet parts with hashes and row numbers, and `set.json`, which comes last."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from connectors.bulk.errors import BulkError
from linkage.hash_table import HashTable
from linkage.split.files import SplitFile
from schemas.faults import Wording
from schemas.formats import Digest
from schemas.message import Message, MessageError
from schemas.messages.evaluate import Epoch
from schemas.messages.index import FLAGGED

SET_FILE: Final = "set.json"
MAX_SET_BYTES: Final = 16 * 1024 * 1024
MAX_SET_PARTS: Final = 100_000
MAX_SET_RECORDS: Final = 2**31 - 1
"""Record numbers are 32 bits wide."""

COLUMNS: Final = pa.schema(
    [
        ("file", pa.int32()),
        ("row", pa.int32()),
        ("codes", pa.binary()),
        ("hashes", pa.binary()),
    ]
)
"""Of each usable row: its file and row number, a byte a key (type and flag), and 8 bytes a key (its index hash)."""

_Count = Annotated[int, Field(ge=0, le=MAX_SET_RECORDS)]


class HashedSet(Message):
    """What a hashed set is.

    Attributes:
        agreement: under whose key it was hashed.
        epoch: key epoch.
        key_id: digest of the evaluation public key.
        key_set: id of the key set.
        files: names of the files that were read.
        rows: rows that were read.
        records: for each part how many usable rows it has.
    """

    format: Literal["tongxin-hashed-set-1"] = "tongxin-hashed-set-1"
    agreement: Digest
    epoch: Epoch
    key_id: Digest
    key_set: str
    files: tuple[str, ...]
    rows: _Count
    records: Annotated[tuple[_Count, ...], Field(max_length=MAX_SET_PARTS)]

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What two sets must have in common to be linked."""
        return self.agreement, self.epoch, self.key_id, self.key_set


@dataclass(frozen=True, slots=True)
class SetReader:
    """Reads parts of a hashed set, in any process."""

    folder: Path

    def __call__(self, part: int) -> HashTable:
        """Return the records of a part as the matcher sees them."""
        columns = pq.read_table(part_path(self.folder, part), schema=COLUMNS, columns=["codes", "hashes"])
        keys = [len(codes) for codes in columns.column("codes").to_pylist()]
        code = np.frombuffer(b"".join(columns.column("codes").to_pylist()), np.uint8)
        hashes = np.frombuffer(b"".join(columns.column("hashes").to_pylist()), ">u8").astype(np.uint64)
        record = np.repeat(np.arange(len(keys), dtype=np.int32), keys)
        return HashTable(len(keys), record, code & np.uint8(FLAGGED - 1), (code & FLAGGED).astype(np.bool_), hashes)

    def places(self, parts: int) -> pa.Table:
        """Return file and row of every record of so many parts, in their order."""
        tables = [pq.read_table(part_path(self.folder, part), columns=["file", "row"]) for part in range(parts)]
        return pa.concat_tables(tables) if tables else COLUMNS.empty_table().select(["file", "row"])


def part_path(folder: Path, part: int) -> Path:
    """Return where a part of a set stands."""
    return folder / f"part-{part:05}.parquet"


def open_set(folder: Path) -> tuple[HashedSet, SplitFile]:
    """Return what a set is, and its records for linking.

    Raises:
        BulkError: it is no complete hashed set.
    """
    try:
        with (folder / SET_FILE).open("rb") as file:
            hashed = HashedSet.from_bytes(file.read(MAX_SET_BYTES + 1), MAX_SET_BYTES)
    except (OSError, MessageError):
        raise BulkError(Wording(f"{folder} 不是完整的散列数据集", f"{folder} is not a complete hashed set")) from None
    starts = (0, *np.cumsum(np.array(hashed.records, np.int64)).tolist())
    return hashed, SplitFile(SetReader(folder), starts)


def write_part(folder: Path, part: int, rows: list[tuple[int, int, bytes, bytes]]) -> None:
    """Write the rows of a part; written again, as after a lost worker, it is the same.

    Args:
        folder: of the set.
        part: its number.
        rows: values of `COLUMNS`.
    """
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [pa.array(column, kind.type) for column, kind in zip(columns, COLUMNS, strict=True)]
    path = part_path(folder, part)
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        pq.write_table(pa.table(arrays, schema=COLUMNS), file, compression="none", use_dictionary=False)
    unfinished.replace(path)


def write_set(folder: Path, hashed: HashedSet) -> None:
    """Write what makes a set complete."""
    descriptor = os.open(folder / SET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(hashed.to_bytes())
