"""`backup`: a copy of the gateway, made while it serves."""

from pathlib import Path

import click

from gateway.bootstrap import utc_now
from gateway.cli.session import Start, pass_start
from gateway.operations.back_up import back_up


@click.command()
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="新文件夹 / a new folder")
@pass_start
def backup(start: Start, to: Path) -> None:
    """备份数据库、密钥文件、设置和见证规则，不必停止服务。 / Copy database, keys, settings and witness policy while it serves."""
    back_up(start.folder, to, utc_now())
    click.echo(
        "已备份。口令和 last-signed 不在其中：口令另外保管，last-signed 只在本机。 / "
        "Copied. The passphrase and last-signed are not in it: keep the one apart; the other stays on this machine."
    )
