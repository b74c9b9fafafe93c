"""One record's keys are looked up in one statement, many in a transaction: both see the same entries of an index."""

import os

import pytest
from sqlalchemy import Engine, insert

from gateway.persistence.agreement_tables import agreement
from gateway.persistence.engine import write_transaction
from gateway.persistence.index_tables import active_index, index_entry, index_removal
from gateway.persistence.settling_queries import find_settling

AGREEMENT, EPOCH, VOLUME, ACTIVE = "a" * 43, 3, 5, 10
HASHES = [bytes([number]) * 16 for number in range(6)]
OTHERS = bytes([0xEE]) * 16 + bytes([0xFF]) * 16
"""No entry carries them: they make a question one about several records."""


def _entry(handle: int, code: int, index_hash: bytes, generation: int = 1, volume: int = VOLUME) -> dict[str, object]:
    return {
        "volume": volume,
        "key_type_code": code,
        "index_hash": index_hash,
        "handle": bytes([handle]) * 16,
        "generation": generation,
        "county": 990101,
        "key_types": 6,
        "is_flagged": handle == 4,
    }


@pytest.fixture(name="indexed")
def _indexed(engine: Engine) -> Engine:
    """Give an index with visible, flagged, removed, restored, foreign and not yet active entries."""
    removed = {"volume": VOLUME, "handle": bytes([2]) * 16, "generation": 4}
    planned = {"volume": VOLUME, "handle": bytes([3]) * 16, "generation": ACTIVE + 1}
    with write_transaction(engine) as connection:
        connection.execute(
            insert(agreement).values(
                digest=AGREEMENT,
                id="an-agreement",
                requester="a",
                provider="b",
                document=b"{}",
                requester_signature="s",
                state="active",
                valid_until=1,
            )
        )
        connection.execute(
            insert(active_index).values(
                agreement=AGREEMENT, epoch=EPOCH, volume=VOLUME, generation=ACTIVE, index_id="i"
            )
        )
        entries = [
            *(_entry(handle, code, HASHES[0]) for handle in (1, 2, 3, 4) for code in (1, 2)),
            _entry(2, 1, HASHES[1], generation=5),
            _entry(1, 1, HASHES[2], generation=ACTIVE + 1),
            _entry(1, 1, HASHES[3], volume=VOLUME + 1),
            _entry(1, 2, HASHES[4]),
        ]
        connection.execute(insert(index_entry), entries)
        connection.execute(insert(index_removal), [removed, planned])
    return engine


@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("second", range(6))
def test_one_statement_sees_what_a_transaction_sees(indexed: Engine, first: int, second: int) -> None:
    asked = {1: HASHES[first], 2: HASHES[second]}
    one = find_settling(indexed, AGREEMENT, EPOCH, asked)
    many = find_settling(indexed, AGREEMENT, EPOCH, {code: some + OTHERS for code, some in asked.items()})
    assert one is not None
    assert many is not None
    assert sorted(tuple(row[:5]) for row in one) == sorted(tuple(row[:5]) for row in many)


def test_removed_and_later_entries_are_not_seen(indexed: Engine) -> None:
    found = find_settling(indexed, AGREEMENT, EPOCH, {1: HASHES[0]})
    assert found is not None
    assert sorted(row[0][0] for row in found) == [1, 3, 4]
    assert find_settling(indexed, AGREEMENT, EPOCH, {1: HASHES[2]}) == []


@pytest.mark.parametrize("hashes", [{1: HASHES[0]}, {1: HASHES[0] + HASHES[1]}, {}])
def test_without_an_active_index_there_is_none(indexed: Engine, hashes: dict[int, bytes]) -> None:
    assert find_settling(indexed, AGREEMENT, EPOCH + 1, hashes) is None
    assert find_settling(indexed, os.urandom(32).hex(), EPOCH, hashes) is None
    assert find_settling(indexed, AGREEMENT, EPOCH, hashes) is not None
