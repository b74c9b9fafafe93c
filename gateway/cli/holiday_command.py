"""`add-holidays`: a year's holiday notice, so that deadlines across the year's end are counted right."""

from pathlib import Path

import click

from gateway.cli.session import Start, pass_start
from hosting.holiday_notices import add_notice
from schemas.catalogue_files import CatalogueError
from schemas.holiday_notice import MAX_NOTICE_BYTES


@click.command("add-holidays")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_start
def add_holidays(start: Start, file: Path) -> None:
    """添加一年的放假通知，事项的时限随即照此计算。 / Add a year's holiday notice; items' deadlines follow it at once."""
    with file.open("rb") as stream:
        read = stream.read(MAX_NOTICE_BYTES + 1)
    try:
        notice = add_notice(start.folder, read)
    except CatalogueError as error:
        raise click.ClickException(f"不是有效的放假通知 / no sound holiday notice: {error}") from None
    click.echo(f"已添加 {notice.year} 年的放假通知 / the notice of {notice.year} is added")
