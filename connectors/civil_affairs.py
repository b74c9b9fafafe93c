"""Civil affairs: the register of children in difficulty and what may be derived from it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors.civil_affairs_codes import ACTUAL_GUARDIANSHIP, BENEFIT_PROGRAMME, BenefitProgramme
from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.child_categories import CHILD_CATEGORY, CategoryGroup, ChildCategory, category_group
from schemas.codes import CAREGIVER_RELATION, CASE_STATUS, YES_NO, CaregiverRelation, CaseStatus, Stage, answer_of
from schemas.dates import LedgerDate
from schemas.rule_packs.left_behind import load_left_behind
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid

AGENCY_TYPE: Final = "civil_affairs"
NAME_ZH: Final = "民政"
NAME_EN: Final = "Civil affairs"

LOW_INCOME: Final = frozenset({ChildCategory.DESTITUTE, ChildCategory.LOW_INCOME})

STUDY_STATUS: Final[Mapping[str, Stage]] = MappingProxyType(
    {
        "幼儿园": Stage.PRE,
        "小学": Stage.PRIMARY,
        "初中": Stage.JUNIOR,
        "高中": Stage.SENIOR,
        "中职": Stage.VOCATIONAL,
        **dict.fromkeys(("未入园", "辍学", "不在学"), Stage.NONE),
    }
)
"""The register's own words for schooling; of any other nothing is told."""

CHILDREN_REGISTER: Final = DataSet(
    name="children_register",
    name_zh="困境儿童和留守儿童信息台账",
    name_en="Register of children in difficulty and left-behind children",
    fields=(
        Field("case_no", "档案编号", "text", aliases_zh=("编号", "儿童编号")),
        Field("name", "儿童姓名", "person_name", required=True, part="name", aliases_zh=("姓名",)),
        Field("sex", "性别", "sex", part="sex", aliases_zh=("儿童性别",)),
        Field("birth_date", "出生日期", "date", part="birth_on", aliases_zh=("出生年月日", "出生年月")),
        Field(
            "citizen_id",
            "公民身份号码",
            "citizen_id",
            part="citizen_id",
            aliases_zh=("身份证号", "身份证号码", "儿童身份证号", "身份证件号"),
        ),
        Field("ethnicity", "民族", "text"),
        Field("hukou_region", "户籍地代码", "region", part="region", aliases_zh=("户籍行政区划代码",)),
        Field("residence_region", "现居住地代码", "region", part="region", aliases_zh=("居住地行政区划代码",)),
        Field("category", "儿童类别", "codes", required=True, codes=CHILD_CATEGORY, aliases_zh=("类别",)),
        Field("category_since", "认定年月", "month", aliases_zh=("认定时间", "认定日期")),
        Field("study_status", "就学情况", "text", aliases_zh=("就学状况",)),
        Field("guardian_name", "监护人姓名", "person_name", part="guardian_name"),
        Field("guardian_relation", "监护人与儿童关系", "text"),
        Field("guardian_id", "监护人身份号码", "citizen_id", part="guardian_id"),
        Field("guardian_phone", "监护人电话", "phone", part="guardian_phone"),
        Field("case_status", "档案状态", "code", required=True, codes=CASE_STATUS, aliases_zh=("动态", "状态")),
        Field(
            "caregiver_relation", "实际照护人与儿童关系", "code", codes=CAREGIVER_RELATION, aliases_zh=("照护人关系",)
        ),
        Field("address_protected", "住址是否保密", "code", codes=YES_NO, aliases_zh=("住址保密", "住址受保护")),
        Field("last_visit", "最近走访日期", "date", aliases_zh=("最近走访",)),
        Field("category_until", "终止年月", "month"),
        Field("actual_guardianship", "实际监护情况", "code", codes=ACTUAL_GUARDIANSHIP),
        Field("aid_received", "是否享受救助", "code", codes=YES_NO, aliases_zh=("享受救助",)),
        Field("boarding", "是否寄宿", "code", codes=YES_NO, aliases_zh=("寄宿",)),
        Field("child_consulted", "是否听取儿童意见", "code", codes=YES_NO),
        Field("benefit_programme", "补贴项目", "code", codes=BENEFIT_PROGRAMME, aliases_zh=("享受补贴",)),
        Field("benefit_since", "起领年月", "month", aliases_zh=("起发年月",)),
        Field("benefit_paid_until", "已发至年月", "month", aliases_zh=("末领年月",)),
    ),
)

DATA_SETS: Final = (CHILDREN_REGISTER,)
INDEX_DATA_SET: Final = CHILDREN_REGISTER


def _is_on_file(record: Record, _: date) -> bool | None:
    status = record.values.get("case_status")
    return None if status is None else status is CaseStatus.ACTIVE


def _category_group(record: Record, today: date) -> CategoryGroup | None:
    """Return the group of an active case; a case that ended has none, so that the past stays with the agency.

    A category that was not understood could be one of guardianship: then only guardianship itself can be told.
    """
    on_file = _is_on_file(record, today)
    if not on_file:
        return None if on_file is None else CategoryGroup.NONE
    written = record.values.get("category")
    categories = [c for c in written if isinstance(c, ChildCategory)] if isinstance(written, tuple) else []
    group = category_group(categories)
    if group is not CategoryGroup.GUARDIANSHIP and ("category" in record.incomplete or not categories):
        return None
    return group


def _is_address_protected(record: Record, _: date) -> bool | None:
    return answer_of(record.values.get("address_protected"))


def _caregiver_relation(record: Record, today: date) -> CaregiverRelation | None:
    """Return who cares for the child; of a protected address nobody's: nor where that can't be told."""
    written = record.values.get("caregiver_relation")
    is_open = _is_address_protected(record, today) is False
    return written if is_open and isinstance(written, CaregiverRelation) else None


def _categories(record: Record) -> frozenset[ChildCategory] | None:
    """Return the categories of an active case, none of one that ended, None where one was not understood."""
    written = record.values.get("category")
    categories = frozenset(c for c in written if isinstance(c, ChildCategory)) if isinstance(written, tuple) else None
    is_understood = categories is not None and "category" not in record.incomplete
    return categories if is_understood else None


def _has_low_income_priority(record: Record, today: date) -> bool | None:
    """Return whether a child of the rehabilitation programme's ages is of a family that goes first."""
    on_file, categories = _is_on_file(record, today), _categories(record)
    ages = load_rehabilitation_ages().in_force(record.county, today)
    if on_file is None or categories is None or ages is None or not ages.includes(record.age_on(today)):
        return None
    return on_file and bool(categories & LOW_INCOME)


def _is_left_behind(record: Record, today: date) -> bool | None:
    """Return whether the child counts as left behind by civil affairs' definition, for the child's region and day."""
    on_file, categories, age = _is_on_file(record, today), _categories(record), record.age_on(today)
    rules = load_left_behind().in_force(record.county, today)
    if on_file is None or categories is None or age is None or rules is None:
        return None
    is_listed = ChildCategory.LEFT_BEHIND_CIVIL_AFFAIRS in categories
    return on_file and is_listed and age < rules.civil_affairs.below_age


def _aid_band(record: Record, today: date) -> str | None:
    """Return the band of student aid that follows from the categories of an active case."""
    on_file, categories = _is_on_file(record, today), _categories(record)
    rules = load_student_aid().in_force(record.county, today)
    if on_file is None or categories is None or rules is None:
        return None
    return rules.band_of_categories(categories) if on_file else "none"


def _receives_benefit(record: Record, today: date) -> bool | None:
    """Return whether a benefit is paid; a case that ended gets none."""
    on_file, programme = _is_on_file(record, today), record.values.get("benefit_programme")
    if not on_file:
        return on_file
    return programme is not BenefitProgramme.NONE if isinstance(programme, BenefitProgramme) else None


def _benefit_programme(record: Record, today: date) -> str | None:
    return str(record.values["benefit_programme"]) if _receives_benefit(record, today) else None


def _study_stage(record: Record, _: date) -> Stage | None:
    written = record.values.get("study_status")
    return STUDY_STATUS.get(written) if isinstance(written, str) else None


def _care_county(record: Record, _: date) -> str | None:
    region = record.values.get("residence_region")
    return region if isinstance(region, str) else None


def _month(field: str) -> Derivation:
    """A month that is released as it stands in the field of the same name."""

    def derive(record: Record, _: date) -> date | None:
        written = record.values.get(field)
        return written.on if isinstance(written, LedgerDate) else None

    return Derivation(field, CHILDREN_REGISTER.name, (field,), derive)


def _yes_no(field: str) -> Derivation:
    """A yes or no that is released as it stands in the field of the same name."""
    return Derivation(
        field, CHILDREN_REGISTER.name, (field,), lambda record, _today: answer_of(record.values.get(field))
    )


def _code(attribute: str, field: str) -> Derivation:
    """A code that is released as it stands in a field."""
    return Derivation(attribute, CHILDREN_REGISTER.name, (field,), lambda record, _today: record.values.get(field))


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("known_to_civil_affairs", CHILDREN_REGISTER.name, ("case_status",), _is_on_file),
            Derivation(
                "low_income_priority", CHILDREN_REGISTER.name, ("case_status", "category"), _has_low_income_priority
            ),
            Derivation("on_left_behind_list", CHILDREN_REGISTER.name, ("case_status", "category"), _is_left_behind),
            Derivation("definition_version", CHILDREN_REGISTER.name, (), lambda _record, _today: AGENCY_TYPE),
            Derivation("aid_band", CHILDREN_REGISTER.name, ("case_status", "category"), _aid_band),
            Derivation(
                "receives_benefit", CHILDREN_REGISTER.name, ("case_status", "benefit_programme"), _receives_benefit
            ),
            Derivation(
                "benefit_programme", CHILDREN_REGISTER.name, ("case_status", "benefit_programme"), _benefit_programme
            ),
            Derivation("study_stage", CHILDREN_REGISTER.name, ("study_status",), _study_stage),
            Derivation("care_county", CHILDREN_REGISTER.name, ("residence_region",), _care_county),
            _code("case_status", "case_status"),
            _code("guardianship_band", "actual_guardianship"),
            *map(_month, ("category_since", "category_until", "benefit_since", "benefit_paid_until", "last_visit")),
            *map(_yes_no, ("aid_received", "boarding", "child_consulted")),
            Derivation("open_case", CHILDREN_REGISTER.name, ("case_status",), _is_on_file),
            Derivation("category_group", CHILDREN_REGISTER.name, ("case_status", "category"), _category_group),
            Derivation("address_protected", CHILDREN_REGISTER.name, ("address_protected",), _is_address_protected),
            Derivation(
                "caregiver_relation",
                CHILDREN_REGISTER.name,
                ("caregiver_relation", "address_protected"),
                _caregiver_relation,
            ),
        )
    }
)
