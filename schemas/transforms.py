"""Minimising transforms: what a provider derives is released only in the coarse form that its purpose names."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeVar

from schemas.codes import Stage
from schemas.faults import FaultError, Wording
from schemas.regions import RegionError, county_of

ReleasedValue = bool | int | str
Codes = tuple[str, ...]
_T = TypeVar("_T")

AGE_BANDS: Final = ((0, 2), (3, 5), (6, 11), (12, 13), (14, 15), (16, 17))
"""First and last completed year of age of each band."""

CODES_MARK: Final = ","
"""What stands between the codes of ENUMS."""

SUPPRESS_BELOW: Final = 10
SUPPRESSED: Final = "<10"

_YEARS: Final = range(1900, 2101)
_YEAR_MONTH = re.compile(r"(?:19[0-9]{2}|20[0-9]{2}|2100)-(?:0[1-9]|1[0-2])")
_COUNTY = re.compile(r"[1-9][0-9]{5}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
# Area code and number, a 400 number, or a short service number; a mobile number (1 and ten digits) is a person's.
_OFFICE_PHONE = re.compile(r"0[0-9]{2,3}-[2-8][0-9]{6,7}(?:-[0-9]{1,5})?|400-[0-9]{3}-[0-9]{4}|1[0-9]{2}|12[0-9]{3}")


class Transform(StrEnum):
    """The transforms that a purpose can name."""

    BOOL = "BOOL"
    ENUM = "ENUM"
    ENUM3 = "ENUM3"
    ENUMS = "ENUMS"
    YM = "YM"
    YEAR = "YEAR"
    AGEBAND = "AGEBAND"
    REGION6 = "REGION6"
    STAGE = "STAGE"
    COUNTBAND = "COUNTBAND"
    K10 = "K10"
    CONTACT = "CONTACT"
    TOKEN = "TOKEN"  # noqa: S105 - the name of a transform
    ASOF = "ASOF"


class TransformFault(StrEnum):
    """Codes of `TransformError`."""

    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_IN_CODES = "not_in_codes"
    WRONG_FORM = "wrong_form"


class TransformError(FaultError):
    """A value doesn't fit its transform and is not released, or not accepted."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        TransformFault.WRONG_TYPE: Wording("值的类型与转换方式不符。", "The value's type doesn't fit its transform."),
        TransformFault.OUT_OF_RANGE: Wording("值超出转换方式的范围。", "The value is outside the transform's range."),
        TransformFault.NOT_IN_CODES: Wording("值不在约定的代码中。", "The value is not among the agreed codes."),
        TransformFault.WRONG_FORM: Wording("值的格式与转换方式不符。", "The value's form doesn't fit its transform."),
    }


def release(transform: Transform, codes: Codes, derived: object) -> ReleasedValue:
    """Return the released form of what the provider derived.

    Args:
        transform: the one that the purpose names.
        codes: those that the purpose lists; only ENUM, ENUM3 and ENUMS have any.
        derived: `bool` for BOOL; a code for ENUM, ENUM3 and STAGE; codes with commas between them for ENUMS; `date`
            for YM, YEAR and ASOF; completed years for AGEBAND; a region code for REGION6; a count for COUNTBAND and
            K10; text for CONTACT and TOKEN.

    Raises:
        TransformError: the value doesn't fit; nothing is released.
    """
    value = _RELEASE[transform](derived)
    validate_released(transform, codes, value)
    return value


def validate_released(transform: Transform, codes: Codes, value: object) -> None:
    """Check that `value` is exactly what `transform` can release; the receiving side calls this too.

    Raises:
        TransformError: with a `TransformFault` as code.
    """
    if transform in _FIXED_CODES or transform in {Transform.ENUM, Transform.ENUM3}:
        _expect_code(value, _FIXED_CODES.get(transform, codes))
    elif transform is Transform.ENUMS:
        _expect_codes(value, codes)
    elif transform in _FORMS:
        if not _FORMS[transform].fullmatch(_expect(value, str)):
            raise TransformError(TransformFault.WRONG_FORM)
    elif transform is Transform.YEAR:
        _expect_range(_expect(value, int), _YEARS)
    elif transform is Transform.K10:
        _expect_count_or_suppressed(value)
    else:
        _expect(value, bool)


def fixed_codes(transform: Transform) -> Codes | None:
    """Return all the values of a transform that brings its own codes, else None."""
    return _FIXED_CODES.get(transform)


def _age_band(derived: object) -> str:
    age = _expect(derived, int)
    for first, last in AGE_BANDS:
        if first <= age <= last:
            return f"{first}-{last}"
    raise TransformError(TransformFault.OUT_OF_RANGE)


def _county(derived: object) -> str:
    try:
        return county_of(_expect(derived, str))
    except RegionError:
        raise TransformError(TransformFault.WRONG_FORM) from None


def _count_band(derived: object) -> str:
    count = _count(derived)
    if count <= 1:
        return str(count)
    return "2-4" if count < 5 else "5+"


def _suppress_small(derived: object) -> ReleasedValue:
    count = _count(derived)
    return count if count >= SUPPRESS_BELOW else SUPPRESSED


def _year_month(derived: object) -> str:
    return _expect(derived, date).isoformat()[:7]


def _count(derived: object) -> int:
    count = _expect(derived, int)
    if count < 0:
        raise TransformError(TransformFault.OUT_OF_RANGE)
    return count


def _code(derived: object) -> str:
    if not isinstance(derived, str):
        raise TransformError(TransformFault.WRONG_TYPE)
    return str(derived)


def _expect_count_or_suppressed(value: object) -> None:
    if isinstance(value, str):
        _expect_code(value, (SUPPRESSED,))
    elif _count(value) < SUPPRESS_BELOW:
        raise TransformError(TransformFault.OUT_OF_RANGE)


def _expect_code(value: object, codes: Codes) -> None:
    if _expect(value, str) not in codes:
        raise TransformError(TransformFault.NOT_IN_CODES)


def _expect_codes(value: object, codes: Codes) -> None:
    """Several codes stand one after the other, each once, in the order in which the purpose lists them."""
    stated = _expect(value, str).split(CODES_MARK)
    if stated != [code for code in codes if code in stated]:
        raise TransformError(TransformFault.NOT_IN_CODES)


def _expect_range(value: int, allowed: range) -> None:
    if value not in allowed:
        raise TransformError(TransformFault.OUT_OF_RANGE)


def _expect(value: object, expected: type[_T]) -> _T:
    # Exact types: True is not the count 1, and a datetime carries more than its date.
    if type(value) is not expected:
        raise TransformError(TransformFault.WRONG_TYPE)
    return value


_FIXED_CODES: Final[Mapping[Transform, Codes]] = {
    Transform.STAGE: tuple(stage.value for stage in Stage),
    Transform.AGEBAND: tuple(f"{first}-{last}" for first, last in AGE_BANDS),
    Transform.COUNTBAND: ("0", "1", "2-4", "5+"),
}

_FORMS: Final[Mapping[Transform, re.Pattern[str]]] = {
    Transform.YM: _YEAR_MONTH,
    Transform.ASOF: _YEAR_MONTH,
    Transform.REGION6: _COUNTY,
    Transform.CONTACT: _OFFICE_PHONE,
    Transform.TOKEN: _TOKEN,
}

_RELEASE: Final[Mapping[Transform, Callable[[object], ReleasedValue]]] = {
    Transform.BOOL: lambda derived: _expect(derived, bool),
    Transform.ENUM: _code,
    Transform.ENUM3: _code,
    Transform.ENUMS: _code,
    Transform.YM: _year_month,
    Transform.YEAR: lambda derived: _expect(derived, date).year,
    Transform.AGEBAND: _age_band,
    Transform.REGION6: _county,
    Transform.STAGE: _code,
    Transform.COUNTBAND: _count_band,
    Transform.K10: _suppress_small,
    Transform.CONTACT: _code,
    Transform.TOKEN: _code,
    Transform.ASOF: _year_month,
}
