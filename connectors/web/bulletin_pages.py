"""Bulletins (purpose P18): the tables received for a quarter and region, what is withheld and why, the workbook."""

from functools import partial
from io import BytesIO
from typing import Final

from flask import Blueprint, abort, render_template, send_file
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.bulletins import Bulletin, count_withheld, find_bulletin, list_bulletins
from connectors.desk.purposes_for import name_agency
from connectors.state.database import writing
from connectors.statistics.workbook import say_region, workbook_of
from connectors.web.question_pages import XLSX
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column, page_of
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import load_tables

BULLETINS: Final = "/desk/bulletins"
COLUMNS: Final = (
    Column(Text("季度", "Quarter")),
    Column(Text("地区", "Region")),
    Column(Text("统计表", "Tables"), is_number=True),
    Column(Text("统计日期", "Counted on")),
)


def bulletin_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("bulletins", __name__, url_prefix=BULLETINS)
    blueprint.add_url_rule("", "show_list", partial(_show_list, console))
    blueprint.add_url_rule("/<quarter>/<region>", "show", partial(_show, console))
    blueprint.add_url_rule("/<quarter>/<region>/workbook", "send_workbook", partial(_send_workbook, console))
    return requires_sign_in(blueprint, console, Permission.SEE_QUESTIONS)


def table_columns(release: StatisticsRelease) -> list[Column]:
    """Return the columns of a release: the region, its categories and their sum."""
    names = {one.code: Text(one.name_zh, one.name_en) for one in load_tables()[release.table].categories}
    numbers = [*(names[code] for code in release.categories), Text("合计", "Total")]
    return [Column(Text("地区", "Region")), *(Column(name, is_number=True) for name in numbers)]


def _show_list(console: Console) -> str:
    bulletins = list_bulletins(console)
    page = page_of(len(bulletins))
    return render_template(
        "bulletin/list.html",
        rows=bulletins[page.offset : page.offset + page.size],
        page=page,
        columns=COLUMNS,
        may_ask=signed_in().account.may(Permission.ASK),
    )


def _show(console: Console, quarter: str, region: str) -> str:
    bulletin = _bulletin_of(console, quarter, region)
    _note(console, Action.BULLETIN_VIEWED, bulletin)
    return render_template(
        "bulletin/bulletin.html",
        bulletin=bulletin,
        tables=load_tables(),
        names={one.provider: name_agency(console, one.provider) for one in bulletin.releases},
        columns_of=table_columns,
        count_withheld=count_withheld,
        say_region=say_region,
        agency=console.connector.settings,
    )


def _send_workbook(console: Console, quarter: str, region: str) -> Response:
    bulletin = _bulletin_of(console, quarter, region)
    _note(console, Action.BULLETIN_DOWNLOADED, bulletin)
    workbook, name = workbook_of(bulletin.releases), f"bulletin-{quarter}-{region}.xlsx"
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=name, max_age=0)


def _bulletin_of(console: Console, quarter: str, region: str) -> Bulletin:
    found = find_bulletin(console, quarter, region)
    if found is None:
        abort(404)
    return found


def _note(console: Console, action: Action, bulletin: Bulletin) -> None:
    with writing(console.connector.state) as connection:
        detail = f"{bulletin.quarter}/{bulletin.region}"
        record_in(connection, console.seconds(), signed_in().account.id, action, None, detail)
