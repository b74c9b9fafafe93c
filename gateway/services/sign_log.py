"""Signing the log: a checkpoint for each shard that has grown, and then the files that the public reads."""

from datetime import datetime

from sqlalchemy import Connection

from gateway.log.checkpoints import find_checkpoint, publish_checkpoint
from gateway.log.journal import Draft
from gateway.log.shards import list_shards, list_signed_shards
from gateway.log.tile_files import TileFiles
from gateway.log.tree_store import TreeStore
from gateway.log.witnessing import cosigned_note
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from keys.crypto.log_shards import shard_origin
from keys.crypto.note import NoteSigner


def sign_log(gateway: Gateway) -> None:
    """Sign what has grown; at the turn of a year the old shard, which its seal made grow, before the new one.

    Looks without the write lock first.

    Raises:
        AuditUnavailableError: nothing was signed; the next call may.
        LogDamagedError: the log no longer holds what was signed, by its own rows or by the memory outside of them.
        OSError: the public files can't be written; what was signed is, and the next call writes them.
    """
    with read_transaction(gateway.engine) as connection:
        grown = [shard for shard in list_shards(connection) if _has_grown(connection, shard)]
    for shard in grown:
        now = gateway.now()
        signer = log_signer(gateway.keys, shard_origin(gateway.settings.log_name, shard), now)
        _sign(gateway, shard, signer, now)
    _publish_files(gateway)


def _sign(gateway: Gateway, shard: int, signer: NoteSigner, now: datetime) -> None:
    """Sign in the journal's own turn: under load there is no other moment at which the write lock is free."""

    def change(connection: Connection) -> Draft[bytes]:
        return Draft(publish_checkpoint(connection, shard, signer, now, gateway.signing_memory), ())

    gateway.journal.write(change)


def _publish_files(gateway: Gateway) -> None:
    with read_transaction(gateway.engine) as connection:
        for shard in list_signed_shards(connection):
            signed = find_checkpoint(connection, shard)
            if signed is not None:
                note = cosigned_note(connection, signed)
                TileFiles(gateway.public_folder, shard).publish(TreeStore(connection, shard), note)


def _has_grown(connection: Connection, shard: int) -> bool:
    latest = find_checkpoint(connection, shard)
    return latest is None or TreeStore(connection, shard).size() > latest.size
