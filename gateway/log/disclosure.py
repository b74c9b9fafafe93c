"""Disclosures of personal fields: RFC 9901 (SD-JWT) section 4.2, kept and handed on verbatim.

    disclosure = base64url( UTF-8( ["<salt>","<name>","<value>"] ) )
    digest     = base64url( SHA-256( disclosure ) )

The digest is over the encoded text, so no canonical form of the value is needed. Once salt and value are erased, the
digest in the leaf is 256 bits that look random.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.log.event_names import PersonalField
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.randomness import RandomSource

SALT_BYTES: Final = 16
MAX_DISCLOSURE_CHARACTERS: Final = 65_536


class DisclosureError(ValueError):
    """The text is not a disclosure in the one accepted form."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A personal field in clear; its value does not show in `repr`."""

    name: PersonalField
    salt: bytes = field(repr=False)
    value: str = field(repr=False)


def make_disclosure(name: PersonalField, value: str, random: RandomSource) -> str:
    """Return the disclosure of `value` under a fresh salt of 16 bytes.

    Raises:
        DisclosureError: `value` is no Unicode text (lone surrogates).
    """
    return _format_disclosure(Disclosure(name, random(SALT_BYTES), value))


def parse_disclosure(text: str) -> Disclosure:
    """Return what `text` discloses.

    Raises:
        DisclosureError: too long, unknown field, or another form than the one `make_disclosure` writes.
    """
    if len(text) > MAX_DISCLOSURE_CHARACTERS:
        raise DisclosureError("a disclosure is too long")
    try:
        salt, name, value = orjson.loads(decode_base64url(text))
        disclosure = Disclosure(PersonalField(name), decode_base64url(salt), value)
        formatted = _format_disclosure(disclosure)
    except (ValueError, TypeError, AttributeError, RecursionError, Base64Error):
        raise DisclosureError("not a disclosure") from None
    if not isinstance(value, str) or len(disclosure.salt) < SALT_BYTES or formatted != text:
        raise DisclosureError("a disclosure is not in its one form")
    return disclosure


def disclosure_digest(disclosure: str) -> str:
    """Return the digest of a disclosure, as it stands in `_sd`."""
    return encode_base64url(hashlib.sha256(disclosure.encode("ascii")).digest())


def _format_disclosure(disclosure: Disclosure) -> str:
    parts = [encode_base64url(disclosure.salt), str(disclosure.name), disclosure.value]
    try:
        return encode_base64url(orjson.dumps(parts))
    except orjson.JSONEncodeError:
        raise DisclosureError("a personal field is no Unicode text") from None
