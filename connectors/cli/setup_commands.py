"""Commands that set a connector up: init, enrolment, join; and what it believes: registry, alerts."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import ValidationError
from rich.table import Table

from connectors.check_promises import check_promises
from connectors.cli.session import Start, pass_start
from connectors.context import utc_now
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.settings import ConnectorSettings, SettingsError
from connectors.state.alerts import list_alerts
from keys.custody.key_file_format import STANDARD_KDF_COST
from keys.protocol.key_chain import read_root
from schemas.agency_kinds import AgencyKind
from schemas.message import MessageError
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin


@click.command()
@click.option("--agency", required=True, help="本单位代号，如 civil_affairs.990101 / the agency's id")
@click.option(
    "--agency-type",
    required=True,
    type=click.Choice([kind.value for kind in AgencyKind]),
    help="部门类别 / which kind of agency",
)
@click.option("--name-zh", required=True, help="单位全称 / full name in Chinese")
@click.option("--name-en", required=True, help="英文名称 / name in English")
@click.option("--region", required=True, help="行政区划代码 / region code")
@click.option("--endpoint", required=True, help="网关访问本连接器的网址 / where the gateway reaches this connector")
@click.option("--register", "register_mapping", help="登记册映射文件 / mapping file of the register")
@click.option(
    "--allow-test-regions", is_flag=True, help="仅供演示：允许99开头的区划 / demos only: accept regions 99xxxx"
)
@pass_start
def init(start: Start, /, **options: str | bool | None) -> None:
    """新建连接器：生成密钥和设置。 / Make a new connector: keys and settings."""
    try:
        settings = ConnectorSettings.model_validate(options)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        raise SettingsError(f"选项 {place} 不正确 / option {place} is wrong") from None
    passphrase = start.passphrase(confirm=True)
    create_connector_folder(start.folder, settings, passphrase, STANDARD_KDF_COST, utc_now(), os.urandom)
    start.console.print(f"已建立 {settings.name_zh} 的连接器。下一步：enrolment / Done. Next: enrolment")


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / file to write")
@pass_start
def enrolment(start: Start, out: Path) -> None:
    """生成接入登记文件，交网关管理员。 / Write the enrolment file for the gateway's administrator."""
    connector = start.connector()
    out.write_text(enrolment_of(connector) + "\n", encoding="ascii")
    thumbprint = connector.signing_key().verification_key.key_id
    start.console.print(
        f"已写入 {out}。请当面或电话核对密钥指纹：/ Written. Compare the key's thumbprint in person or by telephone:",
    )
    start.console.print(thumbprint, style="bold", highlight=False)


@click.command()
@click.argument("pin_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_start
def join(start: Start, pin_file: Path) -> None:
    """用管理员交回的文件接入网关。 / Join the gateway with the file its administrator handed back."""
    try:
        pin = GatewayPin.from_bytes(pin_file.read_bytes().strip(), MAX_ENROLMENT_BYTES)
    except MessageError:
        raise SettingsError("网关文件格式不正确 / the gateway file is malformed") from None
    join_gateway(start.folder, pin)
    start.session()
    start.console.print(f"已接入 {pin.gateway} / joined {pin.gateway}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def registry(start: Start, as_json: bool) -> None:
    """查看登记的单位及其密钥指纹。 / Show the registered members and their key thumbprints."""
    session = start.session()
    trusted = session.trust.registry(session.connector.now())
    rows = []
    for member in trusted.registry.members:
        root = read_root(member.agency, member.statements[0])
        rows.append((member.agency, member.name_zh, member.region, root))
    if as_json:
        click.echo(
            json.dumps([dict(zip(("agency", "name_zh", "region", "signing_key"), row, strict=True)) for row in rows])
        )
        return
    until = datetime.fromtimestamp(trusted.registry.expires_at, UTC).astimezone()
    table = Table(title=f"登记信息 第 {trusted.registry.version} 版，有效至 {until:%Y-%m-%d %H:%M} / registry")
    for heading in ("单位 / agency", "名称 / name", "区划 / region", "签名密钥指纹 / signing key"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    start.console.print(table)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def alerts(start: Start, as_json: bool) -> None:
    """查看告警：伪造的密钥、越权的授权等。 / Show alerts: forged keys, grants beyond the agreement and the like."""
    found = list_alerts(start.connector().state)
    if as_json:
        click.echo(json.dumps([{"at": at, "code": code, "subject": subject} for at, code, subject in found]))
        return
    if not found:
        start.console.print("没有告警。 / No alerts.")
        return
    table = Table("时间 / time", "代码 / code", "事由 / about")
    for at, code, subject in found:
        table.add_row(f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M}", code, subject)
    start.console.print(table)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def promises(start: Start, as_json: bool) -> None:
    """核对网关的留痕承诺：承诺记入日志的，是否真在日志中。 / Check that what the gateway promised to log is in its log."""
    session = start.session()
    count = check_promises(session.connector, session.client)
    if as_json:
        click.echo(json.dumps(asdict(count)))
        return
    start.console.print(
        f"已证实 {count.kept}，未到期 {count.waiting}，未兑现 {count.broken}。"
        f" / {count.kept} proven, {count.waiting} not due yet, {count.broken} broken."
    )
    if count.broken:
        start.console.print(
            "请保存证据并通知其他单位，见 alerts。 / Keep the evidence and tell the other agencies; see alerts."
        )
