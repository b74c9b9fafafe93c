"""Keys and their states after NIST SP 800-57 part 1 rev. 5, section 7, as immutable values: no file, no clock."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from keys.custody.errors import DuplicateKeyError, KeyRecordError, KeyTransitionError, MissingKeyError

SECRET_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}")
_SCOPE = re.compile(r"[A-Za-z0-9._:/=+-]{0,200}")


class KeyKind(StrEnum):
    """What a key is for; a key is never used for two things (SP 800-57 part 1, section 5.2)."""

    SIGNING = "signing"
    """ES256 key of an agency or a gateway."""
    OPENING = "opening"
    """X25519 key that opens what was sealed to an agency."""
    EVALUATION_SEED = "evaluation_seed"
    """A connector's master seed, from which with an agreement salt the evaluation keys are derived."""
    AGREEMENT_SALT = "agreement_salt"
    """The half of an evaluation key that dies with its agreement and epoch."""
    STORAGE = "storage"
    """Encryption of what a connector or gateway keeps on disk."""
    LOG = "log"
    """Ed25519 key that signs the checkpoints of a gateway's log."""
    WITNESS = "witness"
    """Ed25519 key that cosigns checkpoints for an agency."""
    SUBJECT_INDEX = "subject_index"
    """Key of one year of a gateway's subject index; the year is its scope."""
    OPENING_SHARE = "opening_share"
    """This agency's half of the opening key of a board of the private OR; the board is its scope."""


class KeyState(StrEnum):
    """The states of SP 800-57 part 1, sections 7.1 to 7.6."""

    PRE_ACTIVATION = "pre_activation"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"
    COMPROMISED = "compromised"
    DESTROYED = "destroyed"


LAWFUL_TRANSITIONS: Mapping[KeyState, frozenset[KeyState]] = MappingProxyType(
    {
        KeyState.PRE_ACTIVATION: frozenset({KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED}),
        KeyState.ACTIVE: frozenset(
            {KeyState.SUSPENDED, KeyState.DEACTIVATED, KeyState.COMPROMISED, KeyState.DESTROYED}
        ),
        KeyState.SUSPENDED: frozenset({KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED}),
        KeyState.DEACTIVATED: frozenset({KeyState.COMPROMISED, KeyState.DESTROYED}),
        KeyState.COMPROMISED: frozenset({KeyState.DESTROYED}),
        KeyState.DESTROYED: frozenset(),
    }
)
"""Narrower than the standard: a suspended key is not deactivated, because an overlap would let it work again."""


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """One key: its secret (32 bytes, never in the repr, empty once destroyed) and what may be done with it.

    `scope` narrows a kind, e.g. "<agreement digest>/<epoch>" for a salt. `accept_until` is the end of the overlap
    of a deactivated key. `changed_at` is when the state was entered. Times are aware UTC.

    Raises:
        KeyRecordError: the members contradict one another.
    """

    key_id: str
    kind: KeyKind
    state: KeyState
    created_at: datetime
    active_from: datetime
    changed_at: datetime
    scope: str = ""
    accept_until: datetime | None = None
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if _KEY_ID.fullmatch(self.key_id) is None or _SCOPE.fullmatch(self.scope) is None:
            raise KeyRecordError("a key id is base64url of 16 or 32 bytes, a scope is short plain ASCII")
        if self.kind is KeyKind.AGREEMENT_SALT and not self.scope:
            raise KeyRecordError("an agreement salt belongs to one agreement and epoch")
        if len(self.secret) != (0 if self.state is KeyState.DESTROYED else SECRET_BYTES):
            raise KeyRecordError("a secret has 32 bytes, and none once it is destroyed")
        if self.state is KeyState.DEACTIVATED and self.accept_until is None:
            raise KeyRecordError("a deactivated key says how long it is still accepted")
        for moment in (self.created_at, self.active_from, self.changed_at, self.accept_until):
            if moment is not None and moment.utcoffset() != timedelta(0):
                raise KeyRecordError("times are aware and in UTC")

    def is_current(self, now: datetime) -> bool:
        """Say whether the key may do new work at `now`."""
        return self.state is KeyState.ACTIVE and self.active_from <= now

    def is_accepted(self, now: datetime) -> bool:
        """Say whether work that was begun with the key may still be finished at `now`."""
        if self.state is KeyState.DEACTIVATED:
            return self.accept_until is not None and now < self.accept_until
        return self.is_current(now)

    def moved_to(self, state: KeyState, now: datetime, accept_until: datetime | None = None) -> Self:
        """Return the record in another state; raises KeyTransitionError where the table has no such step."""
        if state not in LAWFUL_TRANSITIONS[self.state]:
            raise KeyTransitionError(f"a {self.kind} key that is {self.state} can't become {state}")
        secret = b"" if state is KeyState.DESTROYED else self.secret
        end = self.accept_until if accept_until is None else accept_until
        return replace(self, state=state, changed_at=now, secret=secret, accept_until=end)


@dataclass(frozen=True)
class KeyRing:
    """All keys of one connector or gateway. A change returns a new ring; key ids are unique and never used again.

    Raises:
        DuplicateKeyError: two records have one id.
    """

    records: tuple[KeyRecord, ...] = ()

    def __post_init__(self) -> None:
        if len({record.key_id for record in self.records}) != len(self.records):
            raise DuplicateKeyError("two keys have one id: the randomness repeats, or a key was added twice")

    def get(self, key_id: str) -> KeyRecord:
        """Return the record of this id in whatever state; raises MissingKeyError."""
        for record in self.records:
            if record.key_id == key_id:
                return record
        raise MissingKeyError("the ring has no key of this id")

    def find(self, kind: KeyKind, scope: str = "") -> tuple[KeyRecord, ...]:
        """Return the records of a kind and scope in whatever state, newest first; for display, not for use."""
        found = (record for record in self.records if record.kind is kind and record.scope == scope)
        return tuple(sorted(found, key=_age, reverse=True))

    def current(self, kind: KeyKind, now: datetime, scope: str = "") -> KeyRecord:
        """Return the newest active key, the only one for new work: signing, being sealed to, a new index.

        Raises:
            MissingKeyError: there is none.
        """
        for record in self.find(kind, scope):
            if record.is_current(now):
                return record
        raise MissingKeyError(f"there is no active {kind} key for this scope")

    def accepted(self, kind: KeyKind, now: datetime, scope: str = "") -> tuple[KeyRecord, ...]:
        """Return the keys with which work may be finished, newest first: the active and those within overlap.

        Old opening keys still open, old signing keys still verify, old evaluation epochs still answer.
        """
        return tuple(record for record in self.find(kind, scope) if record.is_accepted(now))

    def add(self, record: KeyRecord) -> Self:
        """Return the ring with one more key; raises DuplicateKeyError."""
        return replace(self, records=(*self.records, record))

    def activate(self, key_id: str, now: datetime) -> Self:
        """Put a key to work that was waiting since it was made; raises MissingKeyError, KeyTransitionError."""
        if (record := self.get(key_id)).state is not KeyState.PRE_ACTIVATION:
            raise KeyTransitionError(f"only a key in pre_activation is activated, this one is {record.state}")
        return self._with(replace(record.moved_to(KeyState.ACTIVE, now), active_from=now))

    def rotate(self, kind: KeyKind, now: datetime, overlap: timedelta, new: KeyRecord) -> Self:
        """Add `new`, and deactivate the active keys of its kind and scope, to be accepted until `now + overlap`.

        Suspended keys stay suspended: a rotation must not bring a doubtful key back.

        Raises:
            KeyRecordError: `new` is of another kind or can't do new work at `now`, or the overlap is negative.
            DuplicateKeyError: the ring has `new` already.
        """
        if new.kind is not kind or not new.is_current(now):
            raise KeyRecordError("a successor is an active key of the same kind")
        ring = self
        for old in self.find(kind, new.scope):
            if old.state is KeyState.ACTIVE:
                ring = ring.deactivate(old.key_id, now, overlap)
        return ring.add(new)

    def deactivate(self, key_id: str, now: datetime, overlap: timedelta) -> Self:
        """End new work with an active key, and accept it until `now + overlap`.

        For what has no successor in its own scope: the salt of an epoch when the next epoch begins.

        Raises:
            KeyRecordError: the overlap is negative.
        """
        if overlap < timedelta(0):
            raise KeyRecordError("an overlap is not negative")
        return self._with(self.get(key_id).moved_to(KeyState.DEACTIVATED, now, now + overlap))

    def suspend(self, key_id: str, now: datetime) -> Self:
        """Take an active key out of all use while a doubt is looked into."""
        return self._moved(key_id, KeyState.SUSPENDED, now)

    def resume(self, key_id: str, now: datetime) -> Self:
        """Give a suspended key back to its use."""
        if (record := self.get(key_id)).state is not KeyState.SUSPENDED:
            raise KeyTransitionError(f"only a suspended key is resumed, this one is {record.state}")
        return self._moved(key_id, KeyState.ACTIVE, now)

    def mark_compromised(self, key_id: str, now: datetime) -> Self:
        """Take a key out of all use for good, at once and whatever overlap it had."""
        return self._moved(key_id, KeyState.COMPROMISED, now)

    def destroy(self, key_id: str, now: datetime) -> Self:
        """Wipe the secret and keep the record, so that the ring can show when the key ended."""
        return self._moved(key_id, KeyState.DESTROYED, now)

    def _moved(self, key_id: str, state: KeyState, now: datetime) -> Self:
        return self._with(self.get(key_id).moved_to(state, now))

    def _with(self, changed: KeyRecord) -> Self:
        records = (changed if record.key_id == changed.key_id else record for record in self.records)
        return replace(self, records=tuple(records))


def _age(record: KeyRecord) -> tuple[datetime, datetime, str]:
    return record.active_from, record.created_at, record.key_id
