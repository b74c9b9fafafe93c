"""Commands about the log: export, verify (offline, without a gateway), tail."""

from typing import Final

import click
from rich.table import Table

from gateway.cli.session import LazyGroup, Start, pass_start
from gateway.persistence.engine import read_transaction
from gateway.persistence.leaf_queries import list_latest_leaves

MAX_TAIL = 10_000


_COMMANDS: Final = {
    "export": "gateway.cli.log_export_command:export",
    "verify": "gateway.cli.log_verify_command:verify",
    "remember": "gateway.cli.remember_command:remember",
    "forget-index": "gateway.cli.forget_index_command:forget",
}


@click.group(cls=LazyGroup, places=_COMMANDS)
def log() -> None:
    """审计日志。 / The audit log."""


@log.command()
@click.option("--count", type=click.IntRange(1, MAX_TAIL), default=20, show_default=True, help="条数 / how many")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def tail(start: Start, count: int, *, as_json: bool) -> None:
    """显示最近的日志条目（不含个人信息）。 / Show the latest entries; they hold nothing personal."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        leaves = list_latest_leaves(connection, count)
    if as_json:
        start.console.print_json(data=leaves)
        return
    table = Table(
        "年份 / year", "序号", "时间 / time", "事件 / event", "单位 / agency", "对方 / peer", "用途", "裁定 / decision"
    )
    for leaf in leaves:
        table.add_row(*("" if value is None else str(value) for value in leaf.values()))
    start.console.print(table)
