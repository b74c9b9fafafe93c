import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.log.disclosure import DisclosureError, disclosure_digest, make_disclosure, parse_disclosure
from gateway.log.events import PersonalField
from tests.audit_log import repeatable_random

PUBLISHED = "WyJFQkFRRUJBUUVCQVFFQkFRRUJBUUVBIiwib2ZmaWNlciIsInUwIl0"
PUBLISHED_DIGEST = "xIoyzgvwbT7PpkU1mThDxuBNpA7UqIUvAREcZuG1BnA"
SALT = "EBAQEBAQEBAQEBAQEBAQEA"


def _encoded(value: object, **options: object) -> str:
    text = json.dumps(value, **({"separators": (",", ":")} | options))  # type: ignore[arg-type]
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_published_disclosure() -> None:
    assert make_disclosure(PersonalField.OFFICER, "u0", lambda length: b"\x10" * length) == PUBLISHED
    assert disclosure_digest(PUBLISHED) == PUBLISHED_DIGEST
    disclosure = parse_disclosure(PUBLISHED)
    assert (disclosure.name, disclosure.salt, disclosure.value) == (PersonalField.OFFICER, b"\x10" * 16, "u0")


def test_value_and_salt_do_not_show() -> None:
    assert "u0" not in repr(parse_disclosure(PUBLISHED))
    assert "x10" not in repr(parse_disclosure(PUBLISHED))


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.sampled_from(PersonalField))
def test_round_trip(value: str, name: PersonalField) -> None:
    disclosure = parse_disclosure(make_disclosure(name, value, repeatable_random()))
    assert (disclosure.name, disclosure.value) == (name, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PUBLISHED + "=",
        PUBLISHED[:-1] + "1",
        "é",
        _encoded([SALT, "officer"]),
        _encoded([SALT, "officer", "u0", "more"]),
        _encoded([SALT, "officer", 1]),
        _encoded([SALT, "officer", None]),
        _encoded([SALT, "unknown", "u0"]),
        _encoded([SALT[:10], "officer", "u0"]),
        _encoded([1, "officer", "u0"]),
        _encoded([SALT, "officer", "u0"], separators=(", ", ": ")),
        _encoded([SALT, "officer", "é"], ensure_ascii=True),
        _encoded({"a": 1, "b": 2, "c": 3}),
        _encoded("abc"),
        "A" * 70_000,
        base64.urlsafe_b64encode(b"[" * 30_000).decode(),
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(DisclosureError):
        parse_disclosure(text)
