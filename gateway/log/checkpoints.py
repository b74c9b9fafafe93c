"""Signs a shard's tree as it stands (C2SP tlog-checkpoint): one root for a size, never a smaller one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, insert, select

from gateway.log.signing_memory import SigningMemory, require_remembered
from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.audit_tables import audit_checkpoint
from gateway.persistence.engine import read_transaction
from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.note import NoteSigner, sign_note

_LAST_FIRST: Final = (
    select(audit_checkpoint).order_by(audit_checkpoint.c.shard.desc(), audit_checkpoint.c.size.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it was signed: shard, size, 32-byte root, the note's bytes, and when."""

    shard: int
    size: int
    root_hash: bytes
    note: bytes
    signed_at: datetime


def publish_checkpoint(
    connection: Connection, shard: int, signer: NoteSigner, now: datetime, memory: SigningMemory
) -> bytes:
    """Return the signed note for a shard's tree as it stands; the one made before, if the tree has not grown since.

    The signer's name is the shard's origin. The transaction holds the write lock, so that two processes can't sign two
    roots. A root is signed only after the last signed one has been found again in the same rows, the one of the table
    and that of `memory`, which no restored database makes forget; and only once `memory` holds the new one.

    Raises:
        LogDamagedError: the tree no longer holds what was signed, or is smaller.
        SigningMemoryError: the same by the memory, or there is none.
    """
    store = TreeStore(connection, shard)
    size = store.size()
    last = find_checkpoint(connection, shard)
    remembered = memory.read().get(signer.verifier_key.name)
    if remembered is not None and not (last is not None and _is_same(remembered, last)):
        require_remembered(store, remembered)
    if last is not None:
        require_signed_prefix(store, size, last)
        if last.size == size:
            return last.note
    checkpoint = Checkpoint(signer.verifier_key.name, size, store.root(size))
    memory.remember(checkpoint)
    note = sign_note(format_checkpoint(checkpoint), signer)
    row = {"shard": shard, "size": size, "root": checkpoint.root_hash, "note": note, "time": format_timestamp(now)}
    connection.execute(insert(audit_checkpoint), row)
    return note


def latest_checkpoint(engine: Engine) -> StoredCheckpoint | None:
    """Return the last checkpoint of the newest shard that has one, or None before the first."""
    with read_transaction(engine) as connection:
        return find_latest_checkpoint(connection)


def find_latest_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """Return the last checkpoint of the newest shard that has one, or None before the first."""
    return _find(connection, _LAST_FIRST)


def find_checkpoint(connection: Connection, shard: int, size: int | None = None) -> StoredCheckpoint | None:
    """Return a shard's checkpoint of `size` leaves, or its last one; None where there is none."""
    query = _LAST_FIRST.where(audit_checkpoint.c.shard == shard)
    return _find(connection, query if size is None else query.where(audit_checkpoint.c.size == size))


def _find(connection: Connection, query: Select[Any]) -> StoredCheckpoint | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else StoredCheckpoint(row.shard, row.size, row.root, row.note, parse_timestamp(row.time))


def _is_same(remembered: Checkpoint, stored: StoredCheckpoint) -> bool:
    return (remembered.size, remembered.root_hash) == (stored.size, stored.root_hash)


def require_signed_prefix(store: TreeStore, size: int, signed: StoredCheckpoint) -> None:
    """Check that the tree of `size` leaves begins with the one that was signed.

    Raises:
        LogDamagedError: it is smaller, or its first leaves are others.
    """
    if signed.size > size:
        raise LogDamagedError(f"the log has {size} leaves, but {signed.size} were signed: an old copy was restored")
    if store.root(signed.size) != signed.root_hash:
        raise LogDamagedError(f"the first {signed.size} leaves are not those that were signed")
