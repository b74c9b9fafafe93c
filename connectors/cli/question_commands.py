"""Commands of the query officer: ask about a roster, find a question again, write its results as a workbook."""

import json
from pathlib import Path

import click
from rich.table import Table

from connectors.cli.formats import AGENCY, ATTRIBUTE, DIGEST, REFERENCE, REGION
from connectors.cli.progress import show_progress
from connectors.cli.session import FriendlyGroup, Session, Start, pass_start
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.settings import SettingsError
from connectors.state.agreements import AgreementCopy, find_agreement
from connectors.state.questions import Question, RowResult
from schemas.agreement import AgreementState

OUTCOME_NAMES = {
    "match": "匹配 / match",
    "possible_match": "可能匹配，需复核 / possible match",
    "non_match": "未匹配或对方未持有 / no match or not held",
    "unusable": "数据不足 / insufficient data",
}


@click.command()
@click.argument("purpose")
@click.option("--provider", required=True, type=AGENCY, help="向哪个单位查询 / whom to ask")
@click.option(
    "--roster",
    "mapping",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="名册映射文件 / mapping file of the roster",
)
@click.option("--region", required=True, type=REGION, help="所查儿童的地区代码 / region of the children")
@click.option(
    "--officer",
    required=True,
    type=REFERENCE,
    help="经办人编号，不得为身份号码 / officer's reference, never an ID number",
)
@click.option("--approver", type=REFERENCE, help="审批人编号 / approver's reference")
@click.option("--case", type=REFERENCE, help="个案编号 / case number")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    type=ATTRIBUTE,
    help="数据项，默认为协议全部 / default: all of the agreement",
)
@click.option(
    "--agreement", "digest", type=DIGEST, help="协议编号，默认按用途和单位查找 / default: found by purpose and provider"
)
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def ask(
    start: Start,
    purpose: str,
    provider: str,
    mapping: Path,
    region: str,
    officer: str,
    approver: str | None,
    case: str | None,
    attributes: tuple[str, ...],
    digest: str | None,
    as_json: bool,
) -> None:
    """就一份名册向另一单位查询；只送出盲化的散列，不送姓名和号码。

    Ask another agency about a roster; blinded hashes leave, no name and no number.
    """
    session = start.session()
    copy = _agreement_for(session, purpose, provider, digest)
    question = Question(
        id=new_uuid(session.connector.random),
        agreement=copy.standing.digest,
        attributes=tuple(sorted(attributes)) or copy.agreement.attributes,
        region=region,
        case=case,
        officer=officer,
        approver=approver,
        mapping_path=str(mapping.resolve()),
        roster_version=None,
        asked_at=session.connector.seconds(),
    )
    _ask_and_show(start, session, question, as_json=as_json)


@click.group(cls=FriendlyGroup)
def question() -> None:
    """已提出的查询：列表、继续、导出结果。 / Questions asked: list, resume, results."""


@question.command("list")
@pass_start
def list_(start: Start) -> None:
    """列出查询。 / List questions."""
    connector = start.connector()
    table = Table("编号 / id", "用途 / purpose", "个案 / case", "行数 / rows")
    vault = Questioner.vault_of(connector)
    for asked in vault.list_questions():
        copy = find_agreement(connector.state, asked.agreement)
        purpose = copy.agreement.purpose if copy else "?"
        table.add_row(asked.id, purpose, asked.case or "", str(len(vault.answered_rows(asked.id))))
    start.console.print(table)


@question.command()
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def resume(start: Start, id_: str, as_json: bool) -> None:
    """继续中断的查询。 / Go on with an interrupted question."""
    session = start.session()
    asked = Questioner.vault_of(session.connector).find_question(id_)
    if asked is None:
        raise SettingsError("没有这个编号的查询 / there is no question with this id")
    _ask_and_show(start, session, asked, as_json=as_json)


@question.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入 .xlsx / file to write"
)
@pass_start
def results(start: Start, id_: str, out: Path) -> None:
    """把结果写成工作簿。 / Write the results as a workbook."""
    from connectors.requester.result_workbook import write_results

    connector = start.connector()
    vault = Questioner.vault_of(connector)
    vault.destroy_expired(connector.today())
    asked = vault.find_question(id_)
    if asked is None:
        raise SettingsError("没有这个编号的查询 / there is no question with this id")
    found = vault.results(id_)
    write_results(out, asked.attributes, found)
    start.console.print(f"已写入 {out}，{len(found)} 行。比对结果仅供核查参考。 / Written; for verification only.")


def _agreement_for(session: Session, purpose: str, provider: str, digest: str | None) -> AgreementCopy:
    copies = session.office.sync()
    if digest is not None and digest in copies:
        return copies[digest]
    fitting = [
        copy
        for copy in copies.values()
        if copy.agreement.purpose == purpose
        and copy.agreement.provider.agency == provider
        and copy.agreement.requester.agency == session.connector.agency
    ]
    active = [copy for copy in fitting if copy.standing.state is AgreementState.ACTIVE]
    if not active and not fitting:
        raise SettingsError("没有与该单位就此用途签订的协议 / there is no agreement with this agency for this purpose")
    return max(active or fitting, key=lambda copy: copy.agreement.valid_until)


def _ask_and_show(start: Start, session: Session, question: Question, *, as_json: bool) -> None:
    questioner = Questioner(session.connector, session.client, session.trust)
    with show_progress(start.console) as bars:
        task = bars.add_task("查询 / asking", total=None)
        found = questioner.ask(question, lambda done, total: bars.update(task, completed=done, total=total))
    counts = {name: sum(result.outcome == name for result in found) for name in OUTCOME_NAMES}
    if as_json:
        click.echo(json.dumps({"question": question.id, "rows": len(found), **counts}))
        return
    _show(start, question, found, counts)


def _show(start: Start, question: Question, found: list[RowResult], counts: dict[str, int]) -> None:
    table = Table(title=f"查询 {question.id} / question")
    table.add_column("结果 / outcome")
    table.add_column("行数 / rows", justify="right")
    for name, shown in OUTCOME_NAMES.items():
        table.add_row(shown, str(counts[name]))
    start.console.print(table)
    released = sum(result.receipt_number is not None and result.refused is None for result in found)
    start.console.print(f"获得答复 {released} 行。比对结果仅供核查参考。 / {released} answered; for verification only.")
    start.console.print(f"下一步 / Next: question results {question.id} --out 结果.xlsx")
