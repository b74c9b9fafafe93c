"""Text formats: a pattern says as much as decoding would, and no more."""

import string
import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import DIGEST_BYTES, PROOF_BYTES, Digest, Handle, Proof, Uuid

_TEXTS = {DIGEST_BYTES: TypeAdapter(Digest), 16: TypeAdapter(Handle), PROOF_BYTES: TypeAdapter(Proof)}
_UUID = TypeAdapter(Uuid)
ALPHABET = string.ascii_letters + string.digits + "-_"
LENGTHS = st.sampled_from(sorted(_TEXTS))


def accepts(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        return adapter.validate_python(text) == text
    except ValidationError:
        return False


def decodes_to(text: str, length: int) -> bool:
    try:
        return len(decode_base64url(text)) == length
    except Base64Error:
        return False


@given(LENGTHS, st.data())
def test_the_text_of_so_many_bytes_is_accepted(length: int, data: st.DataObject) -> None:
    text = encode_base64url(data.draw(st.binary(min_size=length, max_size=length)))
    assert accepts(_TEXTS[length], text)


@settings(max_examples=300)
@given(LENGTHS, st.data())
def test_what_is_accepted_is_what_decodes_to_so_many_bytes(length: int, data: st.DataObject) -> None:
    text = encode_base64url(data.draw(st.binary(min_size=length, max_size=length)))
    place = data.draw(st.sampled_from([len(text) - 1, 0, len(text), len(text) // 2]))
    changed = text[:place] + data.draw(st.text(f"{ALPHABET}+/= \n\u00e9", max_size=2)) + text[place + 1 :]
    assert accepts(_TEXTS[length], changed) == decodes_to(changed, length)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "=", "\x00"])
def test_nothing_follows_a_text(ending: str) -> None:
    assert not any(accepts(adapter, encode_base64url(bytes(length)) + ending) for length, adapter in _TEXTS.items())
    assert not accepts(_UUID, f"{uuid.UUID(int=7)}{ending}")


@given(st.uuids(), st.integers(0, 36), st.text("0fFg-{ \n", max_size=2))
@example(uuid.UUID(int=0), 36, "")
def test_a_uuid_has_one_form(made: uuid.UUID, place: int, put: str) -> None:
    changed = str(made)[:place] + put + str(made)[place + 1 :]
    try:
        is_canonical = str(uuid.UUID(changed)) == changed
    except ValueError:
        is_canonical = False
    assert accepts(_UUID, changed) == is_canonical
