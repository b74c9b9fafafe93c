"""What every request that the gateway passes on has in common: it is kept when it has verified, and answered signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Response
from sqlalchemy import Connection

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.own_log.messages import Answered, answered_of, asked_of, note_answered
from connectors.provider.verify_request import Verified, note_request
from connectors.state.joint_commit import JointCommit
from keys.protocol.envelopes import sign_envelope
from schemas.envelope import ANSWER_TO, ENVELOPE_HEADER, MAX_LIFETIME, EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.message import Message

T = TypeVar("T", bound=Message)

_STAYS_AT_GATEWAY = frozenset({MessageType.PARENTS_RESOLVE})
"""The requester gets another answer, and the log names that one."""


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer as it leaves: its envelope, its body, how many records it is about, POSIX seconds."""

    token: str
    body: bytes = field(repr=False)
    records: int | None
    issued_at: int

    def as_answered(self) -> Answered:
        """Return it as the own log keeps it beside its request."""
        return Answered(self.token, self.records, self.issued_at)

    def as_response(self) -> Response:
        """Return it for HTTP."""
        response = Response(self.body, content_type="application/json")
        response.headers[ENVELOPE_HEADER] = self.token
        return response


def keep_verified(connector: Connector, verified: Verified[T], commits: JointCommit) -> Verified[T]:
    """Keep a request that has verified, to compare it with the log, and return it."""
    commits.write(connector.state, lambda connection: note_request(connector, connection, verified))
    return verified


@contextmanager
def kept_if_refused(connector: Connector, verified: Verified[T], commits: JointCommit) -> Iterator[None]:
    """Keep the request where it is refused, so that it can be compared with the log; it is not charged."""
    try:
        yield
    except BaseException:
        keep_verified(connector, verified, commits)
        raise


def respond(connector: Connector, verified: Verified[T], answer: Message, commits: JointCommit) -> Response:
    """Return the signed answer to a request, once it is noted."""
    signed = sign_answer(connector, verified, answer)
    commits.write(connector.state, lambda connection: note_signed(connection, verified, signed))
    return signed.as_response()


def sign_answer(connector: Connector, verified: Verified[T], answer: Message) -> SignedAnswer:
    """Return the signed answer to a request; it may leave when it was noted."""
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
    token = sign_envelope(connector.signing_key(), claims)
    records = answered_of(answer, asked_of(verified.message, verified.claims))
    return SignedAnswer(token, body, records, issued_at)


def note_signed(connection: Connection, verified: Verified[T], signed: SignedAnswer) -> None:
    """Note an answer beside its request, in a writing transaction."""
    if verified.claims.type not in _STAYS_AT_GATEWAY:
        note_answered(connection, verified.envelope.digest, signed.as_answered())
