"""The command `tongxin-connector` and its groups."""

from pathlib import Path
from typing import Final

import click
from rich.console import Console

from connectors.cli.session import LazyGroup, Start
from hosting.command_line import CONTEXT_SETTINGS, start_options

_COMMANDS: Final = {
    name: f"connectors.cli.{module}:{name}"
    for module, names in (
        ("setup_commands", ("init", "enrolment", "join", "registry", "alerts", "promises")),
        ("register_commands", ("check",)),
        ("rehearse_command", ("rehearse",)),
        ("bulk_commands", ("bulk",)),
        ("agreement_commands", ("agreement",)),
        ("index_commands", ("index",)),
        ("board_commands", ("board",)),
        ("question_commands", ("ask", "question")),
        ("key_commands", ("key",)),
        ("log_commands", ("log",)),
        ("witness_commands", ("witness",)),
        ("statistics_commands", ("statistics",)),
        ("accounting_commands", ("accounting",)),
        ("account_commands", ("account",)),
        ("backup_command", ("backup",)),
        ("restore_command", ("restore",)),
        ("doctor_command", ("doctor",)),
        ("serve_command", ("serve",)),
        ("console_command", ("console",)),
    )
    for name in names
}


@click.group(cls=LazyGroup, places=_COMMANDS, context_settings=CONTEXT_SETTINGS)
@start_options("连接器所在文件夹 / the connector's folder")
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path, passphrase_file: Path | None) -> None:
    """童心连接器：在本单位内部运行，姓名和身份号码不出本单位。

    Tongxin connector: runs inside the agency; names and ID numbers never leave it.
    """
    ctx.obj = Start(folder, passphrase_file, Console())
