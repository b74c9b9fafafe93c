"""Base64url without padding (RFC 4648 section 5), strict: what decodes is exactly what encodes."""

import base64
import binascii


class Base64Error(ValueError):
    """The text is not the one base64url form of any bytes."""


def encode_base64url(data: bytes) -> str:
    """Return the unpadded base64url text of `data`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Return the bytes of unpadded base64url `text`.

    Raises:
        Base64Error: wrong alphabet, padding, or a form that does not re-encode to itself.
    """
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Base64Error("not base64url") from None
    if encode_base64url(data) != text:
        raise Base64Error("not the canonical base64url form")
    return data
