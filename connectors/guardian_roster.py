"""The guardian roster: the people about whose children an agency may ask, with their numbers and no more."""

from typing import Final

from connectors.data_sets import DataSet, Field
from schemas.messages.match import SubjectKind

GUARDIAN_ROSTER: Final = DataSet(
    name="guardian_roster",
    name_zh="监护人名册",
    name_en="Guardian roster",
    subject=SubjectKind.GUARDIAN,
    fields=(
        # For the office's own use: it is not asked with.
        Field("name", "监护人姓名", "person_name"),
        Field("citizen_id", "监护人公民身份号码", "citizen_id", required=True, part="guardian_id"),
        Field("region", "地区代码", "region", part="region"),
    ),
)
