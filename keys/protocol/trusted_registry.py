"""What a connector believes of the registry: the gateway's signature, a version that never falls, an expiry.

The registry says where members are and carries their statements. Whose keys they are is decided by the chains that
begin at the thumbprints an agreement pins, so a gateway can withhold a member but not put itself in its place. Nor can
it take back a statement that a registry has carried, such as one that ends a lost key.
"""

from dataclasses import dataclass
from datetime import datetime

from keys.crypto.signing import SignatureError, VerificationKey, read_header
from keys.protocol.envelopes import envelope_digest, read_unverified, verify_message
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError, follow_chain
from schemas.message import MessageError
from schemas.messages.registry import MAX_REGISTRY_BYTES, REGISTRY_TOKEN_TYPE, Member, Registry

MAX_LIFETIME_SECONDS = 168 * 3600
"""A week: for longer a gateway could not keep an old registry in force by giving out no newer one."""


class RegistryError(Exception):
    """The registry is not to be used.

    Attributes:
        reason: `malformed`, `not_signed_by_gateway`, `expired`, `older_than_known` or `lifetime_too_long`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TrustedRegistry:
    """A registry whose signature, version and age were checked."""

    registry: Registry
    gateway_keys: AgencyKeys

    def find_member(self, agency: str) -> Member | None:
        """Return the member `agency`, or None."""
        return next((member for member in self.registry.members if member.agency == agency), None)

    def keys_of(self, agency: str, pinned: str) -> AgencyKeys:
        """Return the keys of `agency` that follow from the thumbprint `pinned`.

        Raises:
            UntrustedKeyError: no such member, or its chain does not begin at the pinned key.
        """
        member = self.find_member(agency)
        if member is None:
            raise UntrustedKeyError(agency, "unknown_agency")
        return follow_chain(agency, pinned, member.statements)

    def gateway_key(self, agency: str, key_id: str, at_seconds: float) -> VerificationKey:
        """Return a key of the gateway, and of nobody else; raises UntrustedKeyError."""
        if agency != self.registry.gateway.agency:
            raise UntrustedKeyError(agency, "unknown_agency")
        return self.gateway_keys.verification_key(key_id, at_seconds)


def verify_registry(token: str, gateway: str, pinned: str, lowest_version: int, now: datetime) -> TrustedRegistry:
    """Return the registry of `token` (JWS) if it is to be believed now.

    (1) read the stated gateway's chain from the pinned thumbprint, (2) verify the token with a key of that chain,
    (3) compare id, version and lifetime.

    Raises:
        RegistryError: with the first thing that is wrong.
    """
    try:
        stated = read_unverified(Registry, token, MAX_REGISTRY_BYTES)
        keys = follow_chain(gateway, pinned, stated.gateway.statements)
        key_id = read_header(token, MAX_REGISTRY_BYTES).key_id
        key = keys.verification_key(key_id, stated.issued_at)
        registry = verify_message(Registry, token, key, REGISTRY_TOKEN_TYPE, MAX_REGISTRY_BYTES)
    except MessageError:
        raise RegistryError("malformed") from None
    except (SignatureError, UntrustedKeyError):
        raise RegistryError("not_signed_by_gateway") from None
    if registry.gateway.agency != gateway:
        raise RegistryError("not_signed_by_gateway")
    if registry.version < lowest_version:
        raise RegistryError("older_than_known")
    if not registry.issued_at - 30 <= now.timestamp() < registry.expires_at:
        raise RegistryError("expired")
    if registry.expires_at - registry.issued_at > MAX_LIFETIME_SECONDS:
        raise RegistryError("lifetime_too_long")
    return TrustedRegistry(registry, keys)


def find_shortened(before: Registry, after: Registry) -> tuple[str, ...]:
    """Return the agencies whose statements in `before` are not all there, in their order, at the start in `after`.

    Statements are compared without their signatures, which say nothing about identity.
    """
    carried = {member.agency: list(map(envelope_digest, member.statements)) for member in after.members}
    return tuple(
        member.agency
        for member in before.members
        if member.agency in carried
        and carried[member.agency][: len(member.statements)] != list(map(envelope_digest, member.statements))
    )
