"""The form of an agreement's terms: read strictly, each fault beside its field with the bound that it breaks."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Final

from flask import request

from connectors.console.context import Console
from connectors.desk.agreement_choices import Bounds, MemberChoice, bounds_of
from connectors.state.agreement_drafts import DraftTerms
from hosting.web.language import Text, choose
from schemas.agreement import Approval
from schemas.purpose_catalogue import Purpose
from schemas.purpose_parts import RegionRule
from schemas.regions import covers

MAX_REGIONS: Final = 64
MAX_PERIOD_DAYS: Final = 5 * 366
DEFAULT_PERIOD: Final = timedelta(days=364)
NUMBERS: Final = tuple(Bounds.__slots__)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REGION: Final = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}|[0-9]{9}|[0-9]{12}")
_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
_MAX_TYPED: Final = 2_000
_OF_AGREEMENT: Final = {
    "officer_evaluations_per_day": "evaluations_per_day",
    "officer_releases_per_day": "releases_per_day",
}


@dataclass
class TermsForm:
    """What was typed, what is wrong with it, and the terms where nothing is."""

    typed: dict[str, str]
    attributes: tuple[str, ...]
    errors: dict[str, str] = field(default_factory=dict)
    terms: DraftTerms | None = None


def form_of(terms: DraftTerms) -> TermsForm:
    """Return the form filled with what was chosen before."""
    typed = {name: str(value) for name, value in asdict(terms).items()}
    typed |= {"regions": "\n".join(terms.regions), "approval": terms.approval.value}
    return TermsForm(typed, terms.attributes)


def default_terms(console: Console, purpose: Purpose, provider: MemberChoice) -> DraftTerms:
    """Return what a draft begins with: all that the purpose allows, in this agency's region, for a year from today."""
    today = console.connector.today()
    is_approved = purpose.approvals.batch is not None or purpose.approvals.single is not None
    return DraftTerms(
        attributes=tuple(output.attribute for output in purpose.outputs_of(provider.kind)),
        regions=(console.connector.settings.region,),
        first_on=today,
        last_on=today + DEFAULT_PERIOD,
        approval=Approval.SECOND_PERSON if is_approved else Approval.NONE,
        **asdict(bounds_of(purpose)),
    )


def read_form(console: Console, purpose: Purpose, provider: MemberChoice) -> TermsForm:
    """Read the form that was sent."""
    names = ("regions", "first_on", "last_on", "approval", *NUMBERS)
    typed = {name: request.form.get(name, "").strip()[:_MAX_TYPED] for name in names}
    ticked = set(request.form.getlist("attributes"))
    attributes = tuple(output.attribute for output in purpose.outputs_of(provider.kind) if output.attribute in ticked)
    form = TermsForm(typed, attributes)
    if not attributes:
        form.errors["attributes"] = choose(Text("请至少勾选一项", "Tick at least one"))
    regions = _read_regions(console, purpose, form)
    days = _read_days(console, form)
    numbers = _read_numbers(bounds_of(purpose), form)
    if typed["approval"] not in set(Approval):
        form.errors["approval"] = choose(Text("请选择", "Choose one"))
    if not form.errors and days is not None:
        form.terms = DraftTerms(
            attributes=attributes,
            regions=regions,
            first_on=days[0],
            last_on=days[1],
            approval=Approval(typed["approval"]),
            **numbers,
        )
    return form


def _read_regions(console: Console, purpose: Purpose, form: TermsForm) -> tuple[str, ...]:
    regions = sorted({region for region in _SEPARATORS.split(form.typed["regions"]) if region})
    own = console.connector.settings.region
    if not regions or not all(_REGION.fullmatch(region) for region in regions):
        form.errors["regions"] = choose(
            Text("请填写 2、4、6、9 或 12 位行政区划代码", "Give region codes of 2, 4, 6, 9 or 12 digits")
        )
    elif len(regions) > MAX_REGIONS:
        form.errors["regions"] = choose(Text(f"至多 {MAX_REGIONS} 个地区", f"{MAX_REGIONS} regions at most"))
    elif purpose.region_rule is RegionRule.OWN_SUBTREE and not all(covers((own,), one) for one in regions):
        form.errors["regions"] = choose(
            Text(f"只能是本单位辖区（{own}）之内的地区", f"Only regions within this agency's own ({own})")
        )
    return tuple(regions)


def _read_days(console: Console, form: TermsForm) -> tuple[date, date] | None:
    found = {name: _read_day(form.typed[name]) for name in ("first_on", "last_on")}
    for name, day in found.items():
        if day is None:
            form.errors[name] = choose(Text("请填写日期", "Give a day"))
    first_on, last_on = found["first_on"], found["last_on"]
    if first_on is None or last_on is None:
        return None
    if last_on < first_on or last_on < console.connector.today():
        form.errors["last_on"] = choose(
            Text("截止日不能早于起始日，也不能早于今天", "The last day is not before the first, nor before today")
        )
    elif (last_on - first_on).days > MAX_PERIOD_DAYS:
        form.errors["last_on"] = choose(Text("有效期至多 5 年", "The period is 5 years at most"))
    return first_on, last_on


def _read_day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_numbers(bounds: Bounds, form: TermsForm) -> Mapping[str, int]:
    most = asdict(bounds)
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        text = form.typed[name]
        if not _NUMBER.fullmatch(text) or int(text) > most[name]:
            said = f"{most[name]:,}"
            form.errors[name] = choose(Text(f"请填写 1 至 {said} 的整数", f"Give a whole number from 1 to {said}"))
        else:
            numbers[name] = int(text)
    for officers, whole in _OF_AGREEMENT.items():
        if officers in numbers and whole in numbers and numbers[officers] > numbers[whole]:
            form.errors[officers] = choose(
                Text("不能超过协议每日额度", "Not more than the agreement's own budget of a day")
            )
    return numbers
