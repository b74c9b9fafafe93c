from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, select

from gateway.domain.index_order import OrderedEntries, order_entries
from gateway.persistence.engine import create_database_engine
from gateway.persistence.entry_inserts import insert_entries, pack_rows
from gateway.persistence.index_tables import index_entry
from schemas.base64url import decode_base64url
from schemas.messages.index import FLAGGED, IndexEntry, pack_entries

ENTRIES = [
    IndexEntry(b"\x00" * 16, 0, 1, b"\x00" * 15 + b"\x01"),
    IndexEntry(b"\x00" * 16, 990101, 16 | FLAGGED, b"\xff" * 16),
    IndexEntry(b"h\x00" * 8, 2**24 - 1, 2, b"0123'456;89\x00\x00\x00\x00\x00"),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_database_engine(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    index_entry.metadata.create_all(engine, [index_entry])
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _ordered(entries: list[IndexEntry]) -> OrderedEntries:
    (step,) = order_entries(lambda: [decode_base64url(pack_entries(entries))])
    return step


def test_every_number_and_every_byte_is_stored_as_it_is(connection: Connection) -> None:
    insert_entries(connection, 7, 2**40, _ordered(ENTRIES))
    stored = {row.index_hash: row._asdict() for row in connection.execute(select(index_entry))}
    held = {ENTRIES[0].handle: 1 << 1 | 1 << 16, ENTRIES[2].handle: 1 << 2}
    for one in ENTRIES:
        assert stored[one.index_hash] == {
            "volume": 7,
            "generation": 2**40,
            "key_type_code": one.key_type_code % FLAGGED,
            "index_hash": one.index_hash,
            "handle": one.handle,
            "county": one.county,
            "key_types": held[one.handle],
            "is_flagged": one.key_type_code >= FLAGGED,
        }


def test_what_is_there_already_stays_as_it_is(connection: Connection) -> None:
    insert_entries(connection, 7, 1, _ordered(ENTRIES))
    insert_entries(connection, 7, 1, _ordered([one._replace(county=5) for one in ENTRIES]))
    assert sorted(connection.scalars(select(index_entry.c.county))) == sorted(one.county for one in ENTRIES)


@pytest.mark.parametrize("number", [-1, 10**20 // 11])
def test_a_number_that_would_be_cut_off_is_refused(number: int) -> None:
    step = _ordered(ENTRIES)
    wrong = OrderedEntries(
        step.key_type_code, step.index_hash, step.handle, np.full(3, number), step.key_types, step.is_flagged
    )
    with pytest.raises(ValueError, match="an entry with a"):
        pack_rows(wrong)
