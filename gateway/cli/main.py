"""The command `tongxin-gateway` and its groups."""

from pathlib import Path

import click
from rich.console import Console

from gateway.cli.member_commands import member
from gateway.cli.serve_command import serve
from gateway.cli.session import FriendlyGroup, Start, folder_options
from gateway.cli.setup_commands import init, migrate, registry


@click.group(cls=FriendlyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@folder_options
@click.version_option(package_name="tongxin")
@click.pass_context
def main(ctx: click.Context, folder: Path | None, passphrase_file: Path | None) -> None:
    """童心网关：核验、裁定、比对、转送、留痕；看不到姓名、身份号码和内容。

    Tongxin gateway: verifies, decides, matches, relays and logs; sees no name, no ID number and no content.
    """
    ctx.obj = Start(folder or Path(), passphrase_file, Console())


for command in (init, migrate, registry, member, serve):
    main.add_command(command)
