"""CSV files are read in their declared encoding, as a stream."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sources.csv_file import CsvSource
from connectors.sources.errors import SourceError
from tests.unit.connectors.ledgers import citizen_id

WANTED = (("姓名",), ("性别",), ("身份证号",), ("父亲/姓名",))
TEXT = f'''花名册,,,,
序号,姓名,性别,身份证号,父亲,
,,,,姓名,电话
1,甲,男,"=""{citizen_id(1)}""",丙,1
,,,,,
2,"乙
丁",女,{citizen_id(2)},=1+1,2
合计,2,,,,
填表人：,,,,,
'''


def write(path, text=TEXT, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_rows_are_the_same_in_every_encoding(tmp_path, encoding):
    source = CsvSource(write(tmp_path / "a.csv", encoding=encoding), WANTED, encoding=encoding)
    assert source.columns() == ("姓名", "性别", "身份证号", "父亲/姓名")
    first, second = source.rows()
    assert (first.number, second.number) == (4, 6)
    assert first.cells == {"姓名": "甲", "性别": "男", "身份证号": citizen_id(1), "父亲/姓名": "丙"}
    assert second.cells["姓名"] == "乙\n丁"
    assert second.cells["父亲/姓名"] == "=1+1"
    assert source.fetch([second.locator, "99"]) == {"6": second}
    assert {n.code for n in source.notes()} == {"empty_rows", "summary_rows", "footer_rows"}
    assert source.count() is None


def test_a_byte_order_mark_is_never_part_of_a_name(tmp_path):
    write(tmp_path / "a.csv", "姓名,性别,身份证号\n甲,男,x\n", "utf-8-sig")
    assert CsvSource(tmp_path / "a.csv", WANTED, encoding="utf-8").columns() == ("姓名", "性别", "身份证号")


def test_rare_characters_of_gb18030_are_kept(tmp_path):
    write(tmp_path / "a.csv", "姓名,性别,身份证号\n𠮷〇,男,x\n", "gb18030")
    (row,) = CsvSource(tmp_path / "a.csv", WANTED, encoding="gb18030").rows()
    assert row.cells["姓名"] == "𠮷〇"


@pytest.mark.parametrize(("written", "declared"), [("gb18030", "utf-8"), ("utf-16-le", "gb18030")])
def test_a_wrong_encoding_names_the_row(tmp_path, written, declared):
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,性别,身份证号\n".encode(declared) + "甲,男,x\n".encode(written))
    with pytest.raises(SourceError) as refused:
        list(CsvSource(path, WANTED, encoding=declared).rows())
    assert (refused.value.code, refused.value.row) == ("encoding_wrong", 2)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(tmp_path, delimiter):
    write(tmp_path / "a.csv", "姓名,性别,身份证号\n甲,男,x\n".replace(",", delimiter))
    (row,) = CsvSource(tmp_path / "a.csv", WANTED, encoding="utf-8", delimiter=delimiter).rows()
    assert row.cells["身份证号"] == "x"


def test_the_version_follows_the_file(tmp_path):
    source = CsvSource(write(tmp_path / "a.csv"), WANTED, encoding="utf-8")
    before = source.version()
    write(tmp_path / "a.csv", TEXT + " ")
    assert source.version() != before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_named_error(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,性别,身份证号\n".encode() + data)
    assert read_code(CsvSource(path, WANTED, encoding="utf-8")) in {None, "encoding_wrong", "csv_malformed"}


def read_code(source):
    try:
        list(source.rows())
    except SourceError as error:
        return error.code
    return None
