"""Commands of the security administrator: list keys, rotate them with overlap, end an old key epoch."""

from datetime import timedelta

import click
from rich.table import Table

from connectors.cli.formats import DIGEST, DigestCommand
from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.evaluation import destroy_evaluation_keys, latest_epoch
from connectors.key_statements import rotate_key
from connectors.state.index_records import forget_epoch
from keys.custody.key_ring import KeyKind

ROTATABLE = (KeyKind.SIGNING, KeyKind.OPENING, KeyKind.WITNESS)


@click.group(cls=FriendlyGroup)
def key() -> None:
    """密钥：查看、轮换、停用。 / Keys: list, rotate, retire."""


@key.command("list")
@pass_start
def list_(start: Start) -> None:
    """列出密钥及状态，不显示密钥本身。 / List keys and their states, never the keys themselves."""
    table = Table("种类 / kind", "编号 / id", "状态 / state", "范围 / scope", "启用 / from", "接受至 / until")
    for record in start.connector().keys.ring.records:
        until = f"{record.accept_until:%Y-%m-%d}" if record.accept_until else ""
        table.add_row(
            record.kind.value, record.key_id, record.state.value, record.scope, f"{record.active_from:%Y-%m-%d}", until
        )
    start.console.print(table)


@key.command()
@click.argument("kind", type=click.Choice([kind.value for kind in ROTATABLE]))
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 90),
    default=7,
    show_default=True,
    help="旧密钥继续接受的天数 / days for which the old key is still accepted",
)
@pass_start
def rotate(start: Start, kind: str, overlap_days: int) -> None:
    """换新密钥并公布；旧密钥在重叠期内仍可用。 / Make and state a new key; the old one overlaps."""
    session = start.session()
    new = rotate_key(session.connector, session.client, KeyKind(kind), timedelta(days=overlap_days))
    start.console.print(f"新密钥 {new.key_id} 已公布。 / The new key is stated.")


@key.command("retire-epochs", cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@pass_start
def retire_epochs(start: Start, digest: str) -> None:
    """销毁某协议较旧期次的计算密钥和句柄。 / Destroy the evaluation keys and handles of older epochs."""
    connector = start.connector()
    newest = latest_epoch(connector, digest)
    destroy_evaluation_keys(connector, digest, keep_epochs=(newest,))
    for epoch in range(1, newest):
        forget_epoch(connector.state, digest, epoch)
    start.console.print(f"只保留第 {newest} 期。 / Only epoch {newest} is left.")
