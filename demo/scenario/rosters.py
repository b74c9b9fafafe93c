"""Mapping files for the rosters that are asked about, written as an office would write them."""

from pathlib import Path

import yaml

from demo.province import ROSTER_PLANS

_NAME_ROSTER = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "citizen_id": "公民身份号码",
    "hukou_region": "户籍地",
    "residence_region": "现居住地",
    "guardian_name": "监护人姓名",
    "guardian_id": "监护人身份号码",
    "guardian_phone": "联系电话",
}
_DROPOUT_LEDGER = {
    "name": "学生姓名",
    "sex": "性别",
    "birth_date": "出生年月",
    "citizen_id": "身份证件号",
    "student_no": "全国学籍号",
    "hukou_region": "户籍所在乡镇村",
    "residence_region": "现居住地",
    "guardian_name": "监护人姓名",
    "guardian_phone": "联系电话",
}


_GUARDIAN_ROSTER = {"name": "监护人姓名", "citizen_id": "监护人公民身份号码", "region": "地区代码"}

_FORMS = {
    "dropout": ("dropout_ledger", _DROPOUT_LEDGER),
    "guardians": ("guardian_roster", _GUARDIAN_ROSTER),
}
"""Data set and columns of the rosters that are no plain lists of children."""


def write_roster_mapping(province: Path, roster: str) -> Path:
    """Write the mapping of one roster beside it and return its path."""
    workbook = province / ROSTER_PLANS[roster].path
    data_set, columns = _FORMS.get(roster, ("query_roster", _NAME_ROSTER))
    mapping = {
        "data_set": data_set,
        "source": {"kind": "workbook", "path": workbook.name},
        "columns": columns,
    }
    path = workbook.with_name(f"roster_{roster}.yaml")
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
