"""What each method is given of one file: normalised attributes in clear for peers, hashes alone for this system."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from linkage.hash_table import HASH_BYTES, HashTable
from quality.provinces import HeldRow
from schemas.identity import ChildIdentity
from schemas.key_attributes import KeyAttributes, key_attributes
from schemas.linkage_keys import LinkageKey, linkage_keys
from schemas.messages.index import KEY_TYPE_CODES

LIST_MARK: Final = "|"
"""Stands between the values of an attribute that has several."""

ATTRIBUTES_FILE: Final = "attributes.csv"
HASHES_FILE: Final = "hashes.npz"


@dataclass(frozen=True, slots=True)
class Holding:
    """One file, prepared for every method; its rows are numbered from 0 in all of them.

    Attributes:
        folder: holds `attributes.csv` and `hashes.npz`.
        children: the true child of each row; None where a method is given the file.
    """

    folder: Path
    children: Sequence[str]
    hashes: int

    @property
    def attributes(self) -> Path:
        """What peers read."""
        return self.folder / ATTRIBUTES_FILE

    @property
    def table(self) -> Path:
        """What this system reads."""
        return self.folder / HASHES_FILE


def prepare_holding(rows: Sequence[HeldRow], folder: Path, local_key: bytes) -> Holding:
    """Write what the methods are given of these rows.

    Args:
        rows: the rows of one agency.
        folder: is made; files in it are replaced.
        local_key: 32 random bytes, the same for both files of a trial. BLAKE2b under it stands in for the VOPRF:
            equal keys have equal hashes, and nothing else is used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_attributes((row.identity for row in rows), folder / ATTRIBUTES_FILE)
    table = hash_table((linkage_keys(row.identity) for row in rows), local_key)
    save_table(table, folder / HASHES_FILE)
    return Holding(folder, [row.child for row in rows], len(table.record))


def write_attributes(identities: Iterable[ChildIdentity], path: Path) -> None:
    """Write the attributes that linkage keys are made of, one record a line, in the order of `KeyAttributes`."""
    names = KeyAttributes._fields
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["record", *names])
        for number, identity in enumerate(identities):
            attributes = key_attributes(identity)
            writer.writerow([number, *(_cell(getattr(attributes, name)) for name in names)])


def hash_table(keys_of_records: Iterable[Sequence[LinkageKey]], local_key: bytes) -> HashTable:
    """Return the hashes of records, numbered as they come."""
    count = 0

    def entries() -> Iterator[tuple[int, int, bool, int]]:
        nonlocal count
        for number, keys in enumerate(keys_of_records):
            count = number + 1
            for key in keys:
                digest = hashlib.blake2b(key.oprf_input(), digest_size=HASH_BYTES, key=local_key).digest()
                yield number, KEY_TYPE_CODES[key.key_type], key.is_flagged, int.from_bytes(digest)

    written = np.fromiter(entries(), dtype=[("record", "i4"), ("key_type", "u1"), ("flag", "?"), ("hash", "u8")])
    return HashTable(
        records=count,
        record=np.ascontiguousarray(written["record"]),
        key_type=np.ascontiguousarray(written["key_type"]),
        is_flagged=np.ascontiguousarray(written["flag"]),
        index_hash=np.ascontiguousarray(written["hash"]),
    )


def save_table(table: HashTable, path: Path) -> None:
    """Write a table as arrays."""
    np.savez(
        path,
        records=np.int64(table.records),
        record=table.record,
        key_type=table.key_type,
        is_flagged=table.is_flagged,
        index_hash=table.index_hash,
    )


def load_table(path: Path) -> HashTable:
    """Return a table that `save_table` wrote."""
    with np.load(path) as arrays:
        return HashTable(
            records=int(arrays["records"]),
            record=arrays["record"],
            key_type=arrays["key_type"],
            is_flagged=arrays["is_flagged"],
            index_hash=arrays["index_hash"],
        )


def _cell(value: str | int | tuple[str, ...]) -> str | int:
    return LIST_MARK.join(value) if isinstance(value, tuple) else value
