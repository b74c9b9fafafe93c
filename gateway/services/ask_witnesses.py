"""Asks the witnesses, before anything is signed, whether they have seen more of this log than it holds itself.

An old copy of the database would sign a second root for a size. Only those who saw the first one can tell.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from gateway.services.witness_client import WitnessClient, each_at_once
from gateway.services.witness_keys import WitnessKey, list_witness_keys
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint


def ask_witnesses(gateway: Gateway) -> int:
    """Compare the log with the newest note of every witness that answers; return how many did.

    Raises:
        LogDamagedError: this log's own key signed a tree that is not in the database.
    """
    answered: list[tuple[WitnessKey, Checkpoint]] = []
    with WitnessClient() as client:
        each_at_once(_asker(gateway, client, answered.append), list_witness_keys(gateway))
    with read_transaction(gateway.engine) as connection:
        for witness, checkpoint in answered:
            _require_held(gateway, connection, witness, checkpoint)
    return len(answered)


def _asker(
    gateway: Gateway, client: WitnessClient, add: Callable[[tuple[WitnessKey, Checkpoint]], None]
) -> Callable[[WitnessKey], None]:
    log_key = log_signer(gateway.keys, gateway.settings.log_name, gateway.now()).verifier_key

    def ask(witness: WitnessKey) -> None:
        reply = client.newest_note(witness.url)
        if reply.status != 200:
            return
        try:
            add((witness, verify_shard_checkpoint(reply.body, log_key)))
        except NoteError:  # what our key did not sign says nothing about our log
            return

    return ask


def _require_held(gateway: Gateway, connection: Connection, witness: WitnessKey, checkpoint: Checkpoint) -> None:
    shard = shard_of_origin(gateway.settings.log_name, checkpoint.origin)
    if shard is None:
        return
    store = TreeStore(connection, shard)
    size = store.size()
    if checkpoint.size > size or store.root(checkpoint.size) != checkpoint.root_hash:
        raise LogDamagedError(
            f"见证单位 {witness.agency} 见过 {checkpoint.origin} 的 {checkpoint.size} 条，"
            f"本库只有 {size} 条或内容不同：数据库是旧副本或被改动。"
            "请停止使用，找回最新的数据库；找不回时通知各单位，另立新网关。 / "
            f"{witness.agency} has witnessed {checkpoint.size} entries of {checkpoint.origin}, this database has "
            f"{size}, or other ones: it is an old copy, or was changed. Stop, and restore the newest database; "
            "if there is none, tell the agencies and found a new gateway."
        )
