"""Commands of the sharing office: draft, propose, sign, list, suspend, resume, revoke; the review beside them."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path

import click
from rich.table import Table

from connectors.agreement_parties import find_lead
from connectors.agreements import Terms, draft_agreement
from connectors.cli.agreement_options import signatories_option
from connectors.cli.agreement_review_commands import REVIEW_COMMANDS
from connectors.cli.agreement_tables import show_terms
from connectors.cli.formats import AGENCY, ATTRIBUTE, DIGEST, REGION, DigestCommand
from connectors.cli.session import FriendlyGroup, Session, Start, pass_start
from connectors.context import OFFICE_ZONE
from connectors.settings import SettingsError
from connectors.state.agreements import AgreementCopy
from keys.protocol.key_chain import read_root
from schemas.agency_kinds import AgencyKind
from schemas.agreement import MAX_AGREEMENT_BYTES, MAX_BATCH_RECORDS, Agreement, AgreementState, Approval
from schemas.message import NEVER_RELEASED, MessageError
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes


@click.group(cls=FriendlyGroup)
def agreement() -> None:
    """共享协议：起草、提出、审核、签署、中止、终止。 / Agreements: draft, propose, review, sign, suspend, revoke."""


for _command in REVIEW_COMMANDS:
    agreement.add_command(_command)


@agreement.command()
@click.argument("purpose_id")
@click.option("--provider", required=True, type=AGENCY, help="提供部门代号 / the provider's id")
@click.option(
    "--region", "regions", required=True, multiple=True, type=REGION, help="地区代码，可多个 / regions covered"
)
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    type=ATTRIBUTE,
    help="数据项，默认为用途全部 / default: all of the purpose",
)
@click.option("--days", default=365, show_default=True, help="有效天数 / days of validity")
@click.option("--evaluations-per-day", type=int, help="每日计算额度 / daily budget of evaluations")
@click.option("--releases-per-day", type=int, help="每日提供人次额度 / daily budget of releases")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / file to write")
@pass_start
def draft(
    start: Start,
    purpose_id: str,
    provider: str,
    regions: tuple[str, ...],
    attributes: tuple[str, ...],
    days: int,
    evaluations_per_day: int | None,
    releases_per_day: int | None,
    out: Path,
) -> None:
    """按用途起草协议，本单位为需求部门。 / Draft from a purpose, this agency asking."""
    session = start.session()
    purpose = load_purposes().get(purpose_id)
    if purpose is None:
        raise SettingsError(f"用途目录中没有 {purpose_id[:8]} / the catalogue has no such purpose")
    kind, provider_key = _provider_of(session, provider)
    limits = purpose.rate_limits
    evaluations = evaluations_per_day or limits.evaluations_per_day
    releases = releases_per_day or limits.releases_per_day
    begins = datetime.combine(session.connector.today(), time(), OFFICE_ZONE)
    terms = Terms(
        provider=provider,
        provider_key=provider_key,
        attributes=attributes or tuple(output.attribute for output in purpose.outputs_of(kind)),
        regions=regions,
        valid_from=int(begins.timestamp()),
        valid_until=int((begins + timedelta(days=days)).timestamp()),
        max_batch=min(purpose.max_batch, MAX_BATCH_RECORDS),
        evaluations_per_day=evaluations,
        releases_per_day=releases,
        officer_evaluations_per_day=min(evaluations, limits.officer_evaluations_per_day),
        officer_releases_per_day=min(releases, limits.officer_releases_per_day),
        retention_days=purpose.retention_days,
        approval=_approval_of(purpose),
        lead=find_lead(session.trust.registry(session.connector.now())),
    )
    drafted = draft_agreement(session.connector, purpose, terms)
    out.write_bytes(drafted.to_bytes() + b"\n")
    start.console.print(f"已写入 {out}。请核对对方密钥指纹 / Written. Compare the provider's key thumbprint:")
    start.console.print(provider_key, style="bold", highlight=False)


@agreement.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@signatories_option
@pass_start
def propose(start: Start, file: Path, signatories: tuple[str, str]) -> None:
    """签署并向提供部门提出。 / Sign as requester and propose."""
    try:
        drafted = Agreement.from_bytes(file.read_bytes().strip(), MAX_AGREEMENT_BYTES)
    except MessageError as error:
        if error.reason == NEVER_RELEASED:
            raise ProblemError(ProblemCode.ATTRIBUTE_NEVER_RELEASED, error.pointer) from None
        raise SettingsError(f"协议文件不正确：{error.pointer} / the agreement file is wrong") from None
    copy = start.session().office.propose(drafted, signatories)
    start.console.print("已提出，等待对方签署。编号 / Proposed; the provider signs next. Digest:")
    click.echo(copy.standing.digest)


@agreement.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@signatories_option
@click.option("--yes", is_flag=True, help="已核对，不再询问 / I have checked it, don't ask")
@pass_start
def sign(start: Start, digest: str, signatories: tuple[str, str], yes: bool) -> None:
    """作为提供部门签署；没有牵头机构时协议随即生效。 / Sign as provider; without a lead body the agreement is active then."""
    session = start.session()
    copy = session.office.sync().get(digest)
    if copy is not None:
        show_terms(start, copy.agreement)
    if not yes:
        click.confirm("条款和对方密钥指纹已核对，签署？ / Terms and key thumbprint checked, sign?", abort=True)
    if session.office.sign(digest, signatories).standing.state is AgreementState.ACTIVE:
        start.console.print("已签署，协议生效。下一步：index publish / Signed and active. Next: index publish")
    else:
        start.console.print("已签署，待牵头机构会签。 / Signed; the lead body countersigns next.")


@agreement.command("list")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def list_(start: Start, as_json: bool) -> None:
    """列出本单位的协议。 / List this agency's agreements."""
    copies = list(start.session().office.sync().values())
    if as_json:
        click.echo(json.dumps([_as_json(copy) for copy in copies], ensure_ascii=False))
        return
    table = Table(
        "用途 / purpose", "需求部门 / requester", "提供部门 / provider", "状态 / state", "至 / until", "编号 / digest"
    )
    for copy in copies:
        terms = copy.agreement
        until = datetime.fromtimestamp(terms.valid_until, OFFICE_ZONE)
        parties = (terms.requester.agency, terms.provider.agency)
        table.add_row(terms.purpose, *parties, copy.standing.state.value, f"{until:%Y-%m-%d}", copy.standing.digest)
    start.console.print(table)


@agreement.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@pass_start
def suspend(start: Start, digest: str) -> None:
    """中止：立即停止提供，可恢复。 / Stop answering at once; can be resumed."""
    start.session().office.suspend(digest)
    start.console.print("已中止。 / Suspended.")


@agreement.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@pass_start
def resume(start: Start, digest: str) -> None:
    """恢复已中止的协议。 / Resume a suspended agreement."""
    start.session().office.resume(digest)
    start.console.print("已恢复。 / Resumed.")


@agreement.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@click.option("--yes", is_flag=True, help="确认，不再询问 / don't ask")
@pass_start
def revoke(start: Start, digest: str, yes: bool) -> None:
    """终止：销毁密钥和索引，不可恢复。 / End for ever: key and index are destroyed."""
    if not yes:
        click.confirm(
            "密钥和索引将被销毁，不可恢复。终止？ / Key and index are destroyed for good. Revoke?", abort=True
        )
    start.session().office.revoke(digest)
    start.console.print("已终止，密钥和索引已销毁。 / Revoked; key and index destroyed.")


def _provider_of(session: Session, agency: str) -> tuple[AgencyKind, str]:
    member = session.trust.registry(session.connector.now()).find_member(agency)
    if member is None:
        raise SettingsError(f"登记信息中没有 {agency} / {agency} is not registered")
    return AgencyKind(member.agency_type), read_root(agency, member.statements[0])


def _approval_of(purpose: Purpose) -> Approval:
    return Approval.SECOND_PERSON if purpose.approvals.batch or purpose.approvals.single else Approval.NONE


def _as_json(copy: AgreementCopy) -> dict[str, object]:
    return {
        "digest": copy.standing.digest,
        "state": copy.standing.state.value,
        "agreement": copy.agreement.model_dump(mode="json"),
    }
