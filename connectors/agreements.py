"""What an agency's sharing office does with agreements: draft, propose, sign, end, and keep its own signed copies."""

from dataclasses import dataclass

from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys
from connectors.gateway_client import GatewayClient
from connectors.identifiers import new_uuid
from connectors.state.agreements import (
    AgreementCopy,
    find_agreement,
    forget_revoked,
    keep_agreement,
    list_agreements,
    set_withheld,
)
from connectors.state.alerts import raise_alert
from connectors.trust import TrustStore
from keys.custody.key_ring import KeyKind
from keys.protocol.agreements import AgreementError, sign_agreement, verify_all_signatures, verify_signature
from keys.protocol.key_chain import AgencyKeys
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.agreement_terms import PartyKinds, require_sound_terms
from schemas.envelope import MessageType
from schemas.linkage_keys import LINKAGE_SCHEMA
from schemas.messages.agreements import (
    MAX_AGREEMENT_LIST_BYTES,
    AgreementAnswer,
    AgreementEnd,
    AgreementList,
    AgreementPropose,
    AgreementSign,
    SignedAgreement,
)
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose


@dataclass(frozen=True, slots=True)
class Terms:
    """What the two offices negotiate on top of the purpose; the rest follows from the catalogue."""

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


def draft_agreement(connector: Connector, purpose: Purpose, terms: Terms) -> Agreement:
    """Return an unsigned agreement with this agency as requester; every draft has its own id."""
    return Agreement(
        version=1,
        id=new_uuid(connector.random),
        purpose=purpose.id,
        purpose_version=purpose.version,
        requester=Party(agency=connector.agency, signing_key=root_key_id(connector)),
        provider=Party(agency=terms.provider, signing_key=terms.provider_key),
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
    """Carries agreements between this agency, the gateway and the agency's own copies."""

    def __init__(self, connector: Connector, client: GatewayClient, trust: TrustStore) -> None:
        self._connector = connector
        self._client = client
        self._trust = trust

    def propose(self, agreement: Agreement, signatories: tuple[str, str]) -> AgreementCopy:
        """Sign as requester, two officers standing for this agency, and send.

        Raises:
            ProblemError: approval_missing if the two are one; else as `GatewayClient.ask`.
        """
        message = AgreementPropose(agreement=agreement, signature=self._signature_of(agreement, signatories))
        answer = self._client.ask(
            MessageType.AGREEMENT_PROPOSE, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES
        ).message
        return self._keep_all(answer)[agreement.digest()]

    def sign(self, digest: str, signatories: tuple[str, str]) -> AgreementCopy:
        """Sign as provider what the requester has proposed and signed; with it the agreement becomes active.

        Raises:
            ProblemError: approval_missing if the two officers are one, no_agreement, also if the requester's signature does not verify, or what is wrong with the
                terms: a provider does not take the gateway's word for it that they keep to the purpose.
        """
        copy = self.sync().get(digest)
        if copy is None:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        self._require_sound_terms(copy.agreement)
        message = AgreementSign(agreement=digest, signature=self._signature_of(copy.agreement, signatories))
        answer = self._client.ask(MessageType.AGREEMENT_SIGN, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)
        return self._keep_all(answer.message)[digest]

    def suspend(self, digest: str) -> None:
        """Stop answering under an agreement: here at once, then at the gateway."""
        set_withheld(self._connector.state, digest, is_withheld=True)
        self._end(digest, "suspend")

    def resume(self, digest: str) -> None:
        """Answer again under an agreement that this agency had suspended."""
        self._end(digest, "resume")
        set_withheld(self._connector.state, digest, is_withheld=False)

    def revoke(self, digest: str) -> None:
        """End an agreement for ever: key, handles and index are destroyed here first, then at the gateway.

        Doing it again completes what a crash or a silent gateway left undone.
        """
        destroy_evaluation_keys(self._connector, digest)
        forget_revoked(self._connector.state, digest)
        try:
            self._end(digest, "revoke")
        except ProblemError as error:
            if error.code is not ProblemCode.AGREEMENT_NOT_ACTIVE:  # the other agency may have revoked it before
                raise

    def sync(self) -> dict[str, AgreementCopy]:
        """Fetch this agency's agreements and keep those whose signatures verify; returns all copies by digest."""
        answer = self._client.ask(
            MessageType.AGREEMENT_LIST, AgreementList(), AgreementAnswer, MAX_AGREEMENT_LIST_BYTES
        )
        self._keep_all(answer.message)
        return {copy.standing.digest: copy for copy in list_agreements(self._connector.state)}

    def _require_sound_terms(self, agreement: Agreement) -> None:
        requester = self._trust.registry(self._connector.now()).find_member(agreement.requester.agency)
        if requester is None:
            raise ProblemError(ProblemCode.UNKNOWN_MEMBER)
        own_kind = AgencyKind(self._connector.settings.agency_type)
        kinds = PartyKinds(AgencyKind(requester.agency_type), own_kind, requester.region)
        require_sound_terms(agreement, kinds, self._connector.seconds())

    def _end(self, digest: str, action: str) -> None:
        message = AgreementEnd.model_validate({"agreement": digest, "action": action})
        self._client.ask(MessageType.AGREEMENT_END, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)

    def _signature_of(self, agreement: Agreement, signatories: tuple[str, str]) -> str:
        if signatories[0] == signatories[1]:
            raise ProblemError(ProblemCode.APPROVAL_MISSING, "/signatories")
        key, agency = self._connector.signing_key(), self._connector.agency
        return sign_agreement(key, agreement, agency, signatories, self._connector.seconds())

    def _keep_all(self, answer: AgreementAnswer) -> dict[str, AgreementCopy]:
        kept = {}
        for signed in answer.agreements:
            digest = signed.agreement.digest()
            try:
                self._verify(signed)
            except AgreementError as error:
                raise_alert(self._connector.state, f"agreement_{error.reason}", digest, self._connector.seconds())
                continue
            keep_agreement(self._connector.state, signed.agreement, signed.signatures, signed.state)
            self._destroy_if_revoked(signed)
            copy = find_agreement(self._connector.state, digest)
            if copy is not None:
                kept[digest] = copy
        return kept

    def _verify(self, signed: SignedAgreement) -> None:
        if signed.agreement.party_of(self._connector.agency) is None:
            raise AgreementError("not_a_party")
        if signed.state in {AgreementState.PROPOSED, AgreementState.REVOKED}:  # a proposal may be withdrawn
            for token in signed.signatures:
                verify_signature(signed.agreement, token, self._keys_of)
        else:
            verify_all_signatures(signed.agreement, signed.signatures, self._keys_of)

    def _keys_of(self, agency: str, pinned: str) -> AgencyKeys:
        return self._trust.keys_of(agency, pinned, self._connector.now())

    def _destroy_if_revoked(self, signed: SignedAgreement) -> None:
        """The other agency revoked: what belongs to the agreement is destroyed here as well."""
        if signed.state is AgreementState.REVOKED:
            destroy_evaluation_keys(self._connector, signed.agreement.digest())
            forget_revoked(self._connector.state, signed.agreement.digest())
