"""What anybody may see of the log: checkpoints, tiles, and proofs. Hashes only."""

from dataclasses import dataclass

from gateway.log.checkpoints import find_checkpoint, find_latest_checkpoint
from gateway.log.proofs import ConsistencyProof, prove_leaf, prove_prefix
from gateway.log.tile_files import TileFiles
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


def get_inclusion(gateway: Gateway, leaf_hash: bytes, shard: int | None = None) -> ProvenLeaf:
    """Return the proof that the leaf with this hash is in the tree of the newest checkpoint of its shard.

    Raises:
        ProblemError: not_found; no such leaf (in `shard`, if given), or not published yet.
    """
    with read_transaction(gateway.engine) as connection:
        place = find_leaf(connection, leaf_hash)
        latest = None if place is None else find_checkpoint(connection, place.shard)
    if place is None or shard not in {None, place.shard} or latest is None or place.index >= latest.size:
        raise ProblemError(ProblemCode.NOT_FOUND)
    proof = prove_leaf(gateway.engine, place.shard, place.index, latest.size)
    return ProvenLeaf(place.index, latest.size, proof.hashes, latest.note)


def get_consistency(gateway: Gateway, shard: int, old_size: int, new_size: int) -> ConsistencyProof:
    """Return the proof that a shard's tree of `new_size` leaves, signed by now, goes on from that of `old_size`.

    Raises:
        ProblemError: not_found; the sizes are in the wrong order, or the larger one is not signed yet.
    """
    with read_transaction(gateway.engine) as connection:
        latest = find_checkpoint(connection, shard)
    if latest is None or not old_size <= new_size <= latest.size:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return prove_prefix(gateway.engine, shard, old_size, new_size)


def get_shard_checkpoint(gateway: Gateway, shard: int) -> bytes:
    """Return a shard's checkpoint from its file; raises ProblemError (not_found) where none was published."""
    return _require(TileFiles(gateway.public_folder, shard).find_checkpoint())


def get_tile(gateway: Gateway, shard: int, path: str) -> bytes:
    """Return a tile of hashes from its file; raises ProblemError (not_found) where there is none."""
    return _require(TileFiles(gateway.public_folder, shard).find_tile(path))


def _require(data: bytes | None) -> bytes:
    if data is None:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return data
