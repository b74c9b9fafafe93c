"""Takes cosignatures from witnesses that fetch checkpoints themselves: networks that let connections out only."""

from sqlalchemy import Connection

from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.journal import Draft
from gateway.log.witnessing import VerifiedLine, keep_lines, verify_lines
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.witness_keys import list_witness_keys
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import shard_of_origin
from keys.crypto.note import parse_note
from schemas.problem import ProblemCode, ProblemError

MAX_LINES_BYTES = 16 * 1024


def receive_lines(gateway: Gateway, body: bytes) -> None:
    """Keep the cosignatures in a note whose text is one of this log's checkpoints; each authenticates itself.

    Raises:
        ProblemError: malformed; not_found where this log made no such checkpoint; bad_signature where no member's
            witness key made a line, or one made by such a key does not verify or is dated in the future.
    """
    try:
        checkpoint = parse_checkpoint(parse_note(body).text)
    except NoteError:
        raise ProblemError(ProblemCode.MALFORMED) from None
    stored = find_own_checkpoint(gateway, checkpoint)
    if stored is None:
        raise ProblemError(ProblemCode.NOT_FOUND)
    try:
        lines = verify_lines(body, [one.key for one in list_witness_keys(gateway)], gateway.now())
    except NoteError:
        raise ProblemError(ProblemCode.BAD_SIGNATURE) from None
    store_lines(gateway, stored, lines)


def store_lines(gateway: Gateway, checkpoint: StoredCheckpoint, lines: list[VerifiedLine]) -> None:
    """Keep verified cosignatures, in the journal's turn: under load the write lock is free at no other moment.

    Raises:
        AuditUnavailableError: nothing was kept.
    """

    def change(connection: Connection) -> Draft[None]:
        keep_lines(connection, checkpoint, lines)
        return Draft(None, ())

    gateway.journal.write(change)


def find_own_checkpoint(gateway: Gateway, checkpoint: Checkpoint) -> StoredCheckpoint | None:
    """Return the stored checkpoint that states the same, or None where this log made none."""
    shard = shard_of_origin(gateway.settings.log_name, checkpoint.origin)
    if shard is None:
        return None
    with read_transaction(gateway.engine) as connection:
        stored = find_checkpoint(connection, shard, checkpoint.size)
    return stored if stored is not None and stored.root_hash == checkpoint.root_hash else None
