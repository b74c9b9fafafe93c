"""This agency's own copies of agreements: believed for their signatures, whatever the gateway says of their state."""

from dataclasses import dataclass
from typing import Final

from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys
from connectors.state.agreements import (
    AgreementCopy,
    find_agreement,
    forget_ended,
    keep_agreement,
    list_agreements,
)
from connectors.state.alerts import raise_alert
from connectors.trust import TrustStore
from keys.protocol.agreements import AgreementError, verify_all_signatures, verify_signature
from keys.protocol.key_chain import AgencyKeys
from schemas.agreement import AgreementState
from schemas.messages.agreements import AgreementAnswer, SignedAgreement

_SIGNED_BY_ALL: Final = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.REPLACED})


@dataclass(frozen=True)
class AgreementKeeper:
    """Verifies what the gateway tells of agreements, and keeps what verifies."""

    connector: Connector
    trust: TrustStore

    def keep_all(self, answer: AgreementAnswer) -> dict[str, AgreementCopy]:
        """Keep the agreements whose signatures verify, raise an alert for the others; return the copies by digest."""
        kept = []
        for signed in answer.agreements:
            digest = signed.agreement.digest()
            try:
                self._verify(signed)
            except AgreementError as error:
                raise_alert(self.connector.state, f"agreement_{error.reason}", digest, self.connector.seconds())
                continue
            keep_agreement(
                self.connector.state,
                signed.agreement,
                signed.signatures,
                signed.state,
                signed.history,
                signed.review_due_at,
            )
            if signed.state is AgreementState.REVOKED:
                self._destroy(digest, AgreementState.REVOKED)
            kept.append(digest)
        self._end_replaced()
        found = {digest: find_agreement(self.connector.state, digest) for digest in kept}
        return {digest: copy for digest, copy in found.items() if copy is not None}

    def _verify(self, signed: SignedAgreement) -> None:
        """Check the signatures; in force is only what all who must sign have signed, each by two officers."""
        agreement = signed.agreement
        if agreement.signer_of(self.connector.agency) is None:
            raise AgreementError("not_a_party")
        if signed.state in _SIGNED_BY_ALL:
            verify_all_signatures(agreement, signed.signatures, self._keys_of)
            return
        signers = [verify_signature(agreement, token, self._keys_of).agency for token in signed.signatures]
        parties = {agreement.requester.agency, agreement.provider.agency}
        is_agreed = parties <= set(signers) or signed.state is not AgreementState.AGREED
        if len(signers) != len(set(signers)) or not is_agreed:
            raise AgreementError("signature_missing")

    def _end_replaced(self) -> None:
        """End the earlier versions of what is active and has begun, also if the gateway calls them active."""
        copies = {copy.standing.digest: copy for copy in list_agreements(self.connector.state)}
        for copy in copies.values():
            if copy.standing.state is not AgreementState.ACTIVE or not self._has_begun(copy):
                continue
            before = copies.get(copy.agreement.replaces or "")
            while before is not None:
                if before.standing.state in _SIGNED_BY_ALL:
                    self._destroy(before.standing.digest, AgreementState.REPLACED)
                before = copies.get(before.agreement.replaces or "")

    def _has_begun(self, copy: AgreementCopy) -> bool:
        return copy.agreement.valid_from <= self.connector.seconds()

    def _destroy(self, digest: str, state: AgreementState) -> None:
        destroy_evaluation_keys(self.connector, digest)
        forget_ended(self.connector.state, digest, state)

    def _keys_of(self, agency: str, pinned: str) -> AgencyKeys:
        return self.trust.keys_of(agency, pinned, self.connector.now())
