"""Proposals of agreements, and of further versions of them."""

from sqlalchemy import Connection

from gateway.domain.agreement_states import IN_FORCE, UNDER_WAY
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import (
    StoredAgreement,
    add_agreement,
    find_agreement,
    is_agreement_id_used,
    list_versions,
)
from gateway.services.agreement_life import (
    answer_step,
    get_stored,
    signature_event,
    verified_signature,
    write_step,
)
from gateway.services.agreement_terms import require_registered_terms
from gateway.services.answers import Reply
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.request_trail import Received
from schemas.agreement import Agreement, AgreementState
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.messages.agreements import AgreementPropose
from schemas.problem import ProblemCode, ProblemError

_MAY_BE_REPLACED = IN_FORCE | {AgreementState.INCOMPLETE, AgreementState.REFUSED, AgreementState.EXPIRED}


def propose_agreement(gateway: Gateway, received: Received[AgreementPropose]) -> Reply:
    """Take the requester's signed proposal; the same proposal again changes nothing.

    Raises:
        ProblemError: not_a_party, agreement_invalid, or what `require_registered_terms` refuses.
    """
    document, signature = received.message.agreement, received.message.signature
    if received.claims.issuer != document.requester.agency:
        raise ProblemError(ProblemCode.NOT_A_PARTY, "/agreement/requester", "parties")
    require_registered_terms(document, received.members, gateway.seconds(), gateway.settings.lead_body)
    signed = verified_signature(received.members, document, signature, document.requester)

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        digest = document.digest()
        stored = find_agreement(connection, digest)
        if stored is not None:
            return Draft(stored, ())
        if is_agreement_id_used(connection, document.id):
            raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/id")
        add_agreement(connection, document, signature, _first_version(connection, document))
        told = AgreementHistoryStep(step=AgreementStep.PROPOSE, agency=document.requester.agency, at=gateway.seconds())
        write_step(connection, gateway, digest, told)
        added = get_stored(connection, digest)
        received.trail.agreement = added
        return Draft(added, (signature_event(received, EventType.AGREEMENT_PROPOSE, signed),))

    return answer_step(gateway, received, change)


def _first_version(connection: Connection, document: Agreement) -> str | None:
    """Return the digest of the first version of what `document` is a further version of.

    Raises:
        ProblemError: agreement_invalid where it can't follow the version that it names: another purpose or party, one
            that may still become active or is over for good, or one that has a successor already.
    """
    if document.replaces is None:
        return None
    before = find_agreement(connection, document.replaces)
    if before is None or not _continues(document, before.standing.agreement):
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/replaces")
    if document.revision != before.standing.agreement.revision + 1:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/revision")
    versions = list_versions(connection, before.first_version)
    has_successor = any(
        version.signed.state in UNDER_WAY
        or (version.signed.state in IN_FORCE and version.standing.agreement.replaces == document.replaces)
        for version in versions
    )
    if has_successor or before.signed.state not in _MAY_BE_REPLACED:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/replaces")
    return before.first_version


def _continues(document: Agreement, before: Agreement) -> bool:
    def subject(one: Agreement) -> tuple[str, str, str]:
        return one.purpose, one.requester.agency, one.provider.agency

    return subject(document) == subject(before)
