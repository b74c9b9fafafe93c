"""The accounting of who asked about a child: what the gateway signs for the provider, which alone knows the name.

No name stands in it and no officer: dates, purposes and recipients are owed to the person, the identities of the
employees in principle not (CJEU C-579/21). What is withheld leaves no trace in it, not even its number.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.attribute_catalogue import ReleasableId
from schemas.formats import AgencyId, Digest, Handle, PurposeId, Token, UnixSeconds
from schemas.message import Message

ACCOUNTING_TOKEN_TYPE = "tongxin-accounting"  # noqa: S105 - a media type, not a secret
MAX_ACCOUNTING_BYTES = 4 * 1024 * 1024
MAX_ACCESSES = 5_000
MAX_HANDLES = 100


class AccessKind(StrEnum):
    """What became of a request about the child."""

    COMPARED = "compared"
    """The record was found or decided on in a match; nothing was released."""
    RELEASED = "released"
    PARTLY_RELEASED = "partly_released"
    """Of several records asked for together some were released; whether this one was, the provider knows."""
    REFUSED = "refused"


class AccountedAccess(Message):
    """One request about the child: when, who asked, what for, which attributes; `leaf` is its entry's leaf hash."""

    at: UnixSeconds
    requester: AgencyId
    purpose: PurposeId
    kind: AccessKind
    attributes: Annotated[tuple[ReleasableId, ...], Field(max_length=100)] = ()
    leaf: Digest


class Accounting(Message):
    """All accesses that are told, oldest first, to the record that the provider knows under these handles."""

    gateway: AgencyId
    provider: AgencyId
    handles: Annotated[tuple[Handle, ...], Field(min_length=1, max_length=MAX_HANDLES)]
    made_at: UnixSeconds
    accesses: Annotated[tuple[AccountedAccess, ...], Field(max_length=MAX_ACCESSES)]


class AccountingSeal(Message):
    """What the gateway signs: the digest of the accounting, for whom and when."""

    accounting: Digest
    gateway: AgencyId
    provider: AgencyId
    signed_at: UnixSeconds


class SignedAccounting(Message):
    """The file that is handed to the provider: the accounting, and the gateway's signature (JWS of its seal)."""

    accounting: Accounting
    signature: Token
