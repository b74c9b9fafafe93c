"""Checking an entry now: its form, its hash, its place in the newest tree that was signed, and who witnessed that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from gateway.log.bundle_rows import NothingSignedError, SignedHead, read_head
from gateway.log.evidence_format import format_proof
from gateway.log.leaf import LeafError
from gateway.log.logged_entry import LoggedEntry
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.errors import InvalidInputError, NoteError, ProofError
from keys.crypto.log_shards import shard_origin
from keys.crypto.merkle import leaf_hash, prove_inclusion, verify_inclusion
from keys.crypto.note import parse_note
from keys.crypto.witness_policy import WitnessPolicy, satisfied
from keys.crypto.witness_policy_format import parse_policy


class Check(StrEnum):
    """What is checked of an entry."""

    FORM = "form"
    LEAF_HASH = "leaf_hash"
    SIGNATURE = "signature"
    INCLUSION = "inclusion"
    WITNESSES = "witnesses"


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """What came of it.

    Attributes:
        entry: what was checked.
        checked_at: when, aware.
        checks: whether each check that was made went well; what could not be made yet is missing.
        size: leaves of the tree that the checkpoint signs; None where no checkpoint holds the entry yet.
        note: that checkpoint with its cosignatures, empty where there is none.
        path: the audit path, the entry's sibling first.
        witnesses: when each witness cosigned, by its name.
        quorum: how many witnesses suffice.
    """

    entry: LoggedEntry
    checked_at: datetime
    checks: Mapping[Check, bool]
    size: int | None = None
    note: bytes = field(default=b"", repr=False)
    path: tuple[bytes, ...] = field(default=(), repr=False)
    witnesses: Mapping[str, datetime] = field(default_factory=dict)
    quorum: int = 0

    @property
    def is_signed(self) -> bool:
        """Whether a checkpoint holds the entry."""
        return self.size is not None

    @property
    def is_proven(self) -> bool:
        """Whether every check was made that there is, and went well."""
        return self.is_signed and all(self.checks.values())

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check, is_good in self.checks.items() if not is_good)

    def proof(self) -> bytes | None:
        """Return the proof as a file (C2SP tlog-proof), or None where no checkpoint holds the entry."""
        return format_proof(self.entry.index, self.path, self.note) if self.is_signed else None


def check_entry(gateway: Gateway, connection: Connection, entry: LoggedEntry) -> CheckedEntry:
    """Check one entry against the newest checkpoint that holds it, as this transaction sees the log."""
    now = gateway.now()
    checks = {
        Check.FORM: _has_form(entry, shard_origin(gateway.settings.log_name, entry.shard)),
        Check.LEAF_HASH: leaf_hash(entry.entry) == entry.leaf_hash,
    }
    log_key = log_signer(gateway.keys, gateway.settings.log_name, now).verifier_key
    try:
        head = read_head(connection, entry.shard, log_key, at_least=entry.index + 1)
    except NothingSignedError:
        return CheckedEntry(entry, now, checks)
    if head.size <= entry.index:
        return CheckedEntry(entry, now, checks)
    return _checked_against(head, connection, CheckedEntry(entry, now, checks))


def _checked_against(head: SignedHead, connection: Connection, begun: CheckedEntry) -> CheckedEntry:
    entry, checks = begun.entry, dict(begun.checks)
    policy = parse_policy(head.head.policy)
    witnesses: Mapping[str, datetime] = {}
    try:
        cosigned = satisfied(policy, head.head.checkpoint, begun.checked_at)
    except (NoteError, InvalidInputError):
        checks[Check.SIGNATURE] = False
    else:
        checks[Check.SIGNATURE], witnesses = True, cosigned.witnesses
        if policy.witnesses:
            checks[Check.WITNESSES] = cosigned.is_satisfied
    path: tuple[bytes, ...] = ()
    try:
        path = tuple(prove_inclusion(entry.index, head.size, TreeStore(connection, entry.shard).subtree))
        checks[Check.INCLUSION] = _is_included(entry, head, path)
    except LogDamagedError:
        checks[Check.INCLUSION] = False
    return CheckedEntry(
        entry, begun.checked_at, checks, head.size, head.head.checkpoint, path, witnesses, _quorum(policy)
    )


def _is_included(entry: LoggedEntry, head: SignedHead, path: tuple[bytes, ...]) -> bool:
    """Check the bytes of the entry, not the hash that stands beside them, against the root that was signed."""
    root = parse_checkpoint(parse_note(head.head.checkpoint).text).root_hash
    try:
        verify_inclusion(leaf_hash(entry.entry), entry.index, head.size, path, root)
    except ProofError:
        return False
    return True


def _has_form(entry: LoggedEntry, origin: str) -> bool:
    try:
        return entry.leaf.origin == origin
    except LeafError:
        return False


def _quorum(policy: WitnessPolicy) -> int:
    return policy.quorum_size if policy.witnesses else 0
