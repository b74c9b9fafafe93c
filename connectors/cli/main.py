"""The command `tongxin-connector` and its groups."""

from pathlib import Path

import click
from rich.console import Console

from connectors.cli.agreement_commands import agreement
from connectors.cli.index_commands import index
from connectors.cli.key_commands import key
from connectors.cli.question_commands import ask, question
from connectors.cli.register_commands import check
from connectors.cli.serve_command import serve
from connectors.cli.session import FriendlyGroup, Start
from connectors.cli.setup_commands import alerts, enrolment, init, join, promises, registry


@click.group(cls=FriendlyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="TONGXIN_FOLDER",
    help="连接器所在文件夹 / the connector's folder",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="TONGXIN_PASSPHRASE_FILE",
    help="存放口令的文件（仅本人可读）/ file with the passphrase, readable by you alone",
)
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path, passphrase_file: Path | None) -> None:
    """童心连接器：在本单位内部运行，姓名和身份号码不出本单位。

    Tongxin connector: runs inside the agency; names and ID numbers never leave it.
    """
    ctx.obj = Start(folder, passphrase_file, Console())


for command in (init, enrolment, join, registry, alerts, promises, check, agreement, index, ask, question, key, serve):
    main.add_command(command)
