"""Statements in which an agency says, under its signing key, which further keys are its own.

The registry only carries them: a key that no chain of statements ties to the pinned signing key is not believed.
"""

from enum import StrEnum

from schemas.formats import AgencyId, Digest, UnixSeconds
from schemas.message import Message

KEY_STATEMENT_TOKEN_TYPE = "tongxin-key-statement"  # noqa: S105 - a media type, not a secret


class KeyUse(StrEnum):
    """What the stated key is for."""

    SIGNING = "signing"
    OPENING = "opening"
    EVALUATION = "evaluation"
    WITNESS = "witness"


class KeyStatement(Message):
    """One public key, for one use, from one moment, until `accept_until` if it has been superseded.

    `public_key` is base64url: 32 bytes, or x and y (64 bytes) of a P-256 signing key. A signing key's statement
    is signed by its predecessor (the first by itself); every other by the signing key in force.
    An evaluation key belongs to one agreement and key epoch.
    """

    agency: AgencyId
    use: KeyUse
    key_id: Digest
    public_key: str
    issued_at: UnixSeconds
    active_from: UnixSeconds
    accept_until: UnixSeconds | None = None
    agreement: Digest | None = None
    epoch: int | None = None
