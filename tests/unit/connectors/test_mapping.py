"""Mapping files are read strictly, and every mistake is named with its line and field."""

import pytest

from connectors.sources.csv_file import CsvSource
from connectors.sources.errors import SourceError
from connectors.sources.mapping import load_mapping, open_source
from connectors.sources.mapping_text import MAX_MAPPING_BYTES
from connectors.sources.sql import SqlSource
from connectors.sources.workbook import WorkbookSource
from tests.unit.connectors.ledgers import CHILD_COLUMNS, ledger_rows, write_office_ledger

GOOD = """\
data_set: children_register
source:
  kind: workbook
  path: 台账/a.xlsx
columns:
  name: 儿童姓名
  citizen_id: [公民身份号码, 身份证号]
  birth_date: 出生日期
"""


def write(tmp_path, text):
    path = tmp_path / "mapping.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_workbook_mapping_opens_its_workbook(tmp_path):
    (tmp_path / "台账").mkdir()
    write_office_ledger(tmp_path / "台账/a.xlsx", ledger_rows(2))
    mapping = load_mapping(write(tmp_path, GOOD))
    assert list(mapping.columns.values()) == [("儿童姓名",), ("公民身份号码", "身份证号"), ("出生日期",)]
    source = open_source(mapping, tmp_path, {})
    assert isinstance(source, WorkbookSource)
    assert len(list(source.rows())) == 2
    assert set(source.columns()) < {name for names in CHILD_COLUMNS for name in names}


def test_a_csv_mapping_opens_its_file(tmp_path):
    (tmp_path / "a.csv").write_text("姓名\n甲\n", "gb18030")
    place = "source: {kind: csv, path: a.csv, encoding: gb18030, delimiter: ','}"
    mapping = load_mapping(write(tmp_path, f"data_set: x\n{place}\ncolumns: {{name: 姓名}}\n"))
    source = open_source(mapping, tmp_path, {})
    assert isinstance(source, CsvSource)
    assert [row.cells for row in source.rows()] == [{"姓名": "甲"}]


def test_a_database_address_may_come_from_the_environment(tmp_path):
    (tmp_path / "a.db").touch()
    place = "source: {kind: sql, url_environment: REGISTER_URL, table: 人口, key: 编号}"
    mapping = load_mapping(write(tmp_path, f"data_set: x\n{place}\ncolumns: {{name: 姓名}}\n"))
    assert isinstance(open_source(mapping, tmp_path, {"REGISTER_URL": "sqlite:///a.db"}), SqlSource)
    with pytest.raises(SourceError) as refused:
        open_source(mapping, tmp_path, {})
    assert refused.value.code == "url_missing"


SQL = "data_set: x\nsource:\n  kind: sql\n{}\n  key: id\ncolumns: {{name: n}}\n"


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (GOOD.replace("data_set", "dataset"), "mapping_field_missing", 1, "data_set"),
        (GOOD.replace("data_set: children_register\n", ""), "mapping_field_missing", 1, "data_set"),
        (GOOD + "extra: 1\n", "mapping_field_unknown", 9, "extra"),
        (GOOD.replace("  path", "  sheets: x\n  path"), "mapping_field_unknown", 4, "source.sheets"),
        (GOOD.replace("workbook", "et"), "mapping_field_invalid", 2, "source"),
        (GOOD.replace("儿童姓名", "5"), "mapping_field_invalid", 6, "columns.name"),
        (GOOD.replace("儿童姓名", "[]"), "mapping_field_invalid", 6, "columns.name"),
        (GOOD.replace("儿童姓名", "是: 否"), "mapping_not_yaml", 6, None),
        (GOOD + "  name: 姓名\n", "mapping_duplicate_field", 9, None),
        (GOOD.replace("儿童姓名", "&a 儿童姓名") + "  sex: *a\n", "mapping_alias", 6, None),
        (GOOD + "  ? [a]\n  : b\n", "mapping_field_invalid", 9, None),
        (GOOD.replace("儿童姓名", "!!python/object:os.system x"), "mapping_not_yaml", 6, None),
        (GOOD.replace("children_register", '"'), "mapping_not_yaml", None, None),
        ("", "mapping_field_invalid", None, None),
        ("#" * (MAX_MAPPING_BYTES + 1), "mapping_too_large", None, None),
        (GOOD.replace("kind: workbook", "kind: csv"), "mapping_field_missing", 2, "source.encoding"),
        (
            GOOD.replace("kind: workbook", "kind: csv\n  encoding: utf-16"),
            "mapping_field_invalid",
            4,
            "source.encoding",
        ),
        (SQL.format("  url: sqlite:///a.db"), "mapping_field_invalid", 2, "source"),
        (SQL.format("  table: t"), "mapping_field_invalid", 2, "source"),
        (SQL.format("  url: a\n  table: t\n  select: select 1"), "mapping_field_invalid", 2, "source"),
        (SQL.format("  url_environment: 'A=B'\n  table: t"), "mapping_field_invalid", 4, "source.url_environment"),
    ],
)
def test_mistakes_are_named(tmp_path, text, code, row, column):
    with pytest.raises(SourceError) as refused:
        load_mapping(write(tmp_path, text))
    found = refused.value
    assert (found.code, found.column) == (code, column)
    assert row is None or found.row == row


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("  url: postgresql://u:canary-secret@h/d\n  table: t", "url_has_password"),
        ("  url: ':canary-secret'\n  table: t", "url_invalid"),
        ("  url: mysql://h/d\n  table: t", "database_not_read_only"),
        ("  url: sqlite:///a.db\n  table: 't; DROP TABLE t'", "table_name_invalid"),
        ("  url: sqlite:///a.db\n  select: DELETE FROM t", "select_invalid"),
        ("  url: sqlite:///../a.db\n  table: t", "path_outside_folder"),
    ],
)
def test_dangerous_databases_are_refused(tmp_path, lines, code):
    (tmp_path / "a.db").touch()
    mapping = load_mapping(write(tmp_path, SQL.format(lines)))
    with pytest.raises(SourceError) as refused:
        open_source(mapping, tmp_path, {})
    assert refused.value.code == code
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("path", ["../a.xlsx", "/etc/passwd", "link/a.xlsx"])
def test_files_outside_the_data_folder_are_refused(tmp_path, path):
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "a.xlsx").touch()
    (folder / "link").symlink_to(tmp_path)
    mapping = load_mapping(write(tmp_path, GOOD.replace("台账/a.xlsx", path)))
    with pytest.raises(SourceError) as refused:
        open_source(mapping, folder, {})
    assert refused.value.code == "path_outside_folder"
