"""What an agency reads for the private OR: of whom it knows a ground and, at public security, who is whose parent."""

from enum import StrEnum
from typing import Final

from connectors.data_sets import DataSet, Field
from schemas.code_table import CodeTable, CodeWords
from schemas.rule_packs.parental_rules import load_parental_rules

_GROUNDS = {
    ground.code: ground
    for rules in load_parental_rules().values()
    for ground in (*rules.dead_or_missing, *rules.circumstances)
}


class GroundCode(StrEnum):
    """The grounds of all rules: dead or missing, and the circumstances."""

    D1 = "D1"
    D2 = "D2"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    C8 = "C8"


GROUNDS: Final = CodeTable(
    {GroundCode(code): CodeWords(ground.name_zh, ground.name_en) for code, ground in _GROUNDS.items()}
)

PARENT_GROUNDS: Final = DataSet(
    name="parent_grounds",
    name_zh="父母状况名单",
    name_en="Persons of whom a ground is known",
    fields=(
        Field("citizen_id", "公民身份号码", "citizen_id", required=True, aliases_zh=("身份证号", "身份证号码")),
        Field("ground", "情形", "code", required=True, codes=GROUNDS),
        Field("since", "起始日期", "date"),
    ),
)

FAMILY_REGISTER: Final = DataSet(
    name="family_register",
    name_zh="户籍亲属关系",
    name_en="Household register with parents",
    fields=(
        Field("citizen_id", "公民身份号码", "citizen_id", required=True, part="citizen_id", aliases_zh=("身份证号",)),
        Field("name", "姓名", "person_name", required=True, part="name"),
        Field("hukou_region", "户籍地代码", "region", part="region", aliases_zh=("户籍行政区划代码",)),
        Field("father_id", "父亲公民身份号码", "citizen_id"),
        Field("mother_id", "母亲公民身份号码", "citizen_id"),
    ),
)
