"""`restore`: puts a gateway back from a backup, and says what is needed before it may sign again."""

from pathlib import Path

import click

from gateway.cli.session import Start, pass_start
from gateway.operations.restore import restore as restore_gateway


@click.command()
@click.option(
    "--from",
    "backup",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="备份文件夹 / the backup",
)
@click.option(
    "--database", help="备份来自PostgreSQL时：空数据库的网址 / for a PostgreSQL backup: URL of an empty database"
)
@click.option(
    "--last-signed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="旧机器上的 last-signed 文件 / the old machine's file last-signed",
)
@pass_start
def restore(start: Start, backup: Path, database: str | None, last_signed: Path | None) -> None:
    """从备份恢复到一个新文件夹；确认已签署过什么之前不启动。 / Restore a backup into a new folder; it starts once it is known what was signed."""
    entries = restore_gateway(backup, start.folder, database=database, last_signed=last_signed)
    click.echo(
        f"已恢复，日志 {entries} 条。旧网关不得再启动。 / Restored; the log has {entries} entries. Never start the old gateway again."
    )
    if last_signed is None:
        click.echo(
            "下一步：向每个见证单位要 /v1/witness/checkpoint 的文件，运行 log remember <文件…>，再运行 doctor。"
            "见证单位见过的条目多于备份时，网关不会启动：请找更新的备份；没有就通知各单位，另立新网关。 / "
            "Next: fetch /v1/witness/checkpoint from every witness, run log remember <files…>, then doctor. Where a witness "
            "has seen more entries than the backup holds, the gateway will not start: find a newer backup, or tell the "
            "agencies and found a new gateway."
        )
