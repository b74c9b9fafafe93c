"""What anybody may see of the log: the newest checkpoint, and that a leaf is in it. Hashes only."""

from dataclasses import dataclass

from gateway.log.checkpoints import latest_checkpoint
from gateway.log.proofs import prove_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.leaf_queries import find_leaf_index
from gateway.services.context import Gateway
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """A leaf's place, the size of the tree that the checkpoint signs, the audit path, and the checkpoint (note)."""

    index: int
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes


def get_checkpoint(gateway: Gateway) -> bytes:
    """Return the newest signed checkpoint; raises ProblemError (not_found) before the first."""
    latest = latest_checkpoint(gateway.engine)
    if latest is None:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return latest.note


def get_inclusion(gateway: Gateway, leaf_hash: bytes) -> ProvenLeaf:
    """Return the proof that the leaf with this hash is in the tree of the newest checkpoint.

    Raises:
        ProblemError: not_found; no such leaf, or not published yet.
    """
    latest = latest_checkpoint(gateway.engine)
    with read_transaction(gateway.engine) as connection:
        index = find_leaf_index(connection, leaf_hash)
    if latest is None or index is None or index >= latest.size:
        raise ProblemError(ProblemCode.NOT_FOUND)
    proof = prove_leaf(gateway.engine, index, latest.size)
    return ProvenLeaf(index, latest.size, proof.hashes, latest.note)
