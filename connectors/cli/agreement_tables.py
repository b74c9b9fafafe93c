"""What the commands print of an agreement: its terms, its steps, and what a new version changes."""

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from connectors.cli.session import Start
from connectors.context import OFFICE_ZONE
from connectors.state.agreements import AgreementCopy
from schemas.agreement import Agreement
from schemas.agreement_changes import Change
from schemas.agreement_reasons import REASONS
from schemas.agreement_words import STATE_WORDS, STEP_WORDS
from schemas.faults import Wording
from schemas.purpose_catalogue import load_purposes


def show_terms(start: Start, terms: Agreement) -> None:
    """Print what is to be signed."""
    purpose = load_purposes()[terms.purpose]
    table = Table(title=f"{terms.purpose} {purpose.name_zh} / {purpose.name_en}", show_header=False)
    lead = "—" if terms.lead is None else f"{terms.lead.agency}\n{terms.lead.signing_key}"
    for name, value in (
        ("需求部门 / requester", f"{terms.requester.agency}\n{terms.requester.signing_key}"),
        ("提供部门 / provider", f"{terms.provider.agency}\n{terms.provider.signing_key}"),
        ("牵头机构 / lead body", lead),
        ("版本 / version", str(terms.revision)),
        ("数据项 / attributes", "\n".join(terms.attributes)),
        ("地区 / regions", "、".join(terms.regions)),
        ("有效期 / period", f"{_moment(terms.valid_from)} – {_moment(terms.valid_until)}"),
        ("审批 / approval", terms.approval.value),
        ("每批上限 / batch", str(terms.max_batch)),
        ("每日额度 / per day", f"{terms.evaluations_per_day} / {terms.releases_per_day}"),
        ("每人每日 / per officer", f"{terms.officer_evaluations_per_day} / {terms.officer_releases_per_day}"),
        ("保存天数 / retention", str(terms.retention_days)),
    ):
        table.add_row(name, value)
    start.console.print(table)


def show_story(start: Start, copy: AgreementCopy) -> None:
    """Print where an agreement stands, until when an answer is due, and all its steps."""
    start.console.print(f"状态 / state: {_both(STATE_WORDS[copy.standing.state])}", highlight=False)
    if copy.review_due_at is not None:
        start.console.print(f"办理期限 / due by: {_moment(copy.review_due_at - 1)}", highlight=False)
    table = Table("时间 / when", "单位 / who", "步骤 / step", "理由 / reason", "说明 / note")
    for told in copy.history:
        reasons = "\n".join(_both(REASONS[code]) for code in told.reasons if code in REASONS)
        table.add_row(_moment(told.at), told.agency, _both(STEP_WORDS[told.step]), reasons, told.note or "")
    start.console.print(table)


def show_changes(start: Start, changes: Sequence[Change]) -> None:
    """Print what a new version changes, in both languages."""
    table = Table("条款 / term", "原版本 / before", "新版本 / after")
    for change in changes:
        table.add_row(_both(change.term), _both(change.before), _both(change.after))
    start.console.print(table)


def _both(words: Wording) -> str:
    return words.zh if words.zh == words.en else f"{words.zh} / {words.en}"


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, OFFICE_ZONE):%Y-%m-%d %H:%M}"
