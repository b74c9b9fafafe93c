"""Who may learn what about which children: read off the agreements, without a look at log or data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from flask import Blueprint, render_template, request

from gateway.domain.account import scope_of
from gateway.domain.match_profile_words import MATCH_PROFILE_WORDS
from gateway.domain.roles import Permission
from gateway.domain.who_can import Way, profiles, ways_of, ways_to
from gateway.services.context import Gateway
from gateway.services.open_agreements import list_ways
from gateway.web.entry_wordings import EntryWords
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.agreement import Approval
from schemas.attribute_catalogue import load_attributes, never_released

_WAYS: Final = (
    Column(Text("谁问", "Who asks")),
    Column(Text("问谁", "Whom")),
    Column(Text("用途", "Purpose")),
    Column(Text("信息项", "Attributes")),
    Column(Text("哪里的儿童", "Children of")),
    Column(Text("比对依据", "Found by")),
    Column(Text("条件", "Conditions")),
    Column(Text("每日额度", "A day's budget")),
    Column(Text("截止", "Until")),
)
_PROFILE: Final = (
    Column(Text("信息项", "Attribute")),
    Column(Text("来自", "From")),
    Column(Text("用途", "Purpose")),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for; what it names and nobody knows counts as not asked."""

    attribute: str | None
    agency: str | None


def who_can_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("who_can", __name__, url_prefix="/console/who-can")
    blueprint.add_url_rule("", "show", partial(_show, gateway))
    return requires_sign_in(blueprint, gateway, Permission.READ_ENTRIES)


def _show(gateway: Gateway) -> str:
    words = EntryWords(gateway)
    asked = _read(words)
    ways = _visible(gateway)
    if asked.agency is not None:
        ways = ways_of(asked.agency, ways)
    if asked.attribute is not None:
        ways = ways_to(asked.attribute, ways)
    page = page_of(len(ways))
    return render_template(
        "who_can/who_can.html",
        asked=asked,
        attributes=[("", "—"), *_attribute_options()],
        agencies=[("", "—"), *words.agencies()],
        found=ways[page.offset : page.offset + page.size],
        page=page,
        profiles=profiles(ways) if asked.agency else (),
        never=asked.attribute in never_released(),
        words=words,
        found_by=_found_by,
        conditions=_conditions,
        ends_at=lambda way: datetime.fromtimestamp(way.agreement.valid_until, UTC),
        columns=_WAYS,
        profile_columns=_PROFILE,
    )


def _visible(gateway: Gateway) -> Sequence[Way]:
    """Return the ways that this account may see: all, or those of the agency that it audits for."""
    scope = scope_of(signed_in().account)
    return () if scope is None else list_ways(gateway, scope.agency)


def _read(words: EntryWords) -> _Asked:
    attribute, agency = request.args.get("attribute"), request.args.get("agency")
    known = {agency for agency, _ in words.agencies()}
    return _Asked(attribute if attribute in load_attributes() else None, agency if agency in known else None)


def _attribute_options() -> list[tuple[str, str]]:
    named = [(found.id, choose(Text(found.name_zh, found.name_en))) for found in load_attributes().values()]
    return sorted(named, key=lambda option: option[1])


def _found_by(way: Way) -> str:
    words = MATCH_PROFILE_WORDS[way.purpose.match_on]
    return choose(Text(words.zh, words.en))


def _conditions(way: Way) -> list[str]:
    terms = way.agreement
    stated = [Text(f"每批至多 {terms.max_batch:,} 条", f"at most {terms.max_batch:,} at once")]
    if terms.case_number_required:
        stated.append(Text("须有案件编号", "a case number"))
    if terms.approval is Approval.SECOND_PERSON:
        stated.append(Text("须由第二人审批", "approved by a second person"))
    return [choose(one) for one in stated]
