"""What every request that the gateway passes on has in common: it is kept when it has verified, and answered signed."""

from typing import TypeVar

from flask import Response

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.own_log.messages import asked_of, keep_message, note_answer
from connectors.provider.verify_request import Verified
from keys.protocol.envelopes import sign_envelope
from schemas.envelope import ANSWER_TO, ENVELOPE_HEADER, MAX_LIFETIME, EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.message import Message

T = TypeVar("T", bound=Message)

_STAYS_AT_GATEWAY = frozenset({MessageType.PARENTS_RESOLVE})
"""The requester gets another answer, and the log names that one."""


def keep_verified(connector: Connector, verified: Verified[T]) -> Verified[T]:
    """Keep a request that has verified, to compare it with the log, and return it."""
    asked = asked_of(verified.message, verified.claims)
    keep_message(connector.state, verified.envelope.token, asked, connector.seconds())
    return verified


def respond(connector: Connector, verified: Verified[T], answer: Message) -> Response:
    """Return the signed answer to a request."""
    body, issued_at = answer.to_bytes(), connector.seconds()
    claims = EnvelopeClaims(
        type=ANSWER_TO[verified.claims.type],
        issuer=connector.agency,
        audience=verified.claims.issuer,
        id=new_uuid(connector.random),
        issued_at=issued_at,
        expires_at=issued_at + int(MAX_LIFETIME.total_seconds()),
        body=digest_of(body),
        agreement=verified.claims.agreement,
        purpose=verified.claims.purpose,
        answers=verified.envelope.digest,
    )
    response = Response(body, content_type="application/json")
    token = sign_envelope(connector.signing_key(), claims)
    if verified.claims.type not in _STAYS_AT_GATEWAY:
        note_answer(connector.state, verified.envelope.digest, token, answer, issued_at)
    response.headers[ENVELOPE_HEADER] = token
    return response
