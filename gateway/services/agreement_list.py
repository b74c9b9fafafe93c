"""The agreements that an agency signs or countersigns, each with its story."""

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import list_agreements
from gateway.persistence.engine import read_transaction
from gateway.services.agreement_life import with_history
from gateway.services.answers import Reply, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.request_trail import Received
from schemas.messages.agreements import AgreementAnswer, AgreementList


def answer_agreement_list(gateway: Gateway, received: Received[AgreementList]) -> Reply:
    """Return all agreements to which the asking agency is a party, or which it countersigns as lead body."""
    with read_transaction(gateway.engine) as connection:
        told = tuple(with_history(connection, one) for one in list_agreements(connection, received.claims.issuer))

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    return Reply(sign_answer(gateway, received, AgreementAnswer(agreements=told)))
