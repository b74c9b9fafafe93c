"""The query roster: the plain list of children that any agency may ask about, with what identifies them and no more."""

from typing import Final

from connectors.data_sets import DataSet, Field

QUERY_ROSTER: Final = DataSet(
    name="query_roster",
    name_zh="查询名册",
    name_en="Query roster",
    fields=(
        Field("name", "姓名", "person_name", required=True, part="name", aliases_zh=("儿童姓名", "学生姓名")),
        Field("sex", "性别", "sex", part="sex"),
        Field("birth_date", "出生日期", "date", part="birth_on", aliases_zh=("出生年月", "出生年月日")),
        Field(
            "citizen_id",
            "公民身份号码",
            "citizen_id",
            part="citizen_id",
            aliases_zh=("身份证号", "身份证号码", "身份证件号"),
        ),
        Field("hukou_region", "户籍地代码", "region", part="region", aliases_zh=("户籍地",)),
        Field("residence_region", "现居住地代码", "region", part="region", aliases_zh=("现居住地",)),
        Field("guardian_name", "监护人姓名", "person_name", part="guardian_name"),
        Field("guardian_id", "监护人公民身份号码", "citizen_id", part="guardian_id"),
        Field("guardian_phone", "监护人联系电话", "phone", part="guardian_phone"),
    ),
)
