"""Reading and deleting index entries, looked up by many hashes at once; how they are written: `entry_inserts`."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Connection, LargeBinary, bindparam, delete, exists, func, select

from gateway.persistence.index_tables import index_entry, index_removal
from gateway.persistence.publication_queries import ActiveIndex
from hosting.database.prepared import Prepared
from schemas.formats import INDEX_HASH_BYTES

HASHES_A_QUERY: Final = 1_000
ROWS_A_FETCH: Final = 20_000
FIRST_BYTES: Final = 256


def _is_removed(generation: int | BindParameter[int]) -> ColumnElement[bool]:
    return exists().where(
        index_removal.c.volume == index_entry.c.volume,
        index_removal.c.handle == index_entry.c.handle,
        index_removal.c.generation > index_entry.c.generation,
        index_removal.c.generation <= generation,
    )


_FOUND = (
    index_entry.c.handle,
    index_entry.c.generation,
    index_entry.c.key_type_code,
    index_entry.c.is_flagged,
    index_entry.c.index_hash,
    index_entry.c.key_types,
)
_VISIBLE = (
    index_entry.c.volume == bindparam("volume"),
    index_entry.c.generation <= bindparam("generation"),
    ~_is_removed(bindparam("generation")),
)
_BY_HASH = (*_VISIBLE, index_entry.c.key_type_code == bindparam("key_type_code"))


def find_entries(
    connection: Connection, index: ActiveIndex, key_type_code: int, hashes: bytes
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield, some at a time, the visible entries of an index that carry one of `hashes` under this key type.

    Args:
        connection: a read transaction.
        index: the index.
        key_type_code: without a flag; flagged entries are found too.
        hashes: index hashes, distinct and in order, one after the other.

    Returns:
        Handle, generation, key type code, whether flagged, index hash and the record's key types of each entry.
    """
    place = {"volume": index.volume, "generation": index.generation, "key_type_code": key_type_code}
    size = HASHES_A_QUERY * INDEX_HASH_BYTES
    for start in range(0, len(hashes), size):
        asked = hashes[start : start + size]
        each = [asked[at : at + INDEX_HASH_BYTES] for at in range(0, len(asked), INDEX_HASH_BYTES)]
        # Few statements serve all numbers of hashes: the last one is said again up to the next power of two.
        each += each[-1:] * ((1 << (len(each) - 1).bit_length()) - len(each))
        yield _by_hash(len(each)).all(connection, place | {f"hash_{number}": one for number, one in enumerate(each)})


@cache
def _by_hash(hashes: int) -> Prepared:
    named = [bindparam(f"hash_{number}", type_=LargeBinary) for number in range(hashes)]
    return Prepared(select(*_FOUND).where(*_BY_HASH, index_entry.c.index_hash.in_(named)))


def read_entries(
    connection: Connection, index: ActiveIndex, key_type_codes: Collection[int]
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield all visible entries of an index under these key types, `ROWS_A_FETCH` at a time; see `find_entries`."""
    query = select(*_FOUND).where(*_VISIBLE, index_entry.c.key_type_code.in_(key_type_codes))
    place = {"volume": index.volume, "generation": index.generation}
    with connection.execute(query, place, execution_options={"yield_per": ROWS_A_FETCH}) as rows:
        yield from rows.partitions()


def count_entries(connection: Connection, volume: int) -> int:
    """Return how many entries a volume holds, removed ones included."""
    return sum(count_by_key_type(connection, volume).values())


def count_by_key_type(connection: Connection, volume: int) -> dict[int, int]:
    """Return how many entries a volume holds of each key type, removed ones included."""
    query = select(index_entry.c.key_type_code, func.count().label("entries")).where(index_entry.c.volume == volume)
    rows = connection.execute(query.group_by(index_entry.c.key_type_code))
    return {row.key_type_code: row.entries for row in rows}


def delete_volume_step(connection: Connection, volume: int, key_type_code: int, first_bytes: range) -> None:
    """Delete the entries of a volume whose hash begins with one of `first_bytes`."""
    connection.execute(delete(index_entry).where(*_step(volume, key_type_code, first_bytes)))


def delete_removed_step(
    connection: Connection, volume: int, key_type_code: int, first_bytes: range, generation: int
) -> None:
    """Delete the entries whose hash begins so, and which a generation up to this one removed."""
    step = _step(volume, key_type_code, first_bytes)
    connection.execute(delete(index_entry).where(*step, _is_removed(generation)))


def delete_generation_step(
    connection: Connection, volume: int, key_type_code: int, first_bytes: range, generation: int
) -> None:
    """Delete the entries of one generation whose hash begins so."""
    step = _step(volume, key_type_code, first_bytes)
    connection.execute(delete(index_entry).where(*step, index_entry.c.generation == generation))


def delete_removals(
    connection: Connection, volume: int, up_to: int | None = None, generation: int | None = None
) -> None:
    """Forget removals in a volume: all, those of the generations `up_to` one, or those of one `generation`."""
    query = delete(index_removal).where(index_removal.c.volume == volume)
    if up_to is not None:
        query = query.where(index_removal.c.generation <= up_to)
    if generation is not None:
        query = query.where(index_removal.c.generation == generation)
    connection.execute(query)


def has_removals(connection: Connection, index: ActiveIndex) -> bool:
    """Return whether the index hides entries of records that were removed."""
    removal = index_removal.c
    query = select(removal.generation).where(removal.volume == index.volume, removal.generation <= index.generation)
    return connection.scalar(query.limit(1)) is not None


def _step(volume: int, key_type_code: int, first_bytes: range) -> list[ColumnElement[bool]]:
    columns = index_entry.c
    conditions: list[ColumnElement[bool]] = [
        columns.volume == volume,
        columns.key_type_code == key_type_code,
        columns.index_hash >= bytes([first_bytes.start]),
    ]
    if first_bytes.stop < FIRST_BYTES:
        conditions.append(columns.index_hash < bytes([first_bytes.stop]))
    return conditions
