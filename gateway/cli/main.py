"""The command `tongxin-gateway` and its groups."""

from pathlib import Path

import click
from rich.console import Console

from gateway.cli.account_commands import account
from gateway.cli.forget_index_command import forget
from gateway.cli.log_commands import log
from gateway.cli.member_commands import member
from gateway.cli.register_commands import agreement, budget, index, model
from gateway.cli.remember_command import remember
from gateway.cli.serve_command import serve
from gateway.cli.session import FriendlyGroup, Start
from gateway.cli.setup_commands import init, migrate, registry
from gateway.cli.witness_commands import witness
from hosting.command_line import CONTEXT_SETTINGS, start_options


@click.group(cls=FriendlyGroup, context_settings=CONTEXT_SETTINGS)
@start_options("网关所在文件夹 / the gateway's folder")
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path, passphrase_file: Path | None) -> None:
    """童心网关：核验、裁定、比对、转送、留痕；看不到姓名、身份号码和内容。

    Tongxin gateway: verifies, decides, matches, relays and logs; sees no name, no ID number and no content.
    """
    ctx.obj = Start(folder, passphrase_file, Console())


for command in (init, migrate, registry, member, account, agreement, index, model, budget, log, witness, serve):
    main.add_command(command)
log.add_command(remember)
log.add_command(forget)
