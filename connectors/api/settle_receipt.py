"""A receipt from its verified request to its signed answer, with everything it leaves behind in one commit."""

from sqlalchemy import Connection

from connectors.api.signed_answers import SignedAnswer, kept_if_refused, sign_answer
from connectors.context import Connector
from connectors.provider.verify_request import Verified, note_request
from connectors.state.charges import BudgetKind, charge_of, make_charge
from connectors.state.joint_commit import JointCommit
from connectors.state.releases import note_receipt
from schemas.agreement import AgreementState
from schemas.messages.exchange import ReceiptAnswer, ReceiptRequest
from schemas.problem import ProblemCode, ProblemError


def settle_receipt(connector: Connector, verified: Verified[ReceiptRequest], commits: JointCommit) -> SignedAnswer:
    """Note that the requester opened an answer; also after the agreement's end, but not after its revocation.

    Raises:
        ProblemError: the refusal; the request is kept then, and its id is not used up.
    """
    with kept_if_refused(connector, verified, commits):
        if verified.copy.standing.state is AgreementState.REVOKED:
            raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")
        answer = ReceiptAnswer(receipt_number=verified.message.receipt_number)
        signed = sign_answer(connector, verified, answer)
        commits.write(connector.state, lambda connection: _note(connector, connection, verified, signed))
    return signed


def _note(
    connector: Connector, connection: Connection, verified: Verified[ReceiptRequest], signed: SignedAnswer
) -> None:
    message, claims, seconds = verified.message, verified.claims, signed.issued_at
    note_request(connector, connection, verified, signed.as_answered())
    make_charge(
        connection, charge_of(claims, verified.copy.standing, BudgetKind.RELEASES, 0, connector.today(), seconds)
    )
    if not note_receipt(connection, message.receipt_number, message.answer, claims.issuer, seconds):
        raise ProblemError(ProblemCode.NOT_FOUND, "/receipt_number")
