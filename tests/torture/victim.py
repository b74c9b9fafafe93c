"""The process that is killed: it appends from several threads, signs what has grown and publishes the tiles.

It says a line for each event that was acknowledged, `event <shard> <index> <leaf hash>`, and for each note that it
would hand out, `note <hexadecimal>`. A line goes into the pipe whole or not at all.
"""

import os
import threading
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Engine

from gateway.log.checkpoints import publish_checkpoint
from gateway.log.journal import Draft, Journal
from gateway.log.log_check import check_remembered
from gateway.log.shards import list_shards
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tile_files import PUBLIC_FOLDER, TileFiles
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import create_database_engine, read_transaction
from keys.crypto.log_shards import shard_origin
from keys.crypto.note import NoteSigner
from tests.audit_log import LOG_NAME, SEED, log_events, query_event

THREADS = 4
WRITE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Life:
    """Where a victim works, and the time that its clock shows."""

    database: str
    folder: Path
    now: datetime


def live(life: Life, pipe: Connection) -> None:
    """Start as a gateway does, append and sign until killed."""
    engine = create_database_engine(life.database)
    memory = SigningMemory(life.folder / SIGNING_MEMORY_FILE)
    with read_transaction(engine) as connection:
        check_remembered(connection, LOG_NAME, memory)
    journal = Journal(engine, LOG_NAME, lambda: life.now, os.urandom)
    journal.start()
    for _ in range(THREADS):
        threading.Thread(target=_append, args=(journal, pipe), daemon=True).start()
    while True:
        _sign(engine, journal, memory, life, pipe)


def _append(journal: Journal, pipe: Connection) -> None:
    while True:
        receipt = journal.write(log_events(query_event(subject_tags=(os.urandom(32),))), WRITE_SECONDS).receipts[0]
        _say(pipe, f"event {receipt.shard} {receipt.index} {receipt.leaf_hash.hex()}")


def _sign(engine: Engine, journal: Journal, memory: SigningMemory, life: Life, pipe: Connection) -> None:
    with read_transaction(engine) as connection:
        newest = list_shards(connection)[-2:]
    for shard in newest:
        signer = NoteSigner(shard_origin(LOG_NAME, shard), SEED)
        note = _publish(journal, shard, signer, life, memory)
        _say(pipe, f"note {note.hex()}")
        with read_transaction(engine) as connection:
            TileFiles(life.folder / PUBLIC_FOLDER, shard).publish(TreeStore(connection, shard), note)


def _publish(journal: Journal, shard: int, signer: NoteSigner, life: Life, memory: SigningMemory) -> bytes:
    def change(connection: DatabaseConnection) -> Draft[bytes]:
        return Draft(publish_checkpoint(connection, shard, signer, life.now, memory), ())

    return journal.write(change, WRITE_SECONDS).value


def _say(pipe: Connection, line: str) -> None:
    os.write(pipe.fileno(), f"{line}\n".encode())
