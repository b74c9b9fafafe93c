"""What the provider sees at once: emergency calls that were made to it, and what became of their review."""

from functools import partial
from typing import Final

from flask import Blueprint, render_template

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.purposes_for import name_agency
from connectors.emergency.notices import count_notices, list_notices, mark_seen
from connectors.state.database import writing
from connectors.web.emergency_words import REASON_WORDS, STATE_WORDS
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column, page_of
from schemas.emergency import state_of

COLUMNS: Final = (
    Column(Text("时间", "At")),
    Column(Text("谁来查询", "Asked by")),
    Column(Text("对方经办人", "Their officer")),
    Column(Text("事由", "Reason")),
    Column(Text("是否答复", "Answered")),
    Column(Text("对方的复核", "Their review")),
)


def emergency_notice_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("emergency_notices", __name__, url_prefix="/desk/emergency-notices")
    blueprint.add_url_rule("", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.SEE_ASKED_OF_US)


def _show(console: Console) -> str:
    connector = console.connector
    page = page_of(count_notices(connector))
    notices = list_notices(connector, page.offset, page.size)
    mark_seen(connector, notices)
    with writing(connector.state) as connection:
        account = signed_in().account.id
        record_in(connection, console.seconds(), account, Action.NOTICES_VIEWED, None, f"rows={len(notices)}")
    rows = [
        (one, name_agency(console, one.requester), STATE_WORDS[state_of(one.facts, console.seconds())])
        for one in notices
    ]
    return render_template("emergency/notices.html", rows=rows, page=page, columns=COLUMNS, reasons=REASON_WORDS)
