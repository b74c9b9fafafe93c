"""The columns of each agency's file, and the mapping that tells a connector which column is which field."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

CHILDREN_REGISTER_GROUPS: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    ("", {"case_no": "档案编号"}),
    (
        "儿童信息",
        {
            "name": "姓名",
            "sex": "性别",
            "birth_date": "出生日期",
            "citizen_id": "公民身份号码",
            "hukou_region": "户籍地代码",
            "residence_region": "现居住地代码",
            "category": "儿童类别",
            "category_since": "认定年月",
            "study_status": "就学情况",
        },
    ),
    (
        "监护人信息",
        {
            "guardian_name": "监护人姓名",
            "guardian_relation": "与儿童关系",
            "guardian_id": "监护人身份号码",
            "guardian_phone": "联系电话",
        },
    ),
    ("照护情况", {"caregiver_relation": "实际照护人与儿童关系", "address_protected": "住址是否保密"}),
    ("享受补贴", {"benefit_programme": "补贴项目", "benefit_since": "起领年月"}),
    ("", {"case_status": "档案状态", "last_visit": "最近走访日期"}),
)
"""Group headings of the ledger with their columns; an empty group is a column whose heading spans both rows."""

CERTIFICATES: Final[Mapping[str, str]] = {
    "cert_no": "残疾人证号",
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "region": "户籍地代码",
    "disability_class": "残疾类别",
    "disability_grade": "残疾等级",
    "issued_on": "发证日期",
    "valid_until": "有效期至",
    "status": "证件状态",
    "funded_year": "最近康复资助年度",
    "guardian_name": "监护人姓名",
    "guardian_id": "监护人身份证号",
    "guardian_phone": "监护人联系电话",
}

STUDENT_REGISTER: Final[Mapping[str, str]] = {
    "row_id": "INTEGER PRIMARY KEY",
    "student_no": "TEXT NOT NULL",
    "name": "TEXT NOT NULL",
    "sex": "TEXT NOT NULL",
    "birth_date": "TEXT NOT NULL",
    "citizen_id": "TEXT",
    "hukou_region": "TEXT NOT NULL",
    "school_region": "TEXT NOT NULL",
    "school_code": "TEXT NOT NULL",
    "school_name": "TEXT NOT NULL",
    "grade": "TEXT NOT NULL",
    "stage": "TEXT NOT NULL",
    "status": "TEXT NOT NULL",
    "left_behind": "TEXT NOT NULL",
    "guardian_name": "TEXT",
    "guardian_id": "TEXT",
    "guardian_phone": "TEXT",
    "confirmed_on": "TEXT NOT NULL",
}

HOUSEHOLD_REGISTER: Final[Mapping[str, str]] = {
    "person_id": "INTEGER PRIMARY KEY",
    "citizen_id": "TEXT",
    "name": "TEXT NOT NULL",
    "sex": "TEXT NOT NULL",
    "birth_date": "TEXT NOT NULL",
    "hukou_region": "TEXT NOT NULL",
    "household_no": "TEXT NOT NULL",
    "guardian_name": "TEXT",
    "guardian_id": "TEXT",
    "guardian_phone": "TEXT",
    "status": "TEXT NOT NULL",
    "status_on": "TEXT NOT NULL",
    "moved_to_region": "TEXT",
    "cancel_reason": "TEXT",
}


def write_mapping(folder: Path, data_set: str, source: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """Write `mapping.yaml` beside a source: canonical field to the column's name in the source."""
    mapping = {"data_set": data_set, "source": dict(source), "columns": dict(columns)}
    text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
    (folder / "mapping.yaml").write_text(text, encoding="utf-8")
