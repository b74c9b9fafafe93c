"""The agency's own record on a page: who did and looked at what, for the security administrator; no name of a child."""

from functools import partial
from typing import Final

from flask import Blueprint, render_template, request

from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.record import count_record, list_record
from connectors.console.roles import Permission
from connectors.state.database import reading
from connectors.web.action_words import ACTION_NAMES
from connectors.web.record_words import say_detail
from connectors.web.signed_in import PREFIX, requires_sign_in
from hosting.accounts.accounts import all_accounts
from hosting.web.addresses import address_with
from hosting.web.language import Text, choose, t
from hosting.web.listing import Chip, Column, page_of

COLUMNS: Final = (
    Column(Text("时间", "Time")),
    Column(Text("账号", "Account")),
    Column(Text("事项", "What")),
    Column(Text("对象", "Of what")),
    Column(Text("说明", "Detail")),
)


def record_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("record", __name__, url_prefix=PREFIX)
    blueprint.add_url_rule("/record", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.MANAGE_ACCOUNTS)


def _show(console: Console) -> str:
    account, subject = request.args.get("account") or None, request.args.get("subject") or None
    with reading(console.connector.state) as connection:
        page = page_of(count_record(connection, subject, account))
        lines = list_record(connection, subject, account, page.size, page.offset)
    names = {one.account.id: one.account.name for one in all_accounts(AgencyAccounts(console.connector))}
    return render_template(
        "record/list.html",
        columns=COLUMNS,
        lines=lines,
        page=page,
        names=names,
        account=account or "",
        accounts=[("", t("全部账号", "All accounts")), *sorted((id_, f"{id_} {name}") for id_, name in names.items())],
        action_names=ACTION_NAMES,
        say_detail=say_detail,
        chips=_chips(subject),
    )


def _chips(subject: str | None) -> list[Chip]:
    if subject is None:
        return []
    return [Chip(choose(Text(f"对象：{subject}", f"Of: {subject}")), address_with(subject=None))]
