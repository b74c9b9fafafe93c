"""Commands that set a gateway up and keep it: init, migrate, registry."""

import os

import click
from pydantic import ValidationError
from rich.table import Table

from gateway.bootstrap import utc_now
from gateway.cli.session import Start, pass_start
from gateway.persistence.engine import read_transaction
from gateway.persistence.member_queries import latest_registry
from gateway.services.enrol_member import gateway_pin
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder, migrate_settings_database
from gateway.settings import SettingsError, load_settings
from keys.custody.key_file_format import STANDARD_KDF_COST
from schemas.problem import ProblemCode, ProblemError


@click.command()
@click.option("--id", "gateway", required=True, help="网关代号，如 gateway.990100 / the gateway's id")
@click.option("--name-zh", required=True, help="网关中文名称 / its name in Chinese")
@click.option("--name-en", required=True, help="网关英文名称 / its name in English")
@click.option("--url", required=True, help="连接器访问网关的网址 / where connectors reach it")
@click.option("--database", help="数据库网址，缺省为文件夹内的SQLite / database URL; default: SQLite in the folder")
@pass_start
def init(start: Start, /, **options: str) -> None:
    """新建网关：生成密钥、设置和数据库。 / Make a new gateway: keys, settings and database."""
    passphrase = start.passphrase(confirm=True)
    try:
        create_gateway_folder(start.folder, Founding(**options), passphrase, STANDARD_KDF_COST, utc_now(), os.urandom)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        raise SettingsError(f"选项 {place} 不正确 / option {place} is wrong") from None
    with start.gateway() as gateway:
        begin_log(gateway)
        start.console.print(f"已建立网关 {gateway.id}。签名密钥指纹 / signing key thumbprint:")
        start.console.print(gateway_pin(gateway).signing_key, soft_wrap=True)


@click.command()
@pass_start
def migrate(start: Start) -> None:
    """升级数据库结构。 / Bring the database to the newest schema."""
    migrate_settings_database(load_settings(start.folder))
    start.console.print("数据库已是最新结构 / the database has the newest schema")


@click.group()
def registry() -> None:
    """登记信息。 / The registry."""


@registry.command("show")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def show_registry(start: Start, *, as_json: bool) -> None:
    """显示当前登记信息的版本和有效期。 / Show the version and lifetime of the registry in force."""
    with start.gateway() as gateway:
        with read_transaction(gateway.engine) as connection:
            latest = latest_registry(connection)
        members = gateway.members.current().members
    if latest is None:
        raise ProblemError(ProblemCode.REGISTRY_EXPIRED)
    rows = {
        "version": latest.version,
        "issued_at": latest.issued_at,
        "expires_at": latest.expires_at,
        "members": len(members),
    }
    if as_json:
        start.console.print_json(data=rows)
        return
    table = Table("项目 / item", "值 / value")
    for name, value in rows.items():
        table.add_row(name, str(value))
    start.console.print(table)
