"""Signing agreements, and checking that the pinned keys of all who must sign have signed one."""

from collections.abc import Callable, Sequence

from keys.crypto.signing import SignatureError, SigningKey, read_header
from keys.protocol.envelopes import read_unverified, sign_message, verify_message
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from schemas.agreement import AGREEMENT_TOKEN_TYPE, Agreement, AgreementSignature
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import MessageError

KeysOf = Callable[[str, str], AgencyKeys]
"""Takes an agency and its pinned thumbprint; returns its keys or raises `UntrustedKeyError`."""


class AgreementError(Exception):
    """An agreement is not validly signed.

    Attributes:
        reason: `signature_missing`, `signature_invalid` or `not_a_party`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign_agreement(
    key: SigningKey, agreement: Agreement, agency: str, signatories: tuple[str, str], signed_at: int
) -> str:
    """Return `agency`'s signature (JWS) of the agreement, for which two of its officers stand.

    Raises:
        ValueError: the signatories are one officer, or one is no reference (pydantic.ValidationError).
    """
    first, second = sorted(signatories)
    claims = AgreementSignature(
        agreement=agreement.digest(), agency=agency, signatories=(first, second), signed_at=signed_at
    )
    return sign_message(key, AGREEMENT_TOKEN_TYPE, claims)


def verify_signature(agreement: Agreement, token: str, keys_of: KeysOf) -> AgreementSignature:
    """Return what an agency validly signed with `token`: `agreement`, for itself, by two of its officers.

    Raises:
        AgreementError: not a party, another agreement, or a key that does not follow from the pinned one.
    """
    try:
        stated = read_unverified(AgreementSignature, token, MAX_ENVELOPE_CHARACTERS)
        party = agreement.signer_of(stated.agency)
        if party is None:
            raise AgreementError("not_a_party")
        keys = keys_of(party.agency, party.signing_key)
        key = keys.verification_key(read_header(token, MAX_ENVELOPE_CHARACTERS).key_id, stated.signed_at)
        signed = verify_message(AgreementSignature, token, key, AGREEMENT_TOKEN_TYPE, MAX_ENVELOPE_CHARACTERS)
    except (SignatureError, MessageError, UntrustedKeyError):
        raise AgreementError("signature_invalid") from None
    if signed.agreement != agreement.digest():
        raise AgreementError("signature_invalid")
    return signed


def verify_all_signatures(agreement: Agreement, tokens: Sequence[str], keys_of: KeysOf) -> None:
    """Check that all who must sign have signed, each once: requester, provider and, where one is named, the lead body.

    Raises:
        AgreementError: a signature is missing, there twice, or not valid.
    """
    signers = [verify_signature(agreement, token, keys_of).agency for token in tokens]
    if sorted(signers) != sorted(party.agency for party in agreement.signers):
        raise AgreementError("signature_missing")
