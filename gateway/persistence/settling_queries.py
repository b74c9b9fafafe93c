"""The entries that settle a part's rows: of one record in one statement, of many in one transaction."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Engine, LargeBinary, Select, and_, bindparam, exists, select, union_all

from gateway.persistence.engine import read_transaction, single_read
from gateway.persistence.entry_queries import find_entries
from gateway.persistence.index_tables import active_index, index_entry, index_removal
from gateway.persistence.publication_queries import find_active
from hosting.database.prepared import Prepared, Row
from schemas.formats import INDEX_HASH_BYTES


def find_settling(
    engine: Engine, agreement: str, epoch: int, hashes: Mapping[int, bytes]
) -> Sequence[Sequence[Any]] | None:
    """Return the visible entries of the active index that carry one of `hashes`, or None where no index is active.

    Args:
        engine: the gateway's.
        agreement: its digest.
        epoch: of the agreement's key.
        hashes: by key type code: index hashes, distinct and in order, one after the other.

    Returns:
        Handle, generation, key type code, whether flagged and index hash of each entry; more may follow.
    """
    # Not on PostgreSQL: entries may be distributed there, and the table of active indexes is not (Citus).
    if engine.dialect.name == "sqlite" and {len(one) for one in hashes.values()} == {INDEX_HASH_BYTES}:
        return _of_one_record(engine, agreement, epoch, hashes)
    with read_transaction(engine) as connection:
        index = find_active(connection, agreement, epoch)
        if index is None:
            return None
        found = (find_entries(connection, index, code, some) for code, some in hashes.items())
        return list(chain.from_iterable(chain.from_iterable(found)))


def _of_one_record(engine: Engine, agreement: str, epoch: int, hashes: Mapping[int, bytes]) -> list[Row] | None:
    values: dict[str, Any] = {"agreement": agreement, "epoch": epoch}
    for number, (code, index_hash) in enumerate(hashes.items()):
        values |= {f"code_{number}": code, f"hash_{number}": index_hash}
    with single_read(engine) as connection:
        rows = _one_hash_each(len(hashes)).all(connection, values)
    # An active index gives a row for each key, an empty one where no entry carries the hash.
    return [row for row in rows if row[0] is not None] if rows else None


@cache
def _one_hash_each(keys: int) -> Prepared:
    return Prepared(union_all(*map(_of_key, range(keys))))


def _of_key(number: int) -> Select[*tuple[Any, ...]]:
    active, entry, removal = active_index.c, index_entry.c, index_removal.c
    removed = exists().where(
        removal.volume == entry.volume,
        removal.handle == entry.handle,
        removal.generation > entry.generation,
        removal.generation <= active.generation,
    )
    visible = and_(
        entry.volume == active.volume,
        entry.key_type_code == bindparam(f"code_{number}"),
        entry.index_hash == bindparam(f"hash_{number}", type_=LargeBinary),
        entry.generation <= active.generation,
        ~removed.correlate(index_entry, active_index),
    )
    found = select(entry.handle, entry.generation, entry.key_type_code, entry.is_flagged, entry.index_hash)
    return found.select_from(active_index.outerjoin(index_entry, visible)).where(
        active.agreement == bindparam("agreement"), active.epoch == bindparam("epoch")
    )
