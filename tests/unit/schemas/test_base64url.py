"""Base64url: one text for the same bytes, and nothing else decodes."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base64url import Base64Error, decode_base64url, encode_base64url

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def is_canonical(text: str) -> bool:
    """Say by the standard library and the alphabet whether a text is the one form of some bytes."""
    if _ALPHABET.fullmatch(text) is None or len(text) % 4 == 1:
        return False
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return base64.urlsafe_b64encode(data).decode().rstrip("=") == text


@given(st.binary(max_size=100))
def test_what_was_encoded_decodes(data: bytes) -> None:
    text = encode_base64url(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert decode_base64url(text) == data


@given(st.one_of(st.text("ABab01-_", max_size=12), st.text("Aa0-_+/= \n\r\t.é\x00", max_size=12), st.text(max_size=12)))
def test_only_the_one_form_decodes(text: str) -> None:
    if is_canonical(text):
        assert encode_base64url(decode_base64url(text)) == text
        return
    with pytest.raises(Base64Error):
        decode_base64url(text)


@pytest.mark.parametrize(
    "text",
    ["QUI=", "QUJD\n", " QUJD", "QU JD", "QUJ+", "QUJ/", "Q", "QUJDR", "QUL", "QU==QUJD", "QUJD====", "＋QUJ"],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(Base64Error):
        decode_base64url(text)
