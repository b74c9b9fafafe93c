"""Reading and writing index entries: written in order of their hash, looked up by many hashes at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.index_order import OrderedEntry
from gateway.persistence.index_tables import index_entry, index_removal
from gateway.persistence.publication_queries import ActiveIndex

HASHES_A_QUERY = 1_000
FIRST_BYTES = 256
"""Rows are deleted in this many steps for each key type, so that no step holds the write lock for long."""


_COLUMNS = "volume, generation, key_type_code, index_hash, handle, county, key_types"
# Past SQLAlchemy's handling of each value, which takes longer than the databases do.
_INSERT_SQLITE = f"INSERT INTO index_entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
_INSERT_POSTGRESQL = (
    f"INSERT INTO index_entry ({_COLUMNS}) SELECT %s, %s, entry.*"  # noqa: S608 - a constant
    " FROM unnest(%s::integer[], %s::bytea[], %s::bytea[], %s::integer[], %s::integer[]) AS entry"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A visible entry that carries one of the hashes asked for."""

    key_type_code: int
    index_hash: bytes = field(repr=False)
    handle: bytes = field(repr=False)
    county: int = field(repr=False)
    key_types: int


def _is_removed(generation: int | BindParameter[int]) -> ColumnElement[bool]:
    return exists().where(
        index_removal.c.volume == index_entry.c.volume,
        index_removal.c.handle == index_entry.c.handle,
        index_removal.c.generation > index_entry.c.generation,
        index_removal.c.generation <= generation,
    )


# Made once: it is asked at every match.
_VISIBLE = select(index_entry.c.index_hash, index_entry.c.handle, index_entry.c.county, index_entry.c.key_types).where(
    index_entry.c.volume == bindparam("volume"),
    index_entry.c.key_type_code == bindparam("key_type_code"),
    index_entry.c.index_hash.in_(bindparam("hashes", expanding=True)),
    index_entry.c.generation <= bindparam("generation"),
    ~_is_removed(bindparam("generation")),
)


def insert_entries(connection: Connection, volume: int, generation: int, entries: Sequence[OrderedEntry]) -> None:
    """Store entries; those that are there already stay as they are."""
    if not entries:
        return
    if connection.dialect.name == "postgresql":
        columns = (list(column) for column in zip(*entries, strict=True))
        connection.exec_driver_sql(_INSERT_POSTGRESQL, (volume, generation, *columns))
    else:
        connection.exec_driver_sql(_INSERT_SQLITE, [(volume, generation, *entry) for entry in entries])


def insert_removals(connection: Connection, volume: int, generation: int, handles: Iterable[bytes]) -> None:
    """Hide the entries of `handles` that are older than `generation`, once that is active."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [{"volume": volume, "generation": generation, "handle": handle} for handle in sorted(set(handles))]
    if rows:
        connection.execute(dialect.insert(index_removal).on_conflict_do_nothing(), rows)


def find_entries(
    connection: Connection, index: ActiveIndex, key_type_code: int, hashes: Collection[bytes]
) -> Iterator[FoundEntry]:
    """Yield the visible entries of an index that carry one of `hashes` under this key type."""
    asked = sorted(hashes)
    place = {"volume": index.volume, "generation": index.generation, "key_type_code": key_type_code}
    for start in range(0, len(asked), HASHES_A_QUERY):
        for row in connection.execute(_VISIBLE, {**place, "hashes": asked[start : start + HASHES_A_QUERY]}):
            yield FoundEntry(key_type_code, row.index_hash, row.handle, row.county, row.key_types)


def count_entries(connection: Connection, volume: int) -> int:
    """Return how many entries a volume holds, removed ones included."""
    return connection.scalar(select(func.count()).where(index_entry.c.volume == volume)) or 0


def delete_volume_step(connection: Connection, volume: int, key_type_code: int, first_byte: int) -> None:
    """Delete the entries of a volume whose hash begins with `first_byte`."""
    connection.execute(delete(index_entry).where(*_step(volume, key_type_code, first_byte)))


def delete_removed_step(
    connection: Connection, volume: int, key_type_code: int, first_byte: int, generation: int
) -> None:
    """Delete the entries whose hash begins with `first_byte` and which a generation up to this one removed."""
    step = _step(volume, key_type_code, first_byte)
    connection.execute(delete(index_entry).where(*step, _is_removed(generation)))


def delete_generation_step(
    connection: Connection, volume: int, key_type_code: int, first_byte: int, generation: int
) -> None:
    """Delete the entries of one generation whose hash begins with `first_byte`."""
    step = _step(volume, key_type_code, first_byte)
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


def _step(volume: int, key_type_code: int, first_byte: int) -> list[ColumnElement[bool]]:
    columns = index_entry.c
    conditions: list[ColumnElement[bool]] = [
        columns.volume == volume,
        columns.key_type_code == key_type_code,
        columns.index_hash >= bytes([first_byte]),
    ]
    if first_byte + 1 < FIRST_BYTES:
        conditions.append(columns.index_hash < bytes([first_byte + 1]))
    return conditions
