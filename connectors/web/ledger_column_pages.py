"""What a ledger is and what its columns mean: the guess, one choice a column, kept for the next file of its kind."""

from collections.abc import Mapping
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.agencies import agency_of
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.data_sets import DataSet
from connectors.desk.ledger_guess import guess_columns
from connectors.desk.ledger_text import cover
from connectors.desk.ledger_upload import ColumnsError, LedgerInUseError, choose_columns
from connectors.desk.ledger_worker import LedgerWorker
from connectors.state.ledgers import KeptLedger
from connectors.web.ledger_pages import LEDGERS, data_set_of, get_own
from connectors.web.ledger_wordings import COLUMN_COLUMNS, name_field
from connectors.web.signed_in import requires_sign_in
from hosting.web.language import Text, choose

NOT_USED: Final = Text("不使用", "not used")


def ledger_column_pages(console: Console, worker: LedgerWorker) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("ledger_columns", __name__, url_prefix=LEDGERS)
    blueprint.add_url_rule("/<uuid:id_>/columns", "show", partial(_show, console))
    blueprint.add_url_rule("/<uuid:id_>/columns", "choose", partial(_choose, console, worker), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.KEEP_LEDGERS)


def _show(console: Console, id_: UUID) -> str | Response:
    """Show what was chosen or guessed, or guess anew for another kind of ledger."""
    kept = get_own(console, id_)
    if not kept.card.labels or kept.is_asked:
        return redirect(f"{LEDGERS}/{id_}", 303)
    asked_for = data_set_of(console, request.args.get("data_set"))
    if asked_for is not None and asked_for.name != kept.data_set:
        return _page(console, kept, asked_for, _by_position(guess_columns(kept.card.labels, asked_for)), {})
    data_set = data_set_of(console, kept.data_set) or agency_of(console.connector.settings.agency_type).data_sets[0]
    return _page(console, kept, data_set, _by_position(kept.card.columns), {})


def _choose(console: Console, worker: LedgerWorker, id_: UUID) -> Response:
    kept = get_own(console, id_)
    data_set = data_set_of(console, request.form.get("data_set"))
    if data_set is None:
        return redirect(f"{LEDGERS}/{id_}/columns", 303)
    chosen = [(request.form.get(f"column-{at}", ""), at) for at in range(len(kept.card.labels))]
    named = [(name, at) for name, at in chosen if name]
    try:
        _refuse_field_twice(named)
        choose_columns(console, kept.id, data_set.name, dict(named))
    except ColumnsError as error:
        errors = _errors(data_set, error, named)
        return make_response(_page(console, kept, data_set, {at: name for name, at in named}, errors), 422)
    except LedgerInUseError:
        return redirect(f"{LEDGERS}/{id_}", 303)
    worker.submit(kept.id)
    return redirect(f"{LEDGERS}/{id_}", 303)


def _refuse_field_twice(named: list[tuple[str, int]]) -> None:
    names = [name for name, _ in named]
    for name in names:
        if names.count(name) > 1:
            raise ColumnsError("twice", name)


def _errors(data_set: DataSet, error: ColumnsError, named: list[tuple[str, int]]) -> dict[str, str]:
    field = next((one for one in data_set.fields if one.name == error.field), None)
    name = Text("", "") if field is None else name_field(field.name, field.name_zh)
    at = next((at for chosen, at in reversed(named) if chosen == error.field), None)
    sentences = {
        "required": Text(f"请指出哪一列是“{name.zh}”", f'Say which column is "{name.en}"'),
        "twice": Text(f"有几列都选了“{name.zh}”，请只留一列", f'Several columns are "{name.en}": keep one'),
        "unknown": Text("请重新选择", "Choose again"),
    }
    return {"columns" if at is None else f"column-{at}": choose(sentences[error.code])}


def _by_position(columns: Mapping[str, int]) -> dict[int, str]:
    return {at: name for name, at in columns.items()}


def _page(
    console: Console, kept: KeptLedger, data_set: DataSet, taken: Mapping[int, str], errors: dict[str, str]
) -> str:
    options = [("", choose(NOT_USED))]
    for one in data_set.fields:
        sign = "*" if one.required else ""
        options.append((one.name, choose(name_field(one.name, one.name_zh)) + sign))
    rows = [
        (at, label, [cover(sample[at]) for sample in kept.card.samples if at < len(sample)], taken.get(at, ""))
        for at, label in enumerate(kept.card.labels)
    ]
    data_sets = agency_of(console.connector.settings.agency_type).data_sets
    return render_template(
        "ledger/columns.html",
        ledger=kept,
        data_set=data_set,
        data_sets=[(one.name, choose(Text(one.name_zh, one.name_en))) for one in data_sets],
        rows=rows,
        options=options,
        columns=COLUMN_COLUMNS,
        errors=errors,
    )
