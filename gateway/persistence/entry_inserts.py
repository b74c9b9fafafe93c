"""Writing index entries, many in one statement: said for each entry, it takes the driver longer than the databases."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.index_order import OrderedEntries
from gateway.domain.packed_entries import OPAQUE
from gateway.persistence.index_tables import index_removal

_DIGITS: Final = 4
_TEN_THOUSAND: Final = 10**_DIGITS
_NUMERALS: Final = np.array([f"{number:0{_DIGITS}}" for number in range(_TEN_THOUSAND)], f"S{_DIGITS}")
_ROW: Final = np.dtype(
    [
        ("index_hash", OPAQUE),
        ("handle", OPAQUE),
        ("code", "S4", 1),
        ("county", "S4", 2),
        ("key_types", "S4", 5),
        ("is_flagged", "S4", 1),
    ]
)
"""A row as SQLite's statement cuts it apart: it has no function that makes a number of bytes, but of digits."""

_NAMES: Final = _ROW.names or ()
_COLUMNS: Final = "volume, generation, key_type_code, index_hash, handle, county, key_types, is_flagged"


def _number(column: str) -> str:
    before = _NAMES[: _NAMES.index(column)]
    offset = sum(_ROW[name].itemsize for name in before)
    return f"CAST({_bytes(offset, _ROW[column].itemsize)} AS INTEGER)"


def _bytes(offset: int, size: int) -> str:
    return f"substr(?4, at + {offset}, {size})"


_INSERT_SQLITE: Final = (
    f"INSERT INTO index_entry ({_COLUMNS})"  # noqa: S608 - constants
    f" WITH RECURSIVE rows(at) AS (SELECT 1 UNION ALL SELECT at + {_ROW.itemsize} FROM rows LIMIT ?3)"
    f" SELECT ?1, ?2, {_number('code')}, {_bytes(0, OPAQUE.itemsize)}, {_bytes(OPAQUE.itemsize, OPAQUE.itemsize)},"
    f" {_number('county')}, {_number('key_types')}, {_number('is_flagged')} FROM rows WHERE true"
    " ON CONFLICT DO NOTHING"
)
_INSERT_POSTGRESQL: Final = (
    f"INSERT INTO index_entry ({_COLUMNS}) SELECT %s, %s, entry.*"  # noqa: S608 - a constant
    " FROM unnest(%s::integer[], %s::bytea[], %s::bytea[], %s::integer[], %s::integer[], %s::boolean[]) AS entry"
    " ON CONFLICT DO NOTHING"
)


def insert_entries(connection: Connection, volume: int, generation: int, entries: OrderedEntries) -> None:
    """Store entries; those that are there already stay as they are."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_INSERT_POSTGRESQL, (volume, generation, *_columns(entries)))
    elif len(entries):
        connection.exec_driver_sql(_INSERT_SQLITE, (volume, generation, len(entries), pack_rows(entries)))


def insert_removals(connection: Connection, volume: int, generation: int, handles: Iterable[bytes]) -> None:
    """Hide the entries of `handles` that are older than `generation`, once that is active."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [{"volume": volume, "generation": generation, "handle": handle} for handle in sorted(set(handles))]
    if rows:
        connection.execute(dialect.insert(index_removal).on_conflict_do_nothing(), rows)


def pack_rows(entries: OrderedEntries) -> bytes:
    """Return entries as one string of bytes that SQLite cuts apart; raises ValueError for a number that is negative."""
    rows = np.empty(len(entries), _ROW)
    rows["index_hash"], rows["handle"] = entries.index_hash, entries.handle
    for name, numbers in (
        ("code", entries.key_type_code),
        ("county", entries.county),
        ("key_types", entries.key_types),
        ("is_flagged", entries.is_flagged),
    ):
        _write_digits(rows[name], numbers.astype(np.int64))
    return rows.tobytes()


def _write_digits(places: NDArray[np.bytes_], numbers: NDArray[np.int64]) -> None:
    """Write whole numbers, four digits a place, the last ones last."""
    if numbers.min(initial=0) < 0:
        raise ValueError("an entry with a negative number")
    for place in reversed(range(places.shape[1])):
        places[:, place] = _NUMERALS[numbers % _TEN_THOUSAND]
        numbers = numbers // _TEN_THOUSAND
    if numbers.any():
        raise ValueError("an entry with a number that is too large")


def _columns(entries: OrderedEntries) -> tuple[list[Any], ...]:
    return (
        entries.key_type_code.tolist(),
        entries.index_hash.tolist(),
        entries.handle.tolist(),
        entries.county.tolist(),
        entries.key_types.tolist(),
        entries.is_flagged.tolist(),
    )
