"""What the gateway signs: its own answers, and its promise that a message is in the log."""

from dataclasses import dataclass, field

from gateway.log.journal import LeafReceipt
from gateway.services.context import Gateway
from gateway.services.request_trail import M, Received
from keys.protocol.envelopes import VerifiedEnvelope, envelope_digest, sign_envelope, sign_relay
from schemas.base64url import encode_base64url
from schemas.envelope import ANSWER_TO, MAX_LIFETIME, EnvelopeClaims, RelayClaims
from schemas.formats import digest_of
from schemas.message import Message


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer with its envelope: the gateway's own, or a provider's that was verified."""

    envelope: VerifiedEnvelope
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the connector that asked: the answer, its envelope, and the promise that it is logged."""

    answer: SignedAnswer
    relay: str | None = None


def sign_answer(gateway: Gateway, received: Received[M], message: Message) -> SignedAnswer:
    """Return `message` as the gateway's answer to `received`."""
    body = message.to_bytes()
    issued_at = gateway.seconds()
    claims = EnvelopeClaims(
        type=ANSWER_TO[received.claims.type],
        issuer=gateway.id,
        audience=received.claims.issuer,
        id=gateway.new_uuid(),
        issued_at=issued_at,
        expires_at=issued_at + int(MAX_LIFETIME.total_seconds()),
        body=digest_of(body),
        agreement=received.claims.agreement,
        purpose=received.claims.purpose,
        answers=received.envelope.digest,
    )
    key = gateway.signing_key()
    token = sign_envelope(key, claims)
    return SignedAnswer(VerifiedEnvelope(token, claims, envelope_digest(token), key.verification_key.key_id), body)


def promise(gateway: Gateway, envelope: str, audience: str, receipt: LeafReceipt) -> str:
    """Return the relay token: the gateway's word to `audience` that the envelope of this digest has this leaf."""
    issued_at = gateway.seconds()
    return sign_relay(
        gateway.signing_key(),
        RelayClaims(
            issuer=gateway.id,
            audience=audience,
            envelope=envelope,
            leaf=encode_base64url(receipt.leaf_hash),
            shard=receipt.shard,
            leaf_index=receipt.index,
            issued_at=issued_at,
            expires_at=issued_at + int(MAX_LIFETIME.total_seconds()),
        ),
    )


def reply_with(gateway: Gateway, received: Received[M], answer: SignedAnswer, receipt: LeafReceipt) -> Reply:
    """Return `answer` with the promise that its envelope stands in the leaf of `receipt`."""
    return Reply(answer, promise(gateway, answer.envelope.digest, received.claims.issuer, receipt))
