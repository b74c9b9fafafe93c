"""What an agency's sharing office does with agreements: draft, propose, review, sign, end, and keep signed copies."""

from dataclasses import dataclass

from pydantic import ValidationError

from connectors.agreement_copies import AgreementKeeper
from connectors.agreement_parties import require_sound_parties
from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys
from connectors.gateway_client import GatewayClient
from connectors.identifiers import new_uuid
from connectors.state.agreements import AgreementCopy, find_agreement, forget_ended, list_agreements, set_withheld
from connectors.trust import TrustStore
from keys.custody.key_ring import KeyKind
from keys.protocol.agreements import sign_agreement
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.agreement_steps import ReviewStep
from schemas.envelope import MessageType
from schemas.linkage_keys import LINKAGE_SCHEMA
from schemas.message import Message
from schemas.messages.agreements import (
    MAX_AGREEMENT_LIST_BYTES,
    AgreementAnswer,
    AgreementCountersign,
    AgreementEnd,
    AgreementList,
    AgreementPropose,
    AgreementReview,
    AgreementSign,
)
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose

Signatories = tuple[str, str]
"""The agency's own references to the two different officers who stand for it."""

_IN_FORCE = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED})
_SIGNED = _IN_FORCE | {AgreementState.AGREED}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the two offices negotiate on top of the purpose; the rest follows from the catalogue.

    `lead`: the lead body that countersigns (`find_lead`). `replaces`: the version before, where this is a further one.
    """

    provider: str
    provider_key: str
    attributes: tuple[str, ...]
    regions: tuple[str, ...]
    valid_from: int
    valid_until: int
    max_batch: int
    evaluations_per_day: int
    releases_per_day: int
    officer_evaluations_per_day: int
    officer_releases_per_day: int
    retention_days: int
    approval: Approval
    lead: Party | None = None
    replaces: Agreement | None = None


def draft_agreement(connector: Connector, purpose: Purpose, terms: Terms) -> Agreement:
    """Return an unsigned agreement with this agency as requester; every draft has its own id."""
    return Agreement(
        version=1,
        id=new_uuid(connector.random),
        revision=1 if terms.replaces is None else terms.replaces.revision + 1,
        replaces=None if terms.replaces is None else terms.replaces.digest(),
        purpose=purpose.id,
        purpose_version=purpose.version,
        requester=Party(agency=connector.agency, signing_key=root_key_id(connector)),
        provider=Party(agency=terms.provider, signing_key=terms.provider_key),
        lead=terms.lead,
        attributes=tuple(sorted(set(terms.attributes))),
        regions=tuple(sorted(set(terms.regions))),
        linkage_schema=LINKAGE_SCHEMA,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        case_number_required=purpose.case_number_required,
        approval=terms.approval,
        max_batch=terms.max_batch,
        evaluations_per_day=terms.evaluations_per_day,
        releases_per_day=terms.releases_per_day,
        officer_evaluations_per_day=terms.officer_evaluations_per_day,
        officer_releases_per_day=terms.officer_releases_per_day,
        retention_days=terms.retention_days,
    )


def root_key_id(connector: Connector) -> str:
    """Return the thumbprint that agreements pin: this agency's first signing key, where its chain of keys begins."""
    return connector.keys.ring.find(KeyKind.SIGNING)[-1].key_id


class SharingOffice:
    """Carries agreements between this agency, the gateway and the agency's own copies.

    What the gateway refuses is raised as `GatewayClient.ask` raises it: agreement_step_refused where an agreement does
    not stand so that this agency may take the step. A reason that is none of the step's, or a note that may not be
    said, is malformed at /reasons or /note.
    """

    def __init__(self, connector: Connector, client: GatewayClient, trust: TrustStore) -> None:
        self._connector = connector
        self._client = client
        self._trust = trust
        self._keeper = AgreementKeeper(connector, trust)

    def propose(self, agreement: Agreement, signatories: Signatories) -> AgreementCopy:
        """Sign as requester, two officers standing for this agency, and send.

        Raises:
            ProblemError: approval_missing if the two officers are one.
        """
        message = AgreementPropose(agreement=agreement, signature=self._signature_of(agreement, signatories))
        return self._tell(MessageType.AGREEMENT_PROPOSE, message, agreement.digest())

    def accept_complete(self, digest: str) -> AgreementCopy:
        """Say, as provider, that a proposal is complete and is being reviewed."""
        return self._review(digest, "accept_complete")

    def return_incomplete(self, digest: str, reasons: tuple[str, ...], note: str | None = None) -> AgreementCopy:
        """Return a proposal, once, with all that is missing (`INCOMPLETE_REASONS`); ends this version."""
        return self._review(digest, "return_incomplete", tuple(sorted(set(reasons))), note)

    def extend_review(self, digest: str) -> AgreementCopy:
        """Take, once and before the answer is due, 10 more working days for the review."""
        return self._review(digest, "extend")

    def refuse(self, digest: str, reason: str, note: str | None = None) -> AgreementCopy:
        """Refuse a proposal as provider, with one of `REFUSAL_REASONS`."""
        return self._review(digest, "refuse", (reason,), note)

    def dispute(self, digest: str, note: str | None = None) -> AgreementCopy:
        """Dispute, as requester and once, a refusal: the lead body decides."""
        return self._review(digest, "dispute", note=note)

    def settle(self, digest: str, *, reopen: bool, note: str | None = None) -> AgreementCopy:
        """Decide a dispute as lead body: the proposal is reviewed again, or stays refused."""
        return self._review(digest, "settle_reopen" if reopen else "settle_refuse", note=note)

    def sign(self, digest: str, signatories: Signatories) -> AgreementCopy:
        """Sign as provider what the requester has proposed and signed.

        Raises:
            ProblemError: approval_missing if the two officers are one, no_agreement, also if the requester's signature
                does not verify, or what is wrong with the terms: a provider does not take the gateway's word for it
                that they keep to the purpose.
        """
        terms = self._checked(digest)
        message = AgreementSign(agreement=digest, signature=self._signature_of(terms, signatories))
        return self._tell(MessageType.AGREEMENT_SIGN, message, digest)

    def countersign(self, digest: str, signatories: Signatories) -> AgreementCopy:
        """Sign as lead body what both parties have signed; with it the agreement is active. Raises as `sign`."""
        terms = self._checked(digest)
        message = AgreementCountersign(agreement=digest, signature=self._signature_of(terms, signatories))
        return self._tell(MessageType.AGREEMENT_COUNTERSIGN, message, digest)

    def suspend(self, digest: str) -> None:
        """Stop answering under an agreement: here at once, then at the gateway."""
        set_withheld(self._connector.state, digest, is_withheld=True)
        self._end(digest, "suspend")

    def resume(self, digest: str) -> None:
        """Answer again under an agreement that this agency had suspended, also where the gateway never heard of it."""
        try:
            self._end(digest, "resume")
        except ProblemError as error:
            if error.code is not ProblemCode.AGREEMENT_STEP_REFUSED or not self._is_in_force(digest):
                raise
        set_withheld(self._connector.state, digest, is_withheld=False)

    def revoke(self, digest: str) -> None:
        """End an agreement for ever: key, handles and index are destroyed here first, then at the gateway.

        Doing it again completes what a crash or a silent gateway left undone.

        Raises:
            ProblemError: not_a_party for the lead body; agreement_step_refused for a provider that has not signed: it
                refuses, with a reason.
        """
        self._require_revocable(digest)
        destroy_evaluation_keys(self._connector, digest)
        forget_ended(self._connector.state, digest, AgreementState.REVOKED)
        try:
            self._end(digest, "revoke")
        except ProblemError as error:
            if error.code is not ProblemCode.AGREEMENT_STEP_REFUSED:  # the other agency may have revoked it before
                raise

    def sync(self) -> dict[str, AgreementCopy]:
        """Fetch this agency's agreements and keep those whose signatures verify; returns all copies by digest."""
        answer = self._client.ask(
            MessageType.AGREEMENT_LIST, AgreementList(), AgreementAnswer, MAX_AGREEMENT_LIST_BYTES
        )
        self._keeper.keep_all(answer.message)
        return {copy.standing.digest: copy for copy in list_agreements(self._connector.state)}

    def _checked(self, digest: str) -> Agreement:
        copy = self.sync().get(digest)
        if copy is None:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        require_sound_parties(copy.agreement, self._trust.registry(self._connector.now()), self._connector.seconds())
        return copy.agreement

    def _is_in_force(self, digest: str) -> bool:
        copy = self.sync().get(digest)
        return copy is not None and copy.standing.state in _IN_FORCE

    def _require_revocable(self, digest: str) -> None:
        copy, own = find_agreement(self._connector.state, digest), self._connector.agency
        if copy is None:
            return
        if copy.agreement.party_of(own) is None:
            raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
        is_withdrawn = copy.agreement.requester.agency == own
        if not is_withdrawn and copy.standing.state not in {*_SIGNED, AgreementState.REVOKED}:
            raise ProblemError(ProblemCode.AGREEMENT_STEP_REFUSED, clause="state")

    def _review(
        self, digest: str, step: ReviewStep, reasons: tuple[str, ...] = (), note: str | None = None
    ) -> AgreementCopy:
        try:
            message = AgreementReview(agreement=digest, step=step, reasons=reasons, note=note or None)
        except ValidationError as error:
            place = error.errors(include_input=False)[0]["loc"]
            raise ProblemError(ProblemCode.MALFORMED, f"/{place[0]}" if place else "/reasons") from None
        self._hold_copy(digest)
        return self._tell(MessageType.AGREEMENT_REVIEW, message, digest)

    def _end(self, digest: str, action: str) -> None:
        self._hold_copy(digest)
        message = AgreementEnd.model_validate({"agreement": digest, "action": action})
        answer = self._client.ask(MessageType.AGREEMENT_END, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)
        self._keeper.keep_all(answer.message)

    def _hold_copy(self, digest: str) -> None:
        """Fetch what was not heard of yet: the copy says who the other party is, which the log is checked for."""
        if find_agreement(self._connector.state, digest) is None:
            self.sync()

    def _tell(self, message_type: MessageType, message: Message, digest: str) -> AgreementCopy:
        answer = self._client.ask(message_type, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)
        kept = self._keeper.keep_all(answer.message).get(digest)
        if kept is None:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        return kept

    def _signature_of(self, agreement: Agreement, signatories: Signatories) -> str:
        if signatories[0] == signatories[1]:
            raise ProblemError(ProblemCode.APPROVAL_MISSING, "/signatories")
        key, agency = self._connector.signing_key(), self._connector.agency
        return sign_agreement(key, agreement, agency, signatories, self._connector.seconds())
