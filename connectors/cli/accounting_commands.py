"""Commands of the office that answers a guardian: find a child's handles, make the letter from a signed accounting."""

from collections.abc import Callable
from pathlib import Path

import click

from connectors.accounting.check_accounting import REFUSALS, read_accounting
from connectors.accounting.find_child import ChildNotFoundError, RowNotFoundError, find_handles, get_child
from connectors.accounting.letter import Letter, write_letter
from connectors.cli.formats import FormatType
from connectors.cli.session import FriendlyGroup, Session, Start, pass_start
from connectors.register import open_register
from keys.protocol.accounting import AccountingError
from schemas.faults import Wording
from schemas.formats import Handle
from schemas.messages.accounting import MAX_ACCOUNTING_BYTES, Accounting

HANDLE = FormatType(Handle, "应为22位记录代号 / a record's handle: 22 characters")


@click.group(cls=FriendlyGroup)
def accounting() -> None:
    """答复监护人：哪些单位查询过这名儿童。 / Answer a guardian: who asked about this child."""


@accounting.command()
@click.option(
    "--row", required=True, type=click.IntRange(min=1), help="登记册中的行号 / the child's row in the register"
)
@pass_start
def find(start: Start, row: int) -> None:
    """列出登记册中一行的记录代号，凭此在审计台查询。 / List the handles of one row; the audit console asks for them."""
    connector = start.connector()
    try:
        handles = find_handles(connector, open_register(connector), row)
    except RowNotFoundError as error:
        raise click.ClickException(str(error)) from None
    finally:
        connector.state.dispose()
    for handle in handles:
        click.echo(handle)
    if not handles:
        raise click.ClickException(
            "这名儿童不在任何已发布的索引中，没有单位能够查询到 / this child is in no published index: nobody can have found it"
        )


@accounting.command()
@click.argument("handle", type=HANDLE)
@click.option(
    "--accounting",
    "file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="审计台签名的清单 / the accounting that the console signed",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / file to write")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 / language")
@pass_start
def letter(start: Start, handle: str, file: Path, out: Path, language: str) -> None:
    """核验清单，填上儿童姓名，写成告知书；姓名不离开本单位。 / Verify the accounting and write the letter with the child's name."""
    session = start.session()
    checked = _verified(session, file)
    if handle not in checked.handles:
        raise click.ClickException("清单不是这一代号的 / the accounting is not about this handle")
    connector = session.connector
    try:
        child = get_child(connector, open_register(connector), handle)
    except ChildNotFoundError as error:
        raise click.ClickException(str(error)) from None
    if child.identity.name is None:
        raise click.ClickException(f"登记册第{child.row_number}行没有姓名 / row {child.row_number} holds no name")
    made = Letter(
        accounting=checked,
        child_name=child.identity.name,
        agency_name=_names_of(session),
        written_on=connector.today(),
        language=language,
        is_from_resolver=connector.settings.family_register_mapping is not None,
    )
    try:
        write_letter(out, made)
    except FileExistsError:
        raise click.ClickException(f"文件已存在：{out} / the file exists already: {out}") from None
    click.echo(f"已写入 {out}，共 {len(checked.accesses)} 次查询 / written, {len(checked.accesses)} requests")


def _verified(session: Session, file: Path) -> Accounting:
    with file.open("rb") as stream:
        data = stream.read(MAX_ACCOUNTING_BYTES + 1)
    try:
        return read_accounting(session.connector, session.trust, data)
    except AccountingError as error:
        words = REFUSALS[error.reason]
        raise click.ClickException(f"{words.zh} / {words.en}") from None


def _names_of(session: Session) -> Callable[[str], Wording]:
    """Return how agencies are called in full, from the registry that was last verified."""
    members = session.trust.registry(session.connector.now()).registry.members
    names = {member.agency: Wording(member.name_zh, member.name_en) for member in members}
    return lambda agency: names.get(agency, Wording(agency, agency))
