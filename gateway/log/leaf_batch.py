"""The leaves that one transaction adds to a shard: events become rows, full tiles come with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from gateway.log.event_id import make_event_id, parse_event_id
from gateway.log.events import Event
from gateway.log.leaf import EncodedLeaf, encode_leaf
from gateway.log.random_stock import RandomStock
from gateway.log.tiles import Tile, TreeEdge
from gateway.log.timestamp import format_timestamp
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf, audit_subject_index, audit_tile
from gateway.persistence.insert_rows import insert_rows
from hosting.database.prepared import Prepared
from keys.crypto.log_shards import shard_origin
from keys.crypto.merkle import leaf_hash
from schemas.randomness import RandomSource

_BY_EVENT_ID = Prepared(select(audit_leaf.c.idx).where(audit_leaf.c.event_id == bindparam("event_id")))


class DuplicateEventError(ValueError):
    """An event with this id is in the log already: it was written before and must not be written again."""


@dataclass(frozen=True, slots=True)
class LeafReceipt:
    """Where an event stands in the log: shard, its leaf's index there (from 0), RFC 6962 leaf hash, event id."""

    shard: int
    index: int
    leaf_hash: bytes
    event_id: str


@dataclass(frozen=True, slots=True)
class PreparedLeaf:
    """An event with its bytes, before it has an index."""

    event: Event
    event_id: str
    encoded: EncodedLeaf


class LeafBatch:
    """Collects the leaves that one transaction adds to `shard` after `edge`, which it grows; `insert` writes them.

    `at` is the time of all of them.
    """

    def __init__(self, log_name: str, shard: int, edge: TreeEdge, at: datetime, random: RandomSource) -> None:
        self.shard = shard
        self.edge = edge
        self._origin = shard_origin(log_name, shard)
        self._at = at
        self._random = RandomStock(random)
        self._event_ids: set[str] = set()
        self._leaves: list[dict[str, Any]] = []
        self._disclosures: list[dict[str, Any]] = []
        self._subjects: list[dict[str, Any]] = []
        self._tiles: list[Tile] = []

    def prepare(self, connection: Connection, events: Iterable[Event]) -> list[PreparedLeaf]:
        """Return `events` encoded; nothing is added to the batch yet, so whoever fails here fails alone.

        Raises:
            DuplicateEventError: an event id that is in the log, in the batch, or twice in `events`.
            LeafError: an event does not fit into a leaf.
        """
        prepared = [self._prepare_one(event) for event in events]
        given = [leaf.event_id for leaf in prepared if leaf.event.event_id is not None]
        if len(set(given)) != len(given) or self._event_ids.intersection(given) or _any_logged(connection, given):
            raise DuplicateEventError("an event with this id is in the log already")
        return prepared

    def add(self, prepared: Iterable[PreparedLeaf]) -> tuple[LeafReceipt, ...]:
        """Give each prepared leaf the next index and return where it will stand once the transaction commits."""
        return tuple(self._add_one(leaf) for leaf in prepared)

    def insert(self, connection: Connection) -> None:
        """Write all added leaves, their disclosures and subject tags, and the tiles that they fill."""
        tiles = [{"shard": self.shard, "level": tile.level, "n": tile.n, "data": tile.data} for tile in self._tiles]
        for table, rows in (
            (audit_leaf, self._leaves),
            (audit_disclosure, self._disclosures),
            (audit_subject_index, self._subjects),
            (audit_tile, tiles),
        ):
            insert_rows(connection, table, rows)

    def _prepare_one(self, event: Event) -> PreparedLeaf:
        event_id = event.event_id or make_event_id(self._at, self._random)
        encoded = encode_leaf(event, origin=self._origin, event_id=event_id, now=self._at, random=self._random)
        return PreparedLeaf(event, event_id, encoded)

    def _add_one(self, leaf: PreparedLeaf) -> LeafReceipt:
        receipt = LeafReceipt(self.shard, self.edge.size, leaf_hash(leaf.encoded.entry), leaf.event_id)
        self._event_ids.add(leaf.event_id)
        self._leaves.append(_leaf_row(leaf, receipt, self._at))
        place = {"shard": receipt.shard, "idx": receipt.index}
        self._disclosures += [
            {**place, "field": name, "disclosure": disclosure} for name, disclosure in leaf.encoded.disclosures.items()
        ]
        self._subjects += [{**place, "tag": tag} for tag in leaf.event.subject_tags]
        self._tiles += self.edge.append(receipt.leaf_hash)
        return receipt


def _any_logged(connection: Connection, event_ids: list[str]) -> bool:
    return any(_BY_EVENT_ID.first(connection, {"event_id": parse_event_id(text)}) is not None for text in event_ids)


def _leaf_row(leaf: PreparedLeaf, receipt: LeafReceipt, at: datetime) -> dict[str, Any]:
    event = leaf.event
    return {
        "shard": receipt.shard,
        "idx": receipt.index,
        "event_id": parse_event_id(leaf.event_id),
        "entry": leaf.encoded.entry,
        "leaf_hash": receipt.leaf_hash,
        "type": str(event.type),
        "time": format_timestamp(at),
        "actor_org": event.actor.org if event.actor else None,
        "peer_org": event.peer,
        "purpose": event.purpose,
        "decision": event.decision,
        "reason": event.reason,
        "policy": event.policy.id if event.policy else None,
        "corr": event.correlation_id,
        "ref": event.ref,
    }
