"""Random identifiers of messages, indexes and questions (RFC 9562 version 4)."""

import uuid

from schemas.randomness import RandomSource


def new_uuid(random: RandomSource) -> str:
    """Return a fresh version 4 UUID in canonical form."""
    return str(uuid.UUID(bytes=random(16), version=4))
