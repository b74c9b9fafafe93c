"""Makes records for tests of the decision tables, straight from cells."""

from collections.abc import Mapping

from connectors.data_sets import DataSet, Record, read_rows
from connectors.sources.mapping import SourceMapping, WorkbookPlace
from connectors.sources.source import CellValue, Row
from tests.unit.connectors.ledgers import TODAY


def mapping_of(data_set: DataSet) -> SourceMapping:
    """Return a mapping in which every column has the Chinese name of its field."""
    return SourceMapping(
        data_set=data_set.name,
        source=WorkbookPlace(kind="workbook", path="a.xlsx"),
        columns={field.name: (field.name_zh,) for field in data_set.fields},
    )


def record_of(data_set: DataSet, cells: Mapping[str, CellValue], *, row: int = 7) -> Record:
    """Return the record of a row with these cells by canonical field."""
    by_name = {field.name: field.name_zh for field in data_set.fields}
    named = dict.fromkeys(by_name.values()) | {by_name[name]: value for name, value in cells.items()}
    rows = [Row(number=row, locator=str(row), cells=named)]
    (record,) = read_rows(rows, mapping_of(data_set), data_set, today=TODAY, allow_test_regions=True)
    return record
