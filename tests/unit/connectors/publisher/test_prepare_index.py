"""Preparing an index: what is covered, what has changed, and that a locator never stands in clear."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.evaluation import create_evaluation_key, get_evaluation_key
from connectors.provider.find_records import find_records
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.publisher.covered_records import IndexCounts
from connectors.publisher.mix_entries import LEFT_OUT
from connectors.publisher.prepare_index import IndexPreparation
from connectors.register import Register, published_digest
from connectors.state.database import reading
from connectors.state.index_records import Publication, find_active, find_prepared, load_part, mark_active
from connectors.state.tables import index_record, publication, publication_part
from keys.crypto.oprf_batch import evaluate_batch
from keys.protocol.possession import index_hash_of
from schemas.agreement import Agreement, AgreementState
from schemas.base64url import encode_base64url
from schemas.identity import NO_GUARDIAN, ChildIdentity
from schemas.linkage_keys import KeyType
from schemas.messages.index import (
    FLAGGED,
    KEY_TYPE_CODES,
    KEY_TYPES_BY_CODE,
    MAX_INDEX_PART_BYTES,
    IndexEntry,
    IndexPart,
    unpack_entries,
    unpack_handles,
)
from schemas.policy import Standing
from tests.unit.connectors.children import ListedRegister, child, number
from tests.unit.connectors.offices import Clock, agreement_with, citizen_id, open_office, register_row

ROWS = [register_row(1), register_row(2, "钱小林"), register_row(3, "孙小禾", county="990201")]


def prepare(
    connector: Connector, register: Register, agreement: Agreement, base: str | None
) -> tuple[Publication | None, IndexCounts]:
    key_pair = create_evaluation_key(connector, agreement.digest(), 1)
    preparation = IndexPreparation(connector, register, agreement, 1, key_pair)
    return preparation.run(base, lambda _step, _done: None), preparation.counts


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


def kind_of(entry: IndexEntry) -> str:
    """Return the key type, with a mark if it is flagged."""
    flagged = entry.key_type_code & FLAGGED
    return KEY_TYPES_BY_CODE[entry.key_type_code & ~FLAGGED].value + "!" * bool(flagged)


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
    texts = [
        (b"id", number[:6] + number[8:17]),
        (b"p.d", "zhao.xiao.shu20150507"),
        (b"n.r6", "赵小树990101"),
        (b"r6.d.x", "990101201505071"),
    ]
    inputs = [name + b"\x1f" + text.encode() for name, text in texts]
    outputs = evaluate_batch(private_key, inputs, workers=1)
    expected = {(name.decode(), index_hash_of(output)) for (name, _), output in zip(texts, outputs, strict=True)}
    found = {(kind_of(entry), entry.index_hash) for entry in entries_of(connector, prepared)}
    assert found >= expected
    assert {kind for kind, _ in found} >= {"g.d", "s1.d.r4", "p.ym", "p.md", "p.swap", "n.y.r4"}


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

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    preparation = IndexPreparation(connector, register, agreement, 1, key_pair)
    preparation._add = interrupt  # type: ignore[assignment]  # once the records are kept
    with pytest.raises(KeyboardInterrupt):
        preparation.run(None, lambda _step, _done: None)
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


def records_of(connector: Connector, register: Register, agreement: Agreement, epoch: int) -> dict[str, Record]:
    standing = Standing(agreement, agreement.digest(), AgreementState.ACTIVE)
    return find_records(connector, register, standing, epoch, handles(connector))


def test_handles_lead_back_to_their_records(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    found = records_of(connector, register, agreement, 1)
    assert sorted(record.row_number for record in found.values()) == [2, 3]


def test_records_are_found_again_when_rows_have_moved(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    moved = [register_row(9, "周小山"), ROWS[1], ROWS[0]]
    connector, register = open_office(tmp_path, moved, Clock())
    found = records_of(connector, register, agreement, 1)
    assert sorted(record.row_number for record in found.values()) == [3, 4]


def test_record_that_became_another_child_is_not_found(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS[:1], Clock())
    agreement = agreement_with()
    publish(connector, register, agreement)
    connector, register = open_office(tmp_path, [register_row(7, "吴小溪")], Clock())
    assert records_of(connector, register, agreement, 1) == {}


@pytest.mark.parametrize("epoch", [0, 2])
def test_handles_of_another_epoch_lead_nowhere(tmp_path: Path, epoch: int) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    assert records_of(connector, register, agreement_with(), epoch) == {}


def test_handles_of_another_agreement_lead_nowhere(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    assert records_of(connector, register, agreement_with(retention_days=1), 1) == {}


def test_database_holds_no_identifier(tmp_path: Path) -> None:
    connector, register = open_office(tmp_path, ROWS, Clock())
    publish(connector, register, agreement_with())
    connector.state.dispose()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("connector.sqlite3*"))
    for clear in (citizen_id(1), citizen_id(1)[6:17], "赵小树", "zhao.xiao.shu"):
        assert clear.encode() not in written


# What is published of a record.


def open_listed(folder: Path, children: Sequence[ChildIdentity], **settings: object) -> tuple[Connector, Register]:
    folder.mkdir(exist_ok=True)
    connector, _ = open_office(folder, [], Clock())
    changed = replace(connector, settings=connector.settings.model_copy(update=settings))
    return changed, ListedRegister(children)


def kinds_published(folder: Path, children: Sequence[ChildIdentity], purpose: str, **settings: object) -> Counter[str]:
    connector, register = open_listed(folder, children, **settings)
    prepared, _ = prepare(connector, register, agreement_with(purpose=purpose), None)
    assert prepared is not None
    return Counter(kind_of(entry) for entry in entries_of(connector, prepared))


def test_a_guardian_s_number_is_published_only_where_the_purpose_asks_about_guardians(tmp_path: Path) -> None:
    assert "guardian" not in kinds_published(tmp_path / "p04", [child()], "P04")
    assert kinds_published(tmp_path / "p10", [child(), child(2, guardian=NO_GUARDIAN)], "P10")["guardian"] == 1


def test_flagged_keys_carry_the_bit(tmp_path: Path) -> None:
    repaired = replace(child(), citizen_id=None, repaired_ids=(number(1), number(2)))
    found = kinds_published(tmp_path, [repaired], "P04")
    assert (found["id"], found["id!"], found["p.d!"]) == (0, 2, 1)


def test_a_key_that_loses_its_flag_is_published_anew() -> None:
    code, identity = KEY_TYPE_CODES[KeyType.ID], bytes(12)
    digests = {published_digest(bytes(32), identity, bytes([mark])) for mark in (code, code | FLAGGED, LEFT_OUT)}
    assert len(digests) == 3


def test_an_agency_may_keep_name_and_county_for_records_without_a_number(tmp_path: Path) -> None:
    children = [child(), replace(child(2, "钱小林"), citizen_id=None, repaired_ids=(number(3),))]
    assert kinds_published(tmp_path / "off", children, "P04")["n.r6"] == 2
    found = kinds_published(tmp_path / "on", children, "P04", county_name_key_without_id_only=True)
    assert (found["n.r6"], found["n.y.r4"]) == (1, 2)


def namesakes(count: int) -> list[ChildIdentity]:
    """Return up to 25 children of one name and county who have little else in common."""
    days = (date(2003, 1, 2) + timedelta(days=320 * place) for place in range(count))
    return [child(guardian=NO_GUARDIAN, born_on=day) for day in days]


class Gateway:
    """What the gateway holds of an index after a series of publications."""

    def __init__(self) -> None:
        self.by_handle: dict[bytes, set[tuple[int, int, bytes]]] = defaultdict(set)

    def take(self, parts: Sequence[IndexPart]) -> None:
        for part in parts:
            for handle in unpack_handles(part.removals):
                self.by_handle.pop(handle, None)
            for entry in unpack_entries(part.entries):
                self.by_handle[entry.handle].add(entry[1:])

    @property
    def records(self) -> Counter[frozenset[tuple[int, int, bytes]]]:
        return Counter(map(frozenset, self.by_handle.values()))

    def count(self, kind: str) -> int:
        held = (IndexEntry(b"", *rest) for entries in self.by_handle.values() for rest in entries)
        return sum(kind_of(entry) == kind for entry in held)


def test_what_too_many_records_share_is_left_out_and_changes_keep_it_so(tmp_path: Path) -> None:
    """Whatever came before, the index is the one that a full publication makes; no hash occurs in too many records."""
    agreement, gateway, limit = agreement_with(), Gateway(), MAX_GROUP_PUBLISHED
    for count in (limit - 1, limit, limit + 1, limit + 4, limit, 3, limit + 1):
        connector, register = open_listed(tmp_path, namesakes(count))
        prepared, counts = prepare(connector, register, agreement, find_active(connector.state, agreement.digest(), 1))
        assert prepared is not None
        gateway.take(parts_of(connector, prepared))
        mark_active(connector.state, prepared)
        assert gateway.count("n.r6") == (count if count <= limit else 0)
        assert (counts.too_common == 0) == (count <= limit)
        assert len(gateway.by_handle) == counts.covered == count
        full, whole = Gateway(), prepare(connector, register, agreement, None)[0]
        assert whole is not None
        full.take(parts_of(connector, whole))
        assert full.records == gateway.records


def test_only_records_of_the_crossing_group_are_published_anew(tmp_path: Path) -> None:
    agreement, limit = agreement_with(), MAX_GROUP_PUBLISHED
    others = [child(place, f"钱{name}", guardian=NO_GUARDIAN) for place, name in enumerate("甲乙丙丁戊", 500)]
    connector, register = open_listed(tmp_path, [*namesakes(limit), *others])
    publish(connector, register, agreement)
    counts = publish(connector, ListedRegister([*namesakes(limit + 1), *others]), agreement)
    assert (counts.unchanged, counts.removed, counts.covered) == (len(others), limit, limit + 1 + len(others))


def test_a_record_whose_every_key_is_too_common_is_held_and_not_found(tmp_path: Path) -> None:
    nobody = ChildIdentity(name="赵小树", regions=("990101",))
    connector, register = open_listed(tmp_path, [*namesakes(MAX_GROUP_PUBLISHED), nobody])
    prepared, counts = prepare(connector, register, agreement_with(), None)
    assert prepared is not None
    assert counts.covered == MAX_GROUP_PUBLISHED + 1
    assert len({entry.handle for entry in entries_of(connector, prepared)}) == MAX_GROUP_PUBLISHED


def test_progress_tells_the_rows_of_the_one_pass_or_of_both(tmp_path: Path) -> None:
    connector, register = open_listed(tmp_path, [child(place, guardian=NO_GUARDIAN) for place in range(1, 3)] * 600)
    key_pair = create_evaluation_key(connector, agreement_with().digest(), 1)
    for base, steps in ((None, ["hash"]), (str(UUID(int=1)), ["count", "hash"])):
        told: list[tuple[str, int]] = []
        preparation = IndexPreparation(connector, register, agreement_with(), 1, key_pair)
        preparation.run(base, lambda step, done, told=told: told.append((step, done)))  # type: ignore[misc]
        assert told == [(step, done) for step in steps for done in (500, 1000)]


def test_a_child_of_whom_only_the_guardian_is_known_is_found_by_the_guardian_alone(tmp_path: Path) -> None:
    known = [ChildIdentity(regions=("990101",), guardian=child().guardian)]
    other = [replace(known[0], guardian=replace(known[0].guardian, citizen_id=number(9)))]
    assert kinds_published(tmp_path / "p10", [*known, *other, *known], "P10") == {"guardian": 2}
    connector, register = open_listed(tmp_path / "p04", known)
    assert prepare(connector, register, agreement_with(), None)[1].unusable == 1


def test_a_changed_guardian_is_published_anew_where_guardians_are_asked_about(tmp_path: Path) -> None:
    """Without a birth date the guardian's number is in no key of the child's own."""
    dateless = replace(child(), citizen_id=None, birth_dates=())
    agreement = agreement_with(purpose="P10")
    connector, register = open_listed(tmp_path, [dateless])
    publish(connector, register, agreement)
    changed = replace(dateless, guardian=replace(dateless.guardian, citizen_id=number(9)))
    counts = publish(connector, ListedRegister([changed]), agreement)
    assert (counts.unchanged, counts.removed) == (0, 1)
