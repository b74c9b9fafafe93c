"""What a purpose's records are found by, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording
from schemas.purpose_parts import MatchProfile

MATCH_PROFILE_WORDS: Final[Mapping[MatchProfile, Wording]] = MappingProxyType(
    {
        MatchProfile.CHILD_ID: Wording("儿童身份号码", "the child's ID number"),
        MatchProfile.CHILD_ID_OR_NAME: Wording(
            "儿童身份号码，或姓名、出生日期、县", "the child's ID number, or name, birth date and county"
        ),
        MatchProfile.PARENTS_INSIDE_POLICE: Wording(
            "儿童身份号码，父母由公安内部查找", "the child's ID number; the police find the parents"
        ),
        MatchProfile.DESCRIPTION: Wording("特征描述", "a description"),
        MatchProfile.NONE: Wording("不比对", "nothing is matched"),
    }
)
