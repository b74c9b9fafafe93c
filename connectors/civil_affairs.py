"""Civil affairs: the register of children in difficulty and what may be derived from it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.child_categories import CHILD_CATEGORY, CategoryGroup, ChildCategory, category_group
from schemas.codes import CASE_STATUS, CaseStatus

AGENCY_TYPE: Final = "civil_affairs"
NAME_ZH: Final = "民政"
NAME_EN: Final = "Civil affairs"

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
        Field("last_visit", "最近走访日期", "date", aliases_zh=("最近走访",)),
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


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("known_to_civil_affairs", CHILDREN_REGISTER.name, ("case_status",), _is_on_file),
            Derivation("open_case", CHILDREN_REGISTER.name, ("case_status",), _is_on_file),
            Derivation("category_group", CHILDREN_REGISTER.name, ("case_status", "category"), _category_group),
        )
    }
)
