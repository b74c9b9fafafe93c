"""Values for examples: well formed, the same at every run, and nobody's."""

import hashlib
import uuid

from schemas.base64url import encode_base64url


def packed(label: str, size: int) -> str:
    """Return `size` bytes that follow from `label`, as base64url."""
    return encode_base64url(hashlib.shake_256(label.encode()).digest(size))


def digest(label: str) -> str:
    """Return a made-up SHA-256."""
    return packed(label, 32)


def identifier(label: str) -> str:
    """Return a made-up UUID."""
    return str(uuid.UUID(bytes=hashlib.shake_256(label.encode()).digest(16), version=4))


def token(label: str) -> str:
    """Return a short stand-in for a JWS; real ones are longer."""
    return f"{packed('header ' + label, 6)}.{packed('claims ' + label, 12)}.{packed('signature ' + label, 6)}"
