"""The ninth refusal: a gateway that signs a grant for more than the agreement allows, with its real keys.

It can do so, because it holds the keys that sign grants. The provider compares the grant with its own signed copy of
the agreement and refuses. Here the gateway's key file is opened to play the dishonest operator.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import Prepared
from connectors.identifiers import new_uuid
from demo.scenario.cast import GATEWAY_ID, PASSPHRASE
from demo.scenario.desks import query_under
from keys.crypto.sealing import seal
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind
from keys.custody.key_store import KeyStore
from keys.protocol.envelopes import sign_relay
from keys.protocol.grants import sign_grant
from keys.protocol.sealed_for import possession_binding
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType, RelayClaims
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import ExchangeRequest, PossessionMacs, PossessionProof, PossessionProofs
from schemas.messages.match import GrantClaims
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode


@dataclass(frozen=True, slots=True)
class DishonestGateway:
    """Holds the real gateway's signing key and talks to a provider past the real gateway's rules."""

    key: SigningKey

    @classmethod
    def open(cls, gateway_folder: Path) -> "DishonestGateway":
        """Take the key from the gateway's key file."""
        ring = KeyStore(gateway_folder / "keys.json", PASSPHRASE, random=os.urandom).ring
        return cls(SigningKey.from_secret(ring.current(KeyKind.SIGNING, datetime.now(UTC)).secret))

    def grant_too_much(
        self, requester: Session, agreement: Agreement, handle: str, extra_attribute: str, endpoint: str
    ) -> ProblemCode | None:
        """Grant `extra_attribute` on top of the agreement and relay the exchange; returns the provider's refusal."""
        attributes = tuple(sorted({*agreement.attributes, extra_attribute}))
        prepared = self._exchange(requester, agreement, handle, attributes)
        return self._relay(prepared, agreement.provider.agency, endpoint)

    def _exchange(self, requester: Session, agreement: Agreement, handle: str, attributes: tuple[str, ...]) -> Prepared:
        connector = requester.connector
        request_id = new_uuid(connector.random)
        macs = PossessionMacs(key_type=KeyType.ID, macs=(digest_of(connector.random(32)),))
        proofs = PossessionProofs(proofs=(PossessionProof(keys=(macs,)),))
        keys = requester.trust.keys_of(agreement.provider.agency, agreement.provider.signing_key, connector.now())
        sealed = seal(
            decode_base64url(keys.opening_key(connector.now()).public_key),
            proofs.to_bytes(),
            possession_binding(agreement.digest(), request_id, agreement.provider.agency),
            connector.random,
        )
        request = ExchangeRequest(
            grant=self._grant(requester, agreement, handle, attributes),
            attributes=agreement.attributes,
            handles=(handle,),
            possession=encode_base64url(sealed),
        )
        query = query_under(agreement)
        return requester.client.prepare(MessageType.EXCHANGE, request, query, request_id=request_id)

    def _grant(self, requester: Session, agreement: Agreement, handle: str, attributes: tuple[str, ...]) -> str:
        now = requester.connector.seconds()
        claims = GrantClaims(
            issuer=GATEWAY_ID,
            requester=agreement.requester.agency,
            provider=agreement.provider.agency,
            agreement=agreement.digest(),
            purpose=agreement.purpose,
            epoch=1,
            attributes=attributes,
            handles=(handle,),
            request=digest_of(b"no match was ever made"),
            id=new_uuid(requester.connector.random),
            issued_at=now,
            expires_at=now + 900,
        )
        return sign_grant(self.key, claims)

    def _relay(self, prepared: Prepared, provider: str, endpoint: str) -> ProblemCode | None:
        promise = RelayClaims(
            issuer=GATEWAY_ID,
            audience=provider,
            envelope=prepared.digest,
            leaf=digest_of(b"never logged"),
            shard=2026,
            leaf_index=0,
            issued_at=prepared.claims.issued_at,
            expires_at=prepared.claims.expires_at,
        )
        headers = {
            ENVELOPE_HEADER: prepared.envelope,
            RELAY_HEADER: sign_relay(self.key, promise),
            "Content-Type": "application/json",
        }
        response = httpx.post(f"{endpoint}/v1/exchange", content=prepared.body, headers=headers, timeout=30)
        if response.is_success:
            return None
        return Problem.from_bytes(response.content, MAX_PROBLEM_BYTES).code
