"""An exchange from its verified request to its signed answer, with everything it leaves behind in one commit.

The promise, the request, its id, its charge, the answer's envelope and the release become durable together, and only
then the answer leaves. Nobody hears of anything between asking and answering, so one commit tells what two would.
Exchanges that are answered at the same time share it.
A request that can't be charged is refused before its records are looked at; one that is refused after that is charged.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from connectors.api.signed_answers import SignedAnswer, kept_if_refused, sign_answer
from connectors.context import Connector
from connectors.provider.release import answer_exchange, charge_for_exchange, permit_exchange
from connectors.provider.verify_request import Verified, note_request
from connectors.register import Register
from connectors.state.agreements import read_state
from connectors.state.charges import Charge, make_charge
from connectors.state.joint_commit import JointCommit
from connectors.state.releases import note_release
from keys.protocol.envelopes import envelope_digest
from schemas.messages.exchange import ExchangeRequest
from schemas.problem import ProblemCode, ProblemError


def settle_exchange(
    connector: Connector, register: Register | None, verified: Verified[ExchangeRequest], commits: JointCommit
) -> SignedAnswer:
    """Decide, answer, and make durable what becomes of the request.

    Raises:
        ProblemError: the refusal; what is to be noted of it is durable then.
    """
    charge = charge_for_exchange(connector, verified)
    with kept_if_refused(connector, verified, commits):
        if register is None:
            raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE)
        permitted = permit_exchange(connector, verified, charge)
    with _charged_if_refused(connector, verified, charge, commits):
        answer, done = answer_exchange(connector, register, verified, permitted)
        signed = sign_answer(connector, verified, answer)

    def note(connection: Connection) -> None:
        _require_unchanged(connection, verified)
        note_request(connector, connection, verified, signed.as_answered())
        make_charge(connection, charge)
        note_release(connection, done, envelope_digest(signed.token), signed.issued_at)

    with kept_if_refused(connector, verified, commits):
        commits.write(connector.state, note)
    return signed


@contextmanager
def _charged_if_refused(
    connector: Connector, verified: Verified[ExchangeRequest], charge: Charge, commits: JointCommit
) -> Iterator[None]:
    """Keep and charge the request where it is refused: what was looked up for it may be told from the refusal."""

    def note(connection: Connection) -> None:
        note_request(connector, connection, verified)
        make_charge(connection, charge)

    try:
        yield
    except BaseException:
        with kept_if_refused(connector, verified, commits):
            commits.write(connector.state, note)
        raise


def _require_unchanged(connection: Connection, verified: Verified[ExchangeRequest]) -> None:
    """Refuse, under the write lock, what was decided on an agreement that has been ended or suspended meanwhile."""
    standing = verified.copy.standing
    if read_state(connection, standing.digest) is not standing.state:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")
