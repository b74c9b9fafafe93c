"""Commands of the query officer: ask about a roster, find a question again, write its results as a workbook."""

import json
from pathlib import Path

import click
from rich.progress import Progress as Bars
from rich.table import Table

from connectors.cli.formats import AGENCY, ATTRIBUTE, DIGEST, REFERENCE, REGION
from connectors.cli.progress import show_progress
from connectors.cli.question_tables import count_outcomes, outcome_table, summary_lines
from connectors.cli.session import LazyGroup, Session, Start, pass_start
from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.requester.open_question import Step
from connectors.settings import SettingsError
from connectors.state.agreements import AgreementCopy, find_agreement
from connectors.state.questions import Question, ResultVault, RowResult
from connectors.state.roster_ref import MappingFile
from connectors.state.runs import Run, RunStore
from connectors.trust import TrustStore
from schemas.agreement import AgreementState
from schemas.agreement_terms import get_key_set
from schemas.key_set import KeySet
from schemas.messages.match import SubjectKind

STEP_NAMES = {
    Step.FIRST_KEYS: "证件号、姓名和出生日期 / number, name and date",
    Step.OTHER_KEYS: "其余关联键 / the other keys",
    Step.ANSWERS: "取得结果 / fetching results",
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
@click.option(
    "--subject",
    type=click.Choice([kind.value for kind in SubjectKind]),
    default=SubjectKind.CHILD.value,
    show_default=True,
    help="名册所列是儿童，还是要按其查找儿童的监护人 / whether the roster lists children, or guardians to find children by",
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
    subject: str,
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
        subject=SubjectKind(subject),
        region=region,
        case=case,
        officer=officer,
        approver=approver,
        roster=MappingFile(str(mapping.resolve())),
        roster_version=None,
        asked_at=session.connector.seconds(),
    )
    _ask_and_show(start, session, question, as_json=as_json)


@click.group(cls=LazyGroup, places={name: f"connectors.cli.review_commands:{name}" for name in ("review", "decide")})
def question() -> None:
    """已提出的查询：列表、查看、继续、复核、导出结果。 / Questions asked: list, show, resume, review, results."""


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
    asked = get_question(Questioner.vault_of(session.connector), id_)
    _ask_and_show(start, session, asked, as_json=as_json)


@question.command()
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def show(start: Start, id_: str, as_json: bool) -> None:
    """查看一项查询的结果和比对的依据。 / Show what became of a question, and what the judgement rests on."""
    connector = start.connector()
    vault = Questioner.vault_of(connector)
    asked = get_question(vault, id_)
    _show(start, asked, vault.results(id_), RunStore(connector.state).list_runs(id_), as_json=as_json)


@question.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入 .xlsx / file to write"
)
@pass_start
def results(start: Start, id_: str, out: Path) -> None:
    """把结果写成工作簿。 / Write the results as a workbook."""
    from connectors.jobs import destroy_expired
    from connectors.requester.result_workbook import write_results

    connector = start.connector()
    destroy_expired(connector, TrustStore(connector.state, connector.gateway))
    vault = Questioner.vault_of(connector)
    asked = get_question(vault, id_)
    found = vault.results(id_)
    write_results(out, asked, found, get_key_set_of(connector, asked))
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


def get_question(vault: ResultVault, id_: str) -> Question:
    """Return the question; raises SettingsError if there is none with this id."""
    asked = vault.find_question(id_)
    if asked is None:
        raise SettingsError("没有这个编号的查询 / there is no question with this id")
    return asked


def get_key_set_of(connector: Connector, question: Question) -> KeySet:
    """Return the key set by which a question was compared; raises SettingsError if its agreement is not here."""
    copy = find_agreement(connector.state, question.agreement)
    if copy is None:
        raise SettingsError("没有这项查询的协议 / the question's agreement is not here")
    return get_key_set(copy.agreement)


def _ask_and_show(start: Start, session: Session, question: Question, *, as_json: bool) -> None:
    questioner = Questioner(session.connector, session.client, session.trust)
    with show_progress(start.console) as bars:
        found = questioner.ask(question, _StepBars(bars))
    _show(start, question, found, questioner.runs.list_runs(question.id), as_json=as_json)


class _StepBars:
    """One bar for each step, added when the step begins."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks = {step: bars.add_task(name, total=None, visible=False) for step, name in STEP_NAMES.items()}

    def __call__(self, step: Step, done: int, total: int) -> None:
        self._bars.update(self._tasks[step], completed=done, total=total, visible=True)


def _show(start: Start, question: Question, found: list[RowResult], runs: list[Run], *, as_json: bool) -> None:
    counts = count_outcomes(found)
    if as_json:
        judged = [run.summary.model_dump(mode="json", exclude_none=True) for run in runs if run.summary is not None]
        click.echo(json.dumps({"question": question.id, "rows": sum(counts.values()), **counts, "runs": judged}))
        return
    start.console.print(outcome_table(question, found))
    for line in summary_lines(runs):
        start.console.print(line)
    released = sum(result.receipt_number is not None and result.refused is None for result in found)
    start.console.print(f"获得答复 {released} 行。比对结果仅供核查参考。 / {released} answered; for verification only.")
    if any(result.is_undecided for result in found):
        start.console.print(f"复核 / Review: question review {question.id}")
    start.console.print(f"下一步 / Next: question results {question.id} --out 结果.xlsx")
