"""The log in the hands of an operator who rewrites it: changed rows, and a whole new tree under the real key."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from gateway.log.event_id import make_event_id, parse_event_id
from gateway.log.proofs import ProofRangeError, prove_leaf
from gateway.log.tiles import Tile, TreeEdge
from gateway.persistence.audit_tables import (
    audit_checkpoint,
    audit_cosignature,
    audit_disclosure,
    audit_leaf,
    audit_subject_index,
    audit_tile,
)
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.leaf_queries import find_leaf
from gateway.settings import DATABASE_FILE
from keys.crypto.merkle import leaf_hash
from keys.crypto.note import NoteSigner
from schemas.base64url import decode_base64url, encode_base64url
from schemas.messages.log import InclusionDocument
from tests.audit_log import sign
from tests.scene import Scene

Leaves = list[dict[str, Any]]
Rewrite = Callable[[Leaves], Leaves]
_TABLES = (audit_cosignature, audit_disclosure, audit_subject_index, audit_checkpoint, audit_tile, audit_leaf)


def copy_database(scene: Scene, target: Path) -> Path:
    """Copy the gateway's database while it is in use."""
    live = scene.stage.gateway_folder / DATABASE_FILE
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def open_copy(database: Path, target: Path) -> Engine:
    """Open a copy of a copied database, without the triggers that refuse changes."""
    target.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(target)) as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f'DROP TRIGGER "{name}"')
    return create_database_engine(f"sqlite:///{target}")


def rewrite_tree(engine: Engine, rewrite: Rewrite, shard: int, signer: NoteSigner) -> None:
    """Make a year's log anew from other leaves, as if they had always been there, and sign it with the real key."""
    with write_transaction(engine) as connection:
        leaves = [dict(row) for row in connection.execute(select(audit_leaf).order_by(audit_leaf.c.idx)).mappings()]
        for table in _TABLES:
            connection.execute(table.delete())
        _append(connection, shard, rewrite(leaves))
    sign(engine, shard, signer)


def _append(connection: Connection, shard: int, leaves: Leaves) -> None:
    edge, tiles = TreeEdge(), list[Tile]()
    for place, leaf in enumerate(leaves):
        leaf |= {"idx": place, "leaf_hash": leaf_hash(leaf["entry"])}
        tiles += edge.append(leaf["leaf_hash"])
    connection.execute(audit_leaf.insert(), leaves)
    if tiles:
        rows = [{"shard": shard, "level": tile.level, "n": tile.n, "data": tile.data} for tile in tiles]
        connection.execute(audit_tile.insert(), rows)


def said_again(leaf: dict[str, Any]) -> dict[str, Any]:
    """Return a leaf of its own that says the same."""
    event_id = make_event_id(datetime.now(UTC), os.urandom)
    return {**restated(leaf, id=event_id), "event_id": parse_event_id(event_id)}


def restated(leaf: dict[str, Any], **members: object) -> dict[str, Any]:
    """Return a leaf whose entry says something else, in its one form."""
    entry = {**json.loads(leaf["entry"]), **members}
    return {**leaf, "entry": json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()}


def show_inclusion(engine: Engine, leaf: str) -> InclusionDocument | None:
    """Answer for a leaf as the gateway does, from its newest checkpoint."""
    with read_transaction(engine) as connection:
        place = find_leaf(connection, decode_base64url(leaf))
        note = connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.size.desc()).limit(1)).one()
    if place is None:
        return None
    try:
        proof = prove_leaf(engine, place.shard, place.index, note.size)
    except ProofRangeError:
        return None
    hashes = tuple(encode_base64url(found) for found in proof.hashes)
    return InclusionDocument(index=place.index, size=note.size, proof=hashes, checkpoint=note.note.decode())
