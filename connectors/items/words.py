"""Codes in papers of items, with what officers call them (domain terms of referral and of mandatory reports)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording


class Situation(StrEnum):
    """Why a child is referred to another office."""

    NO_GUARDIAN = "no_guardian"
    WEAK_GUARDIANSHIP = "weak_guardianship"
    LEFT_BEHIND = "left_behind"
    POVERTY = "poverty"
    DISABILITY = "disability"
    SERIOUS_ILLNESS = "serious_illness"
    OUT_OF_SCHOOL = "out_of_school"
    NO_REGISTRATION = "no_registration"
    DISTRESS = "distress"
    OTHER = "other"


class Service(StrEnum):
    """What a referral asks for, and what came of it."""

    HOME_VISIT = "home_visit"
    GUARDIANSHIP_SUPPORT = "guardianship_support"
    TEMPORARY_CARE = "temporary_care"
    CHILD_ALLOWANCE = "child_allowance"
    LIVING_ALLOWANCE = "living_allowance"
    TEMPORARY_RELIEF = "temporary_relief"
    MEDICAL_AID = "medical_aid"
    DISABILITY_CERTIFICATE = "disability_certificate"
    REHABILITATION_AID = "rehabilitation_aid"
    SCHOOL_PLACE = "school_place"
    HOME_TEACHING = "home_teaching"
    COUNSELLING = "counselling"
    REGISTRATION = "registration"
    OTHER = "other"


class Danger(StrEnum):
    """The nine situations that must be reported (opinions on the mandatory report system, 2020, article 4)."""

    PRIVATE_INJURY = "private_injury"
    ABUSE_UNDER_14 = "abuse_under_14"
    ABUSE_FROM_14 = "abuse_from_14"
    ABNORMAL_INJURY = "abnormal_injury"
    SELF_HARM = "self_harm"
    UNATTENDED = "unattended"
    UNKNOWN_ORIGIN = "unknown_origin"
    ORGANISED_BEGGING = "organised_begging"
    OTHER_SERIOUS = "other_serious"


SITUATION_WORDINGS: Final[Mapping[Situation, Wording]] = MappingProxyType(
    {
        Situation.NO_GUARDIAN: Wording("监护缺失", "no guardian"),
        Situation.WEAK_GUARDIANSHIP: Wording("监护不当", "improper guardianship"),
        Situation.LEFT_BEHIND: Wording("留守且无人委托照护", "left behind without entrusted care"),
        Situation.POVERTY: Wording("家庭生活困难", "hardship in the family"),
        Situation.DISABILITY: Wording("残疾", "disability"),
        Situation.SERIOUS_ILLNESS: Wording("重病", "serious illness"),
        Situation.OUT_OF_SCHOOL: Wording("失学或辍学", "out of school"),
        Situation.NO_REGISTRATION: Wording("无户口", "no household registration"),
        Situation.DISTRESS: Wording("心理或行为需要关爱", "in need of counselling"),
        Situation.OTHER: Wording("其他", "other"),
    }
)

SERVICE_WORDINGS: Final[Mapping[Service, Wording]] = MappingProxyType(
    {
        Service.HOME_VISIT: Wording("入户走访", "home visit"),
        Service.GUARDIANSHIP_SUPPORT: Wording("监护指导与帮扶", "support of the guardians"),
        Service.TEMPORARY_CARE: Wording("临时生活照料", "temporary care"),
        Service.CHILD_ALLOWANCE: Wording("孤儿、事实无人抚养儿童保障", "allowance for orphans or unattended children"),
        Service.LIVING_ALLOWANCE: Wording("最低生活保障", "minimum living allowance"),
        Service.TEMPORARY_RELIEF: Wording("临时救助", "temporary relief"),
        Service.MEDICAL_AID: Wording("医疗救助", "medical aid"),
        Service.DISABILITY_CERTIFICATE: Wording("办理残疾人证", "disability certificate"),
        Service.REHABILITATION_AID: Wording("残疾儿童康复救助", "rehabilitation aid"),
        Service.SCHOOL_PLACE: Wording("安排入学", "a school place"),
        Service.HOME_TEACHING: Wording("送教上门", "home teaching"),
        Service.COUNSELLING: Wording("心理辅导", "counselling"),
        Service.REGISTRATION: Wording("户口登记", "household registration"),
        Service.OTHER: Wording("其他", "other"),
    }
)

DANGER_WORDINGS: Final[Mapping[Danger, Wording]] = MappingProxyType(
    {
        Danger.PRIVATE_INJURY: Wording(
            "生殖器官或隐私部位遭受或疑似遭受非正常损伤", "abnormal injury to private parts, or suspicion of it"
        ),
        Danger.ABUSE_UNDER_14: Wording(
            "不满十四周岁遭受或疑似遭受性侵害、怀孕、流产",
            "under 14: sexual abuse, pregnancy or abortion, or suspicion of it",
        ),
        Danger.ABUSE_FROM_14: Wording(
            "十四周岁以上遭受或疑似遭受性侵害所致怀孕、流产",
            "14 or older: pregnancy or abortion after sexual abuse, or suspicion of it",
        ),
        Danger.ABNORMAL_INJURY: Wording(
            "身体多处损伤、严重营养不良、意识不清，遭受或疑似遭受家庭暴力、欺凌、虐待",
            "many injuries, severe malnutrition or unconsciousness: violence or maltreatment, or suspicion of it",
        ),
        Danger.SELF_HARM: Wording(
            "自杀、自残、工伤、中毒、被人麻醉、殴打等非正常损伤、死亡",
            "suicide, self-harm, work injury, poisoning, drugging or beating",
        ),
        Danger.UNATTENDED: Wording("被遗弃或长期处于无人照料状态", "abandoned, or long unattended"),
        Danger.UNKNOWN_ORIGIN: Wording(
            "来源不明、失踪或者被拐卖、收买", "of unknown origin, missing, trafficked or bought"
        ),
        Danger.ORGANISED_BEGGING: Wording("被组织乞讨", "organised begging"),
        Danger.OTHER_SERIOUS: Wording(
            "其他严重侵害身心健康或面临不法侵害危险", "other serious harm, or danger of unlawful harm"
        ),
    }
)
