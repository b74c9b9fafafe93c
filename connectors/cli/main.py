"""The command `tongxin-connector` and its groups."""

from pathlib import Path

import click
from rich.console import Console

from connectors.cli.accounting_commands import accounting
from connectors.cli.agreement_commands import agreement
from connectors.cli.index_commands import index
from connectors.cli.key_commands import key
from connectors.cli.log_commands import log
from connectors.cli.question_commands import ask, question
from connectors.cli.register_commands import check
from connectors.cli.rehearse_command import rehearse
from connectors.cli.review_commands import decide, review
from connectors.cli.serve_command import serve
from connectors.cli.session import FriendlyGroup, Start
from connectors.cli.setup_commands import alerts, enrolment, init, join, promises, registry
from connectors.cli.witness_commands import witness
from hosting.command_line import CONTEXT_SETTINGS, start_options


@click.group(cls=FriendlyGroup, context_settings=CONTEXT_SETTINGS)
@start_options("连接器所在文件夹 / the connector's folder")
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path, passphrase_file: Path | None) -> None:
    """童心连接器：在本单位内部运行，姓名和身份号码不出本单位。

    Tongxin connector: runs inside the agency; names and ID numbers never leave it.
    """
    ctx.obj = Start(folder, passphrase_file, Console())


for command in (
    init,
    enrolment,
    join,
    registry,
    alerts,
    promises,
    check,
    rehearse,
    agreement,
    index,
    ask,
    question,
    key,
    log,
    witness,
    accounting,
    serve,
):
    main.add_command(command)
for command in (review, decide):
    question.add_command(command)
