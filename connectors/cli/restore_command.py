"""`restore`: puts a connector back from a backup, and says what it has forgotten."""

from pathlib import Path

import click

from connectors.cli.session import Start, pass_start
from connectors.operations.restore import restore as restore_connector


@click.command()
@click.option(
    "--from",
    "backup",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="备份文件夹 / the backup",
)
@pass_start
def restore(start: Start, backup: Path) -> None:
    """从备份恢复到一个新文件夹；只在原来的机器坏了时用。 / Restore a backup into a new folder, where the old machine is lost."""
    manifest = restore_connector(backup, start.folder)
    click.echo(
        f"已恢复 {manifest.made_at:%Y-%m-%d %H:%M} UTC 的备份。登记册和映射文件请自行放回。 / "
        f"Restored the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC. Put the register and its mapping file back yourself."
    )
    click.echo(
        "旧连接器不得再启动。下一步：运行 doctor；备份之后轮换过签名密钥的，要重新接入；发布过索引的，要重新发布；"
        "log check 会报告连接器忘记的请求。 / "
        "Never start the old connector again. Next: run doctor; enrol anew if the signing key was rotated since the backup; "
        "publish again any index published since; log check names the requests that the connector has forgotten."
    )
