"""Where the register comes from, on the data page: names of columns, and never the address of a database."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from connectors.console.roles import Role
from connectors.context import Connector
from connectors.desk.register_source import find_register_source
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> OfficeDesk:
    return open_desk(tmp_path)


def _rewrite(connector: Connector, **changes: object) -> None:
    path = connector.folder / "mapping.yaml"
    written = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump({**written, **changes}, allow_unicode=True), encoding="utf-8")


def test_source_file_and_columns_are_told(desk: OfficeDesk) -> None:
    source = find_register_source(desk.connector)
    assert source is not None
    assert (source.mapping_file, source.kind, source.place, source.failure) == (
        "mapping.yaml",
        "csv",
        "register.csv",
        None,
    )
    assert {field.name: names for field, names in source.mapped}["birth_date"] == ("出生日期",)
    assert {field.name for field in source.missing}.isdisjoint(field.name for field, _ in source.mapped)
    page = desk.browser(Role.ADMINISTRATOR).client.get("/desk/data").text
    for words in ("CSV 文件", "register.csv", "残疾人证号", "哪一列是什么"):
        assert words in page


def test_a_field_without_a_column_is_told(desk: OfficeDesk) -> None:
    mapping = yaml.safe_load((desk.connector.folder / "mapping.yaml").read_text("utf-8"))
    _rewrite(
        desk.connector, columns={name: column for name, column in mapping["columns"].items() if name != "issued_on"}
    )
    source = find_register_source(desk.connector)
    assert source is not None
    assert "issued_on" in {field.name for field in source.missing}
    assert "没有对应列" in desk.browser(Role.ADMINISTRATOR).client.get("/desk/data").text


def test_of_a_database_the_table_is_told_and_not_its_address(desk: OfficeDesk) -> None:
    place = {"kind": "sql", "url": "postgresql://reader@db.office.example/register", "table": "holders", "key": "id"}
    _rewrite(desk.connector, source=place)
    page = desk.browser(Role.ADMINISTRATOR).client.get("/desk/data").text
    assert "数据库（只读）" in page
    assert "holders" in page
    assert "db.office.example" not in page


def test_a_mapping_that_cant_be_read_is_told(desk: OfficeDesk) -> None:
    _rewrite(desk.connector, source={"kind": "csv"})
    assert "映射文件 mapping.yaml 不能使用" in desk.browser(Role.ADMINISTRATOR).client.get("/desk/data").text


def test_without_a_mapping_there_is_no_source(desk: OfficeDesk) -> None:
    settings = desk.connector.settings.model_copy(update={"register_mapping": None})
    assert find_register_source(replace(desk.connector, settings=settings)) is None
