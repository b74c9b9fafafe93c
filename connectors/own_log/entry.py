"""Reads what an entry of the log states (RFC 8785 JSON), and the disclosures of personal fields (RFC 9901) beside it.

The bytes are what counts: they are never formatted anew but to see that they are in their one form.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import rfc8785

from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import digest_of

MAX_ENTRY_BYTES: Final = 65_535
ENTRY_VERSION: Final = 1

_PREFIX, _SUFFIX = "sha-256=:", ":"  # RFC 9530 section 2
_ENTRY_MEMBERS: Final = frozenset(
    {"v", "log", "id", "time", "n", "type", "actor", "peer", "purpose", "basis", "policy", "decision", "reason"}
    | {"fields", "records", "req", "content", "corr", "ref", "approvals", "_sd", "_sd_alg"}
)
_TIME_CHARACTERS: Final = len("2026-11-22T12:00:00.000Z")


class EntryError(ValueError):
    """The bytes are no entry, or the text no disclosure, in the one form that they must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry states. Digests are `schemas.formats.Digest`; `at` is aware UTC; `personal` are salted digests."""

    origin: str
    event_id: str
    type: str
    at: datetime
    actor: str | None
    client: str | None
    key_id: str | None
    peer: str | None
    purpose: str | None
    policy: str | None
    decision: str | None
    reason: str | None
    fields: tuple[str, ...]
    records: int | None
    envelope: str | None
    signature: str | None
    content: str | None
    correlation: str | None
    ref: str | None
    personal: frozenset[str]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A personal field in clear, with the digest that stands for it in the entry."""

    name: str
    value: str = field(repr=False)
    digest: str


def parse_entry(data: bytes) -> Entry:
    """Return what `data` states.

    Raises:
        EntryError: too large, unknown members or version, or another form than RFC 8785.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise EntryError("an entry is too large")
    try:
        members = json.loads(data)
        is_canonical = rfc8785.dumps(members) == data
        if not is_canonical or members.keys() - _ENTRY_MEMBERS or members["v"] != ENTRY_VERSION:
            raise EntryError("an entry is not in its one form")
        return _entry_of(members)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise EntryError("not an entry of an audit log") from None


def parse_disclosure(text: str) -> Disclosed:
    """Return what `text` discloses.

    Raises:
        EntryError: no disclosure.
    """
    try:
        _salt, name, value = json.loads(decode_base64url(text))
    except (ValueError, TypeError, RecursionError):
        raise EntryError("not a disclosure") from None
    return Disclosed(_text(name), _text(value), digest_of(text.encode("ascii")))


def _entry_of(members: dict[str, Any]) -> Entry:
    actor, request = members.get("actor", {}), members.get("req", {})
    return Entry(
        origin=_text(members["log"]),
        event_id=_text(members["id"]),
        type=_text(members["type"]),
        at=_time(members["time"]),
        actor=_optional(actor, "org"),
        client=_optional(actor, "client"),
        key_id=_optional(actor, "kid"),
        peer=_optional(members.get("peer", {}), "org"),
        purpose=_optional(members, "purpose"),
        policy=_digest(members["policy"]["digest"]) if "policy" in members else None,
        decision=_optional(members, "decision"),
        reason=_optional(members, "reason"),
        fields=_texts(members.get("fields", ())),
        records=_count(members.get("records")),
        envelope=_digest(request["digest"]) if request else None,
        signature=_digest(request["sig"]) if request else None,
        content=_digest(members["content"]) if "content" in members else None,
        correlation=_optional(members, "corr"),
        ref=_optional(members, "ref"),
        personal=frozenset(_texts(members.get("_sd", ()))),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise EntryError("a member is no text")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    return _text(members[name]) if name in members else None


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(_text(value) for value in values)


def _count(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise EntryError("a member is no whole number")
    return value


def _time(value: Any) -> datetime:
    if len(_text(value)) != _TIME_CHARACTERS or not value.endswith("Z"):
        raise EntryError("a member is no time")
    return datetime.fromisoformat(value)


def _digest(value: Any) -> str:
    text = _text(value)
    if not (text.startswith(_PREFIX) and text.endswith(_SUFFIX)):
        raise EntryError("a member is no digest")
    try:
        return encode_base64url(base64.b64decode(text[len(_PREFIX) : -len(_SUFFIX)], validate=True))
    except (binascii.Error, Base64Error):
        raise EntryError("a member is no digest") from None
