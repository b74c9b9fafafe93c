import pytest
from sqlalchemy import Engine, text

from gateway.log.checkpoints import latest_checkpoint
from gateway.log.proofs import ProofRangeError, prove_leaf, prove_prefix
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.engine import read_transaction, write_transaction
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.merkle import EMPTY_ROOT, CompactRange, leaf_hash, verify_consistency, verify_inclusion
from keys.crypto.note import NoteSigner, verify_note
from tests.audit_log import LOG_SIGNER, NOW, ORIGIN, SHARD, fill, log_events, query_event, sign, start_journal

SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 700]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Give a log of 700 leaves."""
    fill(engine, 700)
    return engine


def _roots(engine: Engine) -> list[bytes]:
    tree = CompactRange()
    roots = [tree.root()]
    with read_transaction(engine) as connection:
        store = TreeStore(connection, SHARD)
        for entry in store.entries(0, store.size()):
            tree.append(leaf_hash(entry))
            roots.append(tree.root())
    return roots


def test_roots_at_every_size_are_those_of_the_entries(filled: Engine) -> None:
    with read_transaction(filled) as connection:
        store = TreeStore(connection, SHARD)
        assert [store.root(size) for size in range(0, 701, 7)] == _roots(filled)[::7]
        assert store.root(0) == EMPTY_ROOT


@pytest.mark.parametrize("size", SIZES)
def test_every_kind_of_leaf_is_proved(filled: Engine, size: int) -> None:
    root = _roots(filled)[size]
    with read_transaction(filled) as connection:
        hashes = TreeStore(connection, SHARD).hashes(0, 0, size)
    for index in {0, size // 2, size - 1, min(size - 1, 255), min(size - 1, 256)}:
        proof = prove_leaf(filled, SHARD, index, size)
        verify_inclusion(hashes[index], index, size, proof.hashes, root)


@pytest.mark.parametrize("old_size", [0, *SIZES])
def test_every_prefix_is_proved(filled: Engine, old_size: int) -> None:
    roots = _roots(filled)
    for new_size in (size for size in SIZES if size >= old_size):
        proof = prove_prefix(filled, SHARD, old_size, new_size)
        verify_consistency(old_size, roots[old_size], new_size, roots[new_size], proof.hashes)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, 701)])
def test_no_proof_of_a_leaf_that_is_not_there(filled: Engine, index: int, size: int) -> None:
    with pytest.raises(ProofRangeError):
        prove_leaf(filled, SHARD, index, size)


@pytest.mark.parametrize(("old_size", "new_size"), [(-1, 5), (6, 5), (5, 701)])
def test_no_proof_of_a_prefix_that_is_not_there(filled: Engine, old_size: int, new_size: int) -> None:
    with pytest.raises(ProofRangeError):
        prove_prefix(filled, SHARD, old_size, new_size)


def test_checkpoint_signs_size_and_root(filled: Engine) -> None:
    note = sign(filled)
    verified = verify_note(note, [LOG_SIGNER.verifier_key])
    checkpoint = parse_checkpoint(verified.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root_hash) == (ORIGIN, 700, _roots(filled)[700])
    stored = latest_checkpoint(filled)
    assert stored is not None
    assert (stored.size, stored.root_hash, stored.note, stored.signed_at) == (700, checkpoint.root_hash, note, NOW)


def test_a_size_is_signed_once(filled: Engine) -> None:
    """Also by another process with another key: the note that was published stands."""
    first = sign(filled)
    assert sign(filled, signer=NoteSigner(ORIGIN, b"\x02" * 32)) == first


def test_checkpoints_grow_with_the_log(engine: Engine) -> None:
    assert latest_checkpoint(engine) is None
    journal = start_journal(engine)
    sizes = []
    for _ in range(3):
        journal.write(log_events(query_event()))
        sign(engine)
        stored = latest_checkpoint(engine)
        assert stored is not None
        sizes.append(stored.size)
    journal.stop()
    assert sizes == [1, 2, 3]


def test_empty_log_can_be_signed(engine: Engine) -> None:
    sign(engine)
    stored = latest_checkpoint(engine)
    assert stored is not None
    assert (stored.size, stored.root_hash) == (0, EMPTY_ROOT)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM audit_leaf WHERE idx = 699",
        "UPDATE audit_leaf SET leaf_hash = zeroblob(32) WHERE idx = 699",
        "UPDATE audit_tile SET data = zeroblob(8192) WHERE n = 0",
    ],
)
def test_what_was_signed_and_is_gone_is_never_signed_over(filled: Engine, damage: str) -> None:
    sign(filled)
    with write_transaction(filled) as connection:
        for trigger in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("DELETE FROM audit_disclosure"))
        connection.execute(text(damage))
    with pytest.raises(LogDamagedError, match="signed"):
        sign(filled)
    with pytest.raises(LogDamagedError):
        start_journal(filled)


def test_missing_rows_are_named(filled: Engine) -> None:
    with read_transaction(filled) as connection:
        store = TreeStore(connection, SHARD)
        with pytest.raises(LogDamagedError, match="between 690 and 710"):
            store.hashes(0, 690, 710)
        with pytest.raises(LogDamagedError, match="between 690 and 710"):
            list(store.entries(690, 710))
