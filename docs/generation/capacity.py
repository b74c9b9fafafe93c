"""The tables of the page on capacity: some plans side by side, computed by the code of `tongxin-gateway capacity`."""

from collections.abc import Mapping
from typing import Final

from docs.generation.marked_page import figure_table
from gateway.capacity import assumptions
from gateway.capacity.compute import compute_needs
from gateway.capacity.plan import Plan
from gateway.capacity.sheet import Section, needs_sections, plan_section
from gateway.capacity.unit_costs import Cost, Run, UnitCosts, load_unit_costs
from schemas.faults import Wording

COUNTY: Final = Plan(
    children=60_000,
    agencies=8,
    agreements=8,
    queries_per_day=115,
    rows_per_query=10,
    cores=4,
    memory_gib=16,
    disk_gib=500,
)
PROVINCE_IN_DISTRESS: Final = Plan(
    children=600_000, agencies=8, agreements=8, queries_per_day=2_300, rows_per_query=100
)
PROVINCE: Final = Plan(children=16_000_000, agencies=8, agreements=8, queries_per_day=2_300, rows_per_query=100)
NATION: Final = Plan(
    children=298_000_000,
    agencies=8,
    agreements=8,
    queries_per_day=43_000,
    rows_per_query=100,
    cores=64,
    memory_gib=512,
    disk_gib=16_000,
)

PLANS: Final[tuple[tuple[Wording, Plan], ...]] = (
    (Wording("一个县", "a county"), COUNTY),
    (Wording("四川，困境儿童", "Sichuan, in distress"), PROVINCE_IN_DISTRESS),
    (Wording("四川，全部未成年人", "Sichuan, all minors"), PROVINCE),
    (Wording("全国", "the nation"), NATION),
)


def capacity_sections() -> Mapping[str, str]:
    """Return what stands between the page's markers."""
    costs = load_unit_costs()
    planned = [plan_section(plan) for _, plan in PLANS]
    needed = [needs_sections(compute_needs(plan, costs)) for _, plan in PLANS]
    tables = [_side_by_side(sections) for sections in zip(*needed, strict=True)]
    return {
        "plans": _side_by_side(planned),
        "needs": "\n\n".join(tables),
        "unit-costs": _unit_costs(costs),
        "assumptions": _assumptions(),
    }


def _side_by_side(sections: list[Section] | tuple[Section, ...]) -> str:
    title = sections[0].title
    heads = ["", *(f"{words.zh}<br>{words.en}" for words, _ in PLANS)]
    rows = [
        [f"{lines[0].words.zh}<br>{lines[0].words.en}", *(line.text for line in lines)]
        for lines in zip(*(section.lines for section in sections), strict=True)
    ]
    return f"### {title.zh} / {title.en}\n\n{figure_table(heads, rows)}"


def _unit_costs(costs: UnitCosts) -> str:
    runs = "\n".join(_run(name, run) for name, run in costs.runs.items())
    rows = [_unit_cost(cost, costs) for cost in Cost]
    return f"{runs}\n\n{figure_table(('成本 cost', '值 value', '测得 measured', '来源 source'), rows)}"


def _run(name: str, run: Run) -> str:
    command = f"make bench ARGS=\"--only {run.benchmark}\""
    return f"* `{name}`：`{command}`，{run.measured_on}，{run.machine}，负载 / load {run.load}"


def _unit_cost(cost: Cost, costs: UnitCosts) -> tuple[str, ...]:
    known = costs.costs[cost]
    measured = "是 / yes" if known.measured else "否 / no"
    value = f"{1_000 * known.value:,.4g} ms" if known.unit == "seconds" else f"{known.value:,.10g} {_UNITS[known.unit]}"
    return f"`{cost.value}`", value.strip(), measured, f"`{known.source}`" if known.measured else known.source


def _assumptions() -> str:
    rows = [
        ("处理器高峰时用到", "processors are busy at the peak", f"{assumptions.UTILISATION:.0%}"),
        ("高峰是业务时间平均的", "the peak, by the mean of the busy hours", f"{assumptions.PEAK_FACTOR} ×"),
        ("一年的工作日", "working days a year", f"{assumptions.WORKING_DAYS_A_YEAR}"),
        ("数据库最多占磁盘", "of a disk the database may fill", f"{assumptions.DISK_FILL:.0%}"),
        ("启用索引最多占内存", "of a memory an activation may take", f"{assumptions.ACTIVATION_SHARE:.0%}"),
        ("一个 SQLite 文件最多记录", "records that one SQLite file may hold", f"{assumptions.MEASURED_RECORDS:,}"),
        ("超过此数用 Spark 自行比对", "rows above which Spark links two sets", f"{assumptions.SPARK_RECORDS:,}"),
    ]
    return figure_table(("假定 assumed", ""), [(f"{zh}<br>{en}", value) for zh, en, value in rows])


_UNITS: Final = {"bytes": "bytes", "entries": ""}
