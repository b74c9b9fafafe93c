"""`backup`: a copy of the connector's folder, made while it serves."""

from pathlib import Path

import click

from connectors.back_up import back_up
from connectors.cli.session import Start, pass_start
from connectors.context import utc_now


@click.command()
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="新文件夹 / a new folder")
@pass_start
def backup(start: Start, to: Path) -> None:
    """备份数据库、密钥文件和设置，不必停止服务。 / Copy database, key file and settings while it serves."""
    back_up(start.folder, to, utc_now())
    click.echo(
        "已备份。口令不在其中，请另外保管；旧备份到期要销毁。 / "
        "Copied. The passphrase is not in it: keep it apart, and destroy old copies in time."
    )
