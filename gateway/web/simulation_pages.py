"""What would have become of recent requests under an agreement, signed or proposed: before anybody signs it."""

import re
from functools import partial
from typing import Final

from flask import Blueprint, render_template, request

from gateway.domain.clauses import budget_clause, fulfilled_clauses, refusal_words
from gateway.domain.roles import Permission
from gateway.domain.simulation import Fate, Reading, Simulated, simulate_draft
from gateway.services.context import Gateway
from gateway.services.read_requests import MAX_SIMULATED_ENTRIES, read_requests
from gateway.web.agreement_pages import AGREEMENTS, readable_agreement
from gateway.web.entry_wordings import EntryWords
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column
from schemas.agreement import Agreement
from schemas.attribute_catalogue import never_released
from schemas.policy import Clause
from schemas.purpose_catalogue import load_purposes

MAX_DAYS: Final = 366
DEFAULT_DAYS: Final = 30
_DAYS: Final = re.compile(r"[1-9][0-9]{0,2}")
COLUMNS: Final = (
    Column(Text("当时", "Then")),
    Column(Text("按这份协议", "Under this agreement")),
    Column(Text("由哪一条决定", "The clause that decides")),
    Column(Text("请求", "Requests"), is_number=True),
)
FATES: Final = {
    Fate.PERMITTED: (Text("通过", "permitted"), "good"),
    Fate.REFUSED: (Text("拒绝", "refused"), "bad"),
    Fate.UNKNOWN: (Text("日志看不出", "the log can't tell"), "neutral"),
}


def simulation_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("simulation", __name__, url_prefix=f"{AGREEMENTS}/<digest>/simulation")
    blueprint.add_url_rule("", "show", partial(_show, gateway))
    return requires_sign_in(blueprint, gateway, Permission.READ_ENTRIES)


def _show(gateway: Gateway, digest: str) -> str:
    account = signed_in().account
    stored = readable_agreement(gateway, account, digest).stored
    terms, asked = stored.standing.agreement, request.args.get("days")
    days = _days(asked)
    found = None if asked is None or days is None else read_requests(gateway, terms, days, account)
    reading = Reading(terms, load_purposes().get(terms.purpose), never_released())
    counted = [] if found is None else sorted(simulate_draft(reading, found.requests).items(), key=_order)
    return render_template(
        "agreement/simulation.html",
        stored=stored,
        words=EntryWords(gateway),
        days=asked or str(DEFAULT_DAYS),
        errors={} if days is not None else {"days": Text(f"请填写 1 至 {MAX_DAYS} 的整数", f"Give 1 to {MAX_DAYS}")},
        max_days=MAX_DAYS,
        found=found,
        counted=counted,
        columns=COLUMNS,
        fates=FATES,
        refusal_words=refusal_words,
        say_clause=partial(_say_clause, terms),
        most=MAX_SIMULATED_ENTRIES,
    )


def _days(text: str | None) -> int | None:
    if text is None:
        return DEFAULT_DAYS
    return int(text) if _DAYS.fullmatch(text) and int(text) <= MAX_DAYS else None


def _say_clause(terms: Agreement, clause: str) -> Text:
    """Return the clause that decides in words; what is none of the policy's is a budget of the day."""
    if clause in set(Clause):
        return fulfilled_clauses((Clause(clause),), terms)[0]
    return budget_clause(terms)


def _order(item: tuple[Simulated, int]) -> tuple[str, str, str]:
    simulated, _ = item
    return simulated.was or "", simulated.fate.value, simulated.clause or ""
