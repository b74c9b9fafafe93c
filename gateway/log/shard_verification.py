"""Verifies one shard of the log as it is stored, leaf after leaf, with a few hashes in memory (RFC 9162 section 2.1).

(1) every entry hashes to its leaf hash, and says what the columns to filter by say; (2) every disclosure has its
digest in its entry; (3) every tile holds the hashes of its leaves; (4) every checkpoint has the root that its leaves
come to; (5) the newest one is signed by the log, and every cosignature of a known witness holds for its checkpoint.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, select

from gateway.log.disclosure import disclosure_digest
from gateway.log.event_id import parse_event_id
from gateway.log.signature_verification import ShardKeys, verify_signatures
from gateway.log.tiles import TILE_WIDTH, Tile, TreeEdge
from gateway.log.verification_report import Fault, ShardReport
from gateway.persistence.audit_tables import audit_checkpoint, audit_disclosure, audit_leaf, audit_tile
from gateway.persistence.engine import read_transaction
from keys.crypto.merkle import CompactRange, leaf_hash
from schemas.base64url import Base64Error, decode_base64url

LEAVES_A_READ: Final = 8 * TILE_WIDTH


def verify_shard(
    engine: Engine, shard: int, size: int, keys: ShardKeys, on_progress: Callable[[int], None]
) -> ShardReport:
    """Verify the first `size` leaves of a shard and all that was signed of them.

    Every read is a transaction of its own, so that a long verification holds nothing up.

    Args:
        engine: the gateway's database.
        shard: the year.
        size: the number of leaves when the verification began; what comes later is not looked at.
        keys: whose signatures count.
        on_progress: told how many leaves were done since it was last told.
    """
    report, tree = ShardReport(shard), _GrowingTree()
    for start in range(0, size, LEAVES_A_READ):
        end = min(size, start + LEAVES_A_READ)
        with read_transaction(engine) as connection:
            if not _verify_leaves(connection, report, tree, start, end):
                return report
        on_progress(end - start)
    verify_signatures(engine, report, size, keys)
    return report


class _GrowingTree:
    """The tree as it is built up again: its root at any moment, and the tiles that fill."""

    def __init__(self) -> None:
        self.edge = TreeEdge()
        self.roots = CompactRange()

    def append(self, hashed: bytes) -> list[Tile]:
        self.roots.append(hashed)
        return self.edge.append(hashed)


def _verify_leaves(connection: Connection, report: ShardReport, tree: _GrowingTree, start: int, end: int) -> bool:
    """Verify the leaves `[start, end)`; False where some are missing, so that nothing behind them can be verified."""
    leaf = audit_leaf.c
    query = select(audit_leaf).where(leaf.shard == report.shard, leaf.idx >= start, leaf.idx < end).order_by(leaf.idx)
    rows = connection.execute(query).all()
    disclosures = _disclosures(connection, report.shard, start, end)
    signed = _roots(connection, report.shard, start, end)
    tiles: list[Tile] = []
    for place, row in enumerate(rows, start):
        if row.idx != place:
            report.find(Fault.GAP, place)
            return False
        _verify_entry(report, row, disclosures.get(place, ()))
        tiles += tree.append(leaf_hash(row.entry))
        if place + 1 in signed:
            _verify_root(report, place + 1, signed[place + 1], tree.roots.root())
    if len(rows) != end - start:
        report.find(Fault.GAP, start + len(rows))
        return False
    _verify_tiles(connection, report, tiles)
    return True


def _verify_entry(report: ShardReport, row: Row[*tuple[Any, ...]], disclosures: Sequence[tuple[str, str]]) -> None:
    report.entries += 1
    if leaf_hash(row.entry) != row.leaf_hash:
        report.find(Fault.LEAF_HASH, row.idx)
    try:
        members = json.loads(row.entry)
        agrees = all(getattr(row, name) == value for name, value in _columns(members).items())
        digests = set(members.get("_sd", ()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        report.find(Fault.NOT_AN_ENTRY, row.idx)
        return
    if not agrees:
        report.find(Fault.COLUMNS, row.idx)
    for name, disclosure in disclosures:
        report.disclosures += 1
        if disclosure_digest(disclosure) not in digests or _name_of(disclosure) != name:
            report.find(Fault.DISCLOSURE, row.idx)


def _columns(members: dict[str, Any]) -> dict[str, object]:
    """Return what the columns to filter by must hold."""
    stated = {name: members.get(name) for name in ("purpose", "decision", "reason", "corr", "ref")}
    return stated | {
        "event_id": parse_event_id(members["id"]),
        "type": members["type"],
        "time": members["time"],
        "actor_org": members.get("actor", {}).get("org"),
        "peer_org": members.get("peer", {}).get("org"),
        "policy": members.get("policy", {}).get("id"),
    }


def _name_of(disclosure: str) -> object:
    try:
        return json.loads(decode_base64url(disclosure))[1]
    except (ValueError, LookupError, TypeError, Base64Error):
        return None


def _verify_root(report: ShardReport, size: int, stored: bytes, root: bytes) -> None:
    report.checkpoints += 1
    if stored != root:
        report.find(Fault.CHECKPOINT_ROOT, size)
        return
    report.signed_size, report.root = size, root


def _verify_tiles(connection: Connection, report: ShardReport, tiles: Iterable[Tile]) -> None:
    for tile in tiles:
        column = audit_tile.c
        stored = connection.scalar(
            select(column.data).where(column.shard == report.shard, column.level == tile.level, column.n == tile.n)
        )
        report.tiles += 1
        if stored != tile.data:
            report.find(Fault.TILE, tile.n)


def _disclosures(connection: Connection, shard: int, start: int, end: int) -> dict[int, list[tuple[str, str]]]:
    stored = audit_disclosure.c
    query = select(stored.idx, stored.field, stored.disclosure).where(
        stored.shard == shard, stored.idx >= start, stored.idx < end
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.idx].append((row.field, row.disclosure))
    return found


def _roots(connection: Connection, shard: int, start: int, end: int) -> dict[int, bytes]:
    """Return the roots of the checkpoints of sizes that the leaves `[start, end)` lead to."""
    stored = audit_checkpoint.c
    query = select(stored.size, stored.root).where(stored.shard == shard, stored.size > start, stored.size <= end)
    return {row.size: row.root for row in connection.execute(query)}
