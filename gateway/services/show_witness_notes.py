"""What witnesses and those who compare notes fetch: checkpoints with cosignatures, and consistency proofs."""

from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.proofs import ProofRangeError, prove_prefix
from gateway.log.witnessing import cosigned_note, witnessed_checkpoint
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from keys.crypto.cosigning import format_hash_line
from schemas.problem import ProblemCode, ProblemError


def get_newest_note(gateway: Gateway, shard: int) -> bytes:
    """Return the newest checkpoint of a year with the cosignatures that it has; raises ProblemError (not_found)."""
    with read_transaction(gateway.engine) as connection:
        newest = find_checkpoint(connection, shard)
        return cosigned_note(connection, _require(newest))


def get_witnessed_note(gateway: Gateway, shard: int) -> bytes:
    """Return the largest checkpoint of a year that a quorum cosigned; raises ProblemError (not_found)."""
    with read_transaction(gateway.engine) as connection:
        witnessed = witnessed_checkpoint(connection, shard)
        return cosigned_note(connection, _require(witnessed))


def get_growth(gateway: Gateway, shard: int, old_size: int, new_size: int) -> bytes:
    """Return the consistency proof between two sizes of a year's log, a line for each hash as add-checkpoint has them.

    Raises:
        ProblemError: not_found; the sizes are in the wrong order, or the log has not signed a tree of the larger one.
    """
    with read_transaction(gateway.engine) as connection:
        _require(find_checkpoint(connection, shard, new_size))
    try:
        proof = prove_prefix(gateway.engine, shard, old_size, new_size)
    except ProofRangeError:
        raise ProblemError(ProblemCode.NOT_FOUND) from None
    return "".join(format_hash_line(one) for one in proof.hashes).encode("ascii")


def _require(checkpoint: StoredCheckpoint | None) -> StoredCheckpoint:
    if checkpoint is None:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return checkpoint
