"""Key statements: a member states a further key of its own; the gateway carries what its chain bears out."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.engine import read_transaction
from gateway.persistence.member_queries import add_statement, count_statements, latest_registry_version
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.registry import publish_registry_in
from gateway.services.request_events import register_event
from gateway.services.request_trail import Received
from keys.crypto.signing import SignatureError
from keys.protocol.envelopes import read_unverified
from keys.protocol.key_chain import MAX_STATEMENT_CHARACTERS, AgencyKeys, follow_chain
from schemas.key_statement import KeyStatement, KeyUse
from schemas.message import MessageError
from schemas.messages.registry import KeyAnswer, KeyPublish
from schemas.problem import ProblemCode, ProblemError

MAX_STATEMENTS = 1_000


def publish_key(gateway: Gateway, received: Received[KeyPublish]) -> Reply:
    """Add a statement to its member's chain and publish the registry; what is stated already changes nothing.

    Raises:
        ProblemError: bad_signature or malformed where the chain does not bear the statement out, no_agreement for
            the evaluation key of an agreement whose provider the member is not.
    """
    token, agency = received.message.statement, received.claims.issuer
    _require_own_agreement(gateway, received)
    held = received.members.members[agency].statements
    is_stated = _is_stated(received.members.keys_of(agency), token)
    if not is_stated:
        _require_believed(follow_chain(agency, received.members.roots[agency], (*held, token)), len(held))

    def change(connection: Connection) -> Draft[int]:
        accept_once(connection, received)
        if is_stated:
            return Draft(latest_registry_version(connection), ())
        if count_statements(connection, agency) != len(held):
            raise ProblemError(ProblemCode.OVERLOADED)  # the agency stated another key at this very moment
        add_statement(connection, agency, token)
        version, published = publish_registry_in(connection, gateway)
        return Draft(version, (_key_event(received, token), published))

    written = gateway.journal.write(change)
    answer = sign_answer(gateway, received, KeyAnswer(version=written.value))
    return reply_with(gateway, received, answer, written.receipts[0]) if written.receipts else Reply(answer)


def _read(token: str) -> KeyStatement:
    try:
        return read_unverified(KeyStatement, token, MAX_STATEMENT_CHARACTERS)
    except (SignatureError, MessageError):
        raise ProblemError(ProblemCode.MALFORMED, "/statement") from None


def _is_stated(keys: AgencyKeys, token: str) -> bool:
    """Return whether the chain holds this key for this use with the same end; only the time of saying so differs."""

    def content(statement: KeyStatement) -> KeyStatement:
        return statement.model_copy(update={"issued_at": 0, "active_from": 0})

    return content(_read(token)) in [content(statement) for statement in keys.statements]


def _require_believed(keys: AgencyKeys, place: int) -> None:
    """Check that the statement in this place follows from those before it; raises ProblemError."""
    if place >= MAX_STATEMENTS:
        raise ProblemError(ProblemCode.TOO_LARGE, "/statement")
    for rejection in keys.rejections:
        if rejection.place == place:
            forged = rejection.reason in {"bad_signature", "not_stated", "not_in_force", "another_agency"}
            raise ProblemError(ProblemCode.BAD_SIGNATURE if forged else ProblemCode.MALFORMED, "/statement")


def _require_own_agreement(gateway: Gateway, received: Received[KeyPublish]) -> None:
    stated = _read(received.message.statement)
    if stated.use is not KeyUse.EVALUATION:
        return
    with read_transaction(gateway.engine) as connection:
        stored = find_agreement(connection, stated.agreement or "")
    if stored is None or stored.standing.agreement.provider.agency != received.claims.issuer:
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/statement")


def _key_event(received: Received[KeyPublish], token: str) -> Event:
    return replace(register_event(received, EventType.KEY_CHANGE), reason=_read(token).use.value)
