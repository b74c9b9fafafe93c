"""Suspending, resuming and revoking agreements."""

from sqlalchemy import Connection

from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import StoredAgreement
from gateway.services.agreement_life import advance, answer_step, load_for_step, step_event
from gateway.services.answers import Reply
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.destroy_index import delete_ended_rows, end_indexes
from gateway.services.destroy_runs import delete_ended_runs
from gateway.services.replace_agreements import replace_earlier
from gateway.services.request_trail import Received
from gateway.services.witness_gate import require_witnessed_history
from schemas.agreement import AgreementState
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.messages.agreements import AgreementEnd

_EVENT_OF = {
    AgreementStep.SUSPEND: EventType.AGREEMENT_SUSPEND,
    AgreementStep.RESUME: EventType.AGREEMENT_RESUME,
    AgreementStep.REVOKE: EventType.AGREEMENT_REVOKE,
}


def end_agreement(gateway: Gateway, received: Received[AgreementEnd]) -> Reply:
    """Suspend, resume or revoke. Revoking destroys index and runs before this returns.

    Whoever suspended resumes; where several did, the agreement is active once the last has resumed.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_step_refused where the step is not this agency's now, or
            log_not_witnessed for a resumption.
    """
    stored = load_for_step(gateway, received, received.message.agreement)
    digest, step = stored.standing.digest, AgreementStep(received.message.action)
    if step is AgreementStep.RESUME:
        require_witnessed_history(gateway)
    told = AgreementHistoryStep(step=step, agency=received.claims.issuer, at=gateway.seconds())

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        now = advance(connection, gateway, digest, told)
        events: tuple[Event, ...] = (step_event(received, _EVENT_OF[step]),)
        if step is AgreementStep.REVOKE and end_indexes(connection, digest):
            events = (*events, step_event(received, EventType.INDEX_DESTROY))
        if step is AgreementStep.RESUME and now.signed.state is AgreementState.ACTIVE:
            activated = step_event(received, EventType.AGREEMENT_ACTIVATE)
            events = (*events, activated, *replace_earlier(connection, gateway, now))
        return Draft(now, events)

    reply = answer_step(gateway, received, change)
    if step is AgreementStep.REVOKE:
        delete_ended_runs(gateway, digest)
        delete_ended_rows(gateway, digest)
    return reply
