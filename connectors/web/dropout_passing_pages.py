"""Pass a flagged pupil on, prefilled with what is known: a referral to civil affairs (W6), a mandatory report (W2)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.dropouts.triage_steps import REFERRAL, REPORT, refer, report_danger
from connectors.items.errors import StepRefusedError
from connectors.items.offices import offices_for
from connectors.items.papers import ReferralPaper, ReportPaper
from connectors.items.views import ItemView
from connectors.items.words import DANGER_WORDINGS, SERVICE_WORDINGS, SITUATION_WORDINGS, Danger, Service, Situation
from connectors.web.dropout_decision_pages import child_of_flag, flag_view
from connectors.web.dropout_wordings import TRIAGE
from connectors.web.item_paper_words import show_child
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose, t
from schemas.agency_kinds import AgencyKind
from schemas.workflows.load import load_workflows

Errors = dict[str, str]
P = TypeVar("P", ReferralPaper, ReportPaper)
USUAL_SITUATIONS: Final = (Situation.OUT_OF_SCHOOL.value,)
USUAL_SERVICES: Final = (Service.HOME_VISIT.value, Service.GUARDIANSHIP_SUPPORT.value)


def dropout_passing_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_passing", __name__, url_prefix=f"{TRIAGE}/<uuid:id_>")
    for path, name, page, act in (
        ("/refer", "refer", _refer_page, _refer),
        ("/report_danger", "report_danger", _danger_page, _report),
    ):
        blueprint.add_url_rule(path, f"show_{name}", partial(_show, console, page))
        blueprint.add_url_rule(path, name, partial(_act, console, page, act), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.TRIAGE_DROPOUTS)


def _show(console: Console, page: Callable[[Console, ItemView, Errors], str], id_: UUID) -> str:
    return page(console, flag_view(console, id_), {})


def _act(
    console: Console,
    page: Callable[[Console, ItemView, Errors], str],
    act: Callable[[Console, ItemView, Errors], None],
    id_: UUID,
) -> Response:
    """Pass the pupil on, or say what is missing; nothing typed is lost."""
    view, errors = flag_view(console, id_), Errors()
    try:
        act(console, view, errors)
    except StepRefusedError as error:
        errors["refused"] = choose(error.wording)
    if errors:
        return make_response(page(console, view, errors), 409 if "refused" in errors else 422)
    return redirect(f"{TRIAGE}/{id_}?passed=1", 303)


def _refer(console: Console, view: ItemView, errors: Errors) -> None:
    office = request.form.get("office", "")
    if office not in dict(_referral_offices(console)):
        errors["office"] = t("请选择单位", "Choose an office")
    situations = [code for code in Situation if code.value in request.form.getlist("situations")]
    if not situations:
        errors["situations"] = t("请至少选择一项", "Choose at least one")
    paper = _made(
        errors,
        lambda: ReferralPaper(
            child=child_of_flag(view),
            situations=tuple(situations),
            wanted=tuple(code for code in Service if code.value in request.form.getlist("wanted")),
            note=request.form.get("note", ""),
        ),
    )
    if paper is not None:
        refer(console, signed_in().account, view.row.item, office, paper)


def _report(console: Console, view: ItemView, errors: Errors) -> None:
    seats = {seat: request.form.get(seat, "") for seat in load_workflows()[REPORT].opening_seats}
    for seat, office in seats.items():
        if office not in dict(offices_for(console, REPORT, seat)):
            errors[seat] = t("请选择单位", "Choose an office")
    situations = [code for code in Danger if code.value in request.form.getlist("situations")]
    if not situations:
        errors["situations"] = t("请至少选择一项", "Choose at least one")
    paper = _made(
        errors,
        lambda: ReportPaper(
            child=child_of_flag(view),
            situations=tuple(situations),
            place=request.form.get("place", ""),
            note=request.form.get("note", ""),
        ),
    )
    if paper is not None:
        report_danger(console, signed_in().account, view.row.item, seats, paper)


def _made(errors: Errors, make: Callable[[], P]) -> P | None:
    """Return the paper, None where something is wrong already or is too long."""
    if errors:
        return None
    try:
        return make()
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            errors[str(one["loc"][0])] = t(
                "内容过长，或含有不能使用的字符", "Too long, or with characters that can't be used"
            )
        return None


def _refer_page(console: Console, view: ItemView, errors: Errors) -> str:
    offices = _referral_offices(console)
    return render_template(
        "dropout/refer.html",
        row=view.row,
        child=show_child(child_of_flag(view), is_whole=False),
        offices=[(agency, choose(name)) for agency, name in offices],
        situations=[(code.value, choose(words)) for code, words in SITUATION_WORDINGS.items()],
        chosen_situations=request.form.getlist("situations") if request.form else USUAL_SITUATIONS,
        services=[(code.value, choose(words)) for code, words in SERVICE_WORDINGS.items()],
        chosen_services=request.form.getlist("wanted") if request.form else USUAL_SERVICES,
        typed=request.form,
        errors=errors,
    )


def _danger_page(console: Console, view: ItemView, errors: Errors) -> str:
    workflow = load_workflows()[REPORT]
    seats = [
        (seat.id, choose(Text(seat.name_zh, seat.name_en)), _named(offices_for(console, REPORT, seat.id)))
        for seat in (workflow.seat(name) for name in workflow.opening_seats)
    ]
    return render_template(
        "dropout/danger.html",
        row=view.row,
        child=show_child(child_of_flag(view), is_whole=False),
        seats=seats,
        situations=[(code.value, choose(words)) for code, words in DANGER_WORDINGS.items()],
        typed=request.form,
        errors=errors,
    )


def _named(offices: Sequence[tuple[str, Text]]) -> list[tuple[str, str]]:
    return [(agency, choose(name)) for agency, name in offices]


def _referral_offices(console: Console) -> Sequence[tuple[str, Text]]:
    """Return the civil affairs offices that a referral can go to."""
    found = offices_for(console, REFERRAL, "addressee")
    return [one for one in found if one[0].partition(".")[0] == AgencyKind.CIVIL_AFFAIRS.value]
