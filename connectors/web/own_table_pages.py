"""The agency's own table of counts: made once a quarter, what of it is withheld, the noise left in the year."""

from functools import partial
from io import BytesIO
from typing import Final

from flask import Blueprint, abort, redirect, render_template, send_file
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.bulletins import count_withheld
from connectors.desk.own_table import OwnTable, TableMaker, tell_own_table
from connectors.statistics.workbook import say_region, workbook_of
from connectors.web.bulletin_pages import table_columns
from connectors.web.question_pages import XLSX
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column, page_of
from schemas.statistics.release import StatisticsRelease

OWN_TABLE: Final = "/desk/own-table"
COLUMNS: Final = (
    Column(Text("季度", "Quarter")),
    Column(Text("统计了谁", "Who was counted")),
    Column(Text("统计日期", "Counted on")),
    Column(Text("隐去的数字", "Numbers withheld"), is_number=True),
    Column(Text("噪声 ε", "Noise, epsilon"), is_number=True),
)


def own_table_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint, maker = Blueprint("own_table", __name__, url_prefix=OWN_TABLE), TableMaker(console)
    for path, name, view, method in (
        ("", "show_list", partial(_show_list, console, maker), "GET"),
        ("", "make", partial(_make, console, maker), "POST"),
        ("/<quarter>", "show", partial(_show, console), "GET"),
        ("/<quarter>/workbook", "send_workbook", partial(_send_workbook, console), "GET"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return requires_sign_in(blueprint, console, Permission.SEE_DATA)


def _show_list(console: Console, maker: TableMaker) -> str:
    own = _own(console)
    page = page_of(len(own.releases))
    return render_template(
        "bulletin/own.html",
        own=own,
        rows=own.releases[page.offset : page.offset + page.size],
        page=page,
        columns=COLUMNS,
        count_withheld=count_withheld,
        is_running=maker.is_running,
        failure=maker.failure,
    )


def _make(console: Console, maker: TableMaker) -> Response:
    maker.begin(signed_in().account.id, _own(console))
    return redirect(OWN_TABLE, 303)


def _show(console: Console, quarter: str) -> str:
    return render_template(
        "bulletin/own_numbers.html",
        own=_own(console),
        release=_release_of(console, quarter),
        columns_of=table_columns,
        count_withheld=count_withheld,
        say_region=say_region,
    )


def _send_workbook(console: Console, quarter: str) -> Response:
    release = _release_of(console, quarter)
    name = f"{release.table}-{quarter}.xlsx"
    return send_file(BytesIO(workbook_of([release])), XLSX, as_attachment=True, download_name=name, max_age=0)


def _own(console: Console) -> OwnTable:
    """Return this agency's table; answers 404 where its kind publishes none."""
    own = tell_own_table(console)
    if own is None:
        abort(404)
    return own


def _release_of(console: Console, quarter: str) -> StatisticsRelease:
    """Return the release of the whole register for a quarter; answers 404 where it was not made."""
    found = next((one for one in _own(console).releases if one.quarter == quarter and one.subset is None), None)
    if found is None:
        abort(404)
    return found
