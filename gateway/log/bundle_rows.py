"""Reads from the tables what both kinds of bundle hold: the head with its cosignatures, and disclosures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, select

from gateway.log.bundle_policy import NO_WITNESSES, policy_of_shard
from gateway.log.bundle_writer import BundleHead
from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.event_names import PersonalField
from gateway.log.leaf import Leaf, parse_leaf
from gateway.log.witnessing import witnessed_checkpoint
from gateway.persistence.audit_tables import audit_cosignature, audit_disclosure, audit_leaf
from gateway.persistence.witness_queries import find_policy
from keys.crypto.cosigning import with_lines
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note import NoteSignature
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import WitnessPolicy
from keys.crypto.witness_policy_format import format_policy, parse_policy

DisclosurePermit = Callable[[Leaf, PersonalField], bool]
"""Whether the reader of a bundle may be handed the value of this field of this entry."""


class NothingSignedError(RuntimeError):
    """The log has no checkpoint yet, so there is nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The head of a bundle, and the size of the tree that its checkpoint is over."""

    head: BundleHead
    size: int


def read_head(connection: Connection, shard: int, log_key: VerifierKey, at_least: int = 0) -> SignedHead:
    """Return the head for a bundle of a shard that holds `at_least` so many entries. `log_key` bears the log's name.

    The checkpoint is the last one that the witnesses' quorum has seen; where that is too small, or there is none, the
    last one that was signed.

    Raises:
        NothingSignedError: the shard has no checkpoint.
    """
    signed = witnessed_checkpoint(connection, shard)
    if signed is None or signed.size < at_least:
        signed = find_checkpoint(connection, shard)
    if signed is None:
        raise NothingSignedError("日志尚无检查点 / the log has no checkpoint yet")
    policy = policy_of_shard(_find_policy(connection), shard_verifier_key(log_key, shard))
    note = with_lines(signed.note, _cosignatures(connection, signed, policy))
    return SignedHead(BundleHead(note, policy.logs[0], format_policy(policy)), signed.size)


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


def _find_policy(connection: Connection) -> WitnessPolicy:
    """Return the policy in force."""
    stored = find_policy(connection)
    return NO_WITNESSES if stored is None else parse_policy(stored.policy)


def _cosignatures(connection: Connection, signed: StoredCheckpoint, policy: WitnessPolicy) -> list[NoteSignature]:
    """Return the first line of each witness of the policy; nobody could verify those of others."""
    columns = audit_cosignature.c
    query = select(columns.line).where(columns.shard == signed.shard, columns.size == signed.size)
    lines = [NoteSignature.parse(line) for line in connection.scalars(query.order_by(columns.witness))]
    known = {(witness.key.name, witness.key.key_id) for witness in policy.witnesses}
    return [line for line in lines if (line.name, line.key_id) in known]
