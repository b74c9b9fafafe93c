"""Fetches the newest checkpoints, cosigns them and hands the lines in: for networks that let connections out only."""

from connectors.state.witness_notes import CosignedNote, list_newest
from connectors.witness.log_reader import LogReader
from connectors.witness.witness import NOT_CONSISTENT, ROLLED_BACK, Witness
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.cosigning import AddCheckpoint, Cosignature, Refusal, RefusalCode, with_lines
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import shard_of_origin, shard_origin, verify_shard_checkpoint

HEARTBEAT_SECONDS = 60


def pull(witness: Witness, log: LogReader) -> int:
    """Cosign what is new of this year's log, and of last year's until its last checkpoint; return how many were.

    Raises:
        GatewayUnreachableError: no answer; nothing is concluded from that.
        NoteError: what the gateway shows as its checkpoint is none that its log signed.
    """
    note = log.newest_note()
    if note is None:
        return 0
    newest = verify_shard_checkpoint(note, witness.log_key)
    shard = shard_of_origin(witness.log_key.name, newest.origin)
    known = [witness.shard_of(cosigned.origin) for cosigned in list_newest(witness.connector.state)]
    shards = [year for year in known if year is not None and shard is not None and year < shard][-1:]
    return sum(_pull_shard(witness, log, year) for year in (*shards, shard) if year is not None)


def _pull_shard(witness: Witness, log: LogReader, shard: int) -> bool:
    origin = shard_origin(witness.log_key.name, shard)
    # Looked up before the gateway is asked: what is pushed in between must not make its answer look old.
    last = witness.newest(origin)
    note = log.newest_of_shard(shard)
    if note is None:
        return False
    checkpoint = verify_shard_checkpoint(note, witness.log_key)
    if checkpoint.origin != origin:
        raise NoteError("the gateway shows the checkpoint of another year")
    if last is not None and checkpoint.size < last.size:
        witness.keep_evidence(ROLLED_BACK, origin, last.note, note)
        return False
    if last is not None and _is_fresh(witness, last, checkpoint):
        return False
    return _cosign(witness, log, shard, last, AddCheckpoint(0 if last is None else last.size, (), note), checkpoint)


def _cosign(
    witness: Witness,
    log: LogReader,
    shard: int,
    last: CosignedNote | None,
    submission: AddCheckpoint,
    checkpoint: Checkpoint,
) -> bool:
    proof = log.growth(shard, submission.old_size, checkpoint.size) or ()
    result = witness.submit(AddCheckpoint(submission.old_size, proof, submission.note))
    if isinstance(result, Cosignature):
        return log.hand_in(with_lines(submission.note, [result.line]))
    if isinstance(result, Refusal) and result.code is RefusalCode.NOT_CONSISTENT and last is not None:
        # The gateway itself gave this proof, so it is not somebody else's garbage.
        witness.keep_evidence(NOT_CONSISTENT, checkpoint.origin, last.note, submission.note, proof)
    return False


def _is_fresh(witness: Witness, last: CosignedNote, checkpoint: Checkpoint) -> bool:
    is_same = (last.size, last.root_hash) == (checkpoint.size, checkpoint.root_hash)
    return is_same and witness.connector.seconds() < last.cosigned_at + HEARTBEAT_SECONDS
