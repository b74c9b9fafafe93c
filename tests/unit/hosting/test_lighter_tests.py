"""What tests share to take less time changes nothing: apps with the same patterns, engines with the same statements."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, url_for
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, select
from werkzeug.routing import BaseConverter

TABLE = Table("paper", MetaData(), Column("number", Integer, primary_key=True), Column("text", Text))


class Shout(BaseConverter):
    """Takes capital letters alone."""

    regex = "[A-Z]+"


def made(converter: type[BaseConverter] | None = None) -> Flask:
    app = Flask("pages")
    if converter is not None:
        app.url_map.converters["string"] = converter
    app.add_url_rule("/papers/<int:number>/<string:word>", "paper", lambda number, word: f"{number + 1} {word}")
    return app


def test_apps_with_the_same_pattern_find_and_build_addresses_alike() -> None:
    for app in (made(), made()):
        assert app.test_client().get("/papers/6/leaf").text == "7 leaf"
        assert app.test_client().get("/papers/six/leaf").status_code == 404
        with app.test_request_context():
            assert url_for("paper", number=3, word="x") == "/papers/3/x"
            assert url_for("paper", number=3, word="x", page=2) == "/papers/3/x?page=2"


def test_the_same_pattern_means_what_an_app_says_that_it_means() -> None:
    assert made().test_client().get("/papers/6/leaf").status_code == 200
    shouting = made(Shout).test_client()
    assert shouting.get("/papers/6/leaf").status_code == 404
    assert shouting.get("/papers/6/LEAF").text == "7 LEAF"


@contextmanager
def opened(paramstyle: str) -> Iterator[Engine]:
    engine = create_engine("sqlite://", paramstyle=paramstyle)
    TABLE.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("first", "second"), [("named", "qmark"), ("qmark", "named"), ("qmark", "qmark")])
def test_engines_say_the_same_each_in_its_own_way(first: str, second: str) -> None:
    with opened(first) as one, opened(second) as other:
        for text, engine in (("one", one), ("other", other)):
            with engine.begin() as connection:
                connection.execute(TABLE.insert(), {"number": 1, "text": text})
                assert connection.execute(select(TABLE.c.text).where(TABLE.c.number == 1)).scalar_one() == text


def test_a_statement_is_put_into_sql_once_for_all_engines_of_a_kind() -> None:
    said: list[object] = []
    for _ in range(2):
        with opened("qmark") as engine, engine.begin() as connection:
            said.append(connection.execute(select(TABLE.c.text).where(TABLE.c.number > 5)).context.compiled)  # type: ignore[attr-defined]
    assert said[0] is said[1]
