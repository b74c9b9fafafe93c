"""Commands of the witness: what was cosigned, cosign once by hand, hand evidence out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.state.witness_notes import list_evidence, list_newest, list_peer_notes
from connectors.witness.compare_notes import compare_notes
from connectors.witness.evidence_file import write_evidence
from connectors.witness.log_reader import LogReader
from connectors.witness.own_key import state_witness_key
from connectors.witness.pull import pull
from connectors.witness.witness import Witness


@click.group(cls=FriendlyGroup)
def witness() -> None:
    """见证网关的日志。 / Witness the gateway's log."""


@witness.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def show(start: Start, as_json: bool) -> None:
    """本单位的见证公钥、见证到哪里、与其他单位核对到哪里。 / Our key, what was cosigned, what others were seen to cosign."""
    connector = start.connector()
    key = Witness(connector).cosigner().verifier_key.format()
    own, peers, found = list_newest(connector.state), list_peer_notes(connector.state), list_evidence(connector.state)
    if as_json:
        document = {
            "key": key,
            "cosigned": [{"origin": one.origin, "size": one.size, "at": one.cosigned_at} for one in own],
            "peers": [{"agency": one.agency, "size": one.size, "channel": one.channel} for one in peers],
            "evidence": [{"id": one.id, "code": one.code, "origin": one.origin} for one in found],
        }
        click.echo(json.dumps(document))
        return
    start.console.print(f"见证公钥 / witness key: {key}", soft_wrap=True)
    table = Table("单位 / agency", "日志 / log", "条数 / size", "时间 / time")
    for note in own:
        table.add_row(f"{connector.agency} (本单位 / own)", note.origin, str(note.size), _moment(note.cosigned_at))
    for peer in peers:
        table.add_row(f"{peer.agency} ({peer.channel})", peer.origin, str(peer.size), _moment(peer.compared_at))
    start.console.print(table)
    if found:
        start.console.print(
            f"[bold]有 {len(found)} 项日志自相矛盾的证据：witness evidence[/] / evidence against the log: {len(found)}"
        )


@witness.command()
@pass_start
def run(start: Start) -> None:
    """立即见证并与其他单位核对一次（服务运行时会自动进行）。 / Cosign and compare now; the running service does so by itself."""
    session = start.session()
    log = LogReader(session.connector)
    click.get_current_context().call_on_close(log.close)
    state_witness_key(session.connector, session.trust, session.client)
    own = Witness(session.connector)
    cosigned = pull(own, log)
    found = compare_notes(own, session.trust, log)
    start.console.print(
        f"新见证 {cosigned}；其他单位：一致 {found.agreeing}，矛盾 {found.contradicting}，没有消息 {found.silent}"
        f" / {cosigned} cosigned; others: {found.agreeing} agree, {found.contradicting} contradict, {found.silent} silent"
    )


@witness.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / zip file to write"
)
@pass_start
def evidence(start: Start, out: Path) -> None:
    """导出日志自相矛盾的证据，任何人都能核对。 / Write the evidence against the log; anybody can check it."""
    connector = start.connector()
    findings = list_evidence(connector.state)
    if not findings:
        start.console.print("没有发现矛盾。 / Nothing contradicts the log.")
        return
    out.write_bytes(write_evidence(Witness(connector), findings))
    start.console.print(f"已写入 {len(findings)} 项：{out} / written")


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
