"""Proofs from the stored tree (RFC 6962 section 2.1): a leaf is in a tree, a tree is a prefix of a larger one."""

from dataclasses import dataclass

from sqlalchemy import Engine

from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from keys.crypto.merkle import prove_consistency, prove_inclusion


class ProofRangeError(ValueError):
    """There is no such leaf, or no such tree yet."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The audit path of leaf `index` in the tree of `size` leaves: its sibling first, the root's child last."""

    index: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """The proof that the tree of `old_size` leaves is a prefix of that of `new_size`."""

    old_size: int
    new_size: int
    hashes: tuple[bytes, ...]


def prove_leaf(engine: Engine, shard: int, index: int, size: int) -> InclusionProof:
    """Return the inclusion proof of leaf `index` of a shard in the tree of its first `size` leaves.

    Raises:
        ProofRangeError: the shard has no such leaf or is smaller than `size`.
        LogDamagedError: rows are missing.
    """
    with read_transaction(engine) as connection:
        store = TreeStore(connection, shard)
        if not 0 <= index < size <= store.size():
            raise ProofRangeError(f"no leaf {index} in a tree of {size}")
        return InclusionProof(index, size, tuple(prove_inclusion(index, size, store.subtree)))


def prove_prefix(engine: Engine, shard: int, old_size: int, new_size: int) -> ConsistencyProof:
    """Return the proof that a shard's tree of `old_size` leaves is a prefix of that of `new_size`.

    It is empty if the sizes are equal or the old one is 0.

    Raises:
        ProofRangeError: the sizes are in the wrong order, or the shard is smaller than `new_size`.
        LogDamagedError: rows are missing.
    """
    with read_transaction(engine) as connection:
        store = TreeStore(connection, shard)
        if not 0 <= old_size <= new_size <= store.size():
            raise ProofRangeError(f"no proof from {old_size} to {new_size}")
        return ConsistencyProof(old_size, new_size, tuple(prove_consistency(old_size, new_size, store.subtree)))
