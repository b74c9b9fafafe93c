"""Reads from the tables what both kinds of bundle hold: the head with its cosignatures, and disclosures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, select

from gateway.log.bundle_policy import policy_of_shard
from gateway.log.bundle_writer import BundleHead
from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.event_names import PersonalField
from gateway.log.leaf import Leaf, parse_leaf
from gateway.persistence.audit_tables import audit_cosignature, audit_disclosure, audit_leaf
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note_key import VerifierKey

DisclosurePermit = Callable[[Leaf, PersonalField], bool]
"""Whether the reader of a bundle may be handed the value of this field of this entry."""


class NothingSignedError(RuntimeError):
    """The log has no checkpoint yet, so there is nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The head of a bundle, and the size of the tree that its checkpoint is over."""

    head: BundleHead
    size: int


def read_head(connection: Connection, shard: int, log_key: VerifierKey) -> SignedHead:
    """Return the head for a bundle of a shard. `log_key` bears the log's name.

    Raises:
        NothingSignedError: the shard has no checkpoint.
    """
    signed = find_checkpoint(connection, shard)
    if signed is None:
        raise NothingSignedError("日志尚无检查点 / the log has no checkpoint yet")
    shard_key = shard_verifier_key(log_key, shard)
    note = signed.note + _cosignatures(connection, signed)
    return SignedHead(BundleHead(note, shard_key, policy_of_shard(shard_key)), signed.size)


def permitted_disclosures(
    connection: Connection, shard: int, indexes: range, permits: DisclosurePermit
) -> Iterator[tuple[int, str]]:
    """Yield the disclosures that the reader may have of the entries at `indexes`, by index and by name of the field."""
    columns = audit_disclosure.c
    query = select(columns.idx, columns.field, columns.disclosure, audit_leaf.c.entry).join(audit_leaf)
    query = query.where(columns.shard == shard, columns.idx >= indexes.start, columns.idx < indexes.stop)
    for index, rows in groupby(connection.execute(query.order_by(columns.idx)), key=lambda row: int(row.idx)):
        disclosures = sorted(rows, key=lambda row: str(row.field))
        leaf = parse_leaf(disclosures[0].entry)
        for row in disclosures:
            if permits(leaf, PersonalField(row.field)):
                yield index, row.disclosure


def _cosignatures(connection: Connection, signed: StoredCheckpoint) -> bytes:
    columns = audit_cosignature.c
    query = select(columns.line).where(columns.shard == signed.shard, columns.size == signed.size)
    return "".join(connection.scalars(query.order_by(columns.witness))).encode()
