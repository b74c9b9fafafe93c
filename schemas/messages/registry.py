"""The registry: the gateway's signed, versioned and expiring list of members and of the keys they stated."""

from typing import Annotated

from pydantic import Field

from schemas.formats import AgencyId, Digest, RegionScope, Token, UnixSeconds
from schemas.message import Message

REGISTRY_TOKEN_TYPE = "tongxin-registry"  # noqa: S105 - a media type, not a secret
ENROLMENT_TOKEN_TYPE = "tongxin-enrolment"  # noqa: S105 - a media type, not a secret
MAX_REGISTRY_BYTES = 4 * 1024 * 1024
MAX_ENROLMENT_BYTES = 64 * 1024
MAX_KEY_MESSAGE_BYTES = 8 * 1024

ShortText = Annotated[str, Field(min_length=1, max_length=100)]
AgencyType = Annotated[str, Field(pattern=r"^[a-z][a-z_]{2,40}$")]
Url = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._/-]*)?$", max_length=200)]


class Member(Message):
    """A registered agency: who it is, where its connector answers, and its key statements (JWS, oldest first)."""

    agency: AgencyId
    agency_type: AgencyType
    name_zh: ShortText
    name_en: ShortText
    region: RegionScope
    endpoint: Url
    statements: Annotated[tuple[Token, ...], Field(min_length=1, max_length=1_000)]


class GatewayIdentity(Message):
    """The gateway itself: its id, its signing key statements and its log's verifier key (C2SP vkey)."""

    agency: AgencyId
    name_zh: ShortText
    name_en: ShortText
    statements: Annotated[tuple[Token, ...], Field(min_length=1, max_length=100)]
    log_verifier_key: Annotated[str, Field(max_length=300)]


class Registry(Message):
    """Claims of the registry token (JWS by the gateway). Connectors refuse a lower version and an expired one.

    `lead_body`: the member that countersigns every agreement, where there is one.
    """

    gateway: GatewayIdentity
    members: Annotated[tuple[Member, ...], Field(max_length=10_000)]
    lead_body: AgencyId | None = None
    version: Annotated[int, Field(ge=1)]
    issued_at: UnixSeconds
    expires_at: UnixSeconds


class RegistryDocument(Message):
    """What `GET /v1/registry` returns: the registry token."""

    registry: Annotated[str, Field(max_length=MAX_REGISTRY_BYTES)]


class Enrolment(Message):
    """What an agency hands to the gateway's administrator, signed by its first signing key."""

    member: Member
    issued_at: UnixSeconds


class GatewayPin(Message):
    """What the administrator hands back: where the gateway is and what to believe of it.

    The log has a tree for each year, of origin `<log_name>/<year>`; `log_verifier_key` bears the name `log_name`, and
    verifies each of them under its origin.
    """

    url: Url
    gateway: AgencyId
    signing_key: Digest
    log_name: Annotated[str, Field(max_length=200)]
    log_verifier_key: Annotated[str, Field(max_length=300)]


class KeyPublish(Message):
    """A further key statement (JWS with `KeyStatement`) for the registry."""

    statement: Token


class KeyAnswer(Message):
    """The version of the registry that carries the statement."""

    version: int
