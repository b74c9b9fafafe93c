"""Code lists of the register of children in difficulty, of which only civil affairs has columns."""

from enum import StrEnum
from typing import Final

from schemas.code_table import CodeTable, CodeWords


class ActualGuardianship(StrEnum):
    """Who is in fact there for a child; the codes are those of the attribute `guardianship_band`."""

    PARENT_PRESENT = "parent_present"
    ENTRUSTED = "entrusted"
    NONE_OR_UNABLE = "none_or_unable"


ACTUAL_GUARDIANSHIP: Final = CodeTable(
    {
        ActualGuardianship.PARENT_PRESENT: CodeWords(
            "父母一方在家", "A parent is at home", ("父母在家", "父母双方在家")
        ),
        ActualGuardianship.ENTRUSTED: CodeWords("委托照护", "Entrusted care", ("受委托人照护", "委托监护")),
        ActualGuardianship.NONE_OR_UNABLE: CodeWords(
            "无人照护或无力照护", "Nobody or nobody able", ("无人监护", "父或母无监护能力", "受委托人监护能力不足")
        ),
    }
)


class BenefitProgramme(StrEnum):
    """What is paid for a child; but for `none`, the codes are those of the attribute `benefit_programme`."""

    CHILD_ALLOWANCE = "child_allowance"
    MINIMUM_LIVING = "minimum_living"
    DESTITUTE_SUPPORT = "destitute_support"
    DISABILITY_SUBSIDY = "disability_subsidy"
    NONE = "none"


BENEFIT_PROGRAMME: Final = CodeTable(
    {
        BenefitProgramme.CHILD_ALLOWANCE: CodeWords(
            "儿童基本生活费", "Basic living allowance for children", ("孤儿基本生活费", "事实无人抚养儿童基本生活补贴")
        ),
        BenefitProgramme.MINIMUM_LIVING: CodeWords("最低生活保障", "Minimum living allowance", ("低保",)),
        BenefitProgramme.DESTITUTE_SUPPORT: CodeWords("特困供养", "Support for destitute persons", ("特困",)),
        BenefitProgramme.DISABILITY_SUBSIDY: CodeWords("残疾人两项补贴", "Disability subsidies", ("两补", "两项补贴")),
        BenefitProgramme.NONE: CodeWords("无", "None", ("未享受",)),
    }
)
