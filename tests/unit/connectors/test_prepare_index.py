"""Preparing an index: what is covered, what has changed, and that a locator never stands in clear."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.context import Connector
from connectors.evaluation import create_evaluation_key, get_evaluation_key
from connectors.provider.find_records import find_records
from connectors.publisher.prepare_index import IndexCounts, IndexPreparation
from connectors.register import Register
from connectors.state.database import reading
from connectors.state.index_records import Publication, find_active, find_prepared, load_part, mark_active
from connectors.state.tables import index_record, publication, publication_part
from keys.crypto.oprf_batch import evaluate_batch
from keys.protocol.possession import index_hash_of
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.messages.index import (
    KEY_TYPES_BY_CODE,
    MAX_INDEX_PART_BYTES,
    IndexEntry,
    IndexPart,
    unpack_entries,
    unpack_handles,
)
from tests.unit.connectors.offices import Clock, agreement_with, citizen_id, open_office, register_row

ROWS = [register_row(1), register_row(2, "钱小林"), register_row(3, "孙小禾", county="990201")]


def prepare(
    connector: Connector, register: Register, agreement: Agreement, base: str | None
) -> tuple[Publication | None, IndexCounts]:
    key_pair = create_evaluation_key(connector, agreement.digest(), 1)
    preparation = IndexPreparation(connector, register, agreement, 1, key_pair)
    return preparation.run(base, lambda _done: None), preparation.counts


def publish(connector: Connector, register: Register, agreement: Agreement) -> IndexCounts:
    """Prepare and take the gateway's activation for granted."""
    base = find_active(connector.state, agreement.digest(), 1)
    prepared, counts = prepare(connector, register, agreement, base)
    if prepared is not None:
        mark_active(connector.state, prepared)
    return counts


def parts_of(connector: Connector, prepared: Publication) -> list[IndexPart]:
    bodies = (load_part(connector.state, prepared.index, number) for number in range(prepared.parts))
    return [IndexPart.from_bytes(body, MAX_INDEX_PART_BYTES) for body in bodies]


def entries_of(connector: Connector, prepared: Publication) -> list[IndexEntry]:
    return [entry for part in parts_of(connector, prepared) for entry in unpack_entries(part.entries)]


def rows_in(connector: Connector, table: object) -> int:
    with reading(connector.state) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_only_covered_records_are_indexed(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, [*ROWS, register_row(1)], Clock())
    prepared, counts = prepare(connector, register, agreement_with(), None)
    assert prepared is not None
    assert (counts.covered, counts.outside_region, counts.duplicates) == (2, 1, 1)
    entries = entries_of(connector, prepared)
    assert len({entry.handle for entry in entries}) == 2
    assert {entry.county for entry in entries} == {990101}


def test_entries_are_the_index_hashes_of_the_agreements_key(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS[:1], Clock())
    agreement = agreement_with()
    prepared, _ = prepare(connector, register, agreement, None)
    assert prepared is not None
    number = citizen_id(1)
    private_key = get_evaluation_key(connector, agreement.digest(), 1).private_key
    texts = [b"id\x1f" + (number[:6] + number[8:17]).encode(), b"p.d\x1fzhao.xiao.shu20150507"]
    core15 = b"id\x1f" + (number[:6] + number[8:17]).encode()
    expected = {index_hash_of(output) for output in evaluate_batch(private_key, [core15, texts[1]], workers=1)}
    found = {entry.index_hash for entry in entries_of(connector, prepared)}
    kinds = {KEY_TYPES_BY_CODE[entry.key_type_code].value for entry in entries_of(connector, prepared)}
    assert (found, kinds) == (expected, {"id", "p.d"})


def test_nothing_changed_publishes_nothing(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    counts = publish(connector, register, agreement_with())
    assert (counts.unchanged, counts.removed) == (2, 0)
    assert rows_in(connector, publication) == 1


def test_later_only_changes_are_published(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    connector, register = open_office(tmp_path, [ROWS[1], register_row(4, "李小麦")], Clock())
    prepared, counts = prepare(connector, register, agreement, find_active(connector.state, agreement.digest(), 1))
    assert prepared is not None
    assert prepared.mode == "changes"
    assert (counts.unchanged, counts.removed) == (1, 1)
    removed = [handle for part in parts_of(connector, prepared) for handle in unpack_handles(part.removals)]
    assert len(removed) == 1
    assert len({entry.handle for entry in entries_of(connector, prepared)}) == 1
    mark_active(connector.state, prepared)
    assert rows_in(connector, index_record) == 2
    assert rows_in(connector, publication_part) == 0


def test_changed_name_gets_a_new_handle(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS[:1], Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    connector, register = open_office(tmp_path, [register_row(1, "赵大树")], Clock())
    counts = publish(connector, register, agreement)
    assert (counts.covered, counts.removed, counts.unchanged) == (1, 1, 0)


def test_interrupted_preparation_leaves_nothing(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    key_pair = create_evaluation_key(connector, agreement.digest(), 1)

    calls = iter([connector.random])

    def interrupt(size: int) -> bytes:
        """Name the publication, then be interrupted at the first handle."""
        source = next(calls, None)
        if source is None:
            raise KeyboardInterrupt
        return source(size)

    with pytest.raises(KeyboardInterrupt):
        IndexPreparation(replace(connector, random=interrupt), register, agreement, 1, key_pair).run(None, print)
    assert rows_in(connector, publication) == 1
    assert find_prepared(connector.state, agreement.digest(), 1) is None
    publish(connector, register, agreement)
    assert rows_in(connector, index_record) == 2


def test_prepared_publication_survives_a_restart(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    prepared, _ = prepare(connector, register, agreement, None)
    restarted, _ = open_office(tmp_path, ROWS, Clock())
    assert find_prepared(restarted.state, agreement.digest(), 1) == prepared


def test_empty_register_still_has_an_index(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, [ROWS[2]], Clock())
    prepared, counts = prepare(connector, register, agreement_with(), None)
    assert prepared is not None
    assert (prepared.parts, counts.covered) == (1, 0)


def handles(connector: Connector) -> list[str]:
    with reading(connector.state) as connection:
        return [encode_base64url(handle) for handle in connection.execute(select(index_record.c.handle)).scalars()]


def test_handles_lead_back_to_their_records(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    found = find_records(connector, register, agreement, 1, handles(connector))
    assert sorted(record.row_number for record in found.values()) == [2, 3]


def test_records_are_found_again_when_rows_have_moved(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    moved = [register_row(9, "周小山"), ROWS[1], ROWS[0]]
    connector, register = open_office(tmp_path, moved, Clock())
    found = find_records(connector, register, agreement, 1, handles(connector))
    assert sorted(record.row_number for record in found.values()) == [3, 4]


def test_record_that_became_another_child_is_not_found(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS[:1], Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    connector, register = open_office(tmp_path, [register_row(7, "吴小溪")], Clock())
    assert find_records(connector, register, agreement, 1, handles(connector)) == {}


@pytest.mark.parametrize("epoch", [0, 2])
def test_handles_of_another_epoch_lead_nowhere(tmp_path: Path, epoch: int) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    assert find_records(connector, register, agreement_with(), epoch, handles(connector)) == {}


def test_handles_of_another_agreement_lead_nowhere(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    assert find_records(connector, register, agreement_with(retention_days=1), 1, handles(connector)) == {}


def test_database_holds_no_identifier(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    connector.state.dispose()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("connector.sqlite3*"))
    for clear in (citizen_id(1), citizen_id(1)[6:17], "赵小树", "zhao.xiao.shu"):
        assert clear.encode() not in written
