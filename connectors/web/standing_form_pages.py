"""Registering a standing question, replacing its roster, stopping it: what its officer does."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.ledgers import Ledger, list_ledgers
from connectors.desk.purposes_for import Askable, NotAskableError, get_askable, list_askable
from connectors.standing.registration import (
    Registration,
    UntilError,
    do_standing,
    last_day_of,
    register,
    replace_roster,
)
from connectors.standing.rhythm import LAST_DAY, Rhythm, Schedule
from connectors.standing.row_rules import rule_of
from connectors.standing.standing_states import StandingDeed, StandingRefusedError, StandingState
from connectors.state.ledgers import LedgerState, LedgerUnknownError
from connectors.web.ask_terms import is_reference, needs_case, regions_of
from connectors.web.signed_in import requires_sign_in, signed_in
from connectors.web.standing_pages import STANDING, find_standing
from connectors.web.standing_words import RHYTHM_WORDS, RULE_WORDS
from hosting.web.language import Text, choose
from schemas.messages.match import SubjectKind

_FIELDS: Final = ("ledger", "region", "case", "rhythm", "day", "until_on")
_DAYS: Final = tuple(str(day) for day in range(1, LAST_DAY + 1))


def standing_form_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("standing_form", __name__, url_prefix=STANDING)
    for path, name, view, method in (
        ("/new", "show_purposes", _show_purposes, "GET"),
        ("/new/<agreement>", "show_form", _show_form, "GET"),
        ("/new/<agreement>", "take_form", _take_form, "POST"),
        ("/<uuid:id_>/roster", "show_roster", _show_roster, "GET"),
        ("/<uuid:id_>/roster", "take_roster", _take_roster, "POST"),
        ("/<uuid:id_>/stop", "show_stop", _show_stop, "GET"),
        ("/<uuid:id_>/stop", "stop", _stop, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.ASK)


def _show_purposes(console: Console) -> str:
    return render_template("standing/purposes.html", found=list_askable(console))


def _show_form(console: Console, agreement: str) -> str:
    askable = _askable(console, agreement)
    typed = {"rhythm": Rhythm.MONTHLY.value, "day": "1", "until_on": last_day_of(askable).isoformat()}
    return _form(console, askable, dict.fromkeys(_FIELDS, "") | typed, {})


def _form(console: Console, askable: Askable, typed: Mapping[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "standing/new.html",
        askable=askable,
        ledgers=fitting_ledgers(console),
        regions=[(region, region) for region in regions_of(console, askable)],
        rhythms=[(rhythm.value, choose(words)) for rhythm, words in RHYTHM_WORDS.items()],
        days=[(day, day) for day in _DAYS],
        rule=RULE_WORDS[rule_of(askable.purpose.id)],
        last_day=last_day_of(askable),
        needs_case=needs_case(askable),
        typed=typed,
        errors=errors,
    )


def _take_form(console: Console, agreement: str) -> Response:
    askable = _askable(console, agreement)
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    errors = _check(console, askable, typed)
    if not errors:
        try:
            id_ = register(console, signed_in().account.id, _registration(agreement, typed))
        except LedgerUnknownError:
            errors["ledger"] = choose(Text("请选择一份台账", "Choose a ledger"))
        except UntilError:
            errors["until_on"] = _until_error(askable)
        else:
            return redirect(f"{STANDING}/{id_}", 303)
    return make_response(_form(console, askable, typed, errors), 422)


def _registration(agreement: str, typed: Mapping[str, str]) -> Registration:
    return Registration(
        agreement=agreement,
        ledger=typed["ledger"],
        region=typed["region"],
        case=typed["case"] or None,
        schedule=Schedule(Rhythm(typed["rhythm"]), int(typed["day"])),
        until_on=date.fromisoformat(typed["until_on"]),
    )


def _check(console: Console, askable: Askable, typed: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed["ledger"] not in {ledger.id for ledger in fitting_ledgers(console)}:
        errors["ledger"] = choose(Text("请选择一份台账", "Choose a ledger"))
    if typed["region"] not in regions_of(console, askable):
        errors["region"] = choose(Text("请选择地区", "Choose a region"))
    if not typed["case"] and needs_case(askable):
        errors["case"] = choose(Text("请填写在办个案的编号", "Give the number of the open case"))
    elif typed["case"] and not is_reference(typed["case"]):
        errors["case"] = choose(
            Text(
                "编号应为 2 至 40 位字母、数字、点、横线", "A case number has 2 to 40 letters, digits, dots and dashes"
            )
        )
    if typed["rhythm"] not in set(Rhythm) or typed["day"] not in _DAYS:
        errors["rhythm"] = choose(Text("请选择何时查询", "Choose when to ask"))
    if not _is_day(typed["until_on"]):
        errors["until_on"] = _until_error(askable)
    return errors


def _until_error(askable: Askable) -> str:
    last = last_day_of(askable).isoformat()
    return choose(Text(f"请填写今天至 {last} 之间的日期", f"Give a day from today to {last}"))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _show_roster(console: Console, id_: UUID) -> str:
    standing, askable = find_standing(console, id_)
    if standing.author != signed_in().account.id or standing.state not in _CHANGEABLE:
        abort(404)
    return render_template(
        "standing/roster.html", standing=standing, askable=askable, ledgers=fitting_ledgers(console), errors={}
    )


def _take_roster(console: Console, id_: UUID) -> Response:
    find_standing(console, id_)
    try:
        replace_roster(console, signed_in().account.id, str(id_), request.form.get("ledger", ""))
    except LedgerUnknownError:
        return redirect(f"{STANDING}/{id_}?refused=ledger", 303)
    except StandingRefusedError as error:
        return redirect(f"{STANDING}/{id_}?refused={error.reason}", 303)
    return redirect(f"{STANDING}/{id_}", 303)


def _show_stop(console: Console, id_: UUID) -> str:
    standing, askable = find_standing(console, id_)
    if standing.author != signed_in().account.id or standing.state not in _CHANGEABLE:
        abort(404)
    return render_template("standing/stop.html", standing=standing, askable=askable, address=f"{STANDING}/{id_}/stop")


def _stop(console: Console, id_: UUID) -> Response:
    find_standing(console, id_)
    try:
        do_standing(console, str(id_), StandingDeed.STOP, signed_in().account.id)
    except StandingRefusedError as error:
        return redirect(f"{STANDING}/{id_}?refused={error.reason}", 303)
    return redirect(f"{STANDING}/{id_}", 303)


_CHANGEABLE: Final = frozenset({StandingState.AWAITING_APPROVAL, StandingState.ACTIVE})


def fitting_ledgers(console: Console) -> list[Ledger]:
    """Return the officer's checked ledgers that list children."""
    found = list_ledgers(console, signed_in().account.id)
    return [one for one in found if one.state is LedgerState.READY and one.subject is SubjectKind.CHILD]


def _askable(console: Console, agreement: str) -> Askable:
    try:
        return get_askable(console, agreement)
    except NotAskableError:
        abort(404)
