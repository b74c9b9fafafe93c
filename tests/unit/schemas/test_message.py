"""What every message refuses, whatever it says: every fault is a `MessageError` that names a place and no value."""

import traceback
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.base64url import encode_base64url
from schemas.formats import ELEMENT_BYTES, AgencyId, AttributeId, PackedElements, Reference
from schemas.message import Message, MessageError, canonical_form
from schemas.messages.agreements import AgreementPropose
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.index import IndexBegin

CANARY = "990101201503070011"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SAYABLE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda parts: st.lists(parts) | st.dictionaries(TEXTS, parts),
)
BEGIN = (
    '{"epoch":1,"index":"00000000-0000-4000-8000-000000000001",'
    f'"key_id":"{"A" * 43}","mode":"full","parts":1,"records":%s}}'
)

MALFORMED = {
    "a whole number beyond 2^53, which has no canonical form": (BEGIN % "9007199254740993").encode(),
    "a whole number of thirty digits": (BEGIN % ("1" * 30)).encode(),
    "a whole number of five thousand digits": (BEGIN % ("1" * 5_000)).encode(),
    "a number that is none": (BEGIN % "NaN").encode(),
    "a number with a fraction": (BEGIN % "1.0").encode(),
    "a number as a text": (BEGIN % f'"{CANARY}"').encode(),
    "yes instead of a number": (BEGIN % "true").encode(),
    "nesting that would exhaust the stack": b"[" * 100_000,
    "half a surrogate pair": (BEGIN % '"\\ud800"').encode(),
    "a byte order mark": b"\xef\xbb\xbf" + (BEGIN % "1").encode(),
    "bytes that are not UTF-8": b"\xff" + CANARY.encode(),
    "nothing": b"",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_bodies_are_refused_without_quoting_them(body: bytes) -> None:
    with pytest.raises(MessageError) as refused:
        IndexBegin.from_bytes(body, 1_000_000)
    assert refused.value.reason == "malformed"
    assert CANARY not in "".join(traceback.format_exception(refused.value))


def test_what_is_no_longer_the_canonical_form_is_refused() -> None:
    body = (BEGIN % "1").encode()
    assert IndexBegin.from_bytes(body, len(body)).records == 1
    for other in (body + b"\n", body.replace(b'"epoch":1,', b'"epoch":1, '), (BEGIN % "-0").encode()):
        with pytest.raises(MessageError) as refused:
            IndexBegin.from_bytes(other, len(other))
        assert refused.value.reason == "not_canonical"


@given(SAYABLE)
def test_the_canonical_form_is_the_librarys(value: Any) -> None:
    assert canonical_form(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, {"a": b"bytes"}])
def test_what_has_no_canonical_form_gets_none(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_form(value)


@pytest.mark.parametrize("seconds", [-1, 253_370_764_801, 10**15])
def test_times_that_no_calendar_shows_are_refused(seconds: int) -> None:
    body = f'{{"agreement":{{"valid_until":{seconds}}},"signature":"a.b.c"}}'.encode()
    with pytest.raises(MessageError):
        AgreementPropose.from_bytes(body, len(body))
    schema = AgreementPropose.model_json_schema()["$defs"]["Agreement"]["properties"]["valid_until"]
    assert not schema["minimum"] <= seconds <= schema["maximum"]


def test_a_pointer_repeats_no_name_that_we_did_not_declare() -> None:
    class Empty(Message):
        """A message without members."""

    with pytest.raises(MessageError) as refused:
        Empty.from_bytes(f'{{"{CANARY}":1}}'.encode(), 100)
    assert refused.value.pointer == "/(unknown)"


@pytest.mark.parametrize("form", [AgencyId, AttributeId, Reference], ids=["agency", "attribute", "reference"])
def test_nothing_that_names_an_agency_an_attribute_or_an_officer_can_carry_an_id_number(form: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(form).validate_python(f"education{CANARY}")
    assert TypeAdapter(form).validate_python("education9901") == "education9901"


def test_a_batch_of_elements_ends_at_ten_thousand() -> None:
    adapter = TypeAdapter(PackedElements)
    assert adapter.validate_python(encode_base64url(bytes(ELEMENT_BYTES * MAX_EVALUATE_ELEMENTS)))
    with pytest.raises(ValidationError):
        adapter.validate_python(encode_base64url(bytes(ELEMENT_BYTES * (MAX_EVALUATE_ELEMENTS + 1))))
