"""Commands about witnesses: compose a policy, adopt a policy file, list where the witnesses stand."""

import json
from datetime import datetime

import click
from rich.table import Table

from gateway.cli.session import Start, pass_start
from gateway.services.witness_policy import POLICY_FILE, adopt_policy_file, compose_members_policy, write_policy_file
from gateway.services.witness_status import WitnessStanding, WitnessStatus, witness_status
from keys.crypto.witness_policy_format import format_policy

WITHOUT_QUORUM_HELP = (
    "不等待原规则的见证，并在日志中注明；仅在原见证单位已无法恢复时使用 / do not wait for the policy so far; the log says so."
    " Only when its witnesses can't come back"
)


@click.group()
def witness() -> None:
    """日志的见证。 / The witnesses of the log."""


@witness.command()
@click.option("--quorum", type=click.IntRange(1, 256), help="至少几个单位见证，缺省为过半数 / how many suffice")
@click.option("--without-quorum", is_flag=True, help=WITHOUT_QUORUM_HELP)
@pass_start
def policy(start: Start, quorum: int | None, *, without_quorum: bool) -> None:
    """由接入单位公布的见证密钥生成见证规则并启用。 / Compose the policy from the members' witness keys and adopt it."""
    with start.gateway() as gateway:
        composed = compose_members_policy(gateway, quorum)
        path = write_policy_file(start.folder, composed)
        is_changed = adopt_policy_file(gateway, start.folder, without_quorum=without_quorum)
    click.echo(format_policy(composed).decode(), nl=False)
    _tell(is_changed, f"{path}")


@witness.command()
@click.option("--without-quorum", is_flag=True, help=WITHOUT_QUORUM_HELP)
@pass_start
def adopt(start: Start, *, without_quorum: bool) -> None:
    """启用手工修改过的见证规则文件。 / Adopt the policy file as it was edited."""
    with start.gateway() as gateway:
        is_changed = adopt_policy_file(gateway, start.folder, without_quorum=without_quorum)
    _tell(is_changed, f"{start.folder / POLICY_FILE}")


@witness.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def list_witnesses(start: Start, *, as_json: bool) -> None:
    """列出见证单位、最近见证的大小和时间。 / List the witnesses, and what each cosigned last and when."""
    with start.gateway() as gateway:
        status = witness_status(gateway)
    if as_json:
        start.console.print_json(json.dumps(_as_rows(status)))
        return
    table = Table("见证单位 / witness", "计入 / counted", "条数 / size", "时间 / time", "状态 / state")
    for one in status.witnesses:
        size = "" if one.last_size is None else str(one.last_size)
        table.add_row(
            one.name, "是 / yes" if one.is_counted else "否 / no", size, _moment(one.last_time_at), _state(one)
        )
    start.console.print(table)
    _tell_quorum(start, status)


def _tell(is_changed: bool, path: str) -> None:
    if is_changed:
        click.echo(f"见证规则已启用：{path} / the policy is in force")
    else:
        click.echo(f"见证规则没有变化：{path} / the policy is the same as before")


def _tell_quorum(start: Start, status: WitnessStatus) -> None:
    if status.policy is None:
        start.console.print(
            "尚无见证规则：请运行 tongxin-gateway witness policy / no policy yet: run tongxin-gateway witness policy"
        )
    newest = status.newest_witnessed
    if newest is not None:
        start.console.print(
            f"至少 {status.quorum_size} 个单位见证到 {newest.shard} 年第 {newest.size} 条，{_moment(newest.witnessed_at)}"
            f" / witnessed up to {newest.size} entries of {newest.shard}"
        )
    if not status.may_release:
        start.console.print("交换已暂停：日志未被见证。 / Nothing is exchanged: the log is not witnessed.")


def _state(one: WitnessStanding) -> str:
    words = {
        "unreachable": "连不上 / unreachable",
        "witness_ahead": "见证单位见过更多 / has seen more",
        "two_roots": "同一大小两个根 / two roots",
        "not_consistent": "增长不一致 / not consistent",
    }
    if one.is_late:
        return words.get(one.fault or "", one.fault or "迟 / late")
    return "正常 / in time"


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _as_rows(status: WitnessStatus) -> dict[str, object]:
    newest = status.newest_witnessed
    return {
        "quorum_size": status.quorum_size,
        "unwitnessed_seconds": status.unwitnessed_seconds,
        "may_release": status.may_release,
        "witnessed": None if newest is None else {"shard": newest.shard, "size": newest.size},
        "witnesses": [
            {
                "name": one.name,
                "agency": one.agency,
                "counted": one.is_counted,
                "size": one.last_size,
                "time": None if one.last_time_at is None else one.last_time_at.isoformat(),
                "late": one.is_late,
                "fault": one.fault,
            }
            for one in status.witnesses
        ],
    }
