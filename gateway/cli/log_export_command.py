"""The command that exports the log: a whole year, or selected entries as evidence."""

from datetime import date, datetime
from pathlib import Path

import click

from gateway.cli.session import Start, pass_start
from gateway.domain.log_filter import LogFilter, LogFilterError
from gateway.log.event_names import PersonalField
from gateway.services.export_log import Disclosing, Selection, count_left_out, export_log, export_selected

_FIELDS = click.Choice(sorted(map(str, PersonalField)))
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入文件 / file to write")
@click.option("--year", type=click.IntRange(1000, 9999), help="年份，默认为最新 / year, the newest if not given")
@click.option(
    "--request",
    "correlation_id",
    help="只导出这次请求的条目（关联号）/ only the entries of this request (correlation id)",
)
@click.option(
    "--entry",
    "indexes",
    type=click.IntRange(0),
    multiple=True,
    help="只导出这些序号的条目 / only the entries at these places",
)
@click.option("--agency", help="只导出这个单位参与的条目 / only the entries of this agency, asking or asked")
@click.option("--from", "from_on", type=_DAY, help="起始日期 / first day")
@click.option("--to", "to_on", type=_DAY, help="截止日期 / last day")
@click.option(
    "--disclose",
    "disclosed",
    type=_FIELDS,
    multiple=True,
    help="一并披露这些个人信息项 / disclose these personal fields too",
)
@click.option("--reason", help="披露理由，将留痕 / why they are disclosed; it is logged")
@pass_start
def export(
    start: Start,
    out: Path,
    year: int | None,
    correlation_id: str | None,
    indexes: tuple[int, ...],
    agency: str | None,
    from_on: datetime | None,
    to_on: datetime | None,
    disclosed: tuple[str, ...],
    reason: str | None,
) -> None:
    """导出可离线校验的日志；导出本身也会留痕。 / Export the log for offline verification; the export is logged too.

    默认导出一整年；选定条目时导出证据包：条目、证明、检查点。 / A whole year, or for selected entries an evidence
    bundle: the entries, their proofs, the checkpoint.
    """
    selection = _selection(indexes, correlation_id, agency, _day(from_on), _day(to_on))
    disclosing = _disclosing(disclosed, reason)
    left_out = 0
    with start.gateway() as gateway:
        if selection is None:
            bundle = export_log(gateway, out, shard=year, disclosing=disclosing)
            left_out = count_left_out(gateway, bundle, shard=year)
        else:
            bundle = export_selected(gateway, out, selection, shard=year, disclosing=disclosing)
    click.echo(f"已导出 {bundle.entries} 条 / {bundle.entries} entries exported")
    if left_out:
        click.echo(
            f"其后 {left_out} 条尚未见证，未导出 / {left_out} later ones await their witnesses and are not in it"
        )
    if disclosing is not None:
        click.echo(f"披露 {bundle.disclosures} 项 / {bundle.disclosures} disclosures")
    click.echo(f"SHA-256 {bundle.sha256.hex()}")


def _selection(
    indexes: tuple[int, ...], correlation_id: str | None, agency: str | None, from_on: date | None, to_on: date | None
) -> Selection | None:
    """Return what was selected, or None for everything."""
    stated = {
        "corr": correlation_id,
        "agency": agency,
        "from": None if from_on is None else from_on.isoformat(),
        "to": None if to_on is None else to_on.isoformat(),
    }
    parameters = {name: text for name, text in stated.items() if text is not None}
    if indexes and parameters:
        raise click.UsageError("--entry 不能与其他条件同用 / --entry stands alone")
    try:
        asked = LogFilter.parse(parameters)
    except LogFilterError as error:
        raise click.UsageError(str(error)) from None
    return Selection(indexes, asked) if indexes or parameters else None


def _disclosing(disclosed: tuple[str, ...], reason: str | None) -> Disclosing | None:
    if bool(disclosed) != bool(reason and reason.strip()):
        raise click.UsageError("--disclose 与 --reason 须同时给出 / --disclose and --reason go together")
    return Disclosing(frozenset(map(PersonalField, disclosed)), reason.strip()) if reason else None


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
