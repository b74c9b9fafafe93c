"""Transforms: what is released is coarse, and the receiver takes nothing else."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Stage
from schemas.transforms import Codes, Transform, TransformError, release, validate_released

CODES = ("here", "moved", "cancelled")
TOKEN = "AAECAwQFBgcICQoLDA0ODw"
DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("transform", "codes", "derived", "released"),
    [
        ("BOOL", (), True, True),
        ("ENUM", CODES, "moved", "moved"),
        ("ENUM3", CODES, "here", "here"),
        ("ENUMS", CODES, CODES[0], CODES[0]),
        ("ENUMS", CODES, ",".join(CODES), ",".join(CODES)),
        ("YM", (), DAY, "2026-03"),
        ("ASOF", (), DAY, "2026-03"),
        ("YEAR", (), DAY, 2026),
        ("AGEBAND", (), 0, "0-2"),
        ("AGEBAND", (), 2, "0-2"),
        ("AGEBAND", (), 3, "3-5"),
        ("AGEBAND", (), 11, "6-11"),
        ("AGEBAND", (), 13, "12-13"),
        ("AGEBAND", (), 14, "14-15"),
        ("AGEBAND", (), 17, "16-17"),
        ("REGION6", (), "990102003004", "990102"),
        ("STAGE", (), Stage.JUNIOR, "junior"),
        ("COUNTBAND", (), 0, "0"),
        ("COUNTBAND", (), 1, "1"),
        ("COUNTBAND", (), 4, "2-4"),
        ("COUNTBAND", (), 5, "5+"),
        ("K10", (), 0, "<10"),
        ("K10", (), 9, "<10"),
        ("K10", (), 10, 10),
        ("CONTACT", (), "028-86001234", "028-86001234"),
        ("CONTACT", (), "0816-2301234-12", "0816-2301234-12"),
        ("CONTACT", (), "12345", "12345"),
        ("CONTACT", (), "110", "110"),
        ("TOKEN", (), TOKEN, TOKEN),
    ],
)
def test_released_form(transform: str, codes: Codes, derived: object, released: object) -> None:
    value = release(Transform(transform), codes, derived)
    assert value == released
    assert type(value) is type(released)


@pytest.mark.parametrize(
    ("transform", "codes", "derived", "code"),
    [
        ("BOOL", (), 1, "wrong_type"),
        ("BOOL", (), None, "wrong_type"),
        ("BOOL", (), "true", "wrong_type"),
        ("ENUM", CODES, "elsewhere", "not_in_codes"),
        ("ENUM", (), "here", "not_in_codes"),
        ("ENUM", CODES, 1, "wrong_type"),
        ("ENUMS", CODES, "", "not_in_codes"),
        ("ENUMS", CODES, "elsewhere", "not_in_codes"),
        ("ENUMS", CODES, f"{CODES[0]},elsewhere", "not_in_codes"),
        ("ENUMS", CODES, f"{CODES[1]},{CODES[0]}", "not_in_codes"),
        ("ENUMS", CODES, f"{CODES[0]},{CODES[0]}", "not_in_codes"),
        ("ENUMS", CODES, 1, "wrong_type"),
        ("YM", (), "2026-03", "wrong_type"),
        ("YM", (), datetime(2026, 3, 5, tzinfo=UTC), "wrong_type"),
        ("YM", (), date(1850, 1, 1), "wrong_form"),
        ("YEAR", (), date(1850, 1, 1), "out_of_range"),
        ("AGEBAND", (), 18, "out_of_range"),
        ("AGEBAND", (), -1, "out_of_range"),
        ("AGEBAND", (), True, "wrong_type"),
        ("REGION6", (), "9901", "wrong_form"),
        ("REGION6", (), "990100", "wrong_form"),
        ("REGION6", (), "某县", "wrong_form"),
        ("STAGE", (), "university", "not_in_codes"),
        ("COUNTBAND", (), -1, "out_of_range"),
        ("K10", (), -1, "out_of_range"),
        ("K10", (), 12.0, "wrong_type"),
        ("CONTACT", (), "13800138000", "wrong_form"),
        ("CONTACT", (), "张三 028-86001234", "wrong_form"),
        ("TOKEN", (), "990101201503070011", "wrong_form"),
        ("TOKEN", (), TOKEN[:-1] + "B", "wrong_form"),
    ],
)
def test_what_does_not_fit_is_not_released(transform: str, codes: Codes, derived: object, code: str) -> None:
    with pytest.raises(TransformError) as caught:
        release(Transform(transform), codes, derived)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("transform", "value"),
    [("BOOL", 1), ("BOOL", None), ("ENUM", "other"), ("YM", "2026-13"), ("YM", "2026-03-05"), ("YM", "2026-03\n"),
     ("YEAR", "2026"), ("YEAR", 20260305), ("YEAR", True), ("AGEBAND", "7"), ("AGEBAND", 7), ("REGION6", "990102003"),
     ("STAGE", "小学"), ("COUNTBAND", "3"), ("COUNTBAND", 3), ("K10", 9), ("K10", "9"), ("K10", True),
     ("CONTACT", "13800138000"), ("CONTACT", "028 86001234"), ("TOKEN", ""), ("ASOF", 202603)],
)  # fmt: skip
def test_the_receiver_refuses_what_is_finer_or_other(transform: str, value: object) -> None:
    with pytest.raises(TransformError):
        validate_released(Transform(transform), CODES, value)


DERIVED: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats() | st.text() | st.dates() | st.datetimes()
    | st.sampled_from((*CODES, *Stage, TOKEN, "990102", "028-86001234"))
)  # fmt: skip


@given(st.sampled_from(Transform), DERIVED)
def test_whatever_is_released_the_receiver_accepts(transform: Transform, derived: object) -> None:
    try:
        value = release(transform, CODES, derived)
    except TransformError:
        return
    validate_released(transform, CODES, value)


@given(st.integers(0, 17), st.integers(0, 10**6), st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_release_does_not_tell_the_value(age: int, count: int, on: date) -> None:
    first, last = str(release(Transform.AGEBAND, (), age)).split("-")
    assert int(first) <= age <= int(last)
    assert release(Transform.K10, (), count) in {count, "<10"}
    assert release(Transform.YM, (), on) == release(Transform.YM, (), on.replace(day=1))


@given(st.text(min_size=4))
def test_errors_do_not_quote(text: str) -> None:
    with pytest.raises(TransformError) as caught:
        release(Transform.AGEBAND, (), text)
    assert str(caught.value) == "wrong_type: The value's type doesn't fit its transform."
