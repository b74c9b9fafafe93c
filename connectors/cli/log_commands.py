"""Commands of the agency's half of the log: is what we asked in it, and as we asked it?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from connectors.check_promises import check_promises
from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.own_log.check_entries import OwnLogCheck
from connectors.own_log.check_evidence import EvidenceError, check_evidence
from connectors.own_log.evidence import list_evidence
from connectors.own_log.evidence_document import MAX_EVIDENCE_BYTES, LogEvidence
from connectors.own_log.summary import summarise
from schemas.message import MessageError
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin


@click.group(cls=FriendlyGroup)
def log() -> None:
    """核对网关的日志：本单位的请求是否如实在案。 / Check the gateway's log: is what we asked in it as we asked it?"""


@log.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def status(start: Start, as_json: bool) -> None:
    """查看承诺的兑现情况。 / Show how many promises were kept, are waiting, or were broken."""
    found = summarise(start.connector().state)
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    table = Table("项目 / what", "数量 / count")
    for name, count in (
        ("承诺已兑现 / promises kept", found.kept),
        ("承诺未到期 / promises waiting", found.waiting),
        ("承诺未兑现 / promises broken", found.broken),
        ("已核对的条目 / entries compared", found.compared),
        ("证据 / evidence", found.evidence),
    ):
        table.add_row(name, str(count))
    start.console.print(table)
    looked = "从未 / never" if found.looked_at is None else _moment(found.looked_at)
    start.console.print(f"上次核对条目 / entries last compared: {looked}")
    if found.evidence:
        start.console.print("[bold]有证据，请导出：log evidence[/] / there is evidence: write it with log evidence")


@log.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def check(start: Start, as_json: bool) -> None:
    """立即核对一次（服务运行时每天自动进行）。 / Check now; the running service does so every day."""
    session = start.session()
    promises = check_promises(session.connector, session.client)
    entries = OwnLogCheck(session.connector, session.client).run()
    faults = {fault.value: number for fault, number in sorted(entries.faults.items())}
    if as_json:
        click.echo(json.dumps({"promises": asdict(promises), "compared": entries.compared, "faults": faults}))
        return
    start.console.print(
        f"承诺：已证实 {promises.kept}，未到期 {promises.waiting}，未兑现 {promises.broken}；核对条目 {entries.compared}"
        f" / promises: {promises.kept} proven, {promises.waiting} not due yet, {promises.broken} broken;"
        f" {entries.compared} entries compared"
    )
    for fault, number in faults.items():
        start.console.print(f"[bold]{fault}: {number}[/]")
    if faults or promises.broken:
        start.console.print("请导出证据：log evidence / write the evidence: log evidence")


@log.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="写入文件夹 / folder to write to"
)
@pass_start
def evidence(start: Start, out: Path | None) -> None:
    """列出证据；给出文件夹时逐件写成文件，任何人都能脱机核对。 / List evidence; with a folder, write it, a file each."""
    found = list_evidence(start.connector().state)
    table = Table("时间 / time", "代码 / code", "事由 / about", "文件 / file")
    for one in found:
        table.add_row(_moment(one.found_at), one.fault, one.subject, one.file_name if out is not None else "")
    if not found:
        start.console.print("没有证据：未发现问题。 / No evidence: nothing was found.")
        return
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for one in found:
            (out / one.file_name).write_bytes(one.document)
    start.console.print(table)


@log.command("check-evidence")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--pin",
    "pin_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="自己持有的网关文件，与证据中的比对 / the gateway file that you hold, to compare with the one in the evidence",
)
@pass_start
def check_evidence_file(start: Start, file: Path, pin_file: Path | None) -> None:
    """脱机核对一件证据，不需要连接器的密钥。 / Check a piece of evidence offline; needs no keys of the connector."""
    document = _read_evidence(file)
    if pin_file is not None and _read_pin(pin_file) != document.pin:
        raise click.ClickException("证据针对的是另一个网关 / the evidence is about another gateway")
    try:
        findings = check_evidence(document)
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None
    console = start.console
    console.print(f"{document.fault.value} · {document.agency} · {_moment(document.found_at)}", style="bold")
    if pin_file is None:
        console.print("请与可靠来源核对网关密钥：/ Compare the gateway's keys with a source that you believe:")
    console.print(f"{document.pin.gateway} {document.pin.signing_key}", highlight=False, soft_wrap=True)
    console.print(document.pin.log_verifier_key, highlight=False, soft_wrap=True)
    table = Table("依据 / by", "说明 / what it shows")
    for one in findings:
        basis = "签名与证明 / proof" if one.is_proven else "本单位自述 / own word"
        table.add_row(basis, f"{one.zh}\n{one.en}")
    console.print(table)


def _read_evidence(file: Path) -> LogEvidence:
    if file.stat().st_size > MAX_EVIDENCE_BYTES:
        raise click.ClickException("文件过大 / the file is too large")
    try:
        return LogEvidence.from_bytes(file.read_bytes(), MAX_EVIDENCE_BYTES)
    except MessageError as error:
        raise click.ClickException(f"不是证据文件 / not an evidence file: {error}") from None


def _read_pin(file: Path) -> GatewayPin:
    try:
        return GatewayPin.from_bytes(file.read_bytes().strip(), MAX_ENROLMENT_BYTES)
    except MessageError:
        raise click.ClickException("网关文件格式不正确 / the gateway file is malformed") from None


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M}"
