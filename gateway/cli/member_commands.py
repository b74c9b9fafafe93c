"""Commands about members: enrol, list."""

from pathlib import Path

import click
from rich.table import Table

from gateway.cli.session import Start, pass_start
from gateway.services.enrol_member import EnrolmentError, enrol_member, gateway_pin, read_enrolment
from schemas.messages.registry import MAX_ENROLMENT_BYTES


@click.group()
def member() -> None:
    """接入单位。 / Members."""


@member.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--pin-out", type=click.Path(path_type=Path, dir_okay=False), help="写出交给对方的网关信息 / pin file")
@click.option("--yes", is_flag=True, help="指纹已核对，不再询问 / the thumbprint was compared: do not ask")
@pass_start
def enrol(start: Start, file: Path, pin_out: Path | None, *, yes: bool) -> None:
    """核验登记文件，核对密钥指纹后接入。 / Verify an enrolment and, once its thumbprint is compared, accept it."""
    enrolment = read_enrolment(_read(file))
    entry = enrolment.member
    click.echo(f"{entry.agency}  {entry.name_zh} / {entry.name_en}")
    click.echo(f"网址 / endpoint: {entry.endpoint}    地区 / region: {entry.region}")
    click.echo(f"密钥指纹 / thumbprint: {enrolment.thumbprint}")
    if not yes:
        click.confirm("已与对方电话核对指纹？ / Compared with the agency by telephone?", abort=True)
    with start.gateway() as gateway:
        version = enrol_member(gateway, enrolment)
        if pin_out is not None:
            pin_out.write_bytes(gateway_pin(gateway).to_bytes() + b"\n")
    click.echo(f"已接入；登记信息第 {version} 版 / enrolled; registry version {version}")


@member.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def list_members(start: Start, *, as_json: bool) -> None:
    """列出接入单位。 / List the members."""
    with start.gateway() as gateway:
        members = gateway.members.current()
    rows = [
        {
            "agency": entry.agency,
            "name_zh": entry.name_zh,
            "region": entry.region,
            "endpoint": entry.endpoint,
            "statements": len(entry.statements),
            "thumbprint": members.roots[entry.agency],
        }
        for entry in members.members.values()
    ]
    if as_json:
        start.console.print_json(data=rows)
        return
    table = Table("单位 / agency", "名称 / name", "地区 / region", "网址 / endpoint", "密钥声明 / statements", "指纹")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    start.console.print(table)


def _read(file: Path) -> str:
    with file.open("rb") as stream:
        data = stream.read(MAX_ENROLMENT_BYTES + 1)
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise EnrolmentError("不是登记文件。 This is no enrolment.") from None
