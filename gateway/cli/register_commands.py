"""Commands that show what the gateway holds: agreements, indexes, models, budgets."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import click
from rich.table import Table

from gateway.cli.session import Start, pass_start
from gateway.domain.budgets import LEGAL_ZONE, BudgetKind, budget_day, limit_of
from gateway.persistence.agreement_queries import list_agreements
from gateway.persistence.engine import read_transaction
from gateway.persistence.entry_queries import count_entries
from gateway.persistence.model_queries import list_models
from gateway.persistence.publication_queries import list_active
from gateway.persistence.request_queries import find_budget_use

as_json_option = click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")


@click.group()
def agreement() -> None:
    """共享协议。 / Agreements."""


@agreement.command("list")
@as_json_option
@pass_start
def list_all_agreements(start: Start, *, as_json: bool) -> None:
    """列出协议。 / List the agreements."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        stored = list_agreements(connection)
    rows = [
        {
            "digest": found.standing.digest,
            "purpose": found.standing.agreement.purpose,
            "requester": found.standing.agreement.requester.agency,
            "provider": found.standing.agreement.provider.agency,
            "state": found.standing.state.value,
            "valid_until": found.standing.agreement.valid_until,
        }
        for found in stored
    ]
    heads = ("摘要 / digest", "用途", "需求方 / requester", "提供方 / provider", "状态 / state", "截止 / until")
    _show(start, rows, heads, as_json=as_json)


@click.group()
def index() -> None:
    """索引。 / Indexes."""


@index.command("list")
@as_json_option
@pass_start
def list_indexes(start: Start, *, as_json: bool) -> None:
    """列出启用的索引。 / List the active indexes."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        rows = [
            {
                "agreement": active.agreement,
                "epoch": active.epoch,
                "index": active.index_id,
                "entries": count_entries(connection, active.volume),
            }
            for active in list_active(connection)
        ]
    _show(start, rows, ("协议 / agreement", "期次 / epoch", "索引 / index", "条目 / entries"), as_json=as_json)


@click.group()
def model() -> None:
    """比对模型：由较大的批次得出，供同样两个单位的小问题使用。 / Linkage models, fitted on large runs and kept for small ones."""


@model.command("list")
@as_json_option
@pass_start
def list_all_models(start: Start, *, as_json: bool) -> None:
    """列出比对模型。 / List the linkage models."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        rows = [
            {
                "fitted_at": datetime.fromtimestamp(kept.fitted_at, LEGAL_ZONE).isoformat(),
                "requester": kept.requester,
                "provider": kept.provider,
                "purpose": kept.purpose,
                "key_set": kept.key_set,
                "asked_records": kept.asked_records,
                "index_records": kept.index_records,
                "expected_matches": kept.expected_matches,
            }
            for kept in list_models(connection)
        ]
    heads = (
        "日期 / fitted",
        "需求方 / requester",
        "提供方 / provider",
        "用途",
        "键集 / key set",
        "所问记录 / asked",
        "索引记录 / index",
        "预期匹配 / expected matches",
    )
    _show(start, rows, heads, as_json=as_json)


@click.command()
@as_json_option
@pass_start
def budget(start: Start, *, as_json: bool) -> None:
    """显示今天各协议的额度使用。 / Show today's use of the agreements' budgets."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        day = budget_day(gateway.now())
        rows = [
            {
                "agreement": found.standing.digest,
                "kind": kind.value,
                "used": find_budget_use(connection, found.standing.digest, day).get(kind, 0),
                "limit": limit_of(found.standing.agreement, kind),
            }
            for found in list_agreements(connection)
            for kind in BudgetKind
        ]
    _show(start, rows, ("协议 / agreement", "项目 / kind", "已用 / used", "上限 / limit"), as_json=as_json)


def _show(start: Start, rows: Sequence[Mapping[str, object]], heads: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        start.console.print_json(data=rows)
        return
    table = Table(*heads)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    start.console.print(table)
