"""Asking for a table of counts: which one, of which region, and what will happen; another person approves it."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from pydantic import TypeAdapter, ValidationError
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.bulletins import begin_table_draft, list_tables
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import DraftNotFoundError, get_draft
from connectors.desk.purposes_for import Askable, find_asked_under
from connectors.desk.question_statement import state_question
from connectors.web.draft_wordings import refused_words
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from schemas.formats import RegionScope
from schemas.regions import RegionError, covers
from schemas.statistics.quarter import last_ended_quarter

TABLE_DRAFTS: Final = "/desk/table-drafts"
_REGION: Final[TypeAdapter[str]] = TypeAdapter(RegionScope)


def table_asking_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("table_asking", __name__, url_prefix=TABLE_DRAFTS)
    for path, name, view, method in (
        ("", "show_form", _show_form, "GET"),
        ("", "begin", _begin, "POST"),
        ("/<uuid:id_>", "show", _show, "GET"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.ASK)


def _show_form(console: Console) -> str:
    tables = list_tables(console)
    region = tables[0][0].agreement.regions[0] if len(tables) == 1 else console.connector.settings.region
    return _form(console, {"agreement": tables[0][0].digest if tables else "", "region": region}, {})


def _form(console: Console, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "bulletin/new.html",
        tables=list_tables(console),
        quarter=last_ended_quarter(console.connector.today()),
        typed=typed,
        errors=errors,
    )


def _begin(console: Console) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in ("agreement", "region")}
    askable = next((one for one, _ in list_tables(console) if one.digest == typed["agreement"]), None)
    errors = {}
    if askable is None:
        errors["agreement"] = choose(Text("请选择一张统计表", "Choose a table"))
    elif not _is_agreed(askable, typed["region"]):
        regions = "、".join(askable.agreement.regions)
        errors["region"] = choose(
            Text(f"请填写协议约定的地区之内的代码：{regions}", f"Give a code within the agreed regions: {regions}")
        )
    if askable is None or errors:
        return make_response(_form(console, typed, errors), 422)
    draft = begin_table_draft(console, signed_in().account.id, askable, typed["region"])
    return redirect(f"{TABLE_DRAFTS}/{draft.id}", 303)


def _is_agreed(askable: Askable, region: str) -> bool:
    try:
        return covers(askable.agreement.regions, _REGION.validate_python(region))
    except (ValidationError, RegionError):
        return False


def _show(console: Console, id_: UUID) -> str | Response:
    try:
        draft = get_draft(console, str(id_), signed_in().account.id)
    except DraftNotFoundError:
        abort(404)
    askable = find_asked_under(console, draft.agreement)
    if askable is None or not draft.is_table:
        abort(404)
    if draft.state is not DraftState.DRAFT:
        return redirect(f"/desk/questions/{draft.id}", 303)
    return render_template(
        "bulletin/draft.html",
        draft=draft,
        said=state_question(askable, draft),
        refused=refused_words(request.args.get("refused")),
    )
