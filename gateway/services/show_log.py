"""What anybody may see of the log: the newest checkpoint, and that a leaf is in it. Hashes only."""

from dataclasses import dataclass

from gateway.log.checkpoints import find_checkpoint, find_latest_checkpoint
from gateway.log.proofs import prove_leaf
from gateway.log.witnessing import cosigned_note
from gateway.persistence.engine import read_transaction
from gateway.persistence.leaf_queries import find_leaf
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
    """Return the newest signed checkpoint with its cosignatures; raises ProblemError (not_found) before the first."""
    with read_transaction(gateway.engine) as connection:
        latest = find_latest_checkpoint(connection)
        if latest is None:
            raise ProblemError(ProblemCode.NOT_FOUND)
        return cosigned_note(connection, latest)


def get_inclusion(gateway: Gateway, leaf_hash: bytes) -> ProvenLeaf:
    """Return the proof that the leaf with this hash is in the tree of the newest checkpoint of its shard.

    Raises:
        ProblemError: not_found; no such leaf, or not published yet.
    """
    with read_transaction(gateway.engine) as connection:
        place = find_leaf(connection, leaf_hash)
        latest = None if place is None else find_checkpoint(connection, place.shard)
    if place is None or latest is None or place.index >= latest.size:
        raise ProblemError(ProblemCode.NOT_FOUND)
    proof = prove_leaf(gateway.engine, place.shard, place.index, latest.size)
    return ProvenLeaf(place.index, latest.size, proof.hashes, latest.note)
