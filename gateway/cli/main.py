"""The command `tongxin-gateway` and its groups."""

from pathlib import Path
from typing import Final

import click
from rich.console import Console

from gateway.cli.session import LazyGroup, Start
from hosting.command_line import CONTEXT_SETTINGS, start_options

_COMMANDS: Final = {
    name: f"gateway.cli.{module}:{name.replace('-', '_')}"
    for module, names in (
        ("setup_commands", ("init", "migrate", "registry")),
        ("member_commands", ("member",)),
        ("account_commands", ("account",)),
        ("register_commands", ("agreement", "index", "model", "budget")),
        ("log_commands", ("log",)),
        ("explain_command", ("explain",)),
        ("simulate_command", ("simulate",)),
        ("who_can_command", ("who-can",)),
        ("capacity_command", ("capacity",)),
        ("witness_commands", ("witness",)),
        ("holiday_command", ("add-holidays",)),
        ("backup_command", ("backup",)),
        ("restore_command", ("restore",)),
        ("doctor_command", ("doctor",)),
        ("serve_command", ("serve",)),
    )
    for name in names
}


@click.group(cls=LazyGroup, places=_COMMANDS, context_settings=CONTEXT_SETTINGS)
@start_options("网关所在文件夹 / the gateway's folder")
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path, passphrase_file: Path | None) -> None:
    """童心网关：核验、裁定、比对、转送、留痕；看不到姓名、身份号码和内容。

    Tongxin gateway: verifies, decides, matches, relays and logs; sees no name, no ID number and no content.
    """
    ctx.obj = Start(folder, passphrase_file, Console())
