"""The review of a proposal: complete or not, more time, refusal, dispute, and what the lead body decides of it."""

from sqlalchemy import Connection

from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import StoredAgreement
from gateway.services.agreement_life import advance, answer_step, load_for_step, step_event
from gateway.services.answers import Reply
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.request_trail import Received
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.messages.agreements import AgreementReview


def review_agreement(gateway: Gateway, received: Received[AgreementReview]) -> Reply:
    """Take one step of the review, which is in the log with its reasons before anybody is told.

    Raises:
        ProblemError: no_agreement, not_a_party, or agreement_step_refused where the step is not this agency's now.
    """
    message = received.message
    stored = load_for_step(gateway, received, message.agreement)
    told = AgreementHistoryStep(
        step=AgreementStep(message.step),
        agency=received.claims.issuer,
        at=gateway.seconds(),
        reasons=message.reasons,
        note=message.note,
    )

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        now = advance(connection, gateway, stored.standing.digest, told)
        return Draft(now, (step_event(received, EventType.AGREEMENT_REVIEW, told),))

    return answer_step(gateway, received, change)
