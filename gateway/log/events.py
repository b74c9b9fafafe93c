"""An audit event before it becomes a leaf; one that states what its type does not declare can't be made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_id import parse_event_id
from gateway.log.event_names import Audience, EventType, LeafMember, PersonalField
from schemas.formats import DIGEST_BYTES, base64url_pattern

__all__ = [
    "Actor",
    "Audience",
    "Decision",
    "Event",
    "EventMisuseError",
    "EventType",
    "LeafMember",
    "PersonalField",
    "PolicyRef",
    "RequestRef",
]

Decision = Literal["permit", "deny", "partial"]
DECISIONS: Final = frozenset({"permit", "deny", "partial"})
TAG_BYTES: Final = 32
MAX_RECORDS: Final = 2**53 - 1  # RFC 8785 knows no larger integer
MAX_PERSONAL_CHARACTERS: Final = 4_096

# A code, never a sentence: no blank, no Chinese, no run of digits as long as an ID number.
_CODE = re.compile(r"(?!.*[0-9]{14})[A-Za-z0-9_-][A-Za-z0-9._:/@+=-]{0,199}")

_DIGEST: Final = re.compile(base64url_pattern(DIGEST_BYTES))

_UNDECLARED: Final = {
    event_type: tuple(member.value for member in LeafMember if member not in declaration.members)
    for event_type, declaration in DECLARATIONS.items()
}


class EventMisuseError(RuntimeError):
    """The programme tries to log what the catalogue does not declare, or free text where a code belongs."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asked: the agency, its registered system, the id of the key that signed the request."""

    org: str
    client: str | None = None
    kid: str | None = None

    def __post_init__(self) -> None:
        _require_codes("actor", self.org, self.client, self.kid)


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The agreement that decided. `digest` is SHA-256 as base64url (`schemas.formats.Digest`)."""

    id: str
    digest: str

    def __post_init__(self) -> None:
        _require_codes("policy", self.id)
        _require_digests("policy", self.digest)


@dataclass(frozen=True, slots=True)
class RequestRef:
    """The request as the agency signed it: digests (`schemas.formats.Digest`) of its content and its signature."""

    digest: str
    signature_digest: str

    def __post_init__(self) -> None:
        _require_digests("request", self.digest, self.signature_digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, to be appended to the log.

    All members but `personal` stand in the leaf for ever and hold codes, names of fields and digests, nothing about
    a person; `content` is the digest of a file that was handed out. `personal` enters the leaf as salted digests; its
    values are kept apart and can be erased.
    `subject_tags` stand in the subject index alone, which can be erased too; 32 bytes each.
    `event_id` is a UUIDv7 given by the caller as idempotency key, or None for the journal to make one. `ref` is the
    event id of the intent that an outcome belongs to.

    Raises:
        EventMisuseError: a member or personal field that the type does not declare, or a value that is no code.
    """

    type: EventType
    actor: Actor | None = None
    peer: str | None = None
    purpose: str | None = None
    basis: str | None = None
    policy: PolicyRef | None = None
    decision: Decision | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    records: int | None = None
    request: RequestRef | None = None
    content: str | None = None
    correlation_id: str | None = None
    ref: str | None = None
    approvals: tuple[str, ...] = ()
    personal: Mapping[PersonalField, str] = field(default_factory=dict, repr=False)
    subject_tags: tuple[bytes, ...] = field(default=(), repr=False)
    event_id: str | None = None

    def __post_init__(self) -> None:
        self._require_declared()
        _require_codes(str(self.type), self.peer, self.purpose, self.basis, self.reason, *self.fields)
        _require_codes(str(self.type), self.correlation_id)
        _require_digests(str(self.type), *self.approvals, *([self.content] if self.content is not None else []))
        if self.decision is not None and self.decision not in DECISIONS:
            raise EventMisuseError(f"{self.type}: unknown decision")
        if self.records is not None and (type(self.records) is not int or not 0 <= self.records <= MAX_RECORDS):
            raise EventMisuseError(f"{self.type}: records is no number, or out of range")
        if len(set(self.subject_tags)) != len(self.subject_tags) or {*map(len, self.subject_tags)} - {TAG_BYTES}:
            raise EventMisuseError(f"{self.type}: a subject tag is there twice, or has another length")
        for event_id in (self.event_id, self.ref):
            if event_id is not None:
                _require_event_id(event_id)

    def _require_declared(self) -> None:
        declaration = DECLARATIONS[self.type]
        undeclared = [member for member in _UNDECLARED[self.type] if getattr(self, member) not in (None, ())]
        if undeclared:
            raise EventMisuseError(f"{self.type} does not declare {', '.join(sorted(undeclared))}")
        if self.personal.keys() - declaration.personal:
            raise EventMisuseError(f"{self.type} does not declare one of its personal fields")
        if any(not value or len(value) > MAX_PERSONAL_CHARACTERS for value in self.personal.values()):
            raise EventMisuseError(f"{self.type}: a personal field is empty or too long")


def _require_codes(place: str, *codes: str | None) -> None:
    for code in codes:
        if code is not None and not _CODE.fullmatch(code):
            raise EventMisuseError(f"{place}: a member holds something else than a code")


def _require_digests(place: str, *digests: str) -> None:
    for digest in digests:
        if not _DIGEST.fullmatch(digest):
            raise EventMisuseError(f"{place}: a member holds something else than a SHA-256 digest")


def _require_event_id(text: str) -> None:
    try:
        parse_event_id(text)
    except ValueError:
        raise EventMisuseError("an event id is not a UUIDv7") from None
