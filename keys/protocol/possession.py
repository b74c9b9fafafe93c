"""The possession proof: only who had this very identifier evaluated can make it, and only its holder can check it.

The OPRF output of a linkage key (64 bytes) is split. Bytes 0-15 are the index hash, which the gateway compares.
Bytes 32-63 are the possession key, which never leaves the two connectors. Each release request carries a MAC of the
request under the possession key of an agreed linkage key; the provider recomputes it from its own record.
"""

import hashlib
import hmac
from dataclasses import dataclass

from schemas.base64url import encode_base64url
from schemas.formats import INDEX_HASH_BYTES
from schemas.message import canonical_form

OUTPUT_BYTES = 64
_POSSESSION_KEY_START = 32
_CONTEXT = b"tongxin/possession/v1\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossessionStatement:
    """What the MAC covers: this request, in this agreement, about this handle, for these attributes.

    `request_id` is the id of the request's envelope, so that a proof can't be taken to another request.
    """

    agreement: str
    request_id: str
    requester: str
    provider: str
    handle: str
    attributes: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the RFC 8785 form with its context."""
        return _CONTEXT + canonical_form(
            {
                "agreement": self.agreement,
                "attributes": sorted(self.attributes),
                "handle": self.handle,
                "provider": self.provider,
                "request_id": self.request_id,
                "requester": self.requester,
            }
        )


def index_hash_of(output: bytes) -> bytes:
    """Return bytes 0-15 of an OPRF output: what is published and compared."""
    return output[:INDEX_HASH_BYTES]


def possession_key_of(output: bytes) -> bytes:
    """Return bytes 32-63 of an OPRF output: what is never published."""
    return output[_POSSESSION_KEY_START:OUTPUT_BYTES]


def prove_possession(possession_key: bytes, statement: PossessionStatement) -> str:
    """Return the HMAC-SHA-256 of `statement` as base64url."""
    return encode_base64url(hmac.digest(possession_key, statement.to_bytes(), hashlib.sha256))


def is_possession_proven(possession_key: bytes, statement: PossessionStatement, mac: str) -> bool:
    """Return whether `mac` was made with `possession_key`, in constant time."""
    return hmac.compare_digest(prove_possession(possession_key, statement), mac)
