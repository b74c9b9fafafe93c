"""Checking an entry now: its form, its hash, its place in the newest tree that was signed, and who witnessed that."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
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


class EntryChecker:
    """Checks entries as one transaction sees the log; what those of a shard have in common is verified once."""

    def __init__(self, gateway: Gateway, connection: Connection) -> None:
        self._gateway = gateway
        self._connection = connection
        self._now = gateway.now()
        self._log_key = log_signer(gateway.keys, gateway.settings.log_name, self._now).verifier_key
        self._trees: dict[int, TreeStore] = {}
        self._heads: dict[int, list[_CheckedHead]] = {}

    def check(self, entry: LoggedEntry) -> CheckedEntry:
        """Check one entry against the newest checkpoint that holds it: the newest witnessed one where that does."""
        checks = {
            Check.FORM: _has_form(entry, shard_origin(self._gateway.settings.log_name, entry.shard)),
            Check.LEAF_HASH: leaf_hash(entry.entry) == entry.leaf_hash,
        }
        head = self._head_over(entry)
        begun = CheckedEntry(entry, self._now, checks)
        return begun if head is None else self._check_against(head, begun)

    def _head_over(self, entry: LoggedEntry) -> "_CheckedHead | None":
        """Return the head that `read_head` gives for the entry, or None where no checkpoint holds it yet."""
        known = self._heads.setdefault(entry.shard, [])
        if not known and not self._add_head(entry.shard, 0):
            return None
        if len(known) == 1 and known[0].size <= entry.index:  # the second one is the newest there is
            self._add_head(entry.shard, entry.index + 1)
        return next((head for head in known if head.size > entry.index), None)

    def _add_head(self, shard: int, at_least: int) -> bool:
        try:
            signed = read_head(self._connection, shard, self._log_key, at_least)
        except NothingSignedError:
            return False
        self._heads[shard].append(_check_head(signed, self._now))
        return True

    def _check_against(self, head: "_CheckedHead", begun: CheckedEntry) -> CheckedEntry:
        entry = begun.entry
        checks = {**begun.checks, **head.checks}
        tree = self._trees.setdefault(entry.shard, TreeStore(self._connection, entry.shard))
        path: tuple[bytes, ...] = ()
        try:
            path = tuple(prove_inclusion(entry.index, head.size, tree.subtree))
            checks[Check.INCLUSION] = _is_included(entry, head, path)
        except LogDamagedError:
            checks[Check.INCLUSION] = False
        return replace(
            begun,
            checks=checks,
            size=head.size,
            note=head.note,
            path=path,
            witnesses=head.witnesses,
            quorum=head.quorum,
        )


@dataclass(frozen=True, slots=True)
class _CheckedHead:
    """A checkpoint with what came of checking its signature and its witnesses."""

    size: int
    note: bytes
    root: bytes
    checks: Mapping[Check, bool]
    witnesses: Mapping[str, datetime]
    quorum: int


def _check_head(signed: SignedHead, now: datetime) -> _CheckedHead:
    note = signed.head.checkpoint
    policy = parse_policy(signed.head.policy)
    checks = {Check.SIGNATURE: False}
    witnesses: Mapping[str, datetime] = {}
    with suppress(NoteError, InvalidInputError):
        cosigned = satisfied(policy, note, now)
        checks[Check.SIGNATURE], witnesses = True, cosigned.witnesses
        if policy.witnesses:
            checks[Check.WITNESSES] = cosigned.is_satisfied
    root = parse_checkpoint(parse_note(note).text).root_hash
    return _CheckedHead(signed.size, note, root, checks, witnesses, _quorum(policy))


def _is_included(entry: LoggedEntry, head: _CheckedHead, path: tuple[bytes, ...]) -> bool:
    """Check the bytes of the entry, not the hash that stands beside them, against the root that was signed."""
    try:
        verify_inclusion(leaf_hash(entry.entry), entry.index, head.size, path, head.root)
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
