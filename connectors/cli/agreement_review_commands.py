"""Commands of the review of agreements and of further versions: show, diff, renew, review to settle."""

from datetime import datetime, time, timedelta
from pathlib import Path

import click

from connectors.agreement_parties import find_lead
from connectors.agreements import Terms, draft_agreement
from connectors.cli.agreement_options import signatories_option
from connectors.cli.agreement_tables import show_changes, show_story, show_terms
from connectors.cli.formats import ATTRIBUTE, DIGEST, REGION, DigestCommand
from connectors.cli.session import Session, Start, pass_start
from connectors.context import OFFICE_ZONE
from connectors.settings import SettingsError
from connectors.state.agreements import AgreementCopy
from schemas.agreement import Agreement
from schemas.agreement_changes import describe_changes
from schemas.agreement_reasons import INCOMPLETE_REASONS, REFUSAL_REASONS
from schemas.agreement_steps import MAX_NOTE_CHARACTERS
from schemas.agreement_words import STATE_WORDS
from schemas.purpose_catalogue import load_purposes

_digest = click.argument("digest", type=DIGEST)
_note = click.option(
    "--note", help=f"说明，不超过{MAX_NOTE_CHARACTERS}字，不得含个人信息 / a sentence; nothing about a person"
)


@click.command(cls=DigestCommand)
@_digest
@pass_start
def show(start: Start, digest: str) -> None:
    """显示条款、状态和办理过程。 / Show the terms, the state and all steps."""
    copy = _get(start.session(), digest)
    show_terms(start, copy.agreement)
    show_story(start, copy)


@click.command(cls=DigestCommand)
@_digest
@pass_start
def diff(start: Start, digest: str) -> None:
    """显示与原版本的差别。 / Show what differs from the version before."""
    session = start.session()
    copy = _get(session, digest)
    if copy.agreement.replaces is None:
        raise SettingsError("这是第一个版本 / this is the first version")
    show_changes(start, describe_changes(_get(session, copy.agreement.replaces).agreement, copy.agreement))


@click.command(cls=DigestCommand)
@_digest
@click.option("--begins", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天 / first day, default today")
@click.option("--days", default=365, show_default=True, help="有效天数 / days of validity")
@click.option("--region", "regions", multiple=True, type=REGION, help="改为这些地区 / these regions instead")
@click.option(
    "--attribute", "attributes", multiple=True, type=ATTRIBUTE, help="改为这些数据项 / these attributes instead"
)
@click.option("--evaluations-per-day", type=int, help="改每日计算额度 / another daily budget of evaluations")
@click.option("--releases-per-day", type=int, help="改每日提供人次额度 / another daily budget of releases")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / file to write")
@pass_start
def renew(
    start: Start,
    digest: str,
    begins: datetime | None,
    days: int,
    regions: tuple[str, ...],
    attributes: tuple[str, ...],
    evaluations_per_day: int | None,
    releases_per_day: int | None,
    out: Path,
) -> None:
    """起草新版本：续期或者改条款；新版本生效后取代原版本。 / Draft a further version, which replaces this one."""
    session = start.session()
    before = _get(session, digest).agreement
    first_day = session.connector.today() if begins is None else begins.date()
    begins_at = datetime.combine(first_day, time(), OFFICE_ZONE)
    evaluations = evaluations_per_day or before.evaluations_per_day
    releases = releases_per_day or before.releases_per_day
    terms = Terms(
        provider=before.provider.agency,
        provider_key=before.provider.signing_key,
        attributes=attributes or before.attributes,
        regions=regions or before.regions,
        valid_from=int(begins_at.timestamp()),
        valid_until=int((begins_at + timedelta(days=days)).timestamp()),
        max_batch=before.max_batch,
        evaluations_per_day=evaluations,
        releases_per_day=releases,
        officer_evaluations_per_day=min(evaluations, before.officer_evaluations_per_day),
        officer_releases_per_day=min(releases, before.officer_releases_per_day),
        retention_days=before.retention_days,
        approval=before.approval,
        lead=find_lead(session.trust.registry(session.connector.now())),
        replaces=before,
    )
    drafted: Agreement = draft_agreement(session.connector, load_purposes()[before.purpose], terms)
    out.write_bytes(drafted.to_bytes() + b"\n")
    show_changes(start, describe_changes(before, drafted))
    start.console.print(f"已写入 {out}。下一步：agreement propose / Written. Next: agreement propose")


@click.command(cls=DigestCommand)
@_digest
@pass_start
def review(start: Start, digest: str) -> None:
    """受理：材料齐全，开始审核。 / Take a proposal as complete; the review begins."""
    _tell(start, start.session().office.accept_complete(digest))


@click.command("return", cls=DigestCommand)
@_digest
@click.option(
    "--reason",
    "reasons",
    required=True,
    multiple=True,
    type=click.Choice(list(INCOMPLETE_REASONS)),
    help="缺什么，一次全部告知 / what is missing, all of it at once",
)
@_note
@pass_start
def return_(start: Start, digest: str, reasons: tuple[str, ...], note: str | None) -> None:
    """退回补正，只能一次。 / Return a proposal as incomplete, once."""
    _tell(start, start.session().office.return_incomplete(digest, reasons, note))


@click.command(cls=DigestCommand)
@_digest
@pass_start
def extend(start: Start, digest: str) -> None:
    """答复期限延长10个工作日，只能一次。 / Take 10 more working days for the answer, once."""
    _tell(start, start.session().office.extend_review(digest))


@click.command(cls=DigestCommand)
@_digest
@click.option("--reason", required=True, type=click.Choice(list(REFUSAL_REASONS)), help="理由 / why")
@_note
@pass_start
def refuse(start: Start, digest: str, reason: str, note: str | None) -> None:
    """作为提供部门不同意，须说明理由。 / Refuse as provider, with a reason."""
    _tell(start, start.session().office.refuse(digest, reason, note))


@click.command(cls=DigestCommand)
@_digest
@_note
@pass_start
def dispute(start: Start, digest: str, note: str | None) -> None:
    """对不同意提出异议，由牵头机构裁定。 / Dispute a refusal; the lead body decides."""
    _tell(start, start.session().office.dispute(digest, note))


@click.command(cls=DigestCommand)
@_digest
@click.option("--reopen/--uphold", required=True, help="重新审核，或者维持不同意 / review again, or uphold the refusal")
@_note
@pass_start
def settle(start: Start, digest: str, reopen: bool, note: str | None) -> None:
    """作为牵头机构裁定异议。 / Decide a dispute as lead body."""
    _tell(start, start.session().office.settle(digest, reopen=reopen, note=note))


@click.command(cls=DigestCommand)
@_digest
@signatories_option
@click.option("--yes", is_flag=True, help="已核对，不再询问 / I have checked it, don't ask")
@pass_start
def countersign(start: Start, digest: str, signatories: tuple[str, str], yes: bool) -> None:
    """作为牵头机构会签，协议随即生效。 / Countersign as lead body; the agreement becomes active."""
    session = start.session()
    show_terms(start, _get(session, digest).agreement)
    if not yes:
        click.confirm("条款和双方密钥指纹已核对，会签？ / Terms and both key thumbprints checked, sign?", abort=True)
    _tell(start, session.office.countersign(digest, signatories))


REVIEW_COMMANDS = (show, diff, renew, review, return_, extend, refuse, dispute, settle, countersign)
"""In the order of an agreement's life."""


def _get(session: Session, digest: str) -> AgreementCopy:
    copy = session.office.sync().get(digest)
    if copy is None:
        raise SettingsError("本单位没有此协议 / this agency has no such agreement")
    return copy


def _tell(start: Start, copy: AgreementCopy) -> None:
    words = STATE_WORDS[copy.standing.state]
    start.console.print(f"{words.zh} / {words.en}", highlight=False)
