"""Erasure on SQLite and PostgreSQL: two people, no hold, nothing left to read, and every proof still holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from gateway.domain.account import Account
from gateway.domain.erasure import ERASABLE, ErasureBasis, ErasureError, ErasureFault, ErasureState
from gateway.domain.legal_hold import HoldScope
from gateway.domain.roles import Role
from gateway.log.bundle_verification import verify_bundle
from gateway.log.events import Event, EventType, PersonalField
from gateway.log.leaf import parse_leaf
from gateway.log.proofs import prove_leaf
from gateway.log.shards import current_shard
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf, audit_subject_index
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.erasure_queries import find_erasure, list_decisions, list_entries
from gateway.persistence.erasure_rows import Chosen
from gateway.persistence.metadata import metadata
from gateway.persistence.witness_queries import WitnessedTree, add_policy, set_witnessed
from gateway.services.context import Gateway
from gateway.services.erase_disclosures import decide_erasure, erase_approved
from gateway.services.export_log import export_log
from gateway.services.index_subjects import (
    YearNotOverError,
    current_index_key,
    forget_index,
    handle_tags,
    list_index_keys,
)
from gateway.services.legal_holds import HoldNotStandingError, lift_legal_hold, set_legal_hold
from gateway.services.log_key import log_signer
from gateway.services.propose_erasure import ErasureHeldError, ErasureWish, propose_due_erasures, propose_erasure
from keys.crypto.merkle import verify_inclusion
from keys.crypto.note_key import VerifierKey
from keys.custody.errors import MissingKeyError
from schemas.base64url import encode_base64url
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import Clock, opened_gateway

PROPOSER = Account("privacy-1", "甲", frozenset({Role.PRIVACY_OFFICER}))
PRIVACY = Account("privacy-2", "乙", frozenset({Role.PRIVACY_OFFICER}))
SECURITY = Account("security-1", "丙", frozenset({Role.SECURITY_ADMINISTRATOR}))
AUDITOR = Account("auditor-1", "丁", frozenset({Role.OVERSIGHT_AUDITOR}))
HANDLE = encode_base64url(bytes(range(16)))
OFFICER = "officer-who-is-erased"
NOW_SHARD = datetime.now(UTC).year


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    with opened_gateway(tmp_path / "gateway", clock, database_url) as opened:
        yield opened


def _log(gateway: Gateway, **changes: object) -> int:
    """Log a query with an officer, a case and a child's handle; return its index."""
    key = current_index_key(gateway)
    tags = (key.officer("education.990101", OFFICER), key.handle(HANDLE))
    personal = {PersonalField.OFFICER: OFFICER, PersonalField.CASE_REF: "case-77"}
    event = query_event(**{"personal": personal, "subject_tags": tags, **changes})
    (receipt,) = gateway.journal.write(log_events(event)).receipts
    return receipt.index


def _wish(gateway: Gateway, *ranges: tuple[int, int], **changes: object) -> ErasureWish:
    with read_transaction(gateway.engine) as connection:
        shard = current_shard(connection)
    wish = ErasureWish(
        chosen=Chosen(shard=shard, ranges=ranges),
        fields=ERASABLE,
        basis=ErasureBasis.PERSONS_REQUEST,
        reason="当事人书面请求",
        case_ref="request-3",
    )
    return replace(wish, **changes)  # type: ignore[arg-type]


def _approve(gateway: Gateway, number: int) -> ErasureState:
    decide_erasure(gateway, PRIVACY, number, "已核对", approves=True)
    return decide_erasure(gateway, SECURITY, number, "已核对", approves=True)


def _disclosures(gateway: Gateway, index: int) -> dict[str, str]:
    columns = audit_disclosure.c
    with read_transaction(gateway.engine) as connection:
        query = select(columns.field, columns.disclosure).where(columns.idx == index)
        rows = connection.execute(query.where(columns.shard == NOW_SHARD))
        return {row.field: row.disclosure for row in rows}


def _tags(gateway: Gateway) -> list[tuple[bytes, int]]:
    with read_transaction(gateway.engine) as connection:
        return [(row.tag, row.idx) for row in connection.execute(select(audit_subject_index))]


def _last_event(gateway: Gateway, event_type: EventType) -> Event:
    query = select(audit_leaf.c.entry).where(audit_leaf.c.type == event_type.value).order_by(audit_leaf.c.idx.desc())
    with read_transaction(gateway.engine) as connection:
        return parse_leaf(connection.scalars(query.limit(1)).one()).event


def _everything_stored(gateway: Gateway, folder: Path) -> bytes:
    """Return all bytes of the SQLite database with its write-ahead log, or all rows of PostgreSQL as text."""
    if gateway.engine.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(folder.rglob("gateway.db*")))
    with read_transaction(gateway.engine) as connection:
        rows = [
            str(row[0])
            for table in metadata.sorted_tables
            for row in connection.execute(text(f'SELECT t::text FROM "{table.name}" t'))
        ]
    return "\n".join(rows).encode()


def test_what_was_erased_is_nowhere_any_more(gateway: Gateway, tmp_path: Path) -> None:
    erased, kept = _log(gateway), _log(gateway)
    texts = [disclosure.encode() for disclosure in _disclosures(gateway, erased).values()]
    assert len(texts) == 2
    assert all(one in _everything_stored(gateway, tmp_path) for one in texts)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (erased, erased)))
    assert _approve(gateway, number) is ErasureState.APPROVED
    assert erase_approved(gateway) == [number]
    assert _disclosures(gateway, erased) == {}
    assert len(_disclosures(gateway, kept)) == 2
    assert {index for _, index in _tags(gateway)} == {kept}
    stored = _everything_stored(gateway, tmp_path)
    assert not any(one in stored for one in texts)
    with read_transaction(gateway.engine) as connection:
        found = find_erasure(connection, number)
    assert found is not None
    assert (found.state, found.erased_disclosures, found.erased_tags) == (ErasureState.ERASED, 2, 2)


def test_only_the_chosen_fields_go(gateway: Gateway) -> None:
    index = _log(gateway)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index), fields=("officer",)))
    _approve(gateway, number)
    erase_approved(gateway)
    assert list(_disclosures(gateway, index)) == ["case_ref"]
    assert len(_tags(gateway)) == 2


def test_proofs_and_bundles_hold_before_and_after(gateway: Gateway, tmp_path: Path) -> None:
    index = _log(gateway)
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    key = VerifierKey.parse(log_signer(gateway.keys, gateway.settings.log_name, gateway.now()).verifier_key.format())
    export_log(gateway, before)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    _approve(gateway, number)
    erase_approved(gateway)
    export_log(gateway, after)
    old, new = verify_bundle(before, [key]), verify_bundle(after, [key])
    assert new.size > old.size
    with read_transaction(gateway.engine) as connection:
        shard = current_shard(connection)
        store = TreeStore(connection, shard)
        assert store.root(old.size) == old.root_hash
        leaf_hash = store.hashes(0, index, index + 1)[0]
    proof = prove_leaf(gateway.engine, shard, index, new.size)
    verify_inclusion(leaf_hash, index, new.size, proof.hashes, new.root_hash)


def test_the_log_says_what_was_erased_on_whose_approval(gateway: Gateway) -> None:
    index = _log(gateway)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    _approve(gateway, number)
    erase_approved(gateway)
    event, proposed = _last_event(gateway, EventType.AUDIT_ERASE), _last_event(gateway, EventType.AUDIT_ERASE_PROPOSE)
    assert event.fields == proposed.fields == ERASABLE
    assert (event.records, event.reason, event.content) == (1, "persons_request", proposed.content)
    with read_transaction(gateway.engine) as connection:
        decided = [stored.event_id for stored in list_decisions(connection, number)]
        hashes = connection.scalars(select(audit_leaf.c.leaf_hash).where(audit_leaf.c.type == "audit.erase_approve"))
        assert sorted(event.approvals) == sorted(map(encode_base64url, hashes))
    assert len(decided) == len(event.approvals) == 2


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (PROPOSER, ErasureFault.OWN_PROPOSAL),
        (AUDITOR, ErasureFault.NO_APPROVING_ROLE),
    ],
)
def test_who_may_not_decide(gateway: Gateway, account: Account, fault: ErasureFault) -> None:
    index = _log(gateway)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    with pytest.raises(ErasureError) as refused:
        decide_erasure(gateway, account, number, "x", approves=True)
    assert refused.value.code is fault


def test_one_role_twice_is_one_approval(gateway: Gateway) -> None:
    index = _log(gateway)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    assert decide_erasure(gateway, PRIVACY, number, "x", approves=True) is ErasureState.PROPOSED
    for account, fault in (
        (PRIVACY, ErasureFault.ALREADY_DECIDED),
        (replace(PRIVACY, id="privacy-3"), ErasureFault.ROLE_HAS_DECIDED),
    ):
        with pytest.raises(ErasureError) as refused:
            decide_erasure(gateway, account, number, "x", approves=True)
        assert refused.value.code is fault
    assert erase_approved(gateway) == []
    assert len(_disclosures(gateway, index)) == 2


def test_who_declines_ends_it(gateway: Gateway) -> None:
    index = _log(gateway)
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    assert decide_erasure(gateway, SECURITY, number, "x", approves=False) is ErasureState.DECLINED
    with pytest.raises(ErasureError) as refused:
        decide_erasure(gateway, PRIVACY, number, "x", approves=True)
    assert refused.value.code is ErasureFault.NOT_OPEN
    assert erase_approved(gateway) == []


HELD = query_event()


@pytest.mark.parametrize(
    "scope",
    [
        HoldScope(agency=HELD.peer),
        HoldScope(agency="education.990101"),
        HoldScope(agreement=HELD.policy.id if HELD.policy else None),
        HoldScope(corr=HELD.correlation_id),
        HoldScope(from_on=datetime.now(UTC).date() - timedelta(days=2), to_on=datetime.now(UTC).date() + timedelta(2)),
    ],
)
def test_what_is_held_is_neither_proposed_nor_erased(gateway: Gateway, scope: HoldScope) -> None:
    index, other = _log(gateway), _log(gateway)
    approved = propose_erasure(gateway, PROPOSER, _wish(gateway, (other, other)))
    _approve(gateway, approved)
    hold = set_legal_hold(gateway, PRIVACY, scope, "诉讼", "court-1")
    with pytest.raises(ErasureHeldError) as refused:
        propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    assert [found.id for found in refused.value.holds] == [hold]
    assert erase_approved(gateway) == []
    assert len(_disclosures(gateway, other)) == 2
    lift_legal_hold(gateway, PRIVACY, hold, "诉讼终结")
    assert erase_approved(gateway) == [approved]
    with pytest.raises(HoldNotStandingError):
        lift_legal_hold(gateway, PRIVACY, hold, "again")


def test_a_hold_on_something_else_holds_nothing(gateway: Gateway) -> None:
    index = _log(gateway)
    set_legal_hold(gateway, PRIVACY, HoldScope(agency="health.990101"), "诉讼", None)
    set_legal_hold(gateway, PRIVACY, HoldScope(agency=HELD.peer, corr="another"), "诉讼", None)
    propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))


def test_an_entry_stands_in_one_open_proposal_alone(gateway: Gateway) -> None:
    first, second = _log(gateway), _log(gateway)
    propose_erasure(gateway, PROPOSER, _wish(gateway, (first, first)))
    with pytest.raises(ErasureError) as refused:
        propose_erasure(gateway, PROPOSER, _wish(gateway, (first, first)))
    assert refused.value.code is ErasureFault.NO_ENTRIES
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (first, second)))
    with read_transaction(gateway.engine) as connection:
        assert [place.idx for place in list_entries(connection, number)] == [second]


def test_what_is_over_is_proposed_and_not_erased(gateway: Gateway, clock: Clock) -> None:
    old = _log(gateway, purpose="P04")
    assert propose_due_erasures(gateway) == []
    clock.ahead += timedelta(days=1096)
    young = _log(gateway, purpose="P04")
    (number,) = propose_due_erasures(gateway)
    with read_transaction(gateway.engine) as connection:
        found, places = find_erasure(connection, number), list_entries(connection, number)
    assert found is not None
    assert (found.proposed_by, found.basis, found.purpose) == (None, ErasureBasis.RETENTION_OVER, "P04")
    assert [place.idx for place in places] == [old]
    assert young != old
    assert len(_disclosures(gateway, old)) == 2
    assert propose_due_erasures(gateway) == []


def test_what_is_over_but_held_is_left_out(gateway: Gateway, clock: Clock) -> None:
    held, over = _log(gateway, correlation_id="held"), _log(gateway)
    set_legal_hold(gateway, PRIVACY, HoldScope(corr="held"), "诉讼", None)
    clock.ahead += timedelta(days=1096)
    (number,) = propose_due_erasures(gateway)
    with read_transaction(gateway.engine) as connection:
        assert [place.idx for place in list_entries(connection, number)] == [over]
    assert held != over


def test_a_forgotten_year_is_found_by_nobody(gateway: Gateway, clock: Clock) -> None:
    _log(gateway)
    (key,) = list_index_keys(gateway)
    with pytest.raises(YearNotOverError):
        forget_index(gateway, key.year)
    clock.ahead += timedelta(days=366)
    _log(gateway)
    assert len(handle_tags(gateway, HANDLE)) == 2
    assert forget_index(gateway, key.year) == 2
    assert len(handle_tags(gateway, HANDLE)) == 1
    assert len(_tags(gateway)) == 2
    with pytest.raises(MissingKeyError):
        forget_index(gateway, key.year)
    assert _last_event(gateway, EventType.KEY_CHANGE).reason == f"subject_index_forgotten:{key.year}"


def test_an_erasure_waits_until_its_approvals_are_witnessed(gateway: Gateway) -> None:
    index = _log(gateway)
    with write_transaction(gateway.engine) as connection:
        add_policy(connection, "d" * 43, b"", gateway.seconds())
    number = propose_erasure(gateway, PROPOSER, _wish(gateway, (index, index)))
    _approve(gateway, number)
    with read_transaction(gateway.engine) as connection:
        size = TreeStore(connection, NOW_SHARD).size()
    for witnessed, erased in ((size - 1, []), (size, [number])):
        with write_transaction(gateway.engine) as connection:
            set_witnessed(connection, WitnessedTree(NOW_SHARD, witnessed, gateway.seconds()))
        assert erase_approved(gateway) == erased


def test_what_was_declined_is_not_proposed_again_at_once(gateway: Gateway, clock: Clock) -> None:
    _log(gateway)
    clock.ahead += timedelta(days=1096)
    (number,) = propose_due_erasures(gateway)
    decide_erasure(gateway, SECURITY, number, "x", approves=False)
    assert propose_due_erasures(gateway) == []
    clock.ahead += timedelta(days=91)
    assert len(propose_due_erasures(gateway)) == 1
