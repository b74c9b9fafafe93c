"""Commands of the data steward: publish an agreement's index, see where it stands, begin a new key epoch."""

import json
from datetime import timedelta

import click

from connectors.cli.formats import DIGEST, DigestCommand
from connectors.cli.progress import show_progress
from connectors.cli.session import FriendlyGroup, Session, Start, pass_start
from connectors.evaluation import latest_epoch
from connectors.publisher.publish_index import IndexPublisher, PublishedIndex
from connectors.register import open_register
from connectors.state.index_records import count_records, find_active


@click.group(cls=FriendlyGroup)
def index() -> None:
    """索引：按协议发布本单位记录的散列。 / Publish hashes of own records for an agreement."""


@index.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@click.option(
    "--new-epoch",
    is_flag=True,
    help="换新的计算密钥和句柄；中断后不带此选项再次运行 / new evaluation key and handles; if interrupted, run again without it",
)
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 90),
    default=7,
    show_default=True,
    help="旧期次继续应答的天数 / days for which older epochs still answer",
)
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def publish(start: Start, digest: str, new_epoch: bool, overlap_days: int, as_json: bool) -> None:
    """发布索引；已发布过的只发送变化；中断后再次运行即可继续。

    Publish the index; after the first time only changes; interrupted, run it again and it goes on.
    """
    session = start.session()
    session.office.sync()
    published = publish_with_progress(start, session, digest, timedelta(days=overlap_days), begins_epoch=new_epoch)
    if as_json:
        click.echo(json.dumps(_as_json(published)))
        return
    counts = published.counts
    if published.publication is None:
        start.console.print("没有变化，无需发布。 / Nothing has changed.")
        return
    start.console.print(
        f"已启用。协议范围内 {counts.covered} 条，范围外 {counts.outside_region} 条，重复 {counts.duplicates} 条，不可用 {counts.unusable} 条，"
        f"未变 {counts.unchanged} 条，移除 {counts.removed} 条；因过于常见而未发布的散列 {counts.too_common} 个；密钥第 {published.epoch} 期。\n"
        f"Active: {counts.covered} covered, {counts.outside_region} outside the region, {counts.duplicates} duplicates, "
        f"{counts.unusable} unusable, "
        f"{counts.unchanged} unchanged, {counts.removed} removed; {counts.too_common} hashes left out as too common; key epoch {published.epoch}."
    )


def publish_with_progress(
    start: Start, session: Session, digest: str, overlap: timedelta, *, begins_epoch: bool
) -> PublishedIndex:
    """Publish while showing what is hashed and sent."""
    publisher = IndexPublisher(session.connector, session.client, open_register(session.connector))
    names = {"count": "清点 / counting", "hash": "计算散列 / hashing", "send": "发送 / sending"}
    with show_progress(start.console) as bars:
        tasks = {step: bars.add_task(name, total=None) for step, name in names.items()}

        def progress(step: str, done: int, total: int | None) -> None:
            bars.update(tasks[step], completed=done, total=total)

        return publisher.publish(digest, progress, begins_epoch=begins_epoch, overlap=overlap)


@index.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@pass_start
def status(start: Start, digest: str) -> None:
    """查看本单位为某协议发布的索引。 / Show the index published for an agreement."""
    connector = start.connector()
    epoch = latest_epoch(connector, digest)
    active = find_active(connector.state, digest, epoch)
    if active is None:
        start.console.print("尚未发布。下一步：index publish / Not published yet. Next: index publish")
        return
    records = count_records(connector.state, digest, epoch)
    start.console.print(f"密钥第 {epoch} 期，{records} 条记录，索引 {active} / epoch {epoch}, {records} records")


def _as_json(published: PublishedIndex) -> dict[str, object]:
    counts = published.counts
    return {
        "index": published.publication.index if published.publication else None,
        "epoch": published.epoch,
        "covered": counts.covered,
        "outside_region": counts.outside_region,
        "duplicates": counts.duplicates,
        "unusable": counts.unusable,
        "unchanged": counts.unchanged,
        "removed": counts.removed,
        "too_common": counts.too_common,
    }
