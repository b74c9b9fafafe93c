"""The four sources of the province, written together: each agency's folder holds its data and its mapping."""

from datetime import date
from pathlib import Path
from typing import Final

from demo.province.agencies import Agency
from demo.province.columns import (
    CERTIFICATES,
    CHILDREN_REGISTER_GROUPS,
    HOUSEHOLD_REGISTER,
    STUDENT_REGISTER,
    write_mapping,
)
from demo.province.csv_file import CsvWriter
from demo.province.database import TableWriter
from demo.province.record import Record
from demo.province.regions import PROVINCE_NAME
from demo.province.workbook import Layout, LedgerWriter

CHILDREN_REGISTER_FILE: Final = "困境儿童台账.xlsx"
STUDENT_REGISTER_FILE: Final = "student_register.sqlite3"
HOUSEHOLD_REGISTER_FILE: Final = "household_register.sqlite3"
CERTIFICATES_FILE: Final = "持证残疾儿童.csv"

_LEDGER_FIELDS = tuple(field for _, columns in CHILDREN_REGISTER_GROUPS for field in columns)


class AgencyFiles:
    """Open files of all four agencies. Call `close` once."""

    def __init__(self, folder: Path, today: date) -> None:
        for agency in Agency:
            (folder / agency).mkdir(parents=True, exist_ok=True)
        self._ledger = LedgerWriter(
            folder / Agency.CIVIL_AFFAIRS / CHILDREN_REGISTER_FILE, _children_register_layout(today)
        )
        self._students = TableWriter(
            folder / Agency.EDUCATION / STUDENT_REGISTER_FILE, "student_register", STUDENT_REGISTER
        )
        self._persons = TableWriter(
            folder / Agency.PUBLIC_SECURITY / HOUSEHOLD_REGISTER_FILE, "household_register", HOUSEHOLD_REGISTER
        )
        self._certificates = CsvWriter(
            folder / Agency.DISABLED_FEDERATION / CERTIFICATES_FILE, CERTIFICATES.values(), "gb18030"
        )
        self._serial = 0
        write_mappings(folder)

    def append(self, agency: Agency, record: Record) -> str:
        """Write a row and return its locator: the row number of a file, the primary key of a table."""
        if agency is Agency.CIVIL_AFFAIRS:
            self._serial += 1
            return str(self._ledger.append([self._serial, *(record[field] for field in _LEDGER_FIELDS)]))
        if agency is Agency.DISABLED_FEDERATION:
            return str(self._certificates.append(record[field] for field in CERTIFICATES))
        if agency is Agency.EDUCATION:
            self._students.append(record)
            return str(record["row_id"])
        self._persons.append(record)
        return str(record["person_id"])

    def close(self) -> None:
        """Finish all four files."""
        for writer in (self._ledger, self._students, self._persons, self._certificates):
            writer.close()


def write_mappings(folder: Path) -> None:
    """Write the mapping of every source."""
    write_mapping(
        folder / Agency.CIVIL_AFFAIRS,
        "children_register",
        {"kind": "workbook", "path": CHILDREN_REGISTER_FILE},
        {field: name for _, columns in CHILDREN_REGISTER_GROUPS for field, name in columns.items()},
    )
    write_mapping(
        folder / Agency.DISABLED_FEDERATION,
        "certificates",
        {"kind": "csv", "path": CERTIFICATES_FILE, "encoding": "gb18030"},
        CERTIFICATES,
    )
    _write_table_mapping(folder / Agency.EDUCATION, STUDENT_REGISTER_FILE, "student_register", "row_id")
    _write_table_mapping(folder / Agency.PUBLIC_SECURITY, HOUSEHOLD_REGISTER_FILE, "household_register", "person_id")


def _write_table_mapping(folder: Path, file: str, table: str, key: str) -> None:
    columns = STUDENT_REGISTER if table == "student_register" else HOUSEHOLD_REGISTER
    source = {"kind": "sql", "url": f"sqlite:///{file}", "table": table, "key": key}
    write_mapping(folder, table, source, {field: field for field in columns if field not in {"row_id", "person_id"}})


def _children_register_layout(today: date) -> Layout:
    groups = tuple((name, tuple(columns.values())) for name, columns in CHILDREN_REGISTER_GROUPS)
    return Layout(
        title=f"{PROVINCE_NAME}农村留守儿童和困境儿童信息台账",
        unit_line=f"填报单位：{PROVINCE_NAME}民政厅　　填报日期：{today.year}年{today.month}月{today.day}日",
        groups=(("", ("序号",)), *groups),
        footer="单位负责人：　　　　　　复核人：　　　　　　填表人：",
    )
