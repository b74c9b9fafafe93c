"""The page of workflows: each as a state diagram with its steps and clocks, and the working days that they count."""

from collections.abc import Iterable

from docs.generation.markdown import block, both, code, codes, introduction, page, table
from schemas.agency_kinds import AGENCY_KIND_NAMES
from schemas.faults import Wording
from schemas.holiday_notice import HolidayNotice
from schemas.purpose_parts import LegalBasis
from schemas.workflows.clock import Above, Clock, EscalationStep, Span, SpanUnit
from schemas.workflows.load import load_workflows
from schemas.workflows.refusal import REFUSAL_WORDINGS
from schemas.workflows.roles import ROLE_NAMES
from schemas.workflows.rule_pack import Doer, Seat, State, Transition, Workflow
from schemas.working_days import bundled_notices

_UNITS = {
    SpanUnit.AT_ONCE: Wording("立即", "at once"),
    SpanUnit.HOURS: Wording("小时", "hours"),
    SpanUnit.DAYS: Wording("自然日", "calendar days"),
    SpanUnit.WORKING_DAYS: Wording("工作日", "working days"),
    SpanUnit.MONTHS: Wording("个月", "months"),
    SpanUnit.END_OF_MONTH: Wording("当月底", "end of the month"),
}

_ABOVE = {Above.SUPERIOR: Wording("上级单位", "superior office"), Above.LEAD_BODY: Wording("牵头协调机构", "lead body")}


def workflows_page() -> str:
    """Return the page: each workflow, then why an act is refused, then the holidays of each year."""
    return page(
        "办理流程 / Workflows",
        introduction("workflows"),
        *(part for workflow in load_workflows().values() for part in _workflow(workflow)),
        "## 不予办理的原因 / Why an act is refused",
        table(
            ("代码 code", "说明 meaning"), [(code(key), both(one.zh, one.en)) for key, one in REFUSAL_WORDINGS.items()]
        ),
        "## 放假和调休 / Holidays and make-up working days",
        _NO_NOTICE,
        table(("年份 year", "通知 notice", "放假 off", "上班 worked"), [_notice_row(one) for one in bundled_notices()]),
    )


_NO_NOTICE = """没有收到通知的年份只按周末计算，期限标明“暂定”，收到通知后自动更正。各单位可以自行放入通知文件。

In a year without a notice weekends alone are counted, and the deadline is marked as provisional until the notice is
there. An agency can add the notice's file by itself."""


def _workflow(workflow: Workflow) -> list[str]:
    return [
        f"## {workflow.id}",
        f"**{workflow.name_zh} / {workflow.name_en}** · 版本 version {workflow.version}",
        "法律依据 / Legal basis: " + "；".join(_basis(workflow.legal_basis)),
        block("mermaid", _diagram(workflow)),
        "席位 / Seats:",
        table(
            ("席位 seat", "单位 agencies", "角色 roles", "全程可见 follows"), [_seat_row(one) for one in workflow.seats]
        ),
        "状态 / States:",
        table(("状态 state", "归属 owner"), [_state_row(workflow, one) for one in workflow.states]),
        f"开始 / Opened by: {_doer(workflow, workflow.opened_by)}{_confidential(workflow)}",
        "步骤 / Steps:",
        table(
            ("步骤 step", "状态 states", "由谁 by", "要求 wants"),
            [_step_row(workflow, one) for one in workflow.transitions],
        ),
        "时限 / Clocks:",
        table(
            ("时限 clock", "运行于 runs in", "责任 duty", "长度 span", "依据 basis", "督办 escalation"),
            [_clock_row(workflow, one) for one in workflow.clocks],
        ),
        "理由 / Reasons: " + "、".join(f"{code(one.code)} {one.zh} ({one.en})" for one in workflow.reasons),
    ]


def _confidential(workflow: Workflow) -> str:
    if workflow.confidential_to is None:
        return ""
    seat = workflow.seat(workflow.confidential_to)
    return f"。报告人身份只留在{seat.name_zh}。 / The reporter's identity stays with the {seat.name_en}."


def _diagram(workflow: Workflow) -> str:
    """Return a Mermaid state diagram; what is only noted is left out, since it moves nothing."""
    lines = ["stateDiagram-v2"]
    for state in workflow.states:
        owner = workflow.seat(state.owner)
        lines.append(f'    state "{state.name_zh}<br/>{state.name_en}<br/>（{owner.name_zh}）" as {state.id}')
    lines.append(f"    [*] --> {workflow.initial}")
    lines += [
        f"    {source} --> {one.to} : {one.name_zh}<br/>{one.name_en}"
        for one in workflow.transitions
        if one.to is not None
        for source in one.sources
    ]
    return "\n".join([*lines, *(f"    {state.id} --> [*]" for state in workflow.states if state.final)])


def _seat_row(seat: Seat) -> tuple[str, ...]:
    kinds = sorted(seat.kinds, key=list(AGENCY_KIND_NAMES).index)
    return (
        f"{code(seat.id)}\n{both(seat.name_zh, seat.name_en)}",
        "\n".join(f"{AGENCY_KIND_NAMES[kind].zh} / {AGENCY_KIND_NAMES[kind].en}" for kind in kinds),
        "\n".join(_role_names(seat.roles)),
        "是 yes" if seat.follows else "—",
    )


def _role_names(roles: Iterable[str]) -> list[str]:
    return [f"{name.zh} / {name.en}" for role, name in ROLE_NAMES.items() if role in roles]


def _state_row(workflow: Workflow, state: State) -> tuple[str, ...]:
    owner = workflow.seat(state.owner)
    end = "，终结 / final" if state.final else ""
    return f"{code(state.id)} {state.name_zh} / {state.name_en}{end}", f"{owner.name_zh} / {owner.name_en}"


def _step_row(workflow: Workflow, one: Transition) -> tuple[str, ...]:
    return (
        f"{code(one.id)}\n{both(one.name_zh, one.name_en)}",
        f"{codes(one.sources)} → {'（不变 stays）' if one.to is None else code(one.to)}",
        "\n".join(_doer(workflow, doer) for doer in one.by),
        "\n".join(_wants(one)) or "—",
    )


def _doer(workflow: Workflow, doer: Doer) -> str:
    return (
        f"{workflow.seat(doer.seat).name_zh}：{'、'.join(one.partition(' / ')[0] for one in _role_names(doer.roles))}"
    )


def _wants(one: Transition) -> Iterable[str]:
    if one.names is not None:
        yield f"下一单位 next office → {code(one.names)}"
    if one.takes is not None:
        yield f"接手 takes {code(one.takes)}"
    if one.reasons:
        yield f"理由 reason: {codes(one.reasons)}"
    if one.proof:
        yield "佐证材料编号 reference of a paper"
    if one.needs:
        yield f"此前须有 after {codes(one.needs)}"
    if one.waits_for is not None:
        yield f"期满 once {code(one.waits_for)} is over"


def _clock_row(workflow: Workflow, clock: Clock) -> tuple[str, ...]:
    stops = [f"止于 until {codes(clock.until)}"] if clock.until else []
    renewed = [f"重新起算 renewed by {codes(clock.renewed_by)}"] if clock.renewed_by else []
    duty = workflow.seat(clock.duty)
    return (
        f"{code(clock.id)}\n{both(clock.name_zh, clock.name_en)}",
        "\n".join([codes(clock.runs_in), *stops, *renewed]),
        both(duty.name_zh, duty.name_en),
        _span(clock.span),
        "\n".join([code(clock.basis.value), *_basis(clock.sources)]),
        "\n".join(_step(step) for step in clock.escalations) or "等待期 waiting period",
    )


def _span(span: Span) -> str:
    unit = _UNITS[span.unit]
    number = f"{span.value} " if span.value else ""
    return both(f"{number}{unit.zh}", f"{number}{unit.en.removesuffix('s') if span.value == 1 else unit.en}")


def _step(step: EscalationStep) -> str:
    after = "" if step.after is None else "，" + _span(step.after).replace("\n", " / ") + " 后 later"
    return f"{_ABOVE[step.to].zh} / {_ABOVE[step.to].en}{after}"


def _basis(sources: tuple[LegalBasis, ...]) -> list[str]:
    return [
        f"{one.instrument}{'' if one.article is None else ' ' + one.article}{'' if one.verified else ' *'}"
        for one in sources
    ]


def _notice_row(notice: HolidayNotice) -> tuple[str, ...]:
    off = [f"{one.zh} / {one.en}: {one.first_on} – {one.last_on}" for one in notice.holidays]
    worked = "\n".join(day.isoformat() for day in notice.make_up_days)
    return str(notice.year), f"{notice.notice}\n{notice.number}，{notice.issued_on}", "\n".join(off), worked
