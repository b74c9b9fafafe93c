"""Release: prove that the requester possesses the identifiers, read the records, minimise, seal.

Nothing is noted here: what becomes of a request is made durable in one commit before anything leaves.

Records are refused one by one: a handle alone, or a grant that nobody could have got honestly, opens nothing.
"""

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.context import Connector
from connectors.data_sets import Derivation, Record
from connectors.emergency.notices import admission_of
from connectors.provider.check_possession import find_unproven, open_proofs
from connectors.provider.duty_office import DUTY_OFFICE, duty_office_derivation
from connectors.provider.find_records import find_records
from connectors.provider.minimise import UnderivableError, minimise
from connectors.provider.verify_request import Verified, decide_here
from connectors.register import Register, county_within
from connectors.sources.errors import SourceError
from connectors.state.alerts import raise_alert
from connectors.state.charges import BudgetKind, Charge, charge_of, require_chargeable
from connectors.state.releases import Release
from keys.protocol.grants import check_grant, verify_grant
from keys.protocol.key_chain import UntrustedKeyError
from keys.protocol.sealed_answers import seal_answers
from keys.protocol.sealed_for import answers_binding
from schemas.agency_kinds import AgencyKind
from schemas.base64url import decode_base64url
from schemas.messages.exchange import (
    Answer,
    ExchangeAnswer,
    ExchangeRequest,
    PossessionProof,
    Refusal,
    SealedAnswers,
)
from schemas.messages.match import GrantClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes
from schemas.purpose_parts import PurposeOutput

_ALERTS = {
    ProblemCode.GRANT_EXCEEDED: "grant_exceeds_agreement",
    ProblemCode.GRANT_INVALID: "grant_not_for_this_request",
}
"""What an honest gateway refuses itself; an expired grant may have expired on its way."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """What an exchange may be answered by: the verified grant and the opened proofs, by handle."""

    grant: GrantClaims
    proofs: Mapping[str, PossessionProof] = field(repr=False)


def charge_for_exchange(connector: Connector, verified: Verified[ExchangeRequest]) -> Charge:
    """Return what an exchange is charged: a release for each handle."""
    handles, claims = verified.message.handles, verified.claims
    admit = admission_of(connector, claims, handles=handles)
    day, seconds = connector.today(), connector.seconds()
    return charge_of(claims, verified.copy.standing, BudgetKind.RELEASES, len(handles), day, seconds, admit)


def permit_exchange(connector: Connector, verified: Verified[ExchangeRequest], charge: Charge) -> Permitted:
    """Decide, check the grant, open the proofs, and see that the request can be charged; no record is looked at.

    Raises:
        ProblemError: the refusal of the whole request, which is then not charged.
    """
    grant = _check_permission(connector, verified)
    proofs = open_proofs(connector, verified)
    require_chargeable(connector.state, charge)
    return Permitted(grant, proofs)


def answer_exchange(
    connector: Connector, register: Register, verified: Verified[ExchangeRequest], permitted: Permitted
) -> tuple[ExchangeAnswer, Release]:
    """Check possession and return the sealed answer with what to note of it.

    Raises:
        ProblemError: the refusal of the whole request, which is charged all the same.
    """
    handles, epoch = verified.message.handles, permitted.grant.epoch
    try:
        records = find_records(connector, register, verified.copy.standing, epoch, handles)
    except SourceError:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None
    unproven = find_unproven(connector, verified, epoch, records, permitted.proofs)
    if unproven:
        raise_alert(connector.state, "possession_not_proven", verified.envelope.digest, connector.seconds())
    outputs, derivations = _outputs(connector, verified), _derivations(connector, register)
    answers = {
        handle: Answer(refused=Refusal.POSSESSION_NOT_PROVEN)
        if handle in unproven
        else _answer(connector, verified, records.get(handle), outputs, derivations)
        for handle in handles
    }
    return _seal(connector, verified, answers)


def _check_permission(connector: Connector, verified: Verified[ExchangeRequest]) -> GrantClaims:
    request, agreement, now = verified.message, verified.copy.agreement, connector.now()
    decide_here(verified, now, records=len(request.handles), attributes=request.attributes)
    try:
        grant = verify_grant(request.grant, lambda agency, key_id: verified.trust.gateway_key(agency, key_id, now))
        check_grant(grant, verified.claims, request, agreement, now)
    except ProblemError as error:
        if (alert := _ALERTS.get(error.code)) is not None:
            raise_alert(connector.state, alert, verified.envelope.digest, connector.seconds())
        raise
    return grant


def _outputs(connector: Connector, verified: Verified[ExchangeRequest]) -> tuple[PurposeOutput, ...]:
    purpose = load_purposes()[verified.copy.agreement.purpose]
    own = purpose.outputs_of(AgencyKind(connector.settings.agency_type))
    return tuple(output for output in own if output.attribute in verified.message.attributes)


def _answer(
    connector: Connector,
    verified: Verified[ExchangeRequest],
    record: Record | None,
    outputs: tuple[PurposeOutput, ...],
    derivations: Mapping[str, Derivation],
) -> Answer:
    if record is None:
        return Answer(refused=Refusal.NO_LONGER_HELD)
    if county_within(record, verified.copy.agreement.regions) is None:
        return Answer(refused=Refusal.OUTSIDE_REGION)
    try:
        return Answer(values=minimise(record, outputs, derivations, connector.today()))
    except UnderivableError:
        return Answer(refused=Refusal.UNDERIVABLE)


def _derivations(connector: Connector, register: Register) -> Mapping[str, Derivation]:
    duty_office = duty_office_derivation(connector.settings.duty_offices, register.agency.index_data_set.name)
    return {**register.agency.derivations, DUTY_OFFICE: duty_office}


def _seal(
    connector: Connector, verified: Verified[ExchangeRequest], answers: Mapping[str, Answer]
) -> tuple[ExchangeAnswer, Release]:
    agreement, claims, today = verified.copy.agreement, verified.claims, connector.today()
    digest = verified.copy.standing.digest
    expires_on = today + timedelta(days=agreement.retention_days)
    sealed = SealedAnswers(as_of=f"{today:%Y-%m}", answers=tuple(answers.values()), expires_on=expires_on.isoformat())
    recipient = _opening_key(connector, verified)
    binding = answers_binding(digest, verified.envelope.digest, claims.issuer)
    refused = Counter(answer.refused for answer in answers.values() if answer.refused is not None)
    answer = ExchangeAnswer(
        receipt_number="TX-" + base64.b32encode(connector.random(10)).decode("ascii")[:10],
        attributes=verified.message.attributes,
        released=len(answers) - refused.total(),
        refused=dict(refused),
        sealed=seal_answers(sealed, verified.message.attributes, recipient, binding, connector.random),
    )
    return answer, Release(
        receipt_number=answer.receipt_number,
        request=verified.envelope.digest,
        agreement=digest,
        requester=claims.issuer,
        officer=claims.officer or "",
        case=claims.case,
        attributes=verified.message.attributes,
        refused_by_handle={handle: answer.refused for handle, answer in answers.items()},
    )


def _opening_key(connector: Connector, verified: Verified[ExchangeRequest]) -> bytes:
    requester, now = verified.copy.agreement.requester, connector.now()
    try:
        statement = verified.trust.keys_of(requester.agency, requester.signing_key, now).opening_key(now)
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY) from None
    return decode_base64url(statement.public_key)
