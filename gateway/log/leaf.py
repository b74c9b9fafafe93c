"""The bytes of a leaf: RFC 8785 JSON without any personal value.

    {"_sd":["abC1…","xIoy…"],"_sd_alg":"sha-256","actor":{"client":"agency-a/benefits","org":"agency-a"},…,"v":1}

Personal fields stand in `_sd` as salted digests among decoys, so many that their number tells nothing. `n`, 16 random
bytes, is always there: without it a leaf hash could be guessed by whoever sees the tiles. Once written, an entry is
stored and exported verbatim; nothing that verifies it formats it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from gateway.log.disclosure import DisclosureError, disclosure_digest, make_disclosure
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_id import parse_event_id
from gateway.log.events import Event, EventMisuseError
from gateway.log.leaf_members import event_from_members, members_of_event
from gateway.log.timestamp import format_timestamp, parse_timestamp
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.randomness import RandomSource

LEAF_VERSION: Final = 1
MAX_ENTRY_BYTES: Final = 65_535  # C2SP tlog-tiles: a bundle states lengths as uint16
NONCE_BYTES: Final = 16
DIGEST_BYTES: Final = 32
DIGEST_ALGORITHM: Final = "sha-256"

# RFC 8785 for what a leaf holds: names of members in ASCII, whose order is the same by code point and by UTF-16 unit,
# and no float. Many times as fast as a library that can do all of it.
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class LeafError(ValueError):
    """The bytes are not a leaf of this log, or the event does not fit into one."""


@dataclass(frozen=True, slots=True)
class EncodedLeaf:
    """A leaf's bytes, and the disclosures by personal field that are kept apart from it."""

    entry: bytes
    disclosures: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What an entry states. `event.personal` is empty: `digests` stand for it, decoys among them."""

    origin: str
    event_id: str
    at: datetime
    event: Event
    nonce: bytes
    digests: tuple[str, ...]


def encode_leaf(event: Event, *, origin: str, event_id: str, now: datetime, random: RandomSource) -> EncodedLeaf:
    """Return the leaf of `event` in the log `origin`.

    Takes from `random` the nonce, then a salt for each personal field in order of its name, then the decoys.

    Raises:
        LeafError: larger than `MAX_ENTRY_BYTES`, or a personal field is no Unicode text.
    """
    nonce = random(NONCE_BYTES)
    try:
        disclosures = {
            str(name): make_disclosure(name, event.personal[name], random) for name in sorted(event.personal)
        }
    except DisclosureError as error:
        raise LeafError(str(error)) from None
    digests = [disclosure_digest(disclosure) for disclosure in disclosures.values()]
    missing = len(DECLARATIONS[event.type].personal) - len(digests)
    digests += [encode_base64url(random(DIGEST_BYTES)) for _ in range(missing)]
    leaf = Leaf(origin, event_id, now, event, nonce, tuple(sorted(digests)))
    return EncodedLeaf(format_leaf(leaf), disclosures)


def format_leaf(leaf: Leaf) -> bytes:
    """Return the entry bytes that state `leaf`.

    Raises:
        LeafError: larger than `MAX_ENTRY_BYTES`.
    """
    members: dict[str, Any] = {
        "v": LEAF_VERSION,
        "log": leaf.origin,
        "id": leaf.event_id,
        "time": format_timestamp(leaf.at),
        "n": encode_base64url(leaf.nonce),
        **members_of_event(leaf.event),
    }
    if leaf.digests:
        members |= {"_sd": list(leaf.digests), "_sd_alg": DIGEST_ALGORITHM}
    entry = orjson.dumps(members, option=_CANONICAL)
    if len(entry) > MAX_ENTRY_BYTES:
        raise LeafError("an entry is too large")
    return entry


def parse_leaf(entry: bytes) -> Leaf:
    """Return what `entry` states.

    Raises:
        LeafError: too large, unknown members or event type, or not the one form that `format_leaf` writes.
    """
    if len(entry) > MAX_ENTRY_BYTES:
        raise LeafError("an entry is too large")
    try:
        leaf = _leaf_from_members(orjson.loads(entry))
        formatted = format_leaf(leaf)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, EventMisuseError):
        raise LeafError("not an entry of an audit log") from None
    if formatted != entry:
        raise LeafError("an entry is not in its one form")
    return leaf


def _leaf_from_members(members: Any) -> Leaf:
    members = dict(members)
    if members.pop("v") != LEAF_VERSION:
        raise LeafError("unknown version")
    return Leaf(
        origin=_text(members.pop("log")),
        event_id=_event_id(members.pop("id")),
        at=parse_timestamp(_text(members.pop("time"))),
        nonce=_bytes(members.pop("n"), NONCE_BYTES),
        digests=_digests(members),
        event=event_from_members(members),
    )


def _digests(members: dict[str, Any]) -> tuple[str, ...]:
    if "_sd" not in members:
        return ()
    digests: Sequence[str] = members.pop("_sd")
    for digest in digests:
        _bytes(digest, DIGEST_BYTES)
    if members.pop("_sd_alg") != DIGEST_ALGORITHM or not digests or list(digests) != sorted(set(digests)):
        raise LeafError("digests are not sorted or not of the known kind")
    return tuple(digests)


def _event_id(value: Any) -> str:
    parse_event_id(_text(value))
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise LeafError("a member is no text")
    return value


def _bytes(value: Any, length: int) -> bytes:
    try:
        data = decode_base64url(_text(value))
    except Base64Error:
        raise LeafError("a member is not base64url") from None
    if len(data) != length:
        raise LeafError("a member has the wrong length")
    return data
