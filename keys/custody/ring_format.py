"""A key ring as canonical JSON (RFC 8785), in clear: what a key file holds encrypted."""

import json
from datetime import datetime
from typing import Any

import rfc8785

from keys.custody.errors import CustodyError, KeyFileError
from keys.custody.key_ring import KeyKind, KeyRecord, KeyRing, KeyState
from schemas.base64url import Base64Error, decode_base64url, encode_base64url


def format_ring(ring: KeyRing) -> bytes:
    """Return the one text of a ring; times are ISO 8601 with their offset, secrets base64url."""
    return rfc8785.dumps({"keys": [_format_record(record) for record in ring.records]})


def parse_ring(data: bytes) -> KeyRing:
    """Return the ring of this text.

    Raises:
        KeyFileError: anything that `format_ring` would have written differently.
    """
    try:
        ring = KeyRing(tuple(_parse_record(members) for members in json.loads(data)["keys"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Base64Error, CustodyError):
        raise KeyFileError("钥匙环内容不合格式。 What the key file holds is no key ring.") from None
    if format_ring(ring) != data:
        raise KeyFileError("钥匙环内容不合规范形式。 The key ring is not in its canonical form.")
    return ring


def _format_record(record: KeyRecord) -> dict[str, str | None]:
    return {
        "key_id": record.key_id,
        "kind": record.kind.value,
        "state": record.state.value,
        "scope": record.scope,
        "created_at": record.created_at.isoformat(),
        "active_from": record.active_from.isoformat(),
        "changed_at": record.changed_at.isoformat(),
        "accept_until": None if record.accept_until is None else record.accept_until.isoformat(),
        "secret": encode_base64url(record.secret),
    }


def _parse_record(members: dict[str, Any]) -> KeyRecord:
    end = members["accept_until"]
    return KeyRecord(
        key_id=members["key_id"],
        kind=KeyKind(members["kind"]),
        state=KeyState(members["state"]),
        scope=members["scope"],
        created_at=datetime.fromisoformat(members["created_at"]),
        active_from=datetime.fromisoformat(members["active_from"]),
        changed_at=datetime.fromisoformat(members["changed_at"]),
        accept_until=None if end is None else datetime.fromisoformat(end),
        secret=decode_base64url(members["secret"]),
    )
