"""What can be wrong with a citizen identity number as offices write it, with a sentence for each code."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from schemas.faults import FaultError, Wording


class CitizenIdFault(StrEnum):
    """Codes of `CitizenIdError`, stable because row reports and people quote them."""

    EMPTY = "empty"
    WRONG_LENGTH = "wrong_length"
    WRONG_CHARACTER = "wrong_character"
    LOOKALIKE_CHARACTER = "lookalike_character"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    INVALID_DATE = "invalid_date"
    UNKNOWN_REGION = "unknown_region"
    DAMAGED_BY_SPREADSHEET = "damaged_by_spreadsheet"
    STORED_AS_NUMBER = "stored_as_number"
    TEMPORARY_STUDENT_NUMBER = "temporary_student_number"
    WRONG_DISABILITY_SUFFIX = "wrong_disability_suffix"


class CitizenIdError(FaultError):
    """A citizen identity number, or a number that contains one, was refused."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        CitizenIdFault.EMPTY: Wording("没有填写证件号码。", "No number was given."),
        CitizenIdFault.WRONG_LENGTH: Wording(
            "公民身份号码应为18位（旧号15位）。",
            "A citizen ID number has 18 characters (15 in the old form).",
        ),
        CitizenIdFault.WRONG_CHARACTER: Wording(
            "号码中有不应出现的字符：只能是数字，末位可为X。",
            "The number holds a character that can't be there: digits only, the last may be X.",
        ),
        CitizenIdFault.LOOKALIKE_CHARACTER: Wording(
            "号码中有形近字符，例如字母O代替0、字母l代替1，或外文字母代替X。",
            "A look-alike stands in the number, such as the letter O for 0, l for 1, or a foreign letter for X.",
        ),
        CitizenIdFault.WRONG_CHECK_DIGIT: Wording(
            "校验码不符，号码中至少有一位有误。",
            "The check digit doesn't fit: at least one character is wrong.",
        ),
        CitizenIdFault.INVALID_DATE: Wording(
            "号码中的出生日期不存在、早于1900年或晚于今天。",
            "The birth date in the number doesn't exist, is before 1900 or is after today.",
        ),
        CitizenIdFault.UNKNOWN_REGION: Wording(
            "号码前六位不是曾经使用过的行政区划代码。",
            "The first six digits are not a region code that was ever in use.",
        ),
        CitizenIdFault.DAMAGED_BY_SPREADSHEET: Wording(
            "号码已被电子表格破坏（末三位变成000或显示为科学计数），请从原件重新填写。",
            "A spreadsheet destroyed the number (last three digits 000, or scientific notation): enter it again "
            "from the original.",
        ),
        CitizenIdFault.STORED_AS_NUMBER: Wording(
            "号码被存为数值，请把该列设为文本后重新填写。",
            "The number is stored as a number: format the column as text and enter it again.",
        ),
        CitizenIdFault.TEMPORARY_STUDENT_NUMBER: Wording(
            "这是J或L开头的学籍号，不是公民身份号码。",
            "This is a student number beginning with J or L, which is not a citizen ID number.",
        ),
        CitizenIdFault.WRONG_DISABILITY_SUFFIX: Wording(
            "残疾人证号末尾的类别（1至7）、等级（1至4）或补发标记（如B1）有误。",
            "The class (1-7), grade (1-4) or re-issue mark (such as B1) at the end of the disability "
            "certificate number is wrong.",
        ),
    }
