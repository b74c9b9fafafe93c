"""Signing the accounting of a child, and checking that the gateway signed the one at hand."""

from keys.crypto.signing import SignatureError, SigningKey, read_header
from keys.protocol.envelopes import KeyFinder, read_unverified, sign_message, verify_message
from keys.protocol.key_chain import UntrustedKeyError
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import MessageError
from schemas.messages.accounting import (
    ACCOUNTING_TOKEN_TYPE,
    MAX_ACCOUNTING_BYTES,
    Accounting,
    AccountingSeal,
    SignedAccounting,
)


class AccountingError(Exception):
    """A file is no accounting that the gateway signed.

    Attributes:
        reason: `malformed` or `signature_invalid`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign_accounting(key: SigningKey, accounting: Accounting) -> SignedAccounting:
    """Return the accounting with the gateway's signature."""
    seal = AccountingSeal(
        accounting=accounting.digest(),
        gateway=accounting.gateway,
        provider=accounting.provider,
        signed_at=accounting.made_at,
    )
    return SignedAccounting(accounting=accounting, signature=sign_message(key, ACCOUNTING_TOKEN_TYPE, seal))


def verify_accounting(data: bytes, find_key: KeyFinder) -> Accounting:
    """Return the accounting of a file after verifying that the gateway which it names signed it.

    `find_key` knows the gateway's keys as they were when it signed, or raises for every other agency.

    Raises:
        AccountingError: malformed, another accounting, or not the gateway's signature.
    """
    try:
        signed = SignedAccounting.from_bytes(data, MAX_ACCOUNTING_BYTES)
        stated = read_unverified(AccountingSeal, signed.signature, MAX_ENVELOPE_CHARACTERS)
    except (MessageError, SignatureError):
        raise AccountingError("malformed") from None
    accounting = signed.accounting
    try:
        key = find_key(stated.gateway, read_header(signed.signature, MAX_ENVELOPE_CHARACTERS).key_id)
        seal = verify_message(AccountingSeal, signed.signature, key, ACCOUNTING_TOKEN_TYPE, MAX_ENVELOPE_CHARACTERS)
    except (SignatureError, MessageError, UntrustedKeyError):
        raise AccountingError("signature_invalid") from None
    stated_here = (accounting.digest(), accounting.gateway, accounting.provider, accounting.made_at)
    if (seal.accounting, seal.gateway, seal.provider, seal.signed_at) != stated_here:
        raise AccountingError("signature_invalid")
    return accounting
