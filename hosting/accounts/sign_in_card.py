"""What a new account's owner needs to sign in for the first time: address, name, password, and a code to scan."""

from dataclasses import dataclass, field

import pyotp
import segno

from hosting.accounts.book import A, AccountBook
from hosting.accounts.credentials import NewCredential


@dataclass(frozen=True, slots=True)
class SignInCard:
    """Shown once, to be handed over; `totp_uri` is an `otpauth://` address (Key URI format) for the authenticator."""

    account: str
    address: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_uri: str = field(repr=False)

    def picture(self) -> str:
        """Return the QR code (ISO/IEC 18004) of `totp_uri` as a `data:` address of an SVG."""
        return segno.make(self.totp_uri, error="m").svg_data_uri(scale=4, border=4)

    def spaced_secret(self) -> str:
        """Return the secret in groups of four, to be typed by hand."""
        return " ".join(self.totp_secret[start : start + 4] for start in range(0, len(self.totp_secret), 4))


def sign_in_card(book: AccountBook[A], account_id: str, new: NewCredential) -> SignInCard:
    """Return the card of a credential that was just made."""
    uri = pyotp.TOTP(new.totp_secret).provisioning_uri(name=account_id, issuer_name=book.issuer)
    return SignInCard(account_id, book.sign_in_address, new.password, new.totp_secret, uri)
