"""Health: the register of children's health records, of which two answers may be told: yes or no to a question."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.codes import YES_NO, answer_of
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages

AGENCY_TYPE: Final = "health"
NAME_ZH: Final = "卫生健康"
NAME_EN: Final = "Health"

CHILD_HEALTH_REGISTER: Final = DataSet(
    name="child_health_register",
    name_zh="儿童健康档案",
    name_en="Register of children's health records",
    fields=(
        Field("record_no", "健康档案编号", "text", aliases_zh=("档案编号", "编号")),
        Field("name", "儿童姓名", "person_name", required=True, part="name", aliases_zh=("姓名",)),
        Field("sex", "性别", "sex", part="sex"),
        Field("birth_date", "出生日期", "date", part="birth_on", aliases_zh=("出生年月日",)),
        Field("citizen_id", "公民身份号码", "citizen_id", part="citizen_id", aliases_zh=("身份证号", "身份证件号")),
        Field("region", "居住地代码", "region", part="region", aliases_zh=("行政区划代码",)),
        Field("guardian_name", "监护人姓名", "person_name", part="guardian_name"),
        Field("guardian_id", "监护人身份号码", "citizen_id", part="guardian_id"),
        Field("guardian_phone", "监护人电话", "phone", part="guardian_phone"),
        Field("medical_alert", "是否有医疗注意事项", "code", codes=YES_NO, aliases_zh=("医疗注意事项",)),
        Field("diagnosis_on_file", "是否有诊断材料", "code", codes=YES_NO, aliases_zh=("诊断材料",)),
    ),
)

DATA_SETS: Final = (CHILD_HEALTH_REGISTER,)
INDEX_DATA_SET: Final = CHILD_HEALTH_REGISTER


def _has_medical_alert(record: Record, _: date) -> bool | None:
    return answer_of(record.values.get("medical_alert"))


def _has_diagnosis(record: Record, today: date) -> bool | None:
    """Return whether there is a diagnosis; of a child out of the rehabilitation programme's ages nothing is told."""
    ages = load_rehabilitation_ages().in_force(record.county, today)
    if ages is None or not ages.includes(record.age_on(today)):
        return None
    return answer_of(record.values.get("diagnosis_on_file"))


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("medical_alert", CHILD_HEALTH_REGISTER.name, ("medical_alert",), _has_medical_alert),
            Derivation("diagnosis_on_file", CHILD_HEALTH_REGISTER.name, ("diagnosis_on_file",), _has_diagnosis),
        )
    }
)
