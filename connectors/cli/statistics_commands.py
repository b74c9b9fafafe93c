"""Commands about statistics: the catalogue of tables, making an own one, asking another agency for one."""

from pathlib import Path

import click
from rich.table import Table

from connectors.cli.formats import DIGEST, REFERENCE, REGION, DigestCommand, FormatType
from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.gateway_client import QueryContext
from connectors.register import open_register
from connectors.state.agreements import find_agreement
from connectors.state.statistics import list_copies, list_releases, noise_spent
from connectors.statistics.ask import ask_statistics, matched_in
from connectors.statistics.releases import obtain_release, own_table
from connectors.statistics.workbook import headings, lines, notes_on, write_release
from schemas.problem import ProblemCode, ProblemError
from schemas.statistics.quarter import Quarter, last_ended_quarter
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import TableId, load_tables

TABLE = FormatType(TableId, "应为统计表代号，见 statistics tables / the id of a table: see statistics tables")
QUARTER = FormatType(Quarter, "应为季度，如 2026-Q3 / a quarter, such as 2026-Q3")

_quarter_option = click.option(
    "--quarter", type=QUARTER, default=None, help="季度，默认为刚结束的 / default: the one that ended last"
)
_out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="写成工作簿 / write a workbook"
)


@click.group(cls=FriendlyGroup)
def statistics() -> None:
    """信息通报统计表。 / Tables of counts for bulletins."""


@statistics.command()
@pass_start
def tables(start: Start) -> None:
    """列出可以索取的统计表。 / List the tables that can be asked for."""
    shown = Table("代号 / id", "提供部门 / provider", "名称 / name", "统计对象 / who is counted")
    for table in load_tables().values():
        name, counted = f"{table.name_zh} / {table.name_en}", f"{table.counted_zh} / {table.counted_en}"
        shown.add_row(table.id, table.provider.value, name, counted)
    start.console.print(shown)


@statistics.command()
@click.argument("table", type=TABLE)
@_quarter_option
@_out_option
@pass_start
def make(start: Start, table: str, quarter: str | None, out: Path | None) -> None:
    """编制本单位的一张统计表，此后凡索取者都得到同样的数字。

    Make one of this agency's own tables; whoever asks for it afterwards gets the same numbers.
    """
    connector = start.connector()
    wanted = quarter or last_ended_quarter(connector.today())
    _show(start, obtain_release(connector, open_register(connector), own_table(connector, table), wanted), out)


@statistics.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@click.option("--table", required=True, type=TABLE, help="统计表代号 / which table")
@click.option("--region", required=True, type=REGION, help="地区代码 / which region")
@_quarter_option
@click.option(
    "--matched",
    "question",
    default=None,
    help="只统计这次查询中比中的儿童（查询编号） / count only the children who matched in this question (its id)",
)
@click.option("--officer", required=True, type=REFERENCE, help="经办人编号 / officer's reference")
@click.option("--approver", type=REFERENCE, help="审批人编号 / approver's reference")
@_out_option
@pass_start
def ask(
    start: Start,
    digest: str,
    table: str,
    region: str,
    quarter: str | None,
    question: str | None,
    officer: str,
    approver: str | None,
    out: Path | None,
) -> None:
    """按协议向另一单位索取一张统计表。 / Ask another agency for a table, under the agreement DIGEST."""
    session = start.session()
    session.office.sync()
    copy = find_agreement(session.connector.state, digest)
    if copy is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    query = QueryContext(copy.agreement, region, officer, None, approver)
    wanted = quarter or last_ended_quarter(session.connector.today())
    matched = None if question is None else matched_in(session.connector, question)
    _show(start, ask_statistics(session.connector, session.client, query, table, wanted, matched), out)


@statistics.command("list")
@pass_start
def list_(start: Start) -> None:
    """列出编制过和收到过的统计表，以及本年度已用的噪声预算。 / List tables made and received, and the noise spent."""
    connector = start.connector()
    shown = Table("统计表 / table", "季度 / quarter", "提供单位 / provider", "地区 / region", "统计日期 / counted on")
    for release in (*list_releases(connector.state), *list_copies(connector.state)):
        shown.add_row(release.table, release.quarter, release.provider, release.region, release.made_on)
    start.console.print(shown)
    spent = noise_spent(connector.state, connector.today().year)
    limit = connector.settings.statistics_epsilon_thousandths_per_year
    start.console.print(f"本年度噪声预算 ε×1000 / this year's noise, epsilon x 1000: {spent} / {limit}")


def _show(start: Start, release: StatisticsRelease, out: Path | None) -> None:
    shown = Table(*headings(release))
    for line in lines(release):
        shown.add_row(*map(str, line))
    start.console.print(shown)
    for note in notes_on(release):
        start.console.print(note)
    if out is not None:
        write_release(out, release)
        start.console.print(f"已写入 / written: {out}")
