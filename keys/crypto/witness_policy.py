"""Witness policies (C2SP tlog-policy): which logs and witnesses are known, and which cosignatures suffice.

    log gateway.example/audit/2026+f659c5e2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
    witness agency-a agency-a.example/witness+6af41cee+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
    group agencies 1 agency-a
    quorum agencies

A cosignature does not cover the name of its key, so one signature could be told again under a second name. What counts
is key material: a policy in which one key stands twice, or stands for log and witness, is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import parse_note, verify_note
from keys.crypto.note_key import SignatureType, VerifierKey

MAX_KEYS = 256
MAX_CLOCK_SKEW = timedelta(seconds=30)
"""A cosignature may be dated so far ahead of the reader's clock."""

NO_QUORUM = "none"


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness: its name in the policy, its key, and where checkpoints are submitted to it."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A group that has witnessed what at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """A policy whose parts fit together; raises `NoteError` where they don't.

    Attributes:
        logs: keys of the logs; none where the reader knows the log from elsewhere.
        witnesses: all witnesses, counted in `quorum` or not.
        groups: each after the groups and witnesses that it names.
        quorum: the name of the witness or group that decides, or `none`.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    def __post_init__(self) -> None:
        _check_keys(self.logs, [witness.key for witness in self.witnesses])
        _check_names(self)

    def is_satisfied_by(self, names: Iterable[str]) -> bool:
        """Return whether the cosignatures of the witnesses of these names suffice."""
        signed = {witness.name for witness in self.witnesses}.intersection(names)
        for group in self.groups:
            if len(signed.intersection(group.members)) >= group.threshold:
                signed.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in signed

    def satisfied_at(self, signed_at: Mapping[str, datetime]) -> datetime | None:
        """Return the last moment at which the policy was satisfied, from each witness's last time; None if it was not.

        That is the earliest time within the youngest set of cosignatures that suffices.
        """
        names: set[str] = set()
        for name, moment in sorted(signed_at.items(), key=lambda item: item[1], reverse=True):
            names.add(name)
            if self.is_satisfied_by(names):
                return moment
        return None

    @property
    def quorum_size(self) -> int:
        """The smallest number of witnesses that suffices."""
        needed = {witness.name: 1 for witness in self.witnesses} | {NO_QUORUM: 0}
        for group in self.groups:
            needed[group.name] = sum(sorted(needed[member] for member in group.members)[: group.threshold])
        return needed[self.quorum]


def compose_policy(
    witnesses: Sequence[PolicyWitness], quorum: int | None = None, logs: Sequence[VerifierKey] = ()
) -> WitnessPolicy:
    """Return the policy in which `quorum` of the witnesses suffice, more than half of them if it is not given.

    Raises:
        NoteError: there is no witness, the quorum is out of range, or a key stands twice.
    """
    threshold = len(witnesses) // 2 + 1 if quorum is None else quorum
    group = PolicyGroup("agencies", threshold, tuple(witness.name for witness in witnesses))
    return WitnessPolicy(tuple(logs), tuple(witnesses), (group,), group.name)


def of_log(policy: WitnessPolicy, log_key: VerifierKey) -> WitnessPolicy:
    """Return the policy for one log, e.g. the shard of a year; raises `NoteError` where a witness has the log's key."""
    return replace(policy, logs=(log_key,))


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a note is worth under a policy.

    Attributes:
        witnesses: names in the policy of those that cosigned, with the time of each.
        is_satisfied: whether they suffice.
    """

    witnesses: Mapping[str, datetime]
    is_satisfied: bool


def satisfied(policy: WitnessPolicy, note: bytes, now: datetime) -> Cosigned:
    """Return which witnesses of the policy cosigned a checkpoint of one of its logs, and whether they suffice.

    A cosignature from more than `MAX_CLOCK_SKEW` ahead of `now` is not counted. Of several by one witness the first
    counts.

    Raises:
        NoteError: malformed, no checkpoint, not signed by a log of the policy whose key's name is the checkpoint's
            origin, or a known key's signature fails.
    """
    origin = parse_checkpoint(parse_note(note).text).origin
    log_keys = [key for key in policy.logs if key.name == origin]
    if not log_keys:
        raise NoteError("the policy does not know the checkpoint's log")
    names = {witness.key: witness.name for witness in policy.witnesses}
    signatures = verify_note(note, [*log_keys, *names]).signatures
    if not any(signature.signed_at is None for signature in signatures):
        raise NoteError("the log did not sign the checkpoint")
    signed_at = {
        names[signature.key]: signature.signed_at
        for signature in signatures
        if signature.signed_at is not None and signature.signed_at <= now + MAX_CLOCK_SKEW
    }
    return Cosigned(signed_at, policy.is_satisfied_by(signed_at))


def _check_keys(logs: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]) -> None:
    if len(logs) > MAX_KEYS or len(witnesses) > MAX_KEYS:
        raise NoteError(f"a policy has at most {MAX_KEYS} logs and witnesses")
    if any(key.signature_type is not SignatureType.LOG for key in logs):
        raise NoteError("a log's key signs as a log")
    if any(key.signature_type is not SignatureType.COSIGNATURE for key in witnesses):
        raise NoteError("a witness's key cosigns")
    material = [key.public_key for key in (*logs, *witnesses)]
    if len(set(material)) != len(material):
        raise NoteError("a key stands twice in the policy, whatever its names")


def _check_names(policy: WitnessPolicy) -> None:
    known = {witness.name for witness in policy.witnesses}
    members: set[str] = set()
    for group in policy.groups:
        if not group.members or not 1 <= group.threshold <= len(group.members):
            raise NoteError("a group's threshold lies between 1 and the number of its members")
        if len(set(group.members)) != len(group.members) or members & set(group.members):
            raise NoteError("a name is a member of at most one group, once")
        if not known.issuperset(group.members):
            raise NoteError("a group names what is not defined before it")
        members |= set(group.members)
        known |= {group.name}
    if len(known) != len(policy.witnesses) + len(policy.groups) or NO_QUORUM in known:
        raise NoteError("a name is given once, and never is none")
    if policy.quorum != NO_QUORUM and policy.quorum not in known:
        raise NoteError("the quorum names what is not defined")
