"""Databases are read, never written, and only what the mapping declares."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from connectors.sources.errors import SourceError
from connectors.sources.read_only_engine import open_read_only, parse_url
from connectors.sources.source import Row
from connectors.sources.sql import SqlSource
from connectors.sources.sql_relation import SelectRelation, TableRelation
from tests.unit.connectors.ledgers import citizen_id

WANTED = (("姓名", "xm"), ("性别",), ("公民身份号码",), ("备注",))
ROWS = [(n, f"测试{n}", "女", citizen_id(n % 500 * 2), None) for n in range(1, 1201)]
CREATE = "CREATE TABLE 常住人口 (编号 INTEGER PRIMARY KEY, 姓名 TEXT, 性别 TEXT, 公民身份号码 TEXT, 秘密 TEXT)"


@pytest.fixture
def database(tmp_path) -> Path:
    path = tmp_path / "户籍.db"
    with sqlite3.connect(path) as connection:
        connection.execute(CREATE)
        connection.executemany("INSERT INTO 常住人口 VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def engine_of(path):
    return open_read_only(parse_url(f"sqlite:///{path.name}"), path.parent)


RELATIONS = {
    "table": TableRelation("常住人口"),
    "table with schema": TableRelation("main.常住人口"),
    "select": SelectRelation("select * from 常住人口 where 性别 <> 'a:b?' AND 姓名 like '测%'"),
}


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_rows_come_in_the_order_of_the_key_with_mapped_columns_only(database, relation):
    source = SqlSource(engine_of(database), relation, WANTED, key="编号")
    assert source.columns() == ("姓名", "性别", "公民身份号码")
    rows = list(source.rows())
    assert [row.locator for row in rows] == [str(n) for n in range(1, 1201)]
    assert rows[6].cells == {"姓名": "测试7", "性别": "女", "公民身份号码": citizen_id(14)}
    assert (source.count(), source.version(), source.notes()) == (1200, None, ())


def test_rows_are_fetched_by_key_in_batches(database):
    source = SqlSource(engine_of(database), TableRelation("常住人口"), WANTED, key="编号")
    found = source.fetch([str(n) for n in range(1, 1100)] + ["5000", "x", "1 OR 1=1", "007"])
    assert set(found) == {str(n) for n in range(1, 1100)}
    assert found["1099"].cells["姓名"] == "测试1099"


def test_a_text_key_is_fetched_as_text(database):
    source = SqlSource(engine_of(database), TableRelation("常住人口"), WANTED, key="姓名")
    assert set(source.fetch(["测试7", "' OR '1'='1"])) == {"测试7"}


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
@pytest.mark.parametrize("is_by_driver", [True, False])
def test_rows_fetched_by_the_driver_alone_are_those_of_sqlalchemy(database, relation, is_by_driver):
    engine = engine_of(database) if is_by_driver else create_engine(f"sqlite:///{database}")
    source = SqlSource(engine, relation, (*WANTED, ("秘密",)), key="编号")
    assert source.fetch(["7", "8", "x", "5000"]) == {
        str(n): Row(
            number=n - 6,
            locator=str(n),
            cells={"姓名": f"测试{n}", "性别": "女", "公民身份号码": citizen_id(n * 2), "秘密": None},
        )
        for n in (7, 8)
    }
    assert source.fetch([]) == {}


def write_people(path, text="CREATE TABLE 常住人口 (编号 INTEGER PRIMARY KEY, 姓名 TEXT)", name="新来"):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(text)
        connection.execute("INSERT INTO 常住人口 (编号, 姓名) VALUES (1, ?)", (name,))


@pytest.mark.parametrize("put", [Path.replace, lambda new, old: old.write_bytes(new.read_bytes())])
def test_a_file_that_was_put_in_the_place_of_another_is_read_at_once(tmp_path, put):
    old, new = tmp_path / "户籍.db", tmp_path / "新.db"
    write_people(old, name="旧人")
    source = SqlSource(engine_of(old), TableRelation("常住人口"), WANTED, key="编号")
    assert source.fetch(["1"])["1"].cells == {"姓名": "旧人"}
    write_people(new)  # as many pages and as many changes as the old one
    put(new, old)
    assert source.fetch(["1"])["1"].cells == {"姓名": "新来"}


def test_the_name_of_a_column_that_is_gone_is_no_value(database):
    source = SqlSource(engine_of(database), TableRelation("常住人口"), WANTED, key="编号")
    assert source.fetch(["7"])["7"].cells["性别"] == "女"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE 常住人口 DROP COLUMN 性别")
    assert source.fetch(["7"])["7"].cells == {"姓名": "测试7", "公民身份号码": citizen_id(14)}


def test_the_first_name_of_a_column_counts_from_when_it_is_there(tmp_path):
    path = tmp_path / "户籍.db"
    write_people(path)
    source = SqlSource(engine_of(path), TableRelation("常住人口"), (("名字", "姓名"),), key="编号")
    assert source.fetch(["1"])["1"].cells == {"姓名": "新来"}
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE 常住人口 ADD COLUMN 名字 TEXT DEFAULT '又名'")
    assert source.fetch(["1"])["1"].cells == {"名字": "又名"}


def test_nobody_waits_for_a_register_that_was_read(database):
    SqlSource(engine_of(database), TableRelation("常住人口"), WANTED, key="编号").fetch(["7"])
    with closing(sqlite3.connect(database, timeout=0)) as connection, connection:
        connection.execute("BEGIN EXCLUSIVE")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO 常住人口 VALUES (9999, 'x', 'x', 'x', 'x')",
        "UPDATE 常住人口 SET 姓名 = 'x'",
        "DELETE FROM 常住人口",
        "DROP TABLE 常住人口",
        "CREATE TABLE 新表 (a INTEGER)",
        "PRAGMA user_version = 7",
    ],
)
def test_sqlite_refuses_every_write(database, statement):
    before = database.read_bytes()
    with engine_of(database).connect() as connection:
        with pytest.raises(SQLAlchemyError):
            connection.execute(text(statement))
        connection.commit()
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO 人口 VALUES (2, 'x')", "DROP TABLE 人口", "SELECT set_config('transaction_read_only', 'off', false)"],
)
def test_postgresql_refuses_every_write(postgresql_url, statement):
    owner = create_engine(postgresql_url)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE 人口 (编号 bigint PRIMARY KEY, 姓名 text, 出生日期 date, 金额 numeric)"))
        connection.execute(text("INSERT INTO 人口 VALUES (1, '甲', '2015-03-05', 20.0)"))
    engine = open_read_only(parse_url(postgresql_url), Path("/nowhere"))
    relation = SelectRelation("SELECT 编号, 姓名, 出生日期::date AS 出生日期, 金额 FROM 人口 WHERE 姓名 <> '%:x'")
    source = SqlSource(engine, relation, (("姓名",), ("出生日期",), ("金额",)), key="编号")
    (row,) = source.rows()
    assert row.cells == {"姓名": "甲", "出生日期": date(2015, 3, 5), "金额": 20}
    assert set(source.fetch(["1", "2"])) == {"1"}
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(SQLAlchemyError):
            connection.execute(text(statement))
    with owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM 人口")).scalar_one() == 1
    owner.dispose()


def test_reading_only_can_not_be_switched_off_in_postgresql(postgresql_url):
    engine = open_read_only(parse_url(postgresql_url), Path("/nowhere"))
    with engine.connect() as connection:
        setting = text("SELECT current_setting('default_transaction_read_only')")
        assert connection.execute(setting).scalar_one() == "on"
        connection.execute(text("SELECT set_config('default_transaction_read_only', 'off', false)"))
        connection.commit()
        assert connection.execute(setting).scalar_one() == "off"
        connection.commit()
        with pytest.raises(SQLAlchemyError, match="read-only"):
            connection.execute(text("CREATE TABLE 新表 (a integer)"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM 常住人口",
        "SELECT 1; DROP TABLE 常住人口",
        "SELECT 1 -- and more",
        "SELECT 1 /* and more */",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "selection",
        "",
        "SELECT " + "1," * 6000 + "1",
    ],
)
def test_only_one_plain_select_is_taken(statement):
    with pytest.raises(SourceError) as refused:
        SelectRelation(statement)
    assert refused.value.code == "select_invalid"


@pytest.mark.parametrize("name", ["t; DROP TABLE t", 't"', "a.b.c", "1t", "", "t t", "t\n", "x" * 64])
def test_table_names_are_names(name):
    with pytest.raises(SourceError) as refused:
        TableRelation(name)
    assert refused.value.code == "table_name_invalid"


@pytest.mark.parametrize(
    ("relation", "key", "code"),
    [
        (TableRelation("没有"), "编号", "table_missing"),
        (TableRelation("常住人口"), "没有", "column_missing"),
        (TableRelation("常住人口"), "性别", "key_not_unique"),
        (TableRelation("常住人口"), "秘密", "key_missing"),
        (SelectRelation("SELECT 编号 FROM 常住人口) UNION SELECT 1 WHERE (1 = 1"), "编号", "query_failed"),
        (SelectRelation("SELECT 编号 INTO 新表 FROM 常住人口"), "编号", "query_failed"),
        (SelectRelation("SELECT 编号, 1.5 AS 序 FROM 常住人口"), "序", "key_type"),
        (SelectRelation("SELECT 编号, x'00' AS 姓名 FROM 常住人口"), "编号", "cell_type"),
        (SelectRelation("SELECT 编号, printf('%.5000c', 'x') AS 姓名 FROM 常住人口"), "编号", "cell_too_long"),
    ],
)
def test_what_can_not_be_read_is_named(database, relation, key, code):
    with pytest.raises(SourceError) as refused:
        list(SqlSource(engine_of(database), relation, WANTED, key=key).rows())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("relation", "key", "locator", "code"),
    [
        (TableRelation("没有"), "编号", "1", "table_missing"),
        (TableRelation("常住人口"), "没有", "1", "column_missing"),
        (TableRelation("常住人口"), "性别", "女", "key_not_unique"),
        (SelectRelation("SELECT 编号 FROM 常住人口) UNION SELECT 1 WHERE (1 = 1"), "编号", "1", "query_failed"),
        (SelectRelation("SELECT 编号, json(姓名) AS 姓名 FROM 常住人口"), "编号", "1", "query_failed"),
        (SelectRelation("SELECT 编号, x'00' AS 姓名 FROM 常住人口"), "编号", "1", "cell_type"),
    ],
)
def test_what_can_not_be_fetched_is_named(database, relation, key, locator, code):
    with pytest.raises(SourceError) as refused:
        SqlSource(engine_of(database), relation, WANTED, key=key).fetch([locator])
    assert refused.value.code == code


def test_a_file_that_is_gone_is_named(database):
    source = SqlSource(engine_of(database), TableRelation("常住人口"), WANTED, key="编号")
    database.unlink()
    with pytest.raises(SourceError) as refused:
        source.fetch(["1"])
    assert refused.value.code == "database_unreachable"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://host/db", "database_not_read_only"),
        ("oracle://host/db", "database_not_read_only"),
        ("sqlite://", "url_invalid"),
        ("sqlite:///a.db?mode=rw", "url_invalid"),
        ("sqlite:///missing.db", "file_missing"),
        ("sqlite:////etc/passwd", "path_outside_folder"),
        ("postgresql://host/db?options=-c%20default_transaction_read_only%3Doff", "url_invalid"),
        ("not a url", "url_invalid"),
    ],
)
def test_databases_that_can_not_be_held_to_reading_are_refused(tmp_path, url, code):
    with pytest.raises(SourceError) as refused:
        open_read_only(parse_url(url), tmp_path)
    assert refused.value.code == code


def test_an_unreachable_database_is_named_without_its_address(tmp_path):
    url = f"postgresql://someone:canary-secret@/nothing?host={tmp_path}"
    source = SqlSource(open_read_only(parse_url(url), tmp_path), TableRelation("t"), WANTED, key="k")
    with pytest.raises(SourceError) as refused:
        source.columns()
    assert refused.value.code == "database_unreachable"
    assert "canary" not in str(refused.value)
