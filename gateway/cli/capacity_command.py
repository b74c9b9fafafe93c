"""The command that computes what machines, storage and hours an installation needs."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.table import Column, Table

from gateway.capacity.assumptions import PEAK_FACTOR, UTILISATION, WORKING_DAYS_A_YEAR
from gateway.capacity.compute import compute_needs
from gateway.capacity.needs import Needs
from gateway.capacity.plan import Plan, PlanError
from gateway.capacity.sheet import Section, needs_sections, plan_section
from gateway.capacity.unit_costs import UnitCosts, load_unit_costs
from gateway.cli.session import Start, pass_start

_F = TypeVar("_F", bound=Callable[..., Any])

_REQUIRED: Final = {
    "children": "未成年人数 / minors of the territory",
    "agencies": "经网关交换的单位数 / agencies that exchange through the gateway",
    "queries_per_day": "每个工作日的查询数 / queries of a working day",
}
_OTHERS: Final = {
    "indexed_percent": "索引平均包含百分之几的儿童 / how many in a hundred children an index holds",
    "rows_per_query": "一次查询的人数 / children asked about in one query",
    "matched_percent": "其中百分之几匹配并得到答复 / how many in a hundred are matched and answered",
    "epochs_per_year": "密钥每年更换几次 / how often keys change in a year",
    "log_years": "日志保存几年 / years that the log is kept",
    "busy_hours": "每日业务小时数 / hours of a day in which queries come",
    "cores": "一台机器的核数 / cores of one machine",
    "memory_gib": "一台机器的内存（GiB） / its memory in GiB",
    "disk_gib": "一台机器的磁盘（GiB） / its disk in GiB",
    "backups": "保留几份备份 / copies of the database that are kept",
}
_DEFAULTS: Final = {field.name: field.default for field in fields(Plan)}


def _typed(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _plan_options(command: _F) -> _F:
    for name, words in reversed(_OTHERS.items()):
        command = _option(name, words, default=_DEFAULTS[name], show_default=True)(command)
    words = "有效协议数，缺省与单位数相同 / active agreements; as many as agencies where not given"
    command = _option("agreements", words)(command)
    for name, words in reversed(_REQUIRED.items()):
        command = _option(name, words, required=True)(command)
    return command


def _option(name: str, words: str, **more: Any) -> Callable[[_F], _F]:
    return click.option(_typed(name), name, type=int, help=words, **more)


@click.command()
@_plan_options
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def capacity(start: Start, /, *, agreements: int | None, as_json: bool, **numbers: int) -> None:
    """按人数、单位和查询量，推算机器、存储和时间。 / Compute machines, storage and hours from children, agencies and queries.

    由实测的单位成本推算；不打开任何文件夹和数据库。 / Computed from measured unit costs; opens no folder and no database.
    """
    plan = Plan(**numbers, agreements=numbers["agencies"] if agreements is None else agreements)
    costs = load_unit_costs()
    try:
        needs = compute_needs(plan, costs)
    except PlanError as error:
        raise click.ClickException(_refusal(error)) from None
    if as_json:
        start.console.print_json(data=_as_json(plan, costs, needs))
    else:
        _show(start.console, plan, costs, needs)


def _refusal(error: PlanError) -> str:
    allowed = f"{error.lowest:,} … {error.highest:,}"
    return f"{_typed(error.name)} 应在此范围内：{allowed} / {_typed(error.name)} must lie within {allowed}"


def _show(console: Console, plan: Plan, costs: UnitCosts, needs: Needs) -> None:
    for section in (plan_section(plan), *needs_sections(needs)):
        console.print(_table(section))
    for line in _footnotes(costs):
        console.print(line, style="dim", highlight=False, soft_wrap=True)


def _table(section: Section) -> Table:
    words = f"{section.title.zh} / {section.title.en}"
    columns = (Column(overflow="fold"), Column(overflow="fold"), Column(justify="right", overflow="fold"))
    table = Table(*columns, title=words, title_justify="left", show_header=False)
    for line in section.lines:
        table.add_row(line.words.zh, line.words.en, _plain(line.text))
    return table


def _plain(text: str) -> str:
    """Return what is written for a page as it is written on a terminal."""
    return text.replace("<br>", "\n").replace("`", "")


def _footnotes(costs: UnitCosts) -> list[str]:
    measured = [f"{run.benchmark}: {run.measured_on}, {run.machine}, load {run.load}" for run in costs.runs.values()]
    return [
        "单位成本测自 / Unit costs were measured by",
        *measured,
        f"假定：处理器用到 {UTILISATION:.0%}，高峰为平均的 {PEAK_FACTOR} 倍，一年 {WORKING_DAYS_A_YEAR} 个工作日。",
        f"Assumed: processors at {UTILISATION:.0%}, a peak of {PEAK_FACTOR} times the mean, {WORKING_DAYS_A_YEAR} days.",
        "超过60万条记录、超过一台机器的，没有测过。备用机器不在其中。见 docs/explanation/capacity.md。",
        "Nothing beyond 600,000 records and one machine was measured. Standby machines are not in it.",
    ]


def _as_json(plan: Plan, costs: UnitCosts, needs: Needs) -> dict[str, object]:
    assumed = {"utilisation": UTILISATION, "peak_factor": PEAK_FACTOR, "working_days_a_year": WORKING_DAYS_A_YEAR}
    return {
        "plan": asdict(plan),
        "needs": asdict(needs),
        "assumed": assumed,
        "unit_costs": costs.model_dump(mode="json"),
    }
