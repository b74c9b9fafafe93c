"""Making the memory of what was signed anew, after its file was lost, from checkpoints that others have kept."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine

from gateway.log.checkpoints import find_checkpoint
from gateway.log.shards import list_signed_shards
from gateway.log.signing_memory import SigningMemory, require_remembered
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.note import parse_note
from keys.crypto.note_key import VerifierKey


def remember_signed(
    engine: Engine, log_key: VerifierKey, memory: SigningMemory, notes: Iterable[bytes]
) -> Mapping[str, Checkpoint]:
    """Remember the largest signed tree of each shard, of `notes` and the database's own; return them by origin.

    Raises:
        NoteError: a note that the log's key did not sign.
        SigningMemoryError: the database is older than a note, or not what it signs; nothing is remembered.
    """
    seen = [verify_shard_checkpoint(note, log_key) for note in notes]
    with read_transaction(engine) as connection:
        seen += _own_checkpoints(connection)
        for tree in seen:
            shard = shard_of_origin(log_key.name, tree.origin)
            if shard is not None:
                require_remembered(TreeStore(connection, shard), tree)
    largest = {tree.origin: tree for tree in sorted(seen, key=lambda tree: tree.size)}
    memory.restore(largest)
    return largest


def _own_checkpoints(connection: Connection) -> list[Checkpoint]:
    found = [find_checkpoint(connection, shard) for shard in list_signed_shards(connection)]
    return [parse_checkpoint(parse_note(stored.note).text) for stored in found if stored is not None]
