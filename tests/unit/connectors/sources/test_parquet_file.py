"""Parquet files of plain columns are read as they are typed; whatever else they may hold is refused by name."""

import io
import traceback
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sources import parquet_file
from connectors.sources.errors import SourceError
from connectors.sources.mapping import load_mapping, open_source
from connectors.sources.parquet_file import ParquetSource
from connectors.sources.sentences import SOURCE_ERRORS
from tests.museum.sources.bad_files import CANARY, BadFile
from tests.museum.sources.bad_parquet import BAD_PARQUET, parquet

WANTED = (("姓名", "name"), ("性别",), ("身份证号",))


@pytest.mark.parametrize("bad", BAD_PARQUET, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_for_its_reason(tmp_path, bad: BadFile):
    path = tmp_path / bad.name
    path.write_bytes(bad.make())
    with pytest.raises(SourceError) as refused:
        list(ParquetSource(path, WANTED).rows())
    found = refused.value
    assert (found.code, found.row) == (bad.code, bad.row)
    assert CANARY not in "".join(traceback.format_exception(found))
    assert SOURCE_ERRORS[bad.code].zh in str(found)


def write(path, columns, **options):
    path.write_bytes(parquet(columns, **options))
    return path


def test_plain_types_become_cells(tmp_path):
    moment = datetime.fromisoformat("2026-03-05T06:07:08.000009")
    columns = {
        "name": ["甲", "  ", None],
        "性别": pa.array(["女", "男", "女"]).dictionary_encode(),
        "day": pa.array([date(2026, 3, 5), None, date(2015, 1, 1)], pa.date32()),
        "moment": pa.array([moment, None, None], pa.timestamp("us")),
        "fine": pa.array([1_000_000_001, None, None], pa.timestamp("ns")),
        "whole": pa.array([1, -2, None], pa.int8()),
        "big": pa.array([2**63, 0, None], pa.uint64()),
        "yes": [True, False, None],
        "nothing": pa.nulls(3),
        "large": pa.array(["x", "y", "z"], pa.large_string()),
        "not mapped": [[1], [2], [3]],
    }
    wanted = (*WANTED[:2], *((name,) for name in columns if name not in {"name", "性别", "not mapped"}))
    source = ParquetSource(write(tmp_path / "a.parquet", columns), wanted)
    assert source.columns() == ("name", "性别", "day", "moment", "fine", "whole", "big", "yes", "nothing", "large")
    first, second, third = source.rows()
    assert dict(first.cells) == {
        "name": "甲",
        "性别": "女",
        "day": date(2026, 3, 5),
        "moment": moment,
        "fine": datetime.fromisoformat("1970-01-01T00:00:01"),
        "whole": 1,
        "big": 2**63,
        "yes": True,
        "nothing": None,
        "large": "x",
    }
    assert (second.number, second.cells["name"], third.cells["name"]) == (2, None, None)
    assert "甲" not in repr(first)


def test_rows_are_found_again_by_their_numbers_in_any_row_group(tmp_path):
    numbers = [str(n) for n in range(1, 2501)]
    path = write(tmp_path / "a.parquet", {"姓名": numbers, "性别": numbers}, row_group_size=1100)
    source = ParquetSource(path, WANTED)
    assert source.count() == 2500
    assert [(row.number, row.locator, row.cells["姓名"]) for row in source.rows()] == [(int(n), n, n) for n in numbers]
    found = source.fetch(["1", "1100", "1101", "2500", "2501", "0", "01", "x", "-1"])
    assert {locator: row.cells["姓名"] for locator, row in found.items()} == {
        n: n for n in ("1", "1100", "1101", "2500")
    }
    assert source.notes() == ()


def test_the_version_follows_the_file(tmp_path):
    source = ParquetSource(write(tmp_path / "a.parquet", {"姓名": ["甲"]}), WANTED)
    before = source.version()
    write(tmp_path / "a.parquet", {"姓名": ["甲", "乙"]})
    assert source.version() != before


def test_a_mapping_opens_its_file(tmp_path):
    write(tmp_path / "a.parquet", {"姓名": ["甲"]})
    (tmp_path / "m.yaml").write_text(
        "data_set: x\nsource: {kind: parquet, path: a.parquet}\ncolumns: {name: 姓名}\n", "utf-8"
    )
    (row,) = open_source(load_mapping(tmp_path / "m.yaml"), tmp_path, {}).rows()
    assert row.cells == {"姓名": "甲"}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError) as refused:
        list(ParquetSource(tmp_path / "a.parquet", WANTED).rows())
    assert refused.value.code == "file_missing"


@pytest.mark.parametrize(
    ("limit", "code"),
    [("MAX_FILE_BYTES", "file_too_large"), ("MAX_UNPACKED_BYTES", "parquet_unpacks_too_large"),
     ("MAX_FOOTER_BYTES", "parquet_broken")],
)  # fmt: skip
def test_limits_come_before_reading(tmp_path, monkeypatch, limit, code):
    path = write(tmp_path / "a.parquet", {"姓名": ["甲"]})
    monkeypatch.setattr(parquet_file, limit, 10)
    with pytest.raises(SourceError) as refused:
        ParquetSource(path, WANTED).columns()
    assert refused.value.code == code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(at=st.integers(0, 10_000), xor=st.integers(1, 255))
def test_any_changed_byte_gives_rows_or_a_named_error(tmp_path, at, xor):
    buffer = io.BytesIO()
    pq.write_table(pa.table({"姓名": ["甲", "乙"], "性别": ["女", None]}), buffer, write_page_checksum=True)
    data = bytearray(buffer.getvalue())
    data[at % len(data)] ^= xor
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    assert read_code(ParquetSource(path, WANTED)) in {None, *SOURCE_ERRORS}


def read_code(source):
    try:
        list(source.rows())
    except SourceError as error:
        return error.code
    return None
