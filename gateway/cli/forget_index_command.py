"""`log forget-index`: nobody can find by record or officer what a past year's log holds, not even the gateway."""

import click

from gateway.cli.session import Start, pass_start
from gateway.services.index_subjects import YearNotOverError, forget_index


@click.command("forget-index")
@click.argument("year", type=click.IntRange(2000, 9999))
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@pass_start
def forget(start: Start, year: int, *, yes: bool) -> None:
    """销毁往年查找索引的密钥和内容，不能恢复；日志和证明不变。 / Destroy a past year's index, key and rows, for ever; the log stays."""
    if not yes:
        click.confirm(
            f"销毁后，{year} 年的条目不能再按儿童记录或经办人查找。继续？ / "
            f"Nobody will find the entries of {year} by record or officer any more. Go on?",
            abort=True,
        )
    with start.gateway() as gateway:
        try:
            deleted = forget_index(gateway, year)
        except YearNotOverError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"已销毁，共 {deleted} 行 / destroyed, {deleted} rows")
