"""One item: what this account may do, the papers that this office holds, the clocks, and the story so far."""

from functools import partial
from uuid import UUID

from flask import Blueprint, abort, render_template, request

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.items.errors import ItemNotFoundError
from connectors.items.lists import get_item
from connectors.items.papers import Paper
from connectors.items.views import ItemView
from connectors.state.database import writing
from connectors.web.item_paper_words import ShownPaper, has_numbers, show_paper
from connectors.web.item_waiting import only_watches
from connectors.web.item_wordings import (
    BASIS_WORDS,
    ITEMS,
    OVERDUE,
    PROVISIONAL,
    PROVISIONAL_WHY,
    begin_upper,
    name_step,
    name_workflow,
    say_due,
    say_span,
    state_tag,
)
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column
from schemas.workflows.clock import ClockKind
from schemas.workflows.running import RunningClock

CLOCK_COLUMNS = (
    Column(Text("时限", "Deadline")),
    Column(Text("由谁", "Whose")),
    Column(Text("期间", "Period")),
    Column(Text("到期", "Ends")),
)


def item_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("items", __name__, url_prefix=ITEMS)
    blueprint.add_url_rule("/<uuid:id_>", "show", partial(_show, console))
    blueprint.add_url_rule("/<uuid:id_>/slip", "show_slip", partial(_show_slip, console))
    return requires_sign_in(blueprint, console, Permission.SEE_REFERRALS)


def item_of(console: Console, id_: UUID) -> ItemView:
    """Return the item, as this account may see it; answers 404 for what is not there or not theirs."""
    try:
        return get_item(console, signed_in().account, str(id_))
    except ItemNotFoundError:
        abort(404)


def _show(console: Console, id_: UUID) -> str:
    view = item_of(console, id_)
    is_whole = "whole" in request.args and has_numbers(view.papers)
    if is_whole:
        _note(console, view, Action.ITEM_VIEWED, "numbers=whole")
    done = view.row.workflow.find_transition(request.args.get("done", ""))
    return render_template(
        "item/item.html",
        view=view,
        row=view.row,
        papers=_shown(view.papers, is_whole=is_whole),
        has_numbers=has_numbers(view.papers),
        is_whole=is_whole,
        done=name_step(done) if done is not None else None,
        is_new="opened" in request.args,
        is_watching=only_watches(signed_in().account),
        is_gone="gone" in request.args,
        is_ended=view.row.workflow.state(view.row.state_id).final,
        is_overdue=partial(_is_overdue, console),
        name_step=name_step,
        begin_upper=begin_upper,
        name_workflow=name_workflow,
        state_tag=state_tag,
        say_due=say_due,
        say_span=say_span,
        seat_name=partial(_seat_name, view),
        bases=BASIS_WORDS,
        clock_columns=CLOCK_COLUMNS,
        waiting_kind=ClockKind.WAITING,
        words={"overdue": OVERDUE, "provisional": PROVISIONAL, "provisional_why": PROVISIONAL_WHY},
    )


def _show_slip(console: Console, id_: UUID) -> str:
    """Show the slip that goes along on paper, with its receipt to be torn off; ID numbers stand in it whole."""
    view = item_of(console, id_)
    papers = [(event, paper) for event, paper in view.papers if paper.kind not in {"visit", "result"}]
    if not papers:
        abort(404)
    _note(console, view, Action.RECEIPT_PRINTED, "slip")
    settings = console.connector.settings
    return render_template(
        "item/slip.html",
        row=view.row,
        paper=_shown((papers[-1],), is_whole=True)[0],
        opened=view.lines[0],
        agency=Text(settings.name_zh, settings.name_en),
        workflow=view.row.workflow,
        name_workflow=name_workflow,
        sent=next((line for line in reversed(view.lines) if line.next_office is not None), None),
        today=console.connector.today(),
    )


def _shown(papers: tuple[tuple[int, Paper], ...], *, is_whole: bool) -> list[ShownPaper]:
    """Return the papers for reading; one that was kept with two events, such as opened and sent, stands once."""
    first = {paper: event for event, paper in reversed(papers)}
    return [show_paper(event, paper, is_whole=is_whole) for event, paper in papers if first[paper] == event]


def _is_overdue(console: Console, clock: RunningClock) -> bool:
    return clock.is_overdue(console.now())


def _seat_name(view: ItemView, seat: str) -> Text:
    found = view.row.workflow.seat(seat)
    return Text(found.name_zh, found.name_en)


def _note(console: Console, view: ItemView, action: Action, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, action, view.row.item, detail)
