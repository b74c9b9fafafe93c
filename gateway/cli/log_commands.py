"""Commands about the log: export, verify (offline, without a gateway), tail."""

from pathlib import Path

import click
from rich.table import Table

from gateway.cli.session import Start, pass_start
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import LOG_KEY_PATH
from gateway.log.bundle_verification import verify_bundle
from gateway.persistence.engine import read_transaction
from gateway.persistence.leaf_queries import list_latest_leaves
from gateway.services.export_log import export_log
from keys.crypto.errors import NoteError
from keys.crypto.note_key import VerifierKey

MAX_TAIL = 10_000


@click.group()
def log() -> None:
    """审计日志。 / The audit log."""


@log.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / file to write")
@pass_start
def export(start: Start, out: Path) -> None:
    """导出可离线校验的日志；导出本身也会留痕。 / Export the log for offline verification; the export is logged too."""
    with start.gateway() as gateway, out.open("wb") as sink:
        bundle = export_log(gateway, sink)
    click.echo(f"已导出 {bundle.size} 条 / {bundle.size} entries exported")
    click.echo(f"SHA-256 {bundle.sha256.hex()}")


@log.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "keys", multiple=True, help="受信任的日志公钥（vkey），来自网关信息文件 / trusted verifier keys")
def verify(file: Path, keys: tuple[str, ...]) -> None:
    """离线校验导出的日志，不需要网关和口令。 / Verify an exported log offline, without gateway or passphrase."""
    trusted = [_parse(key) for key in keys] or [_own_key_of(file)]
    bundle = verify_bundle(file, trusted)
    click.echo(f"日志 / log {bundle.origin}")
    click.echo(f"{bundle.size} 条全部校验通过，根 / all entries verify, root {bundle.root_hash.hex()}")
    click.echo(f"签名 / signed by: {', '.join(bundle.signers)}")
    if not keys:
        click.echo(
            "以上用的是文件内附的公钥，请与网关信息文件核对 / checked with the key in the file itself; compare it:"
        )
        click.echo(trusted[0].format())


@log.command()
@click.option("--count", type=click.IntRange(1, MAX_TAIL), default=20, show_default=True, help="条数 / how many")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def tail(start: Start, count: int, *, as_json: bool) -> None:
    """显示最近的日志条目（不含个人信息）。 / Show the latest entries; they hold nothing personal."""
    with start.gateway() as gateway, read_transaction(gateway.engine) as connection:
        leaves = list_latest_leaves(connection, count)
    if as_json:
        start.console.print_json(data=leaves)
        return
    table = Table("序号", "时间 / time", "事件 / event", "单位 / agency", "对方 / peer", "用途", "裁定 / decision")
    for leaf in leaves:
        table.add_row(*("" if value is None else str(value) for value in leaf.values()))
    start.console.print(table)


def _parse(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except NoteError:
        raise click.BadParameter("不是公钥 / not a verifier key") from None


def _own_key_of(file: Path) -> VerifierKey:
    with file.open("rb") as source:
        text = BundleFiles(source, file.stat().st_size).read(LOG_KEY_PATH)
    return _parse(text.decode("utf-8", errors="replace").strip())
