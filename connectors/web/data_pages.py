"""The agency's own data: its register as counts and findings, and the index of each agreement; no cell of it."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.own_data import tell_own_data
from connectors.desk.own_table import tell_own_table
from connectors.desk.register_checks import begin_check, latest_check
from connectors.desk.register_source import find_register_source
from connectors.sources.sentences import SOURCE_ERRORS
from connectors.state.database import writing
from connectors.web.index_refresh_words import OUTCOME_WORDS, say_refresh_failure
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.agreement_terms import STATE_TAGS
from hosting.web.language import Text
from hosting.web.listing import Column

INDEX_COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("谁来查询", "Asked by")),
    Column(Text("协议", "Agreement")),
    Column(Text("索引中的记录", "Records in the index"), is_number=True),
    Column(Text("最近一次发布", "Last publication")),
    Column(Text("状态", "State")),
    Column(Text("按时更新", "Refreshed by the clock")),
)
FINDING_COLUMNS: Final = (
    Column(Text("列", "Column")),
    Column(Text("问题", "Finding")),
    Column(Text("行数", "Rows"), is_number=True),
    Column(Text("前几行的行号", "The first rows")),
)
SOURCE_COLUMNS: Final = (
    Column(Text("字段", "Field")),
    Column(Text("登记册中的列名", "Name of the register's column")),
    Column(Text("要求", "Needed")),
)
SOURCE_KINDS: Final = {
    "workbook": Text("Excel 工作簿", "Workbook"),
    "csv": Text("CSV 文件", "CSV file"),
    "parquet": Text("Parquet 文件", "Parquet file"),
    "sql": Text("数据库（只读）", "Database (read only)"),
}
SEVERITY_WORDS: Final = {
    "error": (Text("不能使用", "can't be used"), "bad"),
    "warning": (Text("请核对", "to be looked at"), "warning"),
    "note": (Text("已自动处理", "put right by itself"), "neutral"),
}


def data_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("data", __name__, url_prefix="/desk/data")
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("/checks", "check", partial(_check, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_DATA)


def _show(console: Console) -> str:
    check, source = latest_check(console), find_register_source(console.connector)
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, Action.DATA_VIEWED)
    return render_template(
        "data/data.html",
        data=tell_own_data(console),
        has_own_table=tell_own_table(console) is not None,
        source=source,
        source_failure=SOURCE_ERRORS.get(source.failure) if source is not None and source.failure else None,
        source_kinds=SOURCE_KINDS,
        source_columns=SOURCE_COLUMNS,
        check=check,
        is_running=check is not None and check.is_running(console.seconds()),
        failure=SOURCE_ERRORS.get(check.failure) if check is not None and check.failure else None,
        index_columns=INDEX_COLUMNS,
        finding_columns=FINDING_COLUMNS,
        states=STATE_TAGS,
        severities=SEVERITY_WORDS,
        outcomes=OUTCOME_WORDS,
        say_refresh_failure=say_refresh_failure,
        is_refreshed=console.connector.settings.refreshes_indexes,
        may_decide=signed_in().account.may(Permission.HOLD_AGREEMENTS),
        is_accepted="accepted" in request.args,
    )


def _check(console: Console) -> Response:
    begin_check(console, signed_in().account.id)
    return redirect("/desk/data", 303)
