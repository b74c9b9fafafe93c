"""The console's first page: what happened lately and what waits for the reader; every number leads to its entries."""

from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from gateway.domain.account import Account
from gateway.domain.log_filter import LogFilter
from gateway.domain.roles import Permission
from gateway.log.event_names import EventType
from gateway.reports.entry_words import event_words, purpose_words, reason_words
from gateway.services.context import Gateway
from gateway.services.overview import PERIODS, Figure, show_overview
from gateway.web.agency_names import agency_name
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.charts import Bar
from hosting.web.language import choose

SEARCH_ADDRESS: Final = "/console/search"
MOST_BARS: Final = 12


def overview_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("overview", __name__, url_prefix="/console")
    blueprint.add_url_rule("/", "show", partial(_show, gateway))
    return requires_sign_in(blueprint, gateway, Permission.SEE_OVERVIEW)


def entries_address(account: Account, asked: LogFilter) -> str | None:
    """Return the address of the search that finds these entries; None where the account may not read them."""
    return f"{SEARCH_ADDRESS}?{urlencode(asked.parameters())}" if account.may(Permission.READ_ENTRIES) else None


def purpose_name(purpose_id: str) -> str:
    """Return a purpose's number and name."""
    return f"{purpose_id} {choose(purpose_words(purpose_id))}"


def _show(gateway: Gateway) -> str:
    account = signed_in().account
    asked = request.args.get("days", "")
    days = next((days for days in PERIODS if str(days) == asked), PERIODS[0])
    overview = show_overview(gateway, account, days)
    return render_template(
        "overview/overview.html",
        overview=overview,
        periods=PERIODS,
        account=account,
        agency=None if overview.agency is None else agency_name(gateway, overview.agency),
        volumes=[
            (choose(event_words(EventType(one.key))), one.entries, entries_address(account, one.filter))
            for one in overview.volumes
        ],
        emergencies=[
            (purpose_name(one.key), one.entries, entries_address(account, one.filter)) for one in overview.emergencies
        ],
        by_agency=[_bar(account, one, choose(agency_name(gateway, one.key))) for one in overview.by_agency[:MOST_BARS]],
        by_purpose=[_bar(account, one, purpose_name(one.key)) for one in overview.by_purpose[:MOST_BARS]],
        by_hour=[_bar(account, one, one.key) for one in overview.by_hour],
        refusals=[_bar(account, one, choose(reason_words(one.key))) for one in overview.refusals[:MOST_BARS]],
    )


def _bar(account: Account, figure: Figure, label: str) -> Bar:
    return Bar(label, figure.entries, entries_address(account, figure.filter))
