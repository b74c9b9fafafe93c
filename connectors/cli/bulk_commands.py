"""`bulk`: hash and link national sets on Apache Spark, on this machine or on the agency's own cluster."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from connectors.bulk.errors import BulkError
from connectors.cli.formats import DIGEST, DigestCommand
from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.context import OFFICE_ZONE, Connector
from hosting.command_line import PASSPHRASE_VARIABLE
from schemas.faults import Wording

if TYPE_CHECKING:
    from connectors.bulk.link_sets import LinkedSets
    from schemas.agreement import Agreement

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_NEW = click.Path(path_type=Path)

_cluster = click.option(
    "--cluster", type=_FILE, help="集群文件；不写则只用本机 / cluster file; without it this machine alone works"
)
_cores = click.option(
    "--cores", type=click.IntRange(1, 1024), help="本机用几个核，默认全部 / cores of this machine; default: all"
)
_scratch = click.option(
    "--scratch",
    type=_FOLDER,
    help="临时文件放在哪里，默认系统临时文件夹 / where temporary files go; default: the system's",
)
_NO_PROMPT = Wording(
    f"工作进程不能询问口令：请用 --passphrase-file 或环境变量 {PASSPHRASE_VARIABLE}",
    f"workers can't ask for the passphrase: use --passphrase-file or the variable {PASSPHRASE_VARIABLE}",
)
_json = click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")


@click.group(cls=FriendlyGroup)
def bulk() -> None:
    """全国规模的数据：用 Apache Spark 计算散列并比对。 / National sets: hash and link them on Apache Spark."""


@bulk.command("hash", cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@click.argument("mapping", type=_FILE)
@click.argument("out", type=_NEW)
@_cluster
@_cores
@_scratch
@_json
@pass_start
def hash_(
    start: Start,
    digest: str,
    mapping: Path,
    out: Path,
    cluster: Path | None,
    cores: int | None,
    scratch: Path | None,
    as_json: bool,
) -> None:
    """用某协议的密钥计算一份 Parquet 数据的散列，写入新文件夹 OUT。

    Hash Parquet data under an agreement's key, into the new folder OUT.
    """
    from connectors.bulk.cluster_file import read_cluster_file
    from connectors.bulk.hash_set import HashingJob, hash_set
    from connectors.bulk.source_parts import find_parts
    from connectors.bulk.spark_session import require_spark, spark_engine
    from connectors.bulk.worker_key import WorkerKey
    from connectors.evaluation import create_evaluation_key, latest_epoch
    from connectors.sources.identities import ReadingRules
    from schemas.agreement_terms import get_key_set

    require_spark()
    if start.passphrase_file is None and PASSPHRASE_VARIABLE not in os.environ:
        raise BulkError(_NO_PROMPT)
    properties = None if cluster is None else read_cluster_file(cluster)
    connector = start.connector()
    agreement = _agreement_to_hash(connector, digest)
    epoch = max(latest_epoch(connector, digest), 1)
    public_key = create_evaluation_key(connector, digest, epoch).public_key
    settings = connector.settings
    rules = ReadingRules(datetime.now(OFFICE_ZONE).date(), settings.allow_test_regions, settings.max_child_age_years)
    source, files, parts = find_parts(mapping, rules)
    out.mkdir(mode=0o700)
    passphrase_file = None if start.passphrase_file is None else start.passphrase_file.resolve()
    key = WorkerKey(start.folder.resolve(), passphrase_file, digest, epoch)
    with spark_engine(properties, cores or os.cpu_count() or 1, scratch) as engine:
        job = HashingJob(key, source, files, parts, out.resolve())
        hashed = hash_set(engine, job, public_key, get_key_set(agreement).id)
    if as_json:
        click.echo(json.dumps({"rows": hashed.rows, "records": sum(hashed.records), "epoch": epoch}))
        return
    start.console.print(
        f"{hashed.rows} 行，其中 {sum(hashed.records)} 行可用于比对；密钥第 {epoch} 期；已写入 {out}\n"
        f"{hashed.rows} rows, of which {sum(hashed.records)} can be matched; key epoch {epoch}; written to {out}",
        highlight=False,
    )


def _agreement_to_hash(connector: Connector, digest: str) -> "Agreement":
    """Return the agreement if it is active and this agency provides under it: its key is this agency's."""
    from connectors.state.agreements import find_agreement
    from schemas.agreement import AgreementState
    from schemas.problem import ProblemCode, ProblemError

    copy = find_agreement(connector.state, digest)
    if copy is None or copy.agreement.provider.agency != connector.agency:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    if copy.standing.state is not AgreementState.ACTIVE:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE)
    return copy.agreement


@bulk.command("link")
@click.argument("a", type=_FOLDER)
@click.argument("b", type=_FOLDER)
@click.argument("out", type=_NEW)
@_cluster
@_cores
@_scratch
@_json
@pass_start
def link(
    start: Start,
    a: Path,
    b: Path,
    out: Path,
    cluster: Path | None,
    cores: int | None,
    scratch: Path | None,
    as_json: bool,
) -> None:
    """比对两份散列（A 查询，B 被查询），把对应的行号写入新的 Parquet 文件 OUT。

    Link two hashed sets (A asks B) and write the row numbers that belong together to the new Parquet file OUT.
    """
    from connectors.bulk.cluster_file import read_cluster_file
    from connectors.bulk.link_sets import link_sets
    from connectors.bulk.spark_session import spark_engine

    properties = None if cluster is None else read_cluster_file(cluster)
    with spark_engine(properties, cores or os.cpu_count() or 1, scratch) as engine:
        done = link_sets(engine, a.resolve(), b.resolve(), out)
    if as_json:
        click.echo(json.dumps(_as_json(done)))
        return
    _show(start, done, out)


def _as_json(done: "LinkedSets") -> dict[str, object]:
    from schemas.messages.match import Outcome

    judged = done.linked.judgement
    return {
        "outcomes": {outcome.value: int((judged.outcome == place).sum()) for place, outcome in enumerate(Outcome)},
        "settled": int(judged.is_settled.sum()),
        "repeated": done.linked.repeated,
        "pairs": done.linked.pairs,
        "basis": judged.basis.value,
        "withheld": judged.withheld.value if judged.withheld else None,
        "threshold": judged.threshold,
        "estimated_precision": judged.precision,
        "estimated_recall": judged.recall,
    }


def _show(start: Start, done: "LinkedSets", out: Path) -> None:
    from connectors.rehearsal.report_tables import as_percent
    from connectors.rehearsal.sentences import BASES, NOTICE, OUTCOMES, SETTLED, WITHHELD
    from schemas.messages.match import Outcome

    judged = done.linked.judgement
    rows: list[tuple[Wording, str]] = [
        (OUTCOMES[outcome], f"{int((judged.outcome == place).sum()):,}") for place, outcome in enumerate(Outcome)
    ]
    rows += [
        (SETTLED, f"{int(judged.is_settled.sum()):,}"),
        (Wording("B 中重复、未计入的记录", "records of B left out as repetitions"), f"{done.linked.repeated:,}"),
        (Wording("评分的记录对", "pairs that were scored"), f"{done.linked.pairs:,}"),
        (Wording(f"估计的精确率（{NOTICE.zh}）", f"estimated precision ({NOTICE.en})"), as_percent(judged.precision)),
        (Wording(f"估计的召回率（{NOTICE.zh}）", f"estimated recall ({NOTICE.en})"), as_percent(judged.recall)),
    ]
    table = Table("项目 / item", "值 / value")
    for wording, value in rows:
        table.add_row(f"{wording.zh}\n{wording.en}", value)
    start.console.print(table)
    for sentence in (BASES[judged.basis], *([WITHHELD[judged.withheld]] if judged.withheld else [])):
        start.console.print(f"{sentence.zh}\n{sentence.en}", highlight=False)
    start.console.print(f"已写入 {out} / written", highlight=False)
