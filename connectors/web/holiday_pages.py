"""The administrator's page of working days: which years' holidays are known, and adding one when it is announced."""

from functools import partial
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.holiday_notices import take_notice
from connectors.holidays import calendar_for
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.holiday_notices import is_bundled, missing_years, own_notices
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from schemas.catalogue_files import CatalogueError
from schemas.holiday_notice import MAX_NOTICE_BYTES

HOLIDAYS: Final = f"{PREFIX}/holidays"
COLUMNS: Final = (
    Column(Text("年份", "Year")),
    Column(Text("通知", "Notice")),
    Column(Text("放假", "Days off"), is_number=True),
    Column(Text("调休上班", "Weekend days worked"), is_number=True),
    Column(Text("来源", "From")),
)
EXAMPLE: Final = """year: 2027
notice: 国务院办公厅关于2027年部分节假日安排的通知
number: 国办发明电〔2026〕… 号
issued_on: 2026-11-…
holidays:
- {zh: 元旦, en: New Year, first_on: 2027-01-01, last_on: 2027-01-03}
make_up_days: [2027-02-…]
"""


def holiday_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("holidays", __name__, url_prefix=HOLIDAYS)
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "take", partial(_take, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_JOBS)


def _show(console: Console) -> str:
    return _page(console, {})


def _take(console: Console) -> Response:
    upload = request.files.get("file")
    file = b"" if upload is None else upload.stream.read(MAX_NOTICE_BYTES + 1)
    try:
        notice = take_notice(console, signed_in().account, file)
    except CatalogueError:
        words = Text(
            "这不是完整的放假通知：请按下面的格式填写每一项，并核对日期",
            "This is no complete notice: fill in every entry as shown below, and check the dates",
        )
        return make_response(_page(console, {"file": choose(words)}), 422)
    return redirect(f"{HOLIDAYS}?added={notice.year}", 303)


def _page(console: Console, errors: dict[str, str]) -> str:
    calendar, today = calendar_for(console.connector), console.connector.today()
    notices = [calendar.notices[year] for year in sorted(calendar.notices, reverse=True)]
    return render_template(
        "holiday/holidays.html",
        rows=[(one, sum(len(list(run.days())) for run in one.holidays), is_bundled(one)) for one in notices],
        columns=COLUMNS,
        missing=missing_years(calendar, today),
        is_next_missing=today.year + 1 not in calendar.notices,
        next_year=today.year + 1,
        faulty=own_notices(console.connector.folder).faulty,
        added=request.args.get("added", "") in {str(one.year) for one in notices},
        example=EXAMPLE,
        errors=errors,
    )
